"""EventsDriver: the list of what happened."""

from __future__ import annotations

from tests.support.tui_driver import TuiDriver
from wjtui.tui.screens.events import EventsScreen


class EventsDriver:
    """Opens the events over the list of jobs."""

    def __init__(self, tui: TuiDriver) -> None:
        self._tui = tui

    async def open(self) -> None:
        """Ask what happened."""
        await self._tui.press("m")
        assert self.is_open

    @property
    def is_open(self) -> bool:
        """Whether the events are what one sees."""
        return isinstance(self._tui.app.screen, EventsScreen)

    @property
    def title(self) -> str:
        """The first row."""
        return self._tui.lines[0].strip()

    @property
    def rows(self) -> list[str]:
        """The events in sight, oldest first."""
        screen = self._tui.app.screen
        assert isinstance(screen, EventsScreen)
        region = screen.options.region
        return [text for line in self._tui.lines[region.y : region.bottom] if (text := line.strip())]
