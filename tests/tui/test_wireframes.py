"""The screens hold what was drawn before they were built: what is on them, in which order, in which size."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import NOW, FakeJobService, output
from tests.support.help_driver import HelpDriver
from tests.support.log_driver import open_log, worker
from tests.support.runs_driver import open_runs
from tests.support.tui_driver import open_tui
from tests.support.wireframe import NARROW, SIZES, WIDE, in_order, nothing_runs_over, row_with
from tests.tui.past_scene import a_month
from tests.tui.scene import eleven_jobs
from wjtui.logs.line import Level


def night(count: int = 60) -> bytes:
    """Lines of a worker, with an error in the middle."""
    at = NOW - timedelta(seconds=60)
    before = output(*(f"dequeued order={number}" for number in range(count)), at=at)
    error = output("timeout after 5.0s", "Traceback (most recent call last):", at=at, level=Level.ERR)
    return before + error + output(*(f"200 OK order={number}" for number in range(count)), at=at)


# D1, D2: the list and the log under it


async def test_the_list_above_the_log() -> None:
    async with open_tui(eleven_jobs(), WIDE) as tui:
        await tui.select("nightly-report")
        assert in_order(
            tui.lines[0], "wjtui", "web-01:/srv", "2 failing", "3 running", "next:", "UTC", "pid 811"
        )
        assert in_order(
            tui.lines[1],
            "[All 11]",
            "Failing 2",
            "Running 3",
            "Continuous 4",
            "Triggered 7",
            "Paused 1",
            "sort: status",
        )
        assert in_order(tui.lines[2], "╭─ Jobs ─", "╮")
        assert in_order(
            tui.lines[3],
            "STATUS",
            "NAME",
            "TYPE",
            "SCHEDULE",
            "LAST RUN",
            "RESULTS",
            "CPU%",
            "MEM",
            "NEXT IN",
        )
        assert tui.lines[5].startswith("│▌ ✗ Failed") and "nightly-report" in tui.lines[5]
        last = row_with(tui, "! No run script", "half-uploaded")
        title = row_with(tui, "╭─ nightly-report", "‹Log›", "Details", "✗ Failed", "exit 1", "run ")
        assert last + 2 == title and "11 of 11" in tui.lines[last + 1]
        first = row_with(tui, "SYS", "Run script 'run.py'")
        error = row_with(tui, "ERR", "OSError: [Errno 28] No space left on device")
        end = row_with(tui, "END OF RUN", "9 lines", "3 ERR")
        assert title + 1 == first < error < end
        assert in_order(tui.lines[-2], "✗ 05:11:51", "image-resizer failed: exit 1", "ConnectionRefusedError")
        assert in_order(
            tui.footer,
            "r Run",
            "c Schedule",
            "d Details",
            "Enter Log",
            "/ Filter",
            "h Runs",
            ": Commands",
            "q Leave",
            "? Help",
        )
        assert nothing_runs_over(tui)


async def test_the_list_above_a_peek() -> None:
    async with open_tui(eleven_jobs(), NARROW) as tui:
        await tui.select("nightly-report")
        assert in_order(tui.lines[0], "wjtui", "web-01", "2 failing", "3 running", "05:12:09 UTC")
        assert in_order(tui.lines[1], "[All 11]", "Failing 2", "Running 3")
        assert in_order(tui.lines[2], "STATUS", "NAME", "LAST RUN", "RESULTS", "NEXT IN")
        assert not any(dropped in tui.lines[2] for dropped in ("CPU%", "MEM", "SCHEDULE"))
        assert tui.lines[4].startswith("▌ ✗ Failed") and "✓✓✓✓✓✓✓✓✓✗" in tui.lines[4]
        title = row_with(tui, "nightly-report", "‹Log›", "Details", "exit 1")
        assert row_with(tui, "half-uploaded") + 1 == title
        assert title < row_with(tui, "OSError: [Errno 28]") < row_with(tui, "END OF RUN")
        assert in_order(tui.lines[-2], "✗ 05:11:51", "image-resizer failed: exit 1")
        assert in_order(tui.footer, "r Run", "Enter Log", "/ Filter", "h Runs", "q Leave", "? Help")
        assert nothing_runs_over(tui)


@SIZES
async def test_failing_jobs_stand_on_top_and_marks_are_counted(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        assert row_with(tui, "▲ PendingRestart", "image-resizer") < row_with(
            tui, "✗ Failed", "nightly-report"
        )
        assert (
            row_with(tui, "✗ Failed") < row_with(tui, "● Running", "queue-worker") < row_with(tui, "! No run")
        )
        await tui.select("rotate-keys")
        await tui.press("space", "space")
        assert in_order(tui.lines[1], "[All 11]", "2 marked") and "*✓ Success" in tui.row("rotate-keys")


# D3, D4: the runs of a job


async def test_runs_beside_the_chosen_one() -> None:
    async with open_runs(a_month(), "nightly-report", WIDE) as tui:
        assert in_order(tui.lines[0], "wjtui › nightly-report › Runs", "05:12:09 UTC", "engine pid 811")
        assert in_order(tui.lines[1], "[All 40]", "Failed 2", "Manual 3", "> p95", "/ filter runs")
        assert in_order(
            tui.lines[2], "╭─ Run history", "40 runs", "% ok", "p50", "p95", "╮╭─ Run 2026", "✗ Failed"
        )
        group = row_with(tui, "│  - Sat 2026-11-21", "1 run", "✗", "││ Trigger", "schedule", "0 0 2 * * *")
        assert in_order(tui.lines[group + 1], "▌", "└ ✗ 02:00:00", "00:04:30", "exit 1", "schedule", "37 ERR")
        facts = (
            "Trigger",
            "Scheduled",
            "Started",
            "Ended",
            "Duration",
            "Exit",
            "Process",
            "Arguments",
            "CPU / mem",
            "Output",
            "Log file",
            "Previous",
        )
        assert in_order(tui.details, *facts)
        assert row_with(tui, "DURATION", "max") < row_with(tui, "EVENTS OF THIS JOB")
        assert row_with(tui, "Last error lines", "E opens") < row_with(tui, "ERR OSError: [Errno 28]")
        assert in_order(
            tui.footer, "Enter Log", "E First error", "y Copy", "D Delete", "r Run", "Esc Back", "? Help"
        )
        assert nothing_runs_over(tui)


async def test_runs_above_the_chosen_one() -> None:
    async with open_runs(a_month(), "nightly-report", NARROW) as tui:
        assert in_order(tui.lines[0], "nightly-report › Runs", "05:12:09 UTC")
        assert in_order(tui.lines[1], "[All 40]", "Failed 2")
        group = row_with(tui, "- Sat 2026-11-21", "1 run", "✗")
        assert in_order(tui.lines[group + 1], "▌", "└ ✗ 02:00:00", "exit 1", "schedule", "37 ERR", "182 KB")
        below = row_with(tui, "Run 2026", "✗ Failed")
        assert row_with(tui, "Wed 2026-11-18") < below
        assert in_order(
            tui.lines[below + 1], "02:00:00 → 02:04:31", "00:04:30", "p50", "exit 1 (general error)"
        )
        assert in_order(tui.lines[below + 2], "schedule", "pid 48213", "cpu", "peak 212 MB")
        assert "ERR OSError: [Errno 28]" in tui.lines[below + 3]
        keys = tui.lines[-2] + tui.footer
        assert in_order(
            keys, "Enter Log", "E First error", "y Copy", "D Delete", "r Run", "Esc Back", "? Help"
        )
        assert nothing_runs_over(tui)


# D5, D6: the log


async def test_the_log_paused_with_a_find() -> None:
    async with open_log(worker(night()), WIDE) as log:
        await log.press("slash")
        await log.write("timeout")
        await log.grow(output(*["200 OK"] * 5))
        assert in_order(log.tui.lines[0], "wjtui › worker › Log", "● Running", "05:12:09 UTC")
        assert in_order(
            log.head,
            "[1 All]",
            "2 INFO 125",
            "3 ERR 2",
            "4 SYS",
            "wrap off",
            "time: clock",
            "json off",
            "line 61 of 127",
        )
        at = log.rows.index(log.chosen)
        assert in_order(log.rows[at], "61", ">", "ERR", "timeout after 5.0s")
        assert (
            in_order(log.rows[at - 1], "60", "INFO", "dequeued order=59") and "Traceback" in log.rows[at + 1]
        )
        assert in_order(
            log.status, "PAUSED at", "5 new lines", "f or End to follow", "find «timeout» 1/1", "n/N"
        )
        assert "!" in log.bar and "█" in log.bar
        keys = (
            "f Follow",
            "/ Find",
            "& Filter",
            "n Next",
            "e Error",
            "w Wrap",
            "t Time",
            "P JSON",
            "m Mark",
            "y Copy",
            "S Save",
            "? Help",
        )
        assert in_order(log.text[-240:], *keys)
        assert nothing_runs_over(log.tui)


async def test_the_log_followed_and_wrapped() -> None:
    async with open_log(worker(night()), NARROW) as log:
        await log.press("w", "t")
        await log.grow(output("a word " * 14 + "and the end"))
        assert in_order(log.tui.lines[0], "worker › Log", "● Running")
        assert in_order(log.head, "[1 All]", "2 INFO", "3 ERR 2", "4 SYS", "wrap on", "time: +delta")
        assert log.rows[-1].strip().endswith("and the end") and "INFO" not in log.rows[-1]
        assert in_order(log.rows[-2], "-179m", "INFO", "a word a word")
        assert in_order(log.status, "FOLLOW", "on disk")
        assert in_order(
            log.text[-160:], "f Follow", "/ Find", "& Filter", "e Error", "w Wrap", "t Time", "? Help"
        )
        assert nothing_runs_over(log.tui)


# D13, D14: the help


async def test_help_in_columns() -> None:
    async with open_tui(eleven_jobs(), WIDE) as tui:
        help = HelpDriver(tui)
        await help.open()
        assert in_order(help.title, "wjtui › Help", "keys:", ":keymap")
        assert help.headings == ["Jobs", "Runs", "Log", "Move", "Leaving"]
        assert in_order(
            help.sheet, "run now (triggered)", "delete a run, asks first", "back; at the top leave"
        )
        assert "wjtui list · run JOB · logs -f JOB" in help.sheet and "NO_COLOR" in help.sheet
        assert in_order(tui.lines[-2], "ctrl+b", "ctrl+a", "F10")
        assert in_order(help.hints, "Esc closes", "type: search", "Enter does what is chosen")
        assert nothing_runs_over(tui)
        await tui.press("escape")
        assert not help.is_open


async def test_help_a_section_at_a_time() -> None:
    async with open_tui(eleven_jobs(), NARROW) as tui:
        help = HelpDriver(tui)
        await help.open()
        assert in_order(help.title, "Help", "‹Jobs›", "Runs", "Log", "Move", "Leaving")
        assert in_order(
            help.sheet,
            "run now (triggered)",
            "run with arguments",
            "kill at once, asks first",
            "pause or resume",
        )
        assert help.headings == [] and "delete a run, asks first" not in help.sheet
        assert in_order(
            help.hints, "Esc closes", "Tab next section", "type: search", "Enter does what is chosen"
        )
        await tui.press("tab")
        assert "‹Runs›" in help.title and "delete a run, asks first" in help.sheet
        assert nothing_runs_over(tui)


# D15: no jobs yet


@SIZES
async def test_a_root_without_jobs(size: tuple[int, int]) -> None:
    async with open_tui(FakeJobService(), size) as tui:
        assert in_order(tui.lines[0], "wjtui", "web-01:/srv", "no jobs", "05:12:09 UTC")
        way = (
            "No jobs yet in /srv/site/wwwroot/app_data/jobs",
            "triggered/NAME/run.sh",
            "continuous/NAME/run.py",
            "wjtui demo",
            "Another root",
            "Runners found on this host",
            "✓ .sh bash",
        )
        assert in_order(tui.text, *way)
        assert not tui.shows_list() and not tui.shows_log()
        assert in_order(tui.footer, ": Commands", "q Leave", "? Help") and "Run" not in tui.footer
        assert nothing_runs_over(tui)
