"""Only what the terminal does not show yet is sent."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from wjtui.tui.picture import Picture

CONSOLE = Console(force_terminal=True, color_system=None, width=40)
LEFT, RIGHT = "abcdefghij", "klmnopqrst"


def strips(*texts: str) -> list[Strip]:
    return [Strip([Segment(text)]) for text in texts]


def sent(picture: Picture, update: CompositorUpdate) -> str:
    less = picture.less(update)
    assert isinstance(less, CompositorUpdate)
    return less.render_segments(CONSOLE)


def whole(*rows: str) -> LayoutUpdate:
    return LayoutUpdate([strips(row) for row in rows], Region(0, 0, 20, len(rows)))


def parts(*spans: tuple[int, int, int], left: str = LEFT, right: str = RIGHT) -> ChopsUpdate:
    first, second = strips(left, right)
    return ChopsUpdate([{0: first, 10: second, 20: None}], list(spans), [[10, 20, 40]])


def test_of_a_changed_row_only_the_changed_cells_are_sent() -> None:
    assert sent(Picture(), parts((0, 4, 6))) == "\x1b[1;5Hef"
    assert sent(Picture(), parts((0, 8, 12))) == "\x1b[1;9Hij\x1b[1;11Hkl"
    assert sent(Picture(), parts((0, 0, 20))) == f"\x1b[1;1H{LEFT}\x1b[1;11H{RIGHT}"
    assert sent(Picture(), parts((0, 10, 10))) == "" and sent(Picture(), parts((0, 25, 30))) == ""
    assert sent(Picture(), parts((0, 1, 2), (0, 18, 20))) == "\x1b[1;2Hb\x1b[1;19Hst"


def test_what_is_there_is_not_sent_again() -> None:
    picture = Picture()
    assert sent(picture, whole("one", "two")) == "\x1b[1;1Hone\x1b[2;1Htwo"
    assert sent(picture, whole("one", "two")) == ""
    assert sent(picture, whole("one", "2")) == "\x1b[2;1H2"
    assert sent(picture, parts((0, 4, 6))) == "\x1b[1;5Hef" and sent(picture, parts((0, 4, 6))) == ""
    assert sent(picture, parts((0, 4, 6), left="abcdEfghij")) == "\x1b[1;5HEf"


def test_a_part_that_was_painted_over_is_sent_again() -> None:
    picture = Picture()
    sent(picture, whole("one"))
    sent(picture, parts((0, 4, 6)))
    assert sent(picture, whole("one")) == "\x1b[1;1Hone"
    assert sent(picture, parts((0, 4, 6))) == "\x1b[1;5Hef"
    assert sent(picture, parts((0, 5, 8))) == "\x1b[1;6Hfgh"
    assert sent(picture, parts((0, 4, 6))) == "\x1b[1;5Hef"


def test_after_forgetting_all_is_sent() -> None:
    picture = Picture()
    sent(picture, whole("one", "two"))
    picture.forget()
    assert sent(picture, whole("one", "two")) == "\x1b[1;1Hone\x1b[2;1Htwo"


def test_what_is_no_update_stays_as_it_is() -> None:
    assert Picture().less(None) is None
