"""Commands of the log view."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Step, Where


class LogDesk(Protocol):
    """What can be done with a log."""

    def follow(self) -> None: ...
    def split(self) -> None: ...
    def move(self, step: Step) -> None: ...


COMMANDS: tuple[Command[LogDesk], ...] = (
    Command("log.follow", ("f",), "follow the end again", lambda d: d.follow(), Section.LOG, Where.LOG,
            footer="Follow"),
    Command("log.split", ("vertical_line",), "output and errors apart, and back", lambda d: d.split(),
            Section.LOG, Where.LOG, footer="Split"),
    Command("log.left", ("left", "h"), "to the left", lambda d: d.move(Step.LEFT), Section.LOG, Where.LOG),
    Command("log.right", ("right", "l"), "to the right", lambda d: d.move(Step.RIGHT), Section.LOG,
            Where.LOG),
)  # fmt: skip
"""In the order of footer and help."""
