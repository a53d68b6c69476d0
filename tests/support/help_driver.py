"""HelpDriver: the help, as a person reads it."""

from __future__ import annotations

import re

from tests.support.tui_driver import TuiDriver
from wjtui.tui.commands.command import Section
from wjtui.tui.screens.help import Help
from wjtui.tui.widgets.sheet import SheetView


class HelpDriver:
    """Opens the help over a screen."""

    def __init__(self, tui: TuiDriver) -> None:
        self._tui = tui

    async def open(self) -> None:
        """Ask for help."""
        await self._tui.press("question_mark")
        assert self.is_open

    @property
    def is_open(self) -> bool:
        """Whether help is what one sees."""
        return isinstance(self._tui.app.screen, Help)

    @property
    def title(self) -> str:
        """The first row."""
        return self._tui.lines[0].strip()

    @property
    def hints(self) -> str:
        """The last row: what can be done here."""
        return self._tui.lines[-1].strip()

    @property
    def sheet(self) -> str:
        """The keys in sight."""
        region = self._tui.app.screen.query_one(SheetView).region
        return "\n".join(line.rstrip() for line in self._tui.lines[region.y : region.bottom])

    @property
    def headings(self) -> list[str]:
        """The sections in sight, column by column and from top to bottom."""
        names = re.compile(rf"(?<!\S)({'|'.join(section.value for section in Section)})(?=  |$)")
        found = [
            (match.start(), y, match[1])
            for y, line in enumerate(self.sheet.split("\n"))
            for match in names.finditer(line)
        ]
        return [name for _, _, name in sorted(found)]
