"""Commands of the run history."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command


class RunsDesk(Protocol):
    """What can be done with runs."""


COMMANDS: tuple[Command[RunsDesk], ...] = ()
"""In the order of footer and help."""
