"""Text from jobs, paths and errors goes everywhere and does nothing."""

from __future__ import annotations

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job, make_run, output
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.model.errors import EngineUnreachable, InvalidRequest
from wjtui.model.events import EngineChanged, LogRef, Notice, NoticeRaised, Tone
from wjtui.model.jobs import Job, Problem, Script, Severity
from wjtui.model.runs import RunStatus
from wjtui.model.settings import JobSettings

HOSTILE = [
    "[/x]",
    '["a"]',
    "[red]blood[/red]",
    "$status-failed",
    "{0} %s %(x)s",
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31mC1",
    "日本語のジョブ",
    "שלום \u202eabc",
    "👩‍👩‍👧‍👦🇩🇪❤️",
    "a\nb\tc\rd",
    "\udcff\ud800",
    "é" * 300,
    "\u200b\u200d\u2028",
]


def hostile_job(text: str) -> Job:
    return make_job(
        text,
        script=Script(text, text, (text,), text),
        settings=JobSettings(schedule=text, arguments=text, time_zone=text, env={text: text}),
        problems=(Problem("e", text), Problem("n", text, Severity.NOTE)),
        tail=(text,),
        folder=text,
        data=text,
    )


def assert_harmless(tui: TuiDriver) -> None:
    for line in tui.lines:
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line), repr(line)
        line.encode("utf-8")


@pytest.mark.parametrize("size", [(120, 36), (45, 12)])
async def test_every_place(size: tuple[int, int]) -> None:
    service = FakeJobService(*map(hostile_job, HOSTILE))
    async with open_tui(service, size) as tui:
        for text in HOSTILE:
            job = service.find(text)
            failed = make_run("x", RunStatus.FAILED)
            service.info = make_engine(root=text, instance=text, hosts={text: text})
            service.tell(
                EngineChanged(service.info), NoticeRaised(Notice(NOW, text, Tone.ERROR, job.id, text))
            )
            service.change(text, latest_run=failed)
            service.grow(LogRef(job.id, failed.ref.run), output(text))
            tui.app.main_screen.table.choose(job.id.key)
            await tui.settle()
            assert_harmless(tui)
            await tui.press("d")
            assert_harmless(tui)
            service.refuse = InvalidRequest(text)
            await tui.press("w", "escape", "a", "enter", "d")
            assert_harmless(tui)
        service.lose(EngineUnreachable("".join(HOSTILE)))
        await tui.until(lambda: "not reachable" in tui.text)
        assert_harmless(tui)


@pytest.mark.parametrize("text", ["[/x]", "日本語"])
async def test_a_filter_is_only_text(text: str) -> None:
    async with open_tui(FakeJobService(*map(hostile_job, HOSTILE))) as tui:
        await tui.press("slash")
        await tui.write(text)
        assert f"1 of {len(HOSTILE)}" in tui.text
        await tui.press("enter")
        assert f"/{text}" in tui.lines[1]


@pytest.mark.parametrize("text", HOSTILE)
async def test_an_empty_root_of_that_name(text: str) -> None:
    engine = make_engine(root=text, instance=text, hosts={text: text, f"{text}2": ""})
    async with open_tui(FakeJobService(engine=engine), (80, 24)) as tui:
        assert "No jobs yet" in tui.text
        assert_harmless(tui)


async def test_columns_stay_straight_beside_wide_names() -> None:
    names = ["日本語のジョブ", "👩‍👩‍👧‍👦 family", "plain", "naïve", "a" * 80, "日" * 40]
    async with open_tui(FakeJobService(*(make_job(name) for name in names)), (120, 30)) as tui:
        table = tui.app.main_screen.table
        strips = [table.render_line(y) for y in range(1, len(names) + 1)]
        assert {strip.cell_length for strip in strips} == {table.scrollable_content_region.width}
        for strip in strips:
            cells = 0
            for segment in strip:
                if segment.text.startswith("trig"):
                    break
                cells += segment.cell_length
            assert cells == next(place.x for place in table._layout if place.column.value == "TYPE")
