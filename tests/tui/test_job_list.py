"""The list of jobs: order, marks and what is done to all that are marked, the menu of a row, copying."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual import events

from tests.support.fake_service import NOW
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.events import Notice, NoticeRaised, Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.preferences import Preferences


def listed(tui: TuiDriver) -> list[str]:
    jobs = tui.app.store.jobs
    return [jobs[key].id.name for key in tui.app.main_screen.table.rows]


def marked(tui: TuiDriver) -> set[str]:
    return {name for _, name in tui.app.main_screen.table.marked}


async def test_sorting_by_a_letter_and_back_by_the_same() -> None:
    async with open_tui(eleven_jobs()) as tui:
        assert "sort: status v" in tui.lines[1]
        await tui.press("N")
        assert listed(tui) == sorted(listed(tui)) and "sort: name v" in tui.lines[1]
        await tui.press("N")
        assert listed(tui) == sorted(listed(tui), reverse=True) and "sort: name ^" in tui.lines[1]
        await tui.press("C")
        assert listed(tui)[:3] == ["sync-inventory", "queue-worker", "mail-pump"]
        await tui.press("M")
        assert listed(tui)[:3] == ["sync-inventory", "queue-worker", "mail-pump"]
        await tui.press("S")
        assert listed(tui)[0] == "image-resizer"


async def test_the_cursor_stays_on_its_job_when_the_order_changes() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("queue-worker")
        for key in "NTACMS":
            await tui.press(key)
            assert tui.selected == "queue-worker"


async def test_order_and_filter_are_remembered_of_the_root(tmp_path: Path) -> None:
    memory = tmp_path / "root.json"
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        await tui.press("N", "f", "t")
        assert "[Triggered 7]" in tui.lines[1]
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        assert "[Triggered 7]" in tui.lines[1] and "sort: name v" in tui.lines[1]
        assert listed(tui)[0] == "export-csv"
        await tui.press("escape")
        assert len(listed(tui)) == 11


async def test_how_logs_are_shown_is_remembered_but_not_which_lines(tmp_path: Path) -> None:
    memory = tmp_path / "root.json"
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        await tui.press("enter", "w", "t", "3")
        assert "wrap on" in tui.text and "time: clock" not in tui.text and "[3 ERR" in tui.text
        way = tui.text.partition("time: ")[2].partition(" ")[0]
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        await tui.press("enter")
        assert "wrap on" in tui.text and f"time: {way}" in tui.text and "[1 All]" in tui.text


async def test_marking_and_what_becomes_of_marks() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("g", "space", "space")
        first, second = listed(tui)[:2]
        assert marked(tui) == {first, second} and tui.selected == listed(tui)[2]
        assert "2 marked" in tui.lines[1] and tui.row(first)[1:3].strip() == "*"
        await tui.press("asterisk")
        assert len(marked(tui)) == 11
        await tui.press("U")
        assert not marked(tui) and "marked" not in tui.lines[1]
        await tui.press("g", "shift+down", "shift+down", "shift+up")
        assert marked(tui) == set(listed(tui)[:3])
        await tui.press("escape")
        assert not marked(tui)


async def test_stopping_several_asks_and_names_them() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        for name in ("queue-worker", "mail-pump", "import-legacy"):
            await tui.select(name)
            await tui.press("space")
        await tui.press("x")
        assert "Stop 2 jobs?" in tui.text and "queue-worker" in tui.text
        assert "1 of the marked ones are left out" in tui.text
        await tui.press("escape")
        assert service.commands == []
        await tui.press("x", "s")
        assert sorted(command[:2] for command in service.commands) == [
            ("stop", "mail-pump"),
            ("stop", "queue-worker"),
        ]


async def test_running_several_needs_no_question() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        for name in ("import-legacy", "rotate-keys"):
            await tui.select(name)
            await tui.press("space")
        await tui.press("r")
        assert sorted(name for _, name, *_ in service.commands) == ["import-legacy", "rotate-keys"]


async def test_marks_that_a_filter_hides_are_left_alone() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("space", "slash")
        await tui.write("rotate")
        await tui.press("enter", "r")
        assert [name for _, name, *_ in service.commands] == ["rotate-keys"]


@pytest.mark.parametrize("opened", ["key", "mouse"])
async def test_the_menu_of_a_row_says_why_something_cannot_be_done(opened: str) -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        if opened == "key":
            await tui.press("full_stop")
        else:
            row = next(at for at, line in enumerate(tui.lines) if " queue-worker " in line)
            await tui.right_click(30, row)
        assert "is continuous, so it has no runs" in tui.text and "Restart" in tui.text
        await tui.press("R")
        assert [(what, name) for what, name, *_ in service.commands] == [("restart", "queue-worker")]


async def test_the_menu_is_left_without_doing_anything() -> None:
    service = eleven_jobs()
    async with open_tui(service, (80, 24)) as tui:
        await tui.press("full_stop", "escape")
        assert service.commands == [] and tui.app.main_screen.table.has_focus


async def test_copying_tells_what_was_copied() -> None:
    async with open_tui(eleven_jobs(), socket="/tmp/w.sock") as tui:
        await tui.select("nightly-report")
        await tui.press("y")
        assert "curl --unix-socket /tmp/w.sock" in tui.text
        await tui.press("1")
        assert tui.app.clipboard == "nightly-report" and "Copied the name." in tui.toasts


async def test_events_lead_to_their_jobs() -> None:
    service = eleven_jobs()
    async with open_tui(service, (80, 24)) as tui:
        await tui.press("m")
        assert "Nothing has happened" in tui.text
        for number in range(40):
            name = "mail-pump" if number % 2 else "queue-worker"
            about = JobId(JobType.CONTINUOUS, name)
            told = Notice(NOW + timedelta(seconds=number), f"event {number} [/x]", Tone.INFO, about)
            service.tell(NoticeRaised(told))
        await tui.see("event 39 [/x]")
        await tui.press("k", "k", "k", "enter")
        assert tui.selected == "queue-worker" and tui.shows_list()


async def test_the_list_gets_more_rows_and_gives_them_back() -> None:
    async with open_tui(eleven_jobs()) as tui:
        table = tui.app.main_screen.table
        before = table.size.height
        await tui.press("plus", "plus")
        assert table.size.height == before + 2
        await tui.press("minus", "minus", "minus")
        assert table.size.height == before - 1
        await tui.press(*["minus"] * 30)
        assert table.outer_size.height == 4 and tui.shows_log()


async def test_columns_are_those_of_the_person_s_file() -> None:
    preferences = Preferences(columns=("name", "next", "paint"))
    async with open_tui(eleven_jobs(), preferences=preferences) as tui:
        heading = next(line for line in tui.lines if "NAME" in line)
        assert "NEXT IN" in heading and "STATUS" not in heading
        assert any("no column 'paint'" in toast for toast in tui.toasts)


async def test_details_tell_usage_command_folder_and_every_instance() -> None:
    service = eleven_jobs()
    async with open_tui(service, (160, 48)) as tui:
        await tui.select("queue-worker")
        await tui.press("d")
        for words in ("CPU ", "Memory ", "Command ", "Works in "):
            assert words in tui.text, words


async def test_times_are_shown_in_the_zone_of_the_person_s_file() -> None:
    async with open_tui(eleven_jobs(), preferences=Preferences(time_zone="Asia/Tokyo")) as tui:
        assert "14:12:09 JST" in tui.lines[0]
    async with open_tui(eleven_jobs()) as tui:
        assert "05:12:09 UTC" in tui.lines[0]


async def test_while_another_window_has_the_focus_the_screen_is_quiet() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        tui.app.post_message(events.AppBlur())
        await tui.settle()
        header = tui.lines[0]
        tui.clock.advance(30)
        tui.app.main_screen._tick()
        await tui.settle()
        assert tui.lines[0] == header
        tui.app.post_message(events.AppFocus())
        await tui.settle()
        assert "05:12:39" in tui.lines[0]
