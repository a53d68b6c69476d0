"""Commands of the starts that wait for a job."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Where


class WaitingDesk(Protocol):
    """What can be done with starts that wait."""

    def withdraw(self) -> None: ...
    def withdraw_all(self) -> None: ...
    def why_no_withdraw(self) -> str | None: ...


COMMANDS: tuple[Command[WaitingDesk], ...] = (
    Command(
        "waiting.withdraw", ("b",), "take this start back", lambda d: d.withdraw(), Section.JOBS,
        Where.WAITING, lambda d: d.why_no_withdraw(), "Take back",
    ),
    Command(
        "waiting.withdraw_all", ("B",), "take all starts back, asks first", lambda d: d.withdraw_all(),
        Section.JOBS, Where.WAITING, lambda d: d.why_no_withdraw(), "Take all back",
    ),
)  # fmt: skip
"""In the order of footer and help."""
