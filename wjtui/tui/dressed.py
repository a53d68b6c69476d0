"""Dressed: an app in one of our themes, whatever colours and characters the terminal has."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App
from textual.filter import LineFilter
from textual.theme import Theme

from wjtui.tui.colourless import COLOURLESS, wants_no_colour
from wjtui.tui.filters import line_filters
from wjtui.tui.memory import Memory
from wjtui.tui.options import Leave, ScreenOptions
from wjtui.tui.themes import choose, default_variables, load_themes, theme_folders


class Dressed(App[Leave], inherit_bindings=False):
    """``wear`` once, before anything is painted."""

    def __init__(self, options: ScreenOptions) -> None:
        # The library asks for the theme while it begins.
        self.options = options
        self._colour = not wants_no_colour(options.environment)
        super().__init__()

    def wear(self, memory: Memory) -> list[str]:
        """Know all themes and put one on; a sentence for each that cannot be used.

        What command line, environment or ``config.toml`` name comes before what was chosen last time.
        """
        options = self.options
        themes, troubles = load_themes(theme_folders(options.user_themes))
        for theme in themes.values():
            self.register_theme(theme)
        wanted = options.theme
        if wanted and wanted not in self.available_themes:
            troubles.append(f"There is no theme '{wanted}'; there are {', '.join(sorted(themes))}.")
        if not wanted and not options.environment.get("NO_COLOR"):
            wanted = memory.get("theme", "")
        self.theme = choose(wanted, options.environment, self.available_themes)
        return troubles

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_variables(self.current_theme, super().get_theme)

    def get_theme(self, theme_name: str) -> Theme | None:
        """The theme of that name; without colours where NO_COLOR is set."""
        found = super().get_theme(theme_name)
        return found if self._colour or found is None else COLOURLESS

    def get_line_filters(self) -> Sequence[LineFilter]:
        return line_filters(super().get_line_filters(), colour=self._colour, ascii_only=self.options.ascii)
