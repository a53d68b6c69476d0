"""The runs of a job: what is seen, and what each key does."""

from __future__ import annotations

import pytest

from tests.support.fake_service import FakeJobService, output
from tests.support.runs_driver import open_runs
from tests.tui.past_scene import a_month, at
from tests.tui.scene import eleven_jobs
from wjtui.logs.line import Level
from wjtui.model.events import LogRef
from wjtui.tui.screens.log import LogScreen
from wjtui.tui.screens.menu import Menu
from wjtui.tui.screens.runs import RunsScreen

NEWEST = "✗ 02:00:00  00:04:30  exit 1    schedule     37 ERR"


def newest_id(service: FakeJobService) -> str:
    run = service.find("nightly-report").latest_run
    assert run is not None
    return run.ref.run


async def test_everything_at_120_columns() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        assert tui.lines[0].startswith(" wjtui › nightly-report › Runs  ✗ Failed")
        assert "engine pid 811" in tui.lines[0]
        assert "[All 40] Failed 2  Aborted 1  Manual 3  > p95 1" in tui.chips
        assert "Run history · 40 runs · 92% ok · p50 04:03 p95 04:16" in tui.text
        assert tui.chosen == "└ " + NEWEST
        assert tui.rows[0].strip() == "- Sat 2026-11-21  1 run      ✗"
        assert tui.rows[5].strip() == "- Thu 2026-11-19  3 runs     ✗■✓   ! 1 schedule missed"
        for row in (
            "├ ✓ 14:22:10  00:04:02  exit 0    manual ops    0 ERR",
            "├ ■ 02:30:02  00:00:41  SIGTERM   cancelled by ops",
            "└ ! 02:00:00  2 schedules missed: no engine ran, or …",
            "+ Week 46         6 runs     ✓✓✓✓✓✓",
            "+ October         25 runs    ✓ 25",
            "DURATION  last 20 runs                        max 04:30",
            "11-19 02:30  run aborted: cancelled by ops",
            "11-16 02:00  missed 2 times: no engine ran",
        ):
            assert row in tui.text, row
        assert "Run 202611210200000120  ✗ Failed" in tui.text
        for line in (
            "Trigger    schedule  0 0 2 * * *  (At 02:00, every day,",
            "Scheduled  2026-11-21 02:00:00.000 UTC",
            "Started    2026-11-21 02:00:00.012 UTC  (+12 ms)",
            "Ended      2026-11-21 02:04:31.003 UTC  3h07m ago",
            "Duration   00:04:30  p50 04:03 p95 04:16  ▲ +12%",
            "Exit       1  (general error)",
            "Process    pid 48213   run.py",
            "Arguments  (none)",
            "CPU / mem  cpu 00:01:56 (43%)   peak 212 MB",
            "Output     37 ERR · 182 KB",
            "Log file   /srv/data/jobs/triggered/nightly-report/",
            "Previous   ✓ 2026-11-20 14:22:10  (this one +29 s)",
        ):
            assert line in tui.details, line
        assert "02:04:31 ERR OSError: [Errno 28] No space left on device" in tui.errors


async def test_the_same_in_80_by_24() -> None:
    async with open_runs(a_month(), "nightly-report", (80, 24)) as tui:
        assert tui.lines[0].startswith(" nightly-report › Runs  ✗ Failed")
        assert "Run history · 40 runs · 92% ok · p50 04:03" in tui.lines[2]
        assert tui.chosen == "└ ✗ 02:00:00  00:04:30  exit 1    schedule                  37 ERR   182 KB"
        under = tui.lines[17:20]
        assert "02:00:00 → 02:04:31  00:04:30 (p50 04:03, +12%)   exit 1 (general error)" in under[0]
        assert "schedule  0 0 2 * * *   pid 48213   cpu 00:01:56 (43%)   peak 212 MB" in under[1]
        assert "ERR OSError: [Errno 28] No space left on device" in under[2]
        await tui.press("d")
        assert "Log file" in tui.details and "Started    2026-11-21 02:00:00.012 UTC" in tui.text
        assert "Fri 2026-11-20" not in tui.text
        await tui.press("escape")
        assert "Fri 2026-11-20" in tui.text
        await tui.press("j", "j")
        assert "arguments --month 2026-10 --dry-run" in tui.lines[19]


@pytest.mark.parametrize("size", [(45, 12), (60, 16), (100, 15), (200, 50)])
async def test_other_sizes_show_the_run_under_the_cursor(size: tuple[int, int]) -> None:
    async with open_runs(a_month(), "nightly-report", size) as tui:
        assert "✗ 02:00:00  00:04:30" in tui.chosen
        await tui.press("d", "end")
        assert "Previous" in tui.text or "-boxed" in tui.view.classes
        await tui.press("z", "tab", "tab", "escape", "escape")
        await tui.resize(80, 24)
        if tui.in_view:
            assert "✗ 02:00:00  00:04:30" in tui.chosen


