"""PaletteDriver: the palette, the theme picker and the keymap, as a person uses them."""

from __future__ import annotations

from typing import Any

from tests.support.tui_driver import TuiDriver
from wjtui.tui.present.ink import plain_text
from wjtui.tui.screens.picker import Picker
from wjtui.tui.widgets.choices import Choices


class PaletteDriver:
    """Opens lists with a field over a screen, types, and gives what is chosen."""

    def __init__(self, tui: TuiDriver) -> None:
        self._tui = tui

    async def open(self, text: str = "") -> None:
        """Open the palette and type."""
        await self._tui.press("colon")
        assert self.is_open
        if text:
            await self._tui.write(text)

    async def give(self, text: str) -> None:
        """Open the palette, type, and give the first command that fits."""
        await self.open(text)
        await self._tui.press("enter")

    @property
    def is_open(self) -> bool:
        """Whether such a list is open."""
        return isinstance(self._tui.app.screen, Picker)

    @property
    def _picker(self) -> Picker[Any]:
        screen = self._tui.app.screen
        assert isinstance(screen, Picker)
        return screen

    @property
    def values(self) -> list[Any]:
        """What stands behind the rows, in or out of sight."""
        return [entry.value for entry, _ in self._picker._found]

    @property
    def rows(self) -> list[str]:
        """All rows as text: left part and right part."""
        found = []
        for number in range(len(self._picker._found)):
            left, right = self._picker._row(number, 200)
            found.append(f"{' '.join(plain_text(left).split())} | {plain_text(right)}")
        return found

    @property
    def chosen(self) -> Any:
        """What Enter would give."""
        entry = self._picker.chosen
        return entry.value if entry is not None else None

    @property
    def shown(self) -> list[str]:
        """The rows in sight."""
        region = self._picker.query_one(Choices).region
        lines = self._tui.lines[region.y : region.bottom]
        return [line[region.x : region.right].rstrip() for line in lines]
