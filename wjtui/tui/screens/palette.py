"""The palette: every command, every job and every theme by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wjtui.model.jobs import Job
from wjtui.tui.commands import jobs
from wjtui.tui.commands.command import Command
from wjtui.tui.commands.table import COMMANDS, commands_of
from wjtui.tui.desks.one import OneJobDesk
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.palette import (
    Choice,
    Entry,
    chip_entries,
    command_entry,
    elsewhere,
    job_entries,
    theme_entries,
    verb_entry,
    verbs,
)
from wjtui.tui.screens.picker import Picker

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View

VERBS: tuple[Command[Any], ...] = (*jobs.COMMANDS, *jobs.IN_THE_LIST)
"""The commands that can be given for one job by its name."""


class Palette(Picker[Choice]):
    """Over a view; what is chosen is given to that view, exactly as its key would."""

    PLACEHOLDER = "a command, a job, or both: stop mail"

    def __init__(self, view: View) -> None:
        super().__init__(ascii_only=view.session.options.ascii)
        self._view = view
        self._keys = view.session.keys
        store = view.session.store
        self._jobs = sorted(
            ((key, job.id.name) for key, job in store.jobs.items()), key=lambda pair: pair[1].lower()
        )
        self._verbs: dict[str, list[Entry[Choice]]] = {}
        self._entries: list[Entry[Choice]] = [
            *self._commands(),
            *job_entries(self._jobs),
            *chip_entries(),
            *theme_entries(sorted(view.app.available_themes)),
            *self._commands_elsewhere(),
        ]

    def entries(self, query: str) -> Sequence[Entry[Choice]]:
        """The commands for one job only when one is typed: for all jobs they would be thousands."""
        found: list[Entry[Choice]] = []
        for command in verbs(query, VERBS):
            found += self._for_each_job(command)
        return [*self._entries, *found] if found else self._entries

    def _commands(self) -> list[Entry[Choice]]:
        return [
            command_entry(command, self._keys, _asked(command, desk))
            for command in commands_of(*self._view.places)
            if (desk := self._view.desk_of(command)) is not None
        ]

    def _commands_elsewhere(self) -> list[Entry[Choice]]:
        return [
            command_entry(command, self._keys, _elsewhere(command))
            for command in COMMANDS
            if not self._view.takes(command)
        ]

    def _for_each_job(self, command: Command[Any]) -> list[Entry[Choice]]:
        if command.id not in self._verbs:
            self._verbs[command.id] = [
                verb_entry(command, self._keys, key, name, self._asked_of(command, key))
                for key, name in self._jobs
            ]
        return self._verbs[command.id]

    def _asked_of(self, command: Command[Any], key: JobKey) -> Callable[[], str | None]:
        store = self._view.session.store

        def ask() -> str | None:
            job: Job | None = store.jobs.get(key)
            return "It is gone." if job is None else command.why_not(OneJobDesk(self._view, key))

        return ask


def _asked(command: Command[Any], desk: Any) -> Callable[[], str | None]:
    return lambda: command.why_not(desk)


def _elsewhere(command: Command[Any]) -> Callable[[], str | None]:
    return lambda: elsewhere(command)