async def test_enter_opens_the_log_and_esc_leads_back_step_by_step() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("j", "j", "enter")
        assert isinstance(tui.app.screen, LogScreen)
        run = tui.app.screen.refs[0].run
        assert run is not None and run.startswith("20261120142210")
        await tui.press("escape")
        assert tui.in_view and "14:22:10" in tui.chosen
        await tui.press("q")
        assert tui.shows_list() and tui.selected == "nightly-report"


async def test_e_opens_the_log_at_its_first_error() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("E")
        await tui.until(lambda: isinstance(tui.app.screen, LogScreen))
        assert "OSError" in tui.text
        await tui.press("escape", "j", "j", "E")
        await tui.see("No error to go to.")
        assert tui.in_view


async def test_the_first_error_may_be_far_into_a_log_and_looks_like_one() -> None:
    service = a_month()
    run = service.find("nightly-report").latest_run
    assert run is not None
    lines = output(*(f"line {n} says : ERR ] and is none" for n in range(20_000)), at=at(21, 2))
    late = at(21, 2, 4, 30)
    second = output(*(f"step {n}" for n in range(90)), at=late) + output("here", at=late, level=Level.ERR)
    more = output(*(f"then {n}" for n in range(90)), at=late)
    service.log(LogRef(run.ref.job, run.ref.run), lines + second + more)
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("E")
        await tui.until(lambda: isinstance(tui.app.screen, LogScreen))
        await tui.see("line 20,091 of 20,181")
        [chosen] = [row for row in tui.lines if " ERR   here" in row]
        assert ">" in chosen[:9] and "PAUSED at 02:04:30" in tui.text
        assert "step 89" in tui.text and "then 0" in tui.text


async def test_groups_fold_and_unfold() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        await tui.press("h")
        assert tui.chosen.startswith("+ Sat 2026-11-21") and NEWEST not in tui.text
        await tui.press("l")
        assert tui.chosen.startswith("- Sat 2026-11-21") and NEWEST in tui.text
        await tui.press("right")
        assert tui.chosen == "└ " + NEWEST
        await tui.press("end", "enter")
        assert tui.chosen.startswith("- October")
        await tui.press("j")
        assert tui.chosen.startswith("├ ✓ 31 02:00  00:04:16")
        await tui.press("left")
        assert tui.chosen.startswith("+ October")


async def test_the_next_run_is_found_in_folded_groups_too() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        seen = [tui.chosen]
        for _ in range(39):
            await tui.press("}")
            seen.append(tui.chosen)
        assert len(set(seen)) == 40 and seen[-1].startswith("└ ✓ 07 02:00")
        assert not any("missed" in row or "runs" in row for row in seen)
        await tui.press("}")
        assert tui.chosen == seen[-1]
        await tui.press("{")
        assert tui.chosen == seen[-2]
        await tui.press("home", "}")
        assert tui.chosen == seen[0]


async def test_brackets_go_through_the_jobs_as_the_list_has_them() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        names = [tui.app.store.jobs[key].id.name for key in tui.app.main_screen.table.rows]
        here = names.index("nightly-report")
        await tui.press("]")
        assert f" wjtui › {names[here + 1]} › " in tui.lines[0]
        await tui.press("[", "[")
        assert f" wjtui › {names[here - 1]} › " in tui.lines[0]
        await tui.press("escape")
        assert tui.shows_list()


async def test_run_again_and_with_the_arguments_of_the_chosen_run() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("j", "j", "a")
        assert "--month 2026-10 --dry-run" in tui.text
        await tui.press("enter")
        assert service.commands == [("run", "nightly-report", "--month 2026-10 --dry-run")]
        assert tui.chosen.startswith("├ ● 05:12:09  00:00:00  running")
        await tui.pass_time(5)
        assert tui.chosen.startswith("├ ● 05:12:09  00:00:05  running")
        assert "Duration   00:00:05" in tui.details and "Running 1" in tui.chips
        await tui.press("x")
        assert service.commands[-1] == ("stop", "nightly-report")
        await tui.press("D")
        await tui.see("This run is going: x stops it.")


async def test_delete_asks_and_u_brings_it_back() -> None:
    service = a_month()
    run = newest_id(service)
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("u")
        await tui.see("Nothing to undo: ")
        await tui.press("D")
        assert "trash for 7 days" in tui.text and "u brings it back" in tui.text
        await tui.press("enter")
        assert not service.commands and run in tui.text
        await tui.press("D", "d")
        assert service.commands == [("delete_run", "nightly-report", run)]
        assert NEWEST not in tui.text and "39 runs" in tui.text and "u Undo" in tui.footer
        assert tui.chosen.startswith("├ ✓ 14:22:10")
        await tui.press("u")
        assert service.commands[-1] == ("restore_run", "nightly-report", run)
        assert tui.chosen == "└ " + NEWEST and "40 runs" in tui.text and "u Undo" not in tui.footer


