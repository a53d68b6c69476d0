"""What the main screen promises (wireframes D1, D2), over a fake engine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from textual.geometry import Region

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job, make_run
from tests.support.tui_driver import open_tui
from tests.tui.scene import CONTINUOUS, eleven_jobs
from wjtui.model.errors import AlreadyRunning, EngineUnreachable
from wjtui.model.events import EngineChanged, JobChanged, JobRemoved, LogRef, Notice, NoticeRaised, Tone
from wjtui.model.jobs import Busy, Idle, PendingRestart, Running
from wjtui.model.runs import Exit, Outcome, RunStatus


async def test_it_shows_the_night_at_120_columns() -> None:
    async with open_tui(eleven_jobs(), (120, 36)) as tui:
        head = tui.lines[0]
        assert "web-01:/srv" in head and "2 failing" in head and "3 running" in head
        assert "05:12:09 UTC" in head and "engine pid 811" in head
        assert "[All 11]" in tui.lines[1] and "Failing 2" in tui.lines[1] and "Running 3" in tui.lines[1]
        assert "11 of 11" in tui.text
        for heading in (
            "STATUS",
            "NAME",
            "TYPE",
            "SCHEDULE",
            "LAST RUN",
            "RESULTS",
            "CPU%",
            "MEM",
            "NEXT IN",
        ):
            assert heading in tui.lines[3]
        for words in ("✗ Failed", "0 0 2 * * *", "3h12m ago  OSError: [Er…", "✓✓✓✓✓✓✓✓✓✗", "20:47:51"):
            assert words in tui.row("nightly-report")
        assert "▲ PendingRestart" in tui.row("image-resizer") and "00:00:42" in tui.row("image-resizer")
        assert "exit 1  ConnectionRefus…" in tui.row("image-resizer")
        assert "up 3d 04:12" in tui.row("queue-worker") and "2.1" in tui.row("queue-worker")
        assert "● Run 00:01:12" in tui.row("sync-inventory") and "212M" in tui.row("sync-inventory")
        assert "= Paused" in tui.row("export-csv") and "✓✓✗✓■" in tui.row("export-csv")
        assert "(paused) 0 0 * * * *" in tui.row("export-csv") and " paused " in tui.row("export-csv")
        assert "◇ Never run" in tui.row("import-legacy")
        assert "○ Stopped" in tui.row("metrics-agent")
        assert "! No run script" in tui.row("half-uploaded")
        assert "image-resizer" in tui.lines[-2] and "ConnectionRefusedError" in tui.lines[-2]
        for word in ("Start", "Stop", "Restart", "Enter Log", "? Help", "q Leave"):
            assert word in tui.footer


async def test_failing_jobs_stand_first_and_those_that_cannot_run_last() -> None:
    async with open_tui(eleven_jobs()) as tui:
        rows = [name for _, name in tui.app.main_screen.table.rows]
        assert rows[:2] == ["image-resizer", "nightly-report"]
        assert rows[-1] == "half-uploaded"
        assert rows[2:-1] == sorted(rows[2:-1])


async def test_the_log_pane_shows_the_chosen_job() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        assert "nightly-report ‹Log›" in tui.text and "exit 1" in tui.text
        shown = "\n".join(tui.log_lines)
        assert "INFO  Loading 1,204 orders" in shown
        assert "ERR   OSError: [Errno 28] No space left on device" in shown
        assert "SYS ERR Job failed due to exit code 1" in shown
        assert "SYS   Status changed to Failed" in shown
        assert "9 lines" in tui.text and "3 ERR" in tui.text
        await tui.select("import-legacy")
        assert "No run yet" in tui.text


async def test_at_80_columns_the_promises_hold() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        assert "2 failing" in tui.lines[0] and "05:12:09 UTC" in tui.lines[0]
        assert "CPU%" not in tui.text and "SCHEDULE" not in tui.text
        for job in tui.app.store.jobs.values():
            assert job.id.name in tui.text
        await tui.select("nightly-report")
        assert "No space left on device" in "\n".join(tui.log_lines)
        assert "✓✓✓✓✓✓✓✓✓✗" in tui.row("nightly-report")
        assert "? Help" in tui.footer and "q Leave" in tui.footer
        assert all(len(line) <= 80 for line in tui.lines)


@pytest.mark.parametrize("size", [(50, 20), (100, 14), (40, 12), (20, 5)])
async def test_a_small_terminal_shows_one_pane(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        assert tui.shows_list()
        assert not tui.shows_log()
        await tui.select("nightly-report")
        await tui.press("enter")
        assert not tui.shows_list()
        assert "02:00:09 SYS   St" in "\n".join(tui.log_lines)
        await tui.press("escape")
        assert tui.shows_list()
        assert tui.selected == "nightly-report"


async def test_a_terminal_that_is_too_small_says_so_and_gets_well_again() -> None:
    async with open_tui(eleven_jobs(), (18, 4)) as tui:
        assert "too small" in tui.text.replace("\n", " ")
        await tui.resize(120, 36)
        assert "nightly-report" in tui.text and "too small" not in tui.text
        await tui.resize(300, 80)
        assert "nightly-report" in tui.text


async def test_wide_terminals_put_the_log_beside_the_list() -> None:
    async with open_tui(eleven_jobs(), (160, 40)) as tui:
        table, log = tui.app.main_screen.table.region, tui.app.main_screen.log_pane.region
        assert table.right <= log.x and log.width > 40
        assert "CPU%" in tui.text and "SCHEDULE" in tui.text


async def test_the_cursor_stays_on_its_job_while_rows_change() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("mail-pump")
        failed = make_run("thumbs-cleanup", RunStatus.FAILED)
        service.change("thumbs-cleanup", latest_run=failed)
        service.tell(JobChanged(make_job("aaa-first")), JobRemoved(service.find("export-csv").id))
        await tui.settle()
        assert tui.selected == "mail-pump"
        assert "aaa-first" in tui.text and "export-csv" not in tui.text
        await tui.press("x")
        assert service.commands == [("stop", "mail-pump")]


async def test_when_its_job_is_removed_the_cursor_stays_in_place() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("mail-pump")
        service.tell(JobRemoved(service.find("mail-pump").id))
        await tui.settle()
        assert tui.selected == "metrics-agent"


async def test_moving_with_every_key() -> None:
    jobs = [make_job(f"job-{number:03}") for number in range(500)]
    async with open_tui(FakeJobService(*jobs), (80, 24)) as tui:
        table = tui.app.main_screen.table
        page = table.size.height - 1
        for keys, row in (
            (["j"], 1), (["down"], 2), (["k"], 1), (["up"], 0), (["k"], 0), (["G"], 499), (["g"], 0),
            (["end"], 499), (["home"], 0), (["pagedown"], page), (["pageup"], 0),
            (["ctrl+d"], page // 2), (["ctrl+u"], 0),
        ):  # fmt: skip
            await tui.press(*keys)
            assert tui.selected == f"job-{row:03}", keys
            assert f"job-{row:03}" in tui.text


async def test_the_mouse_chooses_and_opens() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.click("#jobs", 30, 3)
        assert tui.selected == "nightly-report"
        await tui.click("#jobs", 30, 3, times=2)
        assert not tui.shows_list()


async def test_chips_are_switches() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.click("#chips", tui.lines[1].index("Failing"), 0)
        assert "[Failing 2]" in tui.lines[1] and "2 of 11" in tui.text
        assert "mail-pump" not in tui.text
        await tui.press("escape")
        assert "11 of 11" in tui.text


async def test_the_filter_finds_names_and_statuses_and_escape_clears_it() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("slash")
        await tui.write("agent")
        assert "1 of 11" in tui.text and tui.selected == "metrics-agent"
        await tui.press("enter")
        assert "/agent" in tui.lines[1]
        await tui.press("j", "s")
        assert tui.service.commands == [("start", "metrics-agent")]
        await tui.press("escape", "escape")
        assert "11 of 11" in tui.text
        await tui.press("slash")
        await tui.write("no such job")
        assert "No job fits the filter" in tui.text
        await tui.press("escape")
        assert "11 of 11" in tui.text


async def test_commands_reach_the_engine_and_the_row_shows_a_spinner() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        service.hold = asyncio.Event()
        await tui.select("queue-worker")
        await tui.press("x")
        assert "Stopping…" in tui.row("queue-worker")
        await tui.press("x")
        assert "on its way" in tui.toasts[-1]
        service.hold.set()
        await tui.settle()
        assert service.commands == [("stop", "queue-worker")]
        assert "Stopping 0/5 s" in tui.row("queue-worker")
        await tui.pass_time(3)
        assert "Stopping 3/5 s" in tui.row("queue-worker")


async def test_run_is_for_triggered_jobs_and_only_hints_on_a_continuous_one() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("mail-pump")
        await tui.press("r")
        assert service.commands == []
        assert "R restarts it" in tui.toasts[-1]
        await tui.press("R")
        assert service.commands == [("restart", "mail-pump")]


async def test_after_run_the_log_follows_the_new_run() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("tab", "k")
        assert "PAUSED" in tui.text
        await tui.press("r")
        assert service.commands == [("run", "nightly-report")]
        run = service.find("nightly-report").latest_run
        assert run is not None
        service.grow(
            LogRef(run.ref.job, run.ref.run), b"[11/21/2026 05:12:10 > web-01: INFO] a fresh start\n"
        )
        await tui.see("a fresh start")
        assert "FOLLOW" in tui.text and "● Run 00:00:00" in tui.row("nightly-report")


async def test_a_paused_reader_keeps_the_run_he_reads() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("tab", "k")
        run = make_run("nightly-report", RunStatus.RUNNING, took=timedelta(0))
        service.change("nightly-report", Busy(run.ref.run, NOW), latest_run=run)
        service.grow(LogRef(run.ref.job, run.ref.run), b"[11/21/2026 05:12:10 > web-01: INFO] newer\n")
        await tui.settle()
        assert "a newer run has begun" in tui.text and "Loading 1,204 orders" in tui.text
        await tui.press("f")
        await tui.see("newer")
        assert "Loading 1,204 orders" not in tui.text


async def test_run_with_arguments() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("a")
        assert "Run import-legacy with arguments" in tui.text
        await tui.write("--since [yesterday]")
        await tui.press("enter")
        assert service.commands == [("run", "import-legacy", "--since [yesterday]")]
        await tui.until(lambda: "Run 00:00:00" in tui.row("import-legacy"))


async def test_escape_runs_nothing() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("a", "escape")
        assert service.commands == []


async def test_kill_asks_and_the_safe_answer_has_the_focus() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        await tui.press("X")
        assert "Kill queue-worker?" in tui.text
        await tui.press("enter")
        assert service.commands == []
        await tui.press("X", "k")
        assert service.commands == [("kill", "queue-worker")]


async def test_a_refused_command_is_told_in_the_engines_words() -> None:
    service = eleven_jobs()
    service.refuse = AlreadyRunning("Job [/x] is already running.")
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("r")
        await tui.see("Job [/x] is already running.")


async def test_a_bug_in_a_command_is_a_message_and_not_the_end() -> None:
    service = eleven_jobs()
    service.fail = KeyError("[red]oops")
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("r")
        await tui.see("KeyError")
        assert "Starting…" not in tui.text


async def test_details_say_everything() -> None:
    async with open_tui(eleven_jobs(), (120, 60)) as tui:
        await tui.select("nightly-report")
        await tui.press("d")
        for words in (
            "run.py is there, and run.* comes first.",
            "/srv/site/wwwroot/app_data/jobs/triggered/nightly-report",
            "/srv/data/jobs/triggered/nightly-report",
            "0 0 2 * * *",
            "30 s to end by itself",
            "exit 1",
            "Schedule - 0 0 2",
            "No space left on device",
        ):
            assert words in tui.text, words
        await tui.select("queue-worker")
        assert "pid 5120" in tui.text and "4 processes" in tui.text
        await tui.press("d")
        assert "dequeued order=55399" in tui.text


async def test_why_is_it_not_running() -> None:
    async with open_tui(eleven_jobs()) as tui:
        for name, words in (
            ("half-uploaded", "No run.* and no script"),
            ("metrics-agent", "disable.job"),
            ("import-legacy", "no schedule"),
            ("image-resizer", "launched again in 00:00:42"),
            ("nightly-report", "next in 20:47:51"),
        ):
            await tui.select(name)
            await tui.press("w")
            assert words in tui.text, name
            await tui.press("escape")


async def test_newest_failure() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("G")
        await tui.press("exclamation_mark")
        assert tui.selected == "image-resizer"
        await tui.press("slash")
        await tui.write("mail")
        await tui.press("enter", "exclamation_mark")
        assert tui.selected == "image-resizer"


async def test_enter_zooms_the_log_and_escape_comes_back() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        await tui.press("enter")
        assert not tui.shows_list()
        assert "f Follow" in tui.footer
        await tui.press("escape")
        assert tui.app.main_screen.table.has_focus
        await tui.press("z")
        assert not tui.shows_log()
        await tui.press("z")
        assert tui.shows_log()


async def test_tab_goes_round() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("tab")
        assert tui.log.has_focus
        await tui.press("tab")
        assert tui.app.main_screen.table.has_focus
        await tui.press("vertical_line", "shift+tab")
        assert tui.log.id == "log-err" and tui.log.has_focus
        await tui.press("shift+tab")
        assert tui.log.id == "log-out" and tui.log.has_focus


async def test_help_lists_every_command() -> None:
    async with open_tui(eleven_jobs(), (200, 60)) as tui:
        await tui.press("question_mark")
        from wjtui.tui.commands.table import COMMANDS

        for command in COMMANDS:
            assert command.title in tui.text, command.id
        await tui.press("escape")
        assert "Jobs" in tui.lines[2]


async def test_a_failure_makes_a_toast_with_its_exit_and_last_words() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        busy = make_run("thumbs-cleanup", RunStatus.RUNNING)
        service.change("thumbs-cleanup", Busy(busy.ref.run, busy.started), latest_run=busy)
        await tui.settle()
        failed = make_run("thumbs-cleanup", RunStatus.FAILED, ago=timedelta(0), exit=Exit(signal=9))
        service.change("thumbs-cleanup", Idle(), latest_run=failed, tail=("MemoryError: 2 GiB",))
        await tui.settle()
        assert "thumbs-cleanup failed" in tui.toasts
        assert "SIGKILL after 00:04:31" in tui.text and "MemoryError: 2 GiB" in tui.text
        assert "thumbs-cleanup failed: SIGKILL" in tui.lines[-2]
        await tui.pass_time(16)
        assert tui.toasts == []


async def test_a_storm_is_one_toast_that_counts_up() -> None:
    service = FakeJobService(*(make_job(f"job-{number}") for number in range(30)))
    async with open_tui(service) as tui:
        for number in range(30):
            service.change(f"job-{number}", latest_run=make_run(f"job-{number}", RunStatus.FAILED))
        await tui.settle()
        assert len(tui.toasts) == 1
        assert "30 failures in 30 jobs" in tui.text


async def test_a_toast_never_covers_the_cursor_row() -> None:
    service = FakeJobService(*(make_job(f"job-{number:02}") for number in range(60)))
    async with open_tui(service, (80, 24)) as tui:
        await tui.press("z", "G")
        service.tell(NoticeRaised(Notice(NOW, "the disk is full", Tone.ERROR)))
        await tui.settle()
        await tui.see("the disk is full")
        assert tui.row("job-59").rstrip().endswith("-")


async def test_the_engine_goes_away_and_comes_back() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        service.lose(EngineUnreachable("The socket /tmp/[x] refused."))
        await tui.see("Engine not reachable")
        assert "nightly-report" in tui.text and "The socket" in tui.text
        await tui.press("r")
        assert service.commands == [] and "not reachable" in tui.toasts[-1]
        service.unreachable = None
        service.change("nightly-report", latest_run=make_run("nightly-report", RunStatus.SUCCESS))
        await tui.press("f5")
        await tui.until(lambda: "Engine not reachable" not in tui.text)
        assert "✓ Success" in tui.row("nightly-report") and tui.selected == "nightly-report"


async def test_the_engine_ends() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        service.end()
        await tui.see("The engine ended at 05:12:09")
        before = service.connections
        await tui.pass_time(1)
        await tui.until(lambda: service.connections > before)
        await tui.until(lambda: "The engine ended" not in tui.text)


async def test_webjobs_stopped_is_a_banner() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        service.tell(EngineChanged(make_engine(stopped_by_setting=True)))
        await tui.see("WEBJOBS_STOPPED is set")


async def test_read_only_changes_nothing() -> None:
    service = eleven_jobs()
    async with open_tui(service, read_only=True) as tui:
        await tui.select("queue-worker")
        await tui.press("x", "X", "s", "R")
        await tui.select("import-legacy")
        await tui.press("r", "a")
        assert service.commands == []
        assert "read-only" in tui.toasts[-1]


async def test_clocks_and_countdowns_go_on() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.pass_time(3)
        assert "05:12:12 UTC" in tui.lines[0]
        assert "00:00:39" in tui.row("image-resizer") and "Run 00:01:15" in tui.row("sync-inventory")
        service.change(
            "sync-inventory",
            Busy(service.find("sync-inventory").latest_run.ref.run, NOW, NOW + timedelta(seconds=33)),  # type: ignore[union-attr]
        )
        await tui.settle()
        assert "Stopping 0/30 s" in tui.row("sync-inventory")
        await tui.pass_time(40)
        assert "Stopping, kill" in tui.row("sync-inventory")


async def test_ctrl_c_never_stops_a_job() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        await tui.press("ctrl+c")
        assert service.commands == [] and tui.app.is_running
        assert "Nothing is selected" in tui.toasts[-1]


async def test_continuous_jobs_that_crash_make_a_toast_once() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        phase = PendingRestart(NOW + timedelta(seconds=60), 0, Exit(code=3))
        service.change("queue-worker", phase, tail=("boom",))
        await tui.settle()
        service.change("queue-worker", phase, recent=(Outcome.FAILED,))
        await tui.settle()
        assert tui.toasts == ["queue-worker failed"]
        assert "1 times" not in tui.text


async def test_a_job_of_the_same_name_in_both_types_is_two_jobs() -> None:
    service = FakeJobService(make_job("twin"), make_job("twin", Running(NOW, 5), kind=CONTINUOUS))
    async with open_tui(service) as tui:
        assert "2 of 2" in tui.text
        assert " cont " in tui.lines[4] and " trig " in tui.lines[5]
        await tui.press("w")
        assert "It is running" in tui.text
        await tui.press("escape", "j", "w")
        assert "no schedule" in tui.text


async def test_only_cells_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        table = tui.app.main_screen.table
        painted: list[tuple[Region, ...]] = []
        refresh = table.refresh

        def record(*regions: Region, **how: bool) -> object:
            painted.append(regions)
            return refresh(*regions, **how)

        monkeypatch.setattr(table, "refresh", record)
        service.change("mail-pump", recent=(Outcome.FAILED, Outcome.RUNNING))
        await tui.settle()
        assert len(painted) == 1 and painted[0][0].size == (10, 1)
        painted.clear()
        service.change("mail-pump")
        await tui.settle()
        assert painted == []
        await tui.press("enter")
        painted.clear()
        await tui.pass_time(5)
        assert painted == [], "a hidden list is not painted"
