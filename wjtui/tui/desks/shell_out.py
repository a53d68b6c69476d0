"""ShellOut: a shell in a job's folder, with the environment that the job has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.instances import Workplace
from wjtui.model.jobs import Job
from wjtui.tui.lend import lend
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.question import CANCEL, Answer, Question

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View

_FOR_PEOPLE = (
    "TERM",
    "COLORTERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "DISPLAY",
    "SSH_AUTH_SOCK",
    "SSH_TTY",
    "TMUX",
)
"""Taken from the screen's own environment where the job's has none: a shell needs a terminal."""
_NAMED = 8


class ShellOut:
    """Asks the engine for the surroundings, the person where they hold secrets, then lends the terminal."""

    def __init__(self, view: View, job: Job) -> None:
        self._app = view.app
        self._session = view.session
        self._job = job

    def open(self) -> None:
        """Begin."""
        self._session.dispatch.tasks.start(f"surroundings of {self._job.id}", self._ask())

    async def _ask(self) -> None:
        try:
            place = await self._session.service.workplace(self._job.id)
        except WjtuiError as error:
            self._session.tell("No shell", plain(error.message), Tone.ERROR)
            return
        if place.secret:
            self._app.push_screen(self._question(place), lambda answer: self._answered(answer, place))
        else:
            self._lend(place)

    def _question(self, place: Workplace) -> Question:
        names = [plain(name) for name in place.secret[:_NAMED]]
        more = f" and {len(place.secret) - _NAMED} more" if len(place.secret) > _NAMED else ""
        lines: list[Line] = [
            (Piece("Whoever sees that shell can read these variables of the job:"),),
            (Piece("  " + ", ".join(names) + more, Ink.WARNING),),
            (Piece(f"It begins in {plain(place.folder)}. Leaving it brings this screen back.", Ink.DIM),),
        ]
        answers = [
            Answer(CANCEL, "No shell", "n"),
            Answer("without", "Without these variables", "w"),
            Answer("with", "With them", "s", dangerous=True),
        ]
        return Question(f"A shell as {plain(self._job.id.name)} sees the world", lines, answers)

    def _answered(self, answer: str | None, place: Workplace) -> None:
        if answer in ("with", "without"):
            self._lend(place, secrets=answer == "with")

    def _lend(self, place: Workplace, *, secrets: bool = True) -> None:
        hidden = set() if secrets else set(place.secret)
        environment = {name: value for name, value in place.environment.items() if name not in hidden}
        for name in _FOR_PEOPLE:
            if name in os.environ:
                environment.setdefault(name, os.environ[name])
        self._session.dispatch.tasks.start(f"shell of {self._job.id}", self._run(place.folder, environment))

    async def _run(self, folder: str, environment: dict[str, str]) -> None:
        from wjtui.tui.app import WjtuiApp

        assert isinstance(self._app, WjtuiApp)
        shell = os.environ.get("SHELL") or "/bin/sh"
        if (trouble := await lend(self._app, [shell], folder=folder, environment=environment)) is not None:
            self._session.tell("No shell", trouble, Tone.ERROR)
