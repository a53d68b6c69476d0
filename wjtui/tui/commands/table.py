"""The table: every command there is."""

from __future__ import annotations

from typing import Any

from wjtui.tui.commands import jobs, list, log, runs, schedule, shell, versions, waiting
from wjtui.tui.commands.command import Command, Where

COMMANDS: tuple[Command[Any], ...] = (
    *jobs.COMMANDS,
    *list.COMMANDS,
    *jobs.IN_THE_LIST,
    *log.COMMANDS,
    *runs.COMMANDS,
    *schedule.COMMANDS,
    *versions.COMMANDS,
    *versions.IN_THE_TRASH,
    *waiting.COMMANDS,
    *shell.COMMANDS,
)
"""In the order of footer and help."""

BY_ID = {command.id: command for command in COMMANDS}


def commands_of(*places: Where) -> tuple[Command[Any], ...]:
    """The commands that count in these places, place by place."""
    return tuple(command for place in places for command in COMMANDS if command.where is place)
