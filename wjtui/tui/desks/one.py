"""OneJobDesk: what the palette does to a job that it names, whichever is chosen or marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.model.jobs import Job
from wjtui.tui.desks.jobs import JobDesk
from wjtui.tui.present.jobs import JobKey

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View


class OneJobDesk(JobDesk):
    """A job's desk with one target."""

    def __init__(self, view: View, key: JobKey) -> None:
        super().__init__(view)
        self._key = key

    @property
    def targets(self) -> tuple[Job, ...]:
        """The job, while it is there."""
        job = self.store.jobs.get(self._key)
        return (job,) if job is not None else ()

    def why(self) -> None:
        """Say why it is not running: by the view's own desk, which is told when more is known."""
        self._view.jobs_desk.explain(self.targets[0])
