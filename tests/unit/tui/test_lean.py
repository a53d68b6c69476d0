"""Fewer codes, and every cell in the same style."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wjtui.tui.lean import lean

COLOURS = st.sampled_from([None, "red", "bright_blue", "default", "#d5daee", "#12151e", "color(120)"])
FLAGS = st.sampled_from([None, True, False])
STYLES = st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=FLAGS,
    dim=FLAGS,
    italic=FLAGS,
    underline=FLAGS,
    reverse=FLAGS,
    strike=FLAGS,
    underline2=FLAGS,
)
SEGMENTS = st.lists(
    st.builds(Segment, st.text("ab ", min_size=1, max_size=3), st.none() | STYLES), max_size=6
)
NAMES = {
    ColorSystem.TRUECOLOR: "truecolor",
    ColorSystem.EIGHT_BIT: "256",
    ColorSystem.STANDARD: "standard",
}
SYSTEMS = st.sampled_from(list(NAMES))


def painted(text: str) -> list[tuple[str, frozenset[str], str, str]]:
    """Each character with what a terminal would have in force for it."""
    cells = []
    attributes: frozenset[str] = frozenset()
    colour = ground = ""
    for codes, char in re.findall(r"\x1b\[([\d;]*)m|(.)", text):
        if char:
            cells.append((char, attributes, colour, ground))
            continue
        for code in re.findall(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+", codes):
            number = int(code.partition(";")[0])
            if number == 0:
                attributes, colour, ground = frozenset(), "", ""
            elif 30 <= number <= 39 or 90 <= number <= 97:
                colour = code
            elif 40 <= number <= 49 or 100 <= number <= 107:
                ground = code
            else:
                attributes |= {code}
    return cells


@given(SEGMENTS, SYSTEMS)
def test_every_cell_looks_as_the_library_would_have_it(segments: list[Segment], system: ColorSystem) -> None:
    console = Console(force_terminal=True, color_system=NAMES[system])  # type: ignore[arg-type]
    usual = Strip(segments).render(console)
    ours = lean(segments, system)
    assert painted(ours) == painted(usual)
    assert len(ours) <= len(usual) + 2
    assert painted(ours + "x")[-1] == ("x", frozenset(), "", "")


def test_what_is_in_force_is_not_said_again() -> None:
    ground = Style(bgcolor="#000000")
    red, bold = ground + Style(color="red"), ground + Style(color="red", bold=True)
    segments = [Segment("a", red), Segment("b", red), Segment("c", bold), Segment("d", red)]
    assert lean(segments, ColorSystem.TRUECOLOR) == (
        "\x1b[31;48;2;0;0;0mab\x1b[1mc\x1b[0;31;48;2;0;0;0md\x1b[0m"
    )
    assert lean([Segment("plain")], ColorSystem.TRUECOLOR) == "plain"
    assert lean([], None) == ""
