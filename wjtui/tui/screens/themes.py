"""ThemePicker: every theme, tried on while the cursor moves."""

from __future__ import annotations

from collections.abc import Sequence

from textual.theme import Theme

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.palette import Entry, entry
from wjtui.tui.screens.picker import Picker

_TROUBLES = 4


class ThemePicker(Picker[str]):
    """Dismissed with the theme to keep; None: the one before is back."""

    TITLE = "Theme"
    PLACEHOLDER = "a theme"
    NAMES = 26

    def __init__(
        self,
        now: str,
        themes: Sequence[Theme],
        troubles: Sequence[str],
        in_file: str,
        *,
        ascii_only: bool = False,
    ) -> None:
        """``troubles``: of theme files that cannot be used. ``in_file``: what ``config.toml`` names."""
        super().__init__(ascii_only=ascii_only)
        self._before = now
        self._troubles = troubles
        self._in_file = in_file
        self._entries: list[Entry[str]] = [entry(theme.name, _says(theme), theme.name) for theme in themes]

    def entries(self, query: str) -> Sequence[Entry[str]]:
        return self._entries

    def first(self) -> int:
        return next((at for at, each in enumerate(self._entries) if each.value == self._before), 0)

    def notes(self) -> list[Line]:
        lines: list[Line] = [(Piece(f"! {trouble}", Ink.WARNING),) for trouble in self._troubles[:_TROUBLES]]
        if (more := len(self._troubles) - _TROUBLES) > 0:
            lines.append((Piece(f"! {more} more theme files cannot be used.", Ink.WARNING),))
        if self._in_file:
            text = f"config.toml names '{self._in_file}': that counts again at the next start."
            lines.append((Piece(text, Ink.DIM),))
        return lines

    def hints(self) -> list[tuple[str, str]]:
        return [("↑↓", "tries on"), ("Enter", "keeps"), ("Esc", f"back to {self._before}")]

    def moved(self, chosen: Entry[str] | None) -> None:
        if chosen is not None and chosen.value in self.app.available_themes:
            self.app.theme = chosen.value

    def action_leave(self) -> None:
        self.app.theme = self._before
        self.dismiss(None)


def _says(theme: Theme) -> str:
    where = "in the terminal's own colours, " if theme.ansi else ""
    return f"{where}{'dark' if theme.dark else 'light'}"
