"""ListDesk: what the keys of the list do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.tui.desks.jobs import JobDesk

if TYPE_CHECKING:
    from wjtui.tui.screens.main import MainScreen


class ListDesk(JobDesk):
    """Filters, marks and sorts; opens what belongs to the chosen job."""

    def __init__(self, screen: MainScreen) -> None:
        super().__init__(screen)
        self._screen = screen

    def open_log(self) -> None:
        """The log in full height."""
        self._screen.open_log()

    def filter(self) -> None:
        """Type a filter."""
        self._screen.type_filter()

    def split(self) -> None:
        """One view of the log, or two."""
        self._screen.log_pane.toggle_split()
