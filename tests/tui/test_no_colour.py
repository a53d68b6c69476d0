"""NO_COLOR in a real terminal: not one code of a colour, and yet everything can be told apart."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.e2e.pseudo_terminal import PseudoTerminal
from tests.support.fake_service import FakeJobService
from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import EngineUnreachable
from wjtui.tui.colourless import COLOURLESS, MARKED, wants_no_colour
from wjtui.tui.filters import Uncoloured
from wjtui.tui.present.ink import DEFAULT_VARIABLES

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys
from tests.support.fake_service import FixedClock, output
from tests.tui.scene import eleven_jobs
from wjtui.model.events import LogRef
from wjtui.tui.options import ScreenOptions
from wjtui.tui.run import run_screen

service = eleven_jobs()
service.log(LogRef(service.find("mail-pump").id), output("\\x1b[1;31;47mloud\\x1b[38;5;9m and louder"))
run_screen(service, ScreenOptions(theme=sys.argv[1], clock=FixedClock(), environment=dict(os.environ)))
"""
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
HARMLESS = {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"9", b"39", b"49"}


@pytest.fixture
def terminals() -> Iterator[list[PseudoTerminal]]:
    opened: list[PseudoTerminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def codes(terminals: list[PseudoTerminal], theme: str, **environment: str) -> set[bytes]:
    """Parameters of every SGR sequence of a tour over list, log, filter, dialogs and help."""
    given = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLORTERM")}
    given |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment}
    terminal = PseudoTerminal([sys.executable, "-c", SCRIPT, theme], given)
    terminals.append(terminal)
    at = terminal.wait_for(b"nightly-report")
    for key, shown in (
        (b"?", b"run now"),
        (b"q", b"nightly-report"),
        (b"/", b"name or status"),
        (b"mail", b"louder"),
        (b"\r", b"/mail"),
        (b"d", b"Because"),
    ):
        terminal.write(key)
        at = terminal.wait_for(shown, after=at)
    terminal.write(b"q")
    assert terminal.wait_for_end() == 0
    return {part for found in SGR.findall(terminal.output) for part in found.split(b";")}


@pytest.mark.parametrize("theme", ["", "wjtui-dark", "paper", "textual-light"])
def test_no_code_of_a_colour_reaches_the_terminal(terminals: list[PseudoTerminal], theme: str) -> None:
    found = codes(terminals, theme, NO_COLOR="1", COLORTERM="truecolor")
    assert found <= HARMLESS
    assert {b"1", b"7"} <= found, "what is bold and what is marked is still to be seen"


def test_set_to_nothing_it_means_nothing(terminals: list[PseudoTerminal]) -> None:
    assert b"38" in codes(terminals, "", NO_COLOR="", COLORTERM="truecolor")
    assert wants_no_colour({"NO_COLOR": "0"}) and not wants_no_colour({"NO_COLOR": ""})


def test_an_ansi_theme_uses_sixteen_colours(terminals: list[PseudoTerminal]) -> None:
    found = codes(terminals, "wjtui-ansi", COLORTERM="truecolor")
    assert b"48" not in found and {b"30", b"47", b"91"} <= found


async def test_marks_and_words_say_what_colours_said() -> None:
    async with open_tui(eleven_jobs(), environment={"NO_COLOR": "1"}) as tui:
        await tui.press("j")
        strips = tui.app.screen._compositor.render_strips()
        reversed_rows = [
            "".join(segment.text for segment in strip)
            for strip in strips
            if any(segment.style is not None and segment.style.reverse for segment in strip)
        ]
        assert len(reversed_rows) == 1 and "✗ Failed" in reversed_rows[0]
        assert "● Running" in tui.text and "○ Stopped" in tui.text and "✓ Success" in tui.text
        tui.service.lose(EngineUnreachable("gone"))
        await tui.until(lambda: "not reachable" in tui.text)
        for strip in tui.app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style or Style()
                assert style.color is None and style.bgcolor is None
        banner = next(
            strip for strip in tui.app.screen._compositor.render_strips() if "not reach" in strip.text
        )
        assert any(segment.style is not None and segment.style.reverse for segment in banner)


async def test_any_theme_is_the_colourless_one() -> None:
    async with open_tui(FakeJobService(), theme="moss", environment={"NO_COLOR": "1"}) as tui:
        assert tui.app.current_theme is COLOURLESS and tui.app.theme == "moss"
        tui.app.theme = "textual-light"
        await tui.settle()
        assert tui.app.current_theme is COLOURLESS


def test_the_colourless_theme_has_every_variable() -> None:
    assert set(DEFAULT_VARIABLES) <= set(COLOURLESS.variables)


def test_a_mark_is_reversed_and_what_is_on_it_is_not() -> None:
    mark = Color.parse(MARKED).rich_color
    styles = [Style(color="red", bold=True), Style(bgcolor=mark), Style(bgcolor=mark, reverse=True), None]
    found = Uncoloured().apply([Segment("x", style) for style in styles], Color(0, 0, 0))
    assert [segment.style for segment in found] == [
        Style(bold=True), Style(reverse=True), Style(reverse=False), None
    ]  # fmt: skip
