"""MenuDriver and QuestionDriver: what comes over a screen and wants one answer."""

from __future__ import annotations

from textual.widgets import Button, OptionList

from tests.support.tui_driver import TuiDriver
from wjtui.tui.screens.menu import Menu
from wjtui.tui.screens.question import Question


class MenuDriver:
    """A menu that is open."""

    def __init__(self, tui: TuiDriver) -> None:
        self._tui = tui

    @property
    def is_open(self) -> bool:
        """Whether a menu is what one sees."""
        return isinstance(self._tui.app.screen, Menu)

    @property
    def frame(self) -> tuple[str, str]:
        """What stands in the upper and in the lower border."""
        region = self._tui.app.screen.query_one("#menu").region
        upper, lower = (self._tui.lines[y][region.x : region.right] for y in (region.y, region.bottom - 1))
        return upper.strip("╭╮─ "), lower.strip("╰╯─ ")

    @property
    def rows(self) -> list[str]:
        """The rows in sight, blanks drawn together."""
        frame = self._tui.app.screen.query_one("#menu").region
        region = self._tui.app.screen.query_one(OptionList).region.intersection(frame.shrink((1, 1, 1, 1)))
        lines = self._tui.lines[region.y : region.bottom]
        return [" ".join(line[region.x : region.right].split()) for line in lines]


class QuestionDriver:
    """A question that is open."""

    def __init__(self, tui: TuiDriver) -> None:
        self._tui = tui

    @property
    def is_open(self) -> bool:
        """Whether a question is what one sees."""
        return isinstance(self._tui.app.screen, Question)

    @property
    def _dialog(self) -> list[str]:
        region = self._tui.app.screen.query_one(".dialog").region
        return [line[region.x : region.right] for line in self._tui.lines[region.y : region.bottom]]

    @property
    def title(self) -> str:
        """What stands in the upper border."""
        return self._dialog[0].strip("╭╮─ ")

    @property
    def text(self) -> str:
        """What is asked, as one line."""
        return " ".join(" ".join(line.strip("│ ") for line in self._dialog[1:-1]).split())

    @property
    def answers(self) -> list[str]:
        """The ways out, with their letters, from top to bottom."""
        found = self._tui.app.screen.query(Button)
        rows = [self._tui.lines[button.region.y][button.region.x : button.region.right] for button in found]
        return [" ".join(row.split()) for row in rows]

    @property
    def focused(self) -> str:
        """The answer that Enter gives."""
        at = [button.has_focus for button in self._tui.app.screen.query(Button)].index(True)
        return self.answers[at]
