"""KeymapView: what is bound to what, and where to change it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wjtui.tui.bindings import Keys
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.palette import Entry, entry, shown_if_any
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.picker import Picker

_TROUBLES = 4


class KeymapView(Picker[str]):
    """Only to look at: the keys are changed in ``config.toml``."""

    TITLE = "Keys"
    PLACEHOLDER = "a key or an action"
    NAMES = 20

    def __init__(self, keys: Keys, config: Path | None, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._keys = keys
        self._config = config
        self._entries = [
            entry(
                command.id,
                f"{command.title}{'  (changed)' if keys.is_changed(command.id) else ''}",
                command.id,
                shown_if_any(command, keys) or "none",
            )
            for command in COMMANDS
        ]

    def entries(self, query: str) -> Sequence[Entry[str]]:
        return self._entries

    def notes(self) -> list[Line]:
        path = plain(str(self._config)) if self._config is not None else "config.toml"
        lines: list[Line] = [
            (Piece("Change them in "), Piece(path, Ink.STRONG), Piece(", from the next start on:")),
            (Piece('[keys]   "job.run" = ["r", "F9"]   "job.kill" = []', Ink.ACCENT),),
        ]
        lines += [(Piece(f"! {trouble}", Ink.WARNING),) for trouble in self._keys.troubles[:_TROUBLES]]
        return lines

    def hints(self) -> list[tuple[str, str]]:
        return [("↑↓", "look"), ("Esc", "closes")]

    def choose(self, chosen: Entry[str]) -> None:
        self.dismiss(None)
