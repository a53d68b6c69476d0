"""Commands of the schedule view."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Where


class ScheduleDesk(Protocol):
    """What can be done with the schedule that is looked at."""

    def change(self) -> None: ...
    def why_no_change(self) -> str | None: ...


COMMANDS: tuple[Command[ScheduleDesk], ...] = (
    Command(
        "schedule.change", ("e", "enter"), "change it: fields, next runs, other jobs", lambda d: d.change(),
        Section.JOBS, Where.SCHEDULE, lambda d: d.why_no_change(), "Change",
    ),
)  # fmt: skip
