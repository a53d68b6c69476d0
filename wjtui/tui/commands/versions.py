"""Commands of the versions of a job, and of the trash."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Where


class VersionsDesk(Protocol):
    """What can be done with versions."""

    @property
    def among_files(self) -> bool:
        """Whether the cursor is among the files that would change."""
        ...

    def go_back(self) -> None: ...
    def diff(self) -> None: ...
    def why_no_back(self) -> str | None: ...
    def why_no_diff(self) -> str | None: ...


class TrashDesk(Protocol):
    """What can be done with deleted jobs."""

    def restore(self) -> None: ...
    def why_no_restore(self) -> str | None: ...


COMMANDS: tuple[Command[VersionsDesk], ...] = (
    Command(
        "versions.open", ("enter",), "go back; a file: its changes",
        lambda d: d.diff() if d.among_files else d.go_back(), Section.JOBS, Where.VERSIONS,
        lambda d: d.why_no_diff() if d.among_files else d.why_no_back(), "Go back",
        lambda d: "Changes" if d.among_files else "Go back",
    ),
    Command(
        "versions.go_back", ("b",), "go back, asks first", lambda d: d.go_back(), Section.JOBS,
        Where.VERSIONS, lambda d: d.why_no_back(), "Go back", lambda d: "Go back" if d.among_files else "",
    ),
    Command(
        "versions.diff", ("d",), "changes of the file", lambda d: d.diff(), Section.JOBS,
        Where.VERSIONS, lambda d: d.why_no_diff(), "Changes", lambda d: "" if d.among_files else "Changes",
    ),
)  # fmt: skip
"""In the order of footer and help."""

IN_THE_TRASH: tuple[Command[TrashDesk], ...] = (
    Command(
        "trash.restore", ("enter",), "bring the job back", lambda d: d.restore(), Section.JOBS,
        Where.TRASH, lambda d: d.why_no_restore(), "Bring back",
    ),
)  # fmt: skip
