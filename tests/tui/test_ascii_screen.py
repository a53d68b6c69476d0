"""The screen in ASCII: what it draws by itself, borders and scroll bars too, on every screen there is."""

from __future__ import annotations

import asyncio

import pytest
from rich.segment import Segment
from textual.color import Color

from tests.support.fake_service import FakeJobService, make_job, output
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.events import LogRef
from wjtui.model.identity import JobType
from wjtui.tui.filters import Spelled
from wjtui.tui.present.status import ASCII

PLACES = (
    (), ("j",), ("vertical_line",), ("vertical_line", "d"), ("enter",), ("escape", "w"), ("escape", "a"),
    ("escape", "t"), ("escape", "question_mark"), ("escape", "X"), ("escape", "q"), ("escape", "c"),
    ("escape", "slash"),
)  # fmt: skip


def assert_ascii(tui: TuiDriver) -> None:
    for line in tui.lines:
        assert line.isascii(), f"{[char for char in line if not char.isascii()]} in {line!r}"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (170, 50), (50, 14)])
async def test_a_busy_night(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size, ascii=True, brought_engine=True) as tui:
        for keys in PLACES:
            await tui.press(*keys)
            assert_ascii(tui)


async def test_an_empty_root() -> None:
    async with open_tui(FakeJobService(), ascii=True) as tui:
        assert "No jobs yet" in tui.text
        assert_ascii(tui)


async def test_a_command_on_its_way() -> None:
    async with open_tui(eleven_jobs(), ascii=True) as tui:
        tui.service.hold = asyncio.Event()
        await tui.select("import-legacy")
        await tui.press("r")
        assert tui.app.store.pending
        assert_ascii(tui)


async def test_what_a_job_says_stays_what_it_is() -> None:
    service = FakeJobService(job := make_job("日本語", kind=JobType.CONTINUOUS))
    service.log(LogRef(job.id), output("größer als 日本語"))
    async with open_tui(service, ascii=True) as tui:
        assert tui.text.count("日本語") == 3 and "größer als" in tui.text


async def test_without_the_wish_there_are_glyphs() -> None:
    async with open_tui(eleven_jobs()) as tui:
        assert not tui.text.isascii()


def test_a_glyph_becomes_one_character() -> None:
    glyphs = [*ASCII, *map(chr, range(0x2500, 0x25A0))]
    spelled = Spelled().apply([Segment("".join(glyphs))], Color(0, 0, 0))
    assert spelled[0].text.isascii() and len(spelled[0].text) == len(glyphs)
    assert [s.text for s in Spelled().apply([Segment("╭─┤│╱▌é")], Color(0, 0, 0))] == ["+-+|/>é"]