async def test_copy_offers_the_run_first() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("j", "j", "y")
        assert isinstance(tui.app.screen, Menu)
        for label in ("run id", "log path", "wjtui logs line", "curl line"):
            assert label in tui.text, label
        assert "--run 2026112014221" in tui.text
        await tui.press("enter")
        assert tui.app.clipboard.startswith("20261120142210")
        await tui.see("Copied the run id.")


async def test_the_filter_and_its_words() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        await tui.press("slash")
        await tui.write("status:failed")
        await tui.press("enter")
        assert "/status:failed" in tui.chips and "2 found" in tui.chips
        assert [row for row in tui.rows if "✓" in row] == []
        assert tui.chosen == "└ " + NEWEST
        await tui.press("slash")
        await tui.write(" since:1d")
        assert "Thu 2026-11-19" not in tui.text and NEWEST in tui.text
        await tui.write(" nonsense:x")
        assert "Nothing fits the filter: Esc clears it." in tui.text
        await tui.press("escape")
        assert "+ October" in tui.text and tui.chosen
        await tui.press("slash")
        await tui.write("trigger:manual")
        await tui.press("enter")
        assert "3 found" in tui.chips and "cancelled by ops" in tui.text
        await tui.press("escape", "slash")
        await tui.write("since:yesterday")
        assert "since:yesterday is no time; write 30m, 12h, 7d, 2w or 2026-11-01" in tui.chips
        assert "40 runs" in tui.text


async def test_the_switches_by_key_and_by_mouse() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        await tui.click_text("Failed 2")
        assert "[Failed 2]" in tui.chips and "exit 2" in tui.text and "exit 0" not in "".join(tui.rows)
        await tui.click_text("> p95 1")
        assert "[> p95 1]" in tui.chips and len(tui.rows) == 2 and tui.chosen == "└ " + NEWEST
        await tui.press("f")
        assert "[All 40]" in tui.chips
        for on in ("[Failed 2]", "[Aborted 1]", "[Manual 3]", "[> p95 1]", "[All 40]", "[Failed 2]"):
            await tui.press("f")
            assert on in tui.chips


async def test_the_mouse_selects_and_opens() -> None:
    async with open_runs(a_month(), "nightly-report") as tui:
        await tui.click_row("SIGTERM")
        assert "SIGTERM" in tui.chosen and "cancelled by ops" in tui.details
        assert "Exit       SIGTERM  (asked to end)" in tui.details
        await tui.click_row("+ October", times=2)
        assert tui.chosen.startswith("- October")
        await tui.click_row("31 02:00", times=2)
        assert isinstance(tui.app.screen, LogScreen)


async def test_the_title_leads_back() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.click_text("wjtui ›")
        assert tui.shows_list() and tui.selected == "nightly-report"
        await tui.press("h")
        await tui.click_text("nightly-report › Runs")
        assert not tui.in_view and tui.shows_log() and tui.selected == "nightly-report"


async def test_a_continuous_job_shows_its_launches() -> None:
    service = a_month()
    async with open_runs(service, "image-resizer") as tui:
        assert "wjtui › image-resizer › Launches" in tui.lines[0]
        assert tui.chosen == "├ ✗ 05:11:48  00:00:03  exit 1    pid 990"
        assert "- Sat 2026-11-21  6 launches ✗✗✗✗✗✗" in tui.text
        await tui.press("j")
        assert tui.chosen.startswith("├ ✗ 05:00:00  00:03:00  SIGKILL   pid 980")
        assert "SIGKILL  (killed, maybe out of memory)" in tui.details
        await tui.press("D")
        await tui.see("A launch has nothing to delete")
        await tui.press("enter")
        assert isinstance(tui.app.screen, LogScreen)
        assert tui.app.screen.refs[0] == LogRef(service.find("image-resizer").id)
        assert tui.app.screen._begin == at(21, 5, 0)


async def test_a_job_without_runs() -> None:
    async with open_runs(eleven_jobs(), "import-legacy", (80, 24)) as tui:
        assert "No run yet: r runs it, and the run appears here." in tui.text
        for key in ("enter", "E", "D", "y", "{", "}", "h", "l", "d", "escape", "f", "f"):
            await tui.press(key)
        assert tui.in_view and "No other switch lets a run through." in tui.text
        await tui.press("r")
        assert "● 05:12:09" in tui.chosen


async def test_read_only_says_so() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report", read_only=True) as tui:
        for key in ("D", "r", "a", "x"):
            await tui.press(key)
            await tui.see("This screen is read-only")
        assert service.commands == []


async def test_ascii() -> None:
    async with open_runs(a_month(), "nightly-report", ascii=True) as tui:
        assert tui.chosen.startswith("` x 02:00:00") and "> p95 1" in tui.chips
        odd = {char for line in tui.lines for char in line if ord(char) > 126}
        assert not odd, odd


async def test_the_newest_failure_is_there() -> None:
    async with open_runs(a_month(), "thumbs-cleanup") as tui:
        await tui.press("!")
        assert not isinstance(tui.app.screen, RunsScreen)
        assert tui.selected == "image-resizer"
