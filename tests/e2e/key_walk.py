"""Walk: presses the keys of the table on a real screen and sees what each of them does.

A state is waited for after every key. After Esc it has to be one that was not there before: a key that
follows at once makes a key with Alt of both.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.e2e.installed import Installed
from tests.support.terminal import Terminal
from wjtui.tui.key_names import SHOWN

_TMUX = {
    "enter": "Enter", "escape": "Escape", "tab": "Tab", "shift+tab": "BTab", "space": "Space",
    "pageup": "PPage", "pagedown": "NPage", "home": "Home", "end": "End",
    "up": "Up", "down": "Down", "left": "Left", "right": "Right",
    "shift+up": "S-Up", "shift+down": "S-Down", "f1": "F1", "f5": "F5",
}  # fmt: skip


def tmux_key(key: str) -> str:
    """What tmux calls a key of the table. Raises KeyError for one that nobody has taught it yet."""
    if (shown := SHOWN.get(key, key)) in set(string.ascii_letters + string.digits + string.punctuation):
        return shown
    return f"C-{key[-1]}" if re.fullmatch("ctrl\\+[a-z]", key) else _TMUX[key]


@dataclass(frozen=True)
class Seen:
    """What a proof may look at."""

    screen: str
    before: str
    """The screen before the key was pressed."""
    terminal: Terminal
    program: Installed

    @property
    def lines(self) -> list[str]:
        """The rows of the screen."""
        return self.screen.split("\n")


State = str | re.Pattern[str] | Callable[[Seen], object]
"""A text or a pattern on the screen, or a question to all that is seen."""


class Step(NamedTuple):
    """Something typed on the way, and what is there then."""

    typed: str | Callable[[Walk], None]
    """A key as the table calls it, a text that is typed as it is, or something done beside the screen."""
    then: State


class Proof(NamedTuple):
    """One key of one command: what it needs, what shows that it has done its work, and the way back."""

    id: str
    key: str
    shows: State
    before: tuple[Step, ...] = ()
    back: tuple[Step, ...] = ()


class Walk:
    """One terminal on the jobs, and the state in which every proof of a place begins and ends."""

    def __init__(self, program: Installed, terminal: Terminal, home: Sequence[State]) -> None:
        self.program = program
        self.terminal = terminal
        self._home = home
        self._before = ""

    def prove(self, proofs: Sequence[Proof]) -> None:
        """Each in turn; what a key is to bring about must not be there before it."""
        self.come_home("at the beginning")
        for proof in proofs:
            name = f"{proof.key} for {proof.id}"
            self._steps(proof.before, f"before {name}")
            self._before = self.terminal.screen()
            assert not self._is(proof.shows), f"before {name} there was already {proof.shows}\n{self._before}"
            self.terminal.send(tmux_key(proof.key))
            self._await(proof.shows, f"after {name}")
            self._steps(proof.back, f"back from {name}")
            self.come_home(f"back from {name}")

    def come_home(self, when: str) -> None:
        """Wait for what is always there when no key is being tried."""
        for state in self._home:
            self._await(state, when)

    def go(self, *steps: Step) -> None:
        """Go somewhere."""
        self._steps(steps, "on the way")

    def _steps(self, steps: Sequence[Step], when: str) -> None:
        for typed, then in steps:
            self._before = self.terminal.screen()
            self._type(typed)
            self._await(then, f"{when}: {typed!r}")

    def _type(self, typed: str | Callable[[Walk], None]) -> None:
        if callable(typed):
            typed(self)
            return
        try:
            self.terminal.send(tmux_key(typed))
        except KeyError:
            self.terminal.type(typed)

    def _await(self, state: State, when: str) -> None:
        try:
            self.terminal.wait_for(lambda screen: self._is(state, screen))
        except AssertionError as error:
            raise AssertionError(f"{when}: no {_name(state)}\n{error}") from None

    def _is(self, state: State, screen: str | None = None) -> bool:
        screen = self.terminal.screen() if screen is None else screen
        if isinstance(state, str):
            return state in screen
        if isinstance(state, re.Pattern):
            return state.search(screen) is not None
        return bool(state(Seen(screen, self._before, self.terminal, self.program)))


def keys_of(proofs: Sequence[Proof]) -> set[tuple[str, str]]:
    """The commands and keys that are tried."""
    return {(proof.id, proof.key) for proof in proofs}


def _name(state: object) -> str:
    return getattr(state, "__qualname__", None) or repr(state)


# What a screen shows


def lacks(text: str) -> Callable[[Seen], bool]:
    """A text is not on the screen."""
    return lambda seen: text not in seen.screen


def both(*states: str) -> Callable[[Seen], bool]:
    """All these texts are on the screen."""
    return lambda seen: all(state in seen.screen for state in states)


def on(job: str) -> Callable[[Seen], bool]:
    """The cursor of a list is on the row that names a job, and the pane below shows that job."""

    def is_on(seen: Seen) -> bool:
        return f" {job} " in cursor_row(seen) and re.search(rf"─ ?{job} +‹?Log", seen.screen) is not None

    return is_on


def cursor_row(seen: Seen) -> str:
    """The row of a list that the cursor is on; empty while there is none."""
    return next((line for line in seen.lines if line.lstrip("│").startswith("▌")), "")


def row_of(job: str, *words: str) -> Callable[[Seen], bool]:
    """The row of a job in the list has these words."""

    def has(seen: Seen) -> bool:
        rows = [line for line in seen.lines if re.search(rf"\s{job}\s+(trig|cont)\b", line)]
        return len(rows) == 1 and all(word in rows[0] for word in words)

    return has


def copied(text: str) -> Callable[[Seen], bool]:
    """The clipboard holds this text."""
    return lambda seen: text in seen.terminal.clipboard


def another(pattern: str) -> Callable[[Seen], bool]:
    """What the pattern finds last is there, and is not what it found last before the key."""

    def is_another(seen: Seen) -> bool:
        now, before = (re.findall(pattern, screen)[-1:] for screen in (seen.screen, seen.before))
        return bool(now) and now != before

    return is_another


def changed(measure: Callable[[str], float], by: Callable[[float, float], bool]) -> Callable[[Seen], bool]:
    """A measure of the screen went where it should: ``by`` gets it before and now."""
    return lambda seen: by(measure(seen.before), measure(seen.screen))
