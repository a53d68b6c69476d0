"""Text from jobs, paths and errors goes everywhere and does nothing."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from rich.cells import cell_len, get_character_cell_size
from textual.widgets import Input

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job, make_run, output
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.model.errors import EngineUnreachable, InvalidRequest
from wjtui.model.events import EngineChanged, LogRef, Notice, NoticeRaised, Tone
from wjtui.model.identity import JobType
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
    "עברית 123 العربية",
    "a\u2066b\u2069c\u200ed\u200fe\u061cf",
    "\u202dx\u202c\ufeffy\u2060z",
    "👍🏽 1️⃣ 🏴\U000e0067\U000e0062\U000e007f 🇩",
    "a" + "\u0301\u0323\u20dd" * 40,
    "हिन्दी தமிழ்",
    "\u1112\u1161\u11ab\u1161\u115f\u3164",
    "\ue0b0\U000f0000\u0378\U0001faff\U000e0fff",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "\u0301mark first",
    "soft\u00adhyphen\u034f\u180e\u2800",
    "日" * 200,
]
_LONG = [text for text in HOSTILE if len(text) >= 200]
_SHORT = [text for text in HOSTILE if len(text) < 200]
BUNDLES = [" ".join(_SHORT[at::4]) for at in range(4)] + _LONG
"""All of them in a few texts: what each does alone is for the tests of ``plain``."""
ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def hostile_job(text: str, kind: JobType = JobType.TRIGGERED) -> Job:
    return make_job(
        text,
        kind=kind,
        script=Script(text, text, (text,), text),
        settings=JobSettings(schedule=text, arguments=text, time_zone=text, env={text: text}),
        problems=(Problem("e", text), Problem("n", text, Severity.NOTE)),
        tail=(text,),
        folder=text,
        data=text,
    )


def assert_harmless(tui: TuiDriver) -> None:
    """No painted character acts on a terminal or hides, and every row is as wide as the screen."""
    # A field holds what is to be edited as it is; the library measures that letter by letter.
    fields = {field.region.y for field in tui.app.screen.query(Input)}
    for y, strip in enumerate(tui.app.screen._compositor.render_strips()):
        strip.text.encode("utf-8")
        assert not ACTS.search(strip.text), repr(strip.text)
        if y in fields:
            continue
        assert cell_len(strip.text) == strip.cell_length == tui.app.size.width, repr(strip.text)
        for char in strip.text:
            assert category(char) not in UNSEEN, f"{char!r} in {strip.text!r}"
            assert get_character_cell_size(char) in (1, 2) or category(char) in ("Mn", "Me"), repr(char)


@pytest.mark.parametrize("size", [(120, 36), (45, 12)])
async def test_every_place(size: tuple[int, int]) -> None:
    service = FakeJobService(*map(hostile_job, BUNDLES))
    async with open_tui(service, size) as tui:
        for text in BUNDLES:
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
        await tui.press("escape")  # messages, which would cover the banner where there are twelve rows
        service.lose(EngineUnreachable("".join(HOSTILE)))
        await tui.until(lambda: "not reachable" in tui.text)
        assert_harmless(tui)


async def open_each(tui: TuiDriver, *keys: str) -> None:
    for text in BUNDLES:
        tui.app.main_screen.table.choose(tui.service.find(text).id.key)
        await tui.settle()
        for key in keys:
            await tui.press(key)
            assert tui.app.screen is not tui.app.main_screen, f"{key} opened nothing: {tui.text}"
            assert_harmless(tui)
            await tui.press("escape")


async def test_every_dialog_and_view_of_a_job() -> None:
    """Why not, arguments, a start put off, schedule, the menus, the palette."""
    async with open_tui(FakeJobService(*map(hostile_job, BUNDLES))) as tui:
        await open_each(tui, "w", "a", "t", "c", "full_stop", "y", "colon")


async def test_the_question_before_a_kill() -> None:
    jobs = (hostile_job(text, JobType.CONTINUOUS) for text in BUNDLES)
    async with open_tui(FakeJobService(*jobs)) as tui:
        await open_each(tui, "X")


@pytest.mark.parametrize("text", ["[/x]", "日本語の"])
async def test_a_filter_is_only_text(text: str) -> None:
    async with open_tui(FakeJobService(*map(hostile_job, BUNDLES))) as tui:
        await tui.press("slash")
        await tui.write(text)
        assert f"1 of {len(BUNDLES)}" in tui.text
        assert_harmless(tui)
        await tui.press("enter")
        assert f"/{text}" in tui.lines[1]


@pytest.mark.parametrize("text", BUNDLES)
async def test_an_empty_root_of_that_name(text: str) -> None:
    engine = make_engine(root=text, instance=text, hosts={text: text, f"{text}2": ""})
    async with open_tui(FakeJobService(engine=engine), (80, 24)) as tui:
        assert "No jobs yet" in tui.text
        assert_harmless(tui)


async def test_columns_stay_straight_beside_wide_names() -> None:
    names = ["日本語のジョブ", "👩‍👩‍👧‍👦 family", "plain", "naïve", "a" * 80, "日" * 40, *HOSTILE]
    async with open_tui(FakeJobService(*(make_job(name) for name in dict.fromkeys(names))), (120, 80)) as tui:
        table = tui.app.main_screen.table
        strips = [table.render_line(y) for y in range(1, len(set(names)) + 1)]
        assert {strip.cell_length for strip in strips} == {table.scrollable_content_region.width}
        for strip in strips:
            cells = 0
            for segment in strip:
                if segment.text.startswith("trig"):
                    break
                cells += segment.cell_length
            assert cells == next(place.x for place in table._layout if place.column.value == "TYPE")
