"""LogDesk: what the keys of the log view do."""

from __future__ import annotations

from wjtui.tui.commands.command import Step
from wjtui.tui.widgets.log_pane import LogPane


class LogDesk:
    """For one log pane, whichever screen it is on."""

    def __init__(self, pane: LogPane) -> None:
        self._pane = pane

    def follow(self) -> None:
        """Follow the end."""
        self._pane.follow()

    def split(self) -> None:
        """One view, or two."""
        self._pane.toggle_split()

    def move(self, step: Step) -> None:
        """Sideways."""
        self._pane.move(step)
