"""Dispatch: the one caller of the service's commands; marks what is on its way, and shows what is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.plain import plain
from wjtui.tui.store import Change, Store

Tell = Callable[[str, str, Tone], None]
"""Shows a short message: title, body, tone."""

log = logging.getLogger(__name__)


class Dispatch:
    """Gives commands. Each is a task of its own with a name; a refusal becomes a message, a bug too."""

    def __init__(
        self,
        service: JobService,
        store: Store,
        *,
        publish: Callable[[Change], None],
        tell: Tell,
        user: str = "",
    ) -> None:
        self._service = service
        self._store = store
        self._publish = publish
        self._tell = tell
        self._trigger = f"UI - {user}"
        self.tasks = TaskSet(self._failed)

    @property
    def busy(self) -> bool:
        """Whether a command is on its way."""
        return len(self.tasks) > 0

    def run(self, job: Job, arguments: str | None = None) -> None:
        """Start a run of a triggered job."""
        self._give(job, "Starting", self._service.run(job.id, arguments, trigger=self._trigger))

    def start(self, job: Job) -> None:
        """Start a continuous job."""
        self._give(job, "Starting", self._service.start(job.id))

    def stop(self, job: Job) -> None:
        """Stop a continuous job or the run of a triggered one, gracefully."""
        self._give(job, "Stopping", self._service.stop(job.id))

    def kill(self, job: Job) -> None:
        """The same without grace."""
        self._give(job, "Killing", self._service.stop(job.id, now=True))

    def restart(self, job: Job) -> None:
        """Stop and start a continuous job."""
        self._give(job, "Restarting", self._service.restart(job.id))

    def pause(self, job: Job) -> None:
        """Let its schedule wait no more."""
        self._give(job, "Pausing", self._service.pause(job.id))

    def resume(self, job: Job) -> None:
        """Let its schedule wait again."""
        self._give(job, "Resuming", self._service.resume(job.id))

    def run_later(self, job: Job, at: datetime, arguments: str | None = None) -> None:
        """Start a run of a triggered job at an instant, once."""
        work = self._service.run_later(job.id, at, arguments, trigger=self._trigger)
        self._give(job, "Putting off", work)

    def cancel_later(self, job: Job) -> None:
        """Take the start that was put off back."""
        self._give(job, "Taking back", self._service.cancel_later(job.id))

    def shut_down(self) -> None:
        """Stop every job, then the engine."""
        self.tasks.start("shut down", self._guard("Shut down", self._service.shut_down()))

    def give(self, jobs: Sequence[JobId], word: str, work: Coroutine[Any, Any, Any]) -> None:
        """Do something about these jobs; ``word`` stands in their rows meanwhile."""
        for job in jobs:
            self._publish(self._store.mark(job.key, word))
        names = ", ".join(plain(job.name) for job in jobs)
        task = self.tasks.start(f"{word} {names}", self._guard(f"{word} {names}", work))
        task.add_done_callback(lambda _: [self._publish(self._store.mark(job.key, None)) for job in jobs])

    def _give(self, job: Job, word: str, work: Coroutine[Any, Any, Any]) -> None:
        self.give((job.id,), word, work)

    async def _guard(self, what: str, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except WjtuiError as error:
            self._tell(f"{what}: refused", plain(error.message), Tone.ERROR)

    def _failed(self, name: str, error: BaseException) -> None:
        self._tell(
            f"{plain(name)} failed by a bug of ours", plain(f"{type(error).__name__}: {error}"), Tone.ERROR
        )
