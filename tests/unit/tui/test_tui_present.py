"""Values turned into text."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from rich.cells import cell_len

from tests.support.fake_service import NOW, make_engine, make_job, make_run, make_schedule
from wjtui.logs.line import LineKind
from wjtui.model.events import Usage
from wjtui.model.identity import JobType
from wjtui.model.jobs import (
    Busy,
    Disabling,
    Idle,
    InactiveInstance,
    Initializing,
    PendingRestart,
    Problem,
    Running,
    Severity,
    Starting,
    Stopped,
    Stopping,
    Success,
)
from wjtui.model.runs import Exit, Launch, Outcome, RunId, RunStatus
from wjtui.model.schedules import ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.tui.present.columns import lay_out
from wjtui.tui.present.details import details
from wjtui.tui.present.failures import failure_of, last_words
from wjtui.tui.present.header import pane_title
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.jobs import Chip, Column, cell, count_chips, in_order, newest_failure, passes
from wjtui.tui.present.logline import PAINTED_BYTES, show
from wjtui.tui.present.plain import fit, fit_right, plain, shorten
from wjtui.tui.present.sgr import coloured, last_state
from wjtui.tui.present.status import is_failing, status
from wjtui.tui.present.times import age, clock, countdown, size, span, stamp
from wjtui.tui.present.why import why_not_running

CONTINUOUS = JobType.CONTINUOUS
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00:00"), (271, "00:04:31"), (86_399, "23:59:59"), (86_400, "1d 00:00"), (-5, "00:00:00")],
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s ago"), (59, "59s ago"), (60, "1m ago"), (11_520, "3h12m ago"), (82_800, "23h ago"),
     (1_728_000, "20d ago")],
)  # fmt: skip
def test_ages(seconds: float, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text
    assert len(text) <= 9


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (42, "00:00:42"),
        (0.1, "00:00:01"),
        (0, "now"),
        (-9, "now"),
        (177_420, "2d 01:17"),
        (900_000, "10d 10h"),
    ],
)
def test_countdowns_end_at_zero(seconds: float, text: str) -> None:
    assert countdown(NOW + timedelta(seconds=seconds), NOW) == text
    assert len(text) <= 8


def test_instants_and_sizes() -> None:
    assert clock(NOW) == "05:12:09"
    assert stamp(NOW, NOW) == "05:12:09" and stamp(NOW - timedelta(days=1), NOW) == "11-20 05:12"
    assert [size(n) for n in (0, 999, 48 << 20, 1536, 5 << 30, 1023 << 20)] == [
        "0B", "999B", "48M", "1.5K", "5.0G", "1.0G",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("phase", "shown"),
    [
        (Initializing(), "◐ Initializing"),
        (Starting(NOW), "◐ Starting"),
        (Running(NOW, 5), "● Running"),
        (Success(NOW), "✓ Success"),
        (PendingRestart(NOW, 1, Exit(code=0)), "▲ PendingRestart"),
        (InactiveInstance("other"), "◎ InactiveInstance"),
        (Disabling(NOW), "◐ Disabling"),
        (Stopping(NOW - 3 * SECOND, NOW + 2 * SECOND), "◐ Stopping 3/5 s"),
        (Stopping(NOW - 9 * SECOND, NOW - SECOND), "◐ Stopping, kill"),
        (Stopped(NOW), "○ Stopped"),
    ],
)
def test_the_status_of_a_continuous_job(phase: Running, shown: str) -> None:
    found = status(make_job("a", phase, kind=CONTINUOUS), NOW)
    assert f"{found.glyph} {found.word}" == shown
    assert cell_len(shown) <= 18


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        (None, "◇ Never run"),
        (RunStatus.SUCCESS, "✓ Success"),
        (RunStatus.FAILED, "✗ Failed"),
        (RunStatus.ABORTED, "■ Aborted"),
    ],
)
def test_an_idle_job_shows_how_its_latest_run_ended(last: RunStatus | None, shown: str) -> None:
    run = make_run("a", last) if last is not None else None
    found = status(make_job("a", Idle(), latest_run=run), NOW)
    assert f"{found.glyph} {found.word}" == shown


def test_a_busy_job_counts_up_and_then_down() -> None:
    busy = make_job("a", Busy(RunId("1"), NOW - 72 * SECOND))
    assert status(busy, NOW).word == "Run 00:01:12"
    ending = make_job("a", Busy(RunId("1"), NOW - 72 * SECOND, NOW + 18 * SECOND))
    assert status(ending, NOW).word == "Stopping 12/30 s"


def test_a_job_that_cannot_run() -> None:
    blocked = (Problem("x", "broken", Severity.BLOCKING),)
    assert status(make_job("a", script=None), NOW).word == "No run script"
    assert status(make_job("a", problems=blocked), NOW).word == "Cannot run"
    running = make_job("a", Running(NOW, 5), kind=CONTINUOUS, problems=blocked)
    assert status(running, NOW).word == "Running"


def test_failing_lasts_until_something_goes_well() -> None:
    bad, good = make_run("a", RunStatus.FAILED), make_run("a", RunStatus.SUCCESS)
    assert is_failing(make_job("a", latest_run=bad))
    assert not is_failing(make_job("a", latest_run=good))
    again = Busy(RunId("2"), NOW)
    assert is_failing(make_job("a", again, recent=(Outcome.OK, Outcome.FAILED, Outcome.RUNNING)))
    assert not is_failing(make_job("a", again, recent=(Outcome.FAILED, Outcome.OK, Outcome.RUNNING)))
    assert is_failing(make_job("a", PendingRestart(NOW, 0, None), kind=CONTINUOUS))
    assert not is_failing(make_job("a", PendingRestart(NOW, 0, Exit(code=0)), kind=CONTINUOUS))


def test_order_counts_and_filters() -> None:
    jobs = [
        make_job("b"),
        make_job("A", Running(NOW, 1), kind=CONTINUOUS),
        make_job("zz", latest_run=make_run("zz", RunStatus.FAILED)),
        make_job("aa", script=None),
    ]
    assert [job.id.name for job in in_order(jobs)] == ["zz", "A", "b", "aa"]
    counts = count_chips({job.id.key: job for job in jobs})
    assert list(counts.values()) == [4, 1, 1, 1, 3, 0]
    for chip, names in (
        (Chip.ALL, "bAzzaa"), (Chip.FAILING, "zz"), (Chip.RUNNING, "A"), (Chip.CONTINUOUS, "A"),
        (Chip.TRIGGERED, "bzzaa"),
    ):  # fmt: skip
        assert "".join(job.id.name for job in jobs if passes(job, chip, "", NOW)) == names
    assert [job.id.name for job in jobs if passes(job, Chip.ALL, "Z failed", NOW)] == ["zz"]
    assert newest_failure(jobs) is jobs[2] and newest_failure(jobs[:2]) is None


def test_cells() -> None:
    usage = Usage(61.04, 212 << 20, 2)
    job = make_job("a", Running(NOW - 60 * SECOND, 5), kind=CONTINUOUS)
    assert plain_text(cell(Column.CPU, job, NOW, usage=usage)) == "61.0"
    assert plain_text(cell(Column.MEMORY, job, NOW, usage=usage)) == "212M"
    assert plain_text(cell(Column.LAST, job, NOW)) == "up 00:01:00"
    assert plain_text(cell(Column.STATUS, job, NOW, pending="Stopping", turn=1)) == "◓ Stopping…"
    waiting = make_job("a", PendingRestart(NOW + 42 * SECOND, 3, Exit(signal=9)), kind=CONTINUOUS)
    assert plain_text(cell(Column.LAST, waiting, NOW)) == "SIGKILL, restart 4"
    assert plain_text(cell(Column.NEXT, waiting, NOW)) == "00:00:42"
    idle = make_job("a", latest_run=make_run("a", RunStatus.SUCCESS))
    assert plain_text(cell(Column.LAST, idle, NOW)) == "3h12m ago 00:04:31"
    assert plain_text(cell(Column.CPU, idle, NOW, usage=usage)) == "-"
    paused = make_job("a", schedule=make_schedule("0 0 * * * *", state=ScheduleState.PAUSED))
    assert plain_text(cell(Column.NEXT, paused, NOW)) == "paused"
    assert plain_text(cell(Column.SCHEDULE, paused, NOW)) == "(paused) 0 0 * * * *"


@pytest.mark.parametrize("width", [*range(1, 240)])
@pytest.mark.parametrize("longest", [0, 14, 60])
def test_columns_fit_into_every_width(width: int, longest: int) -> None:
    places = lay_out(width, longest)
    names = [place.column for place in places]
    assert Column.STATUS in names and Column.NAME in names and Column.NEXT in names
    for before, after in pairwise(places):
        assert before.x + before.width < after.x
    if width >= 30:
        assert places[-1].x + places[-1].width <= width


def test_which_columns_go_first() -> None:
    order = [Column.CPU, Column.MEMORY, Column.SCHEDULE, Column.TYPE, Column.RESULTS, Column.LAST]
    gone: list[Column] = []
    for width in range(140, 20, -1):
        names = {place.column for place in lay_out(width, 14)}
        gone += [column for column in order if column not in names and column not in gone]
    assert gone == order
    assert len(lay_out(103, 14)) == len(Column)


@pytest.mark.parametrize("text", ["abc", "日本語", "👩‍👩‍👧‍👦", "a" * 50, "日" * 50, ""])
@pytest.mark.parametrize("width", [1, 2, 7, 20])
def test_fitting_counts_cells(text: str, width: int) -> None:
    assert cell_len(fit(plain(text), width)) == width
    assert cell_len(fit_right(plain(text), width)) == width
    assert cell_len(shorten(plain(text), width)) <= width


def test_plain_leaves_nothing_that_a_terminal_obeys() -> None:
    every = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0xD800, 0xDFFF, 0x2028]))
    said = plain(every)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in said)
    assert "\u202e" not in said and said.encode("utf-8")
    assert plain("\x1b[2J") == "␛[2J" and plain("[/x]") == "[/x]"


def test_progress_shows_its_last_state() -> None:
    assert last_state("10 %\r55 %\r100 %") == "100 %"
    assert last_state("done\r") == "done" and last_state("\r\r") == "" and last_state("plain") == "plain"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;5;196ma\x1b[48;2;1;2;3mb\x1b[m", "ab"),
        ("\x1b[2J\x1b[10;10Hx\x1b[?1049h", "x"),
        ("\x1b]0;title\x07x\x1b]8;;http://a\x1b\\y", "xy"),
        ("\x1bcx\x1b(B", "x"),
        ("\x1b]torn", ""),
        ("end\x1b[31", "end"),
        ("\x1b[999;-4zmx", "�mx"),
        ("\x1b[38;5mx\x1b[38;2;300;1;1my\x1b[99999999mz", "xyz"),
    ],
)
def test_sequences_become_styles_or_nothing(text: str, shown: str) -> None:
    said = "".join(part for part, _ in coloured(text))
    if "�" not in shown:
        assert said == shown
    assert "\x1b" not in said


def test_colours_are_kept_until_they_are_reset() -> None:
    runs = coloured("a\x1b[1;31mb\x1b[32mc\x1b[0md")
    assert [text for text, _ in runs] == list("abcd")
    assert runs[0][1] is None and runs[3][1] is None
    assert runs[1][1] is not None and runs[1][1].bold and runs[1][1].color is not None
    assert runs[2][1] is not None and runs[2][1].bold and runs[2][1].color != runs[1][1].color


def test_a_log_line_is_time_level_and_text() -> None:
    raw = b"[11/21/2026 05:12:09 > web-01: SYS ERR ] it broke\n"
    shown = show(raw, LineKind.SYS_ERR, LineKind.SYS_ERR, len(raw))
    assert shown.at == NOW.replace(microsecond=0) and shown.level == "SYS ERR" and shown.text == "it broke"
    long = b"[11/21/2026 05:12:09 > web-01: INFO] " + b"x" * 100_000
    shown = show(long[:PAINTED_BYTES], LineKind.INFO, LineKind.INFO, len(long))
    assert shown.rest == len(long) - PAINTED_BYTES
    rest = show(b"  at line 3\n", LineKind.CONTINUATION, LineKind.ERR, 12)
    assert rest.at is None and rest.level == "" and rest.text == "  at line 3"


def test_why_a_job_is_not_running() -> None:
    engine = make_engine()

    def said(job: object) -> str:
        return " ".join(why_not_running(job, engine, NOW))  # type: ignore[arg-type]

    assert "has no schedule" in said(make_job("a"))
    assert "next in 00:01:00" in said(
        make_job("a", schedule=make_schedule("0 * * * * *"), next_run=NOW + 60 * SECOND)
    )
    assert "is paused" in said(make_job("a", schedule=make_schedule(state=ScheduleState.PAUSED)))
    assert "broken" in said(make_job("a", problems=(Problem("x", "broken", Severity.BLOCKING),)))
    assert "No script" in said(make_job("a", script=None))
    assert "another instance (web-02)" in said(make_job("a", InactiveInstance("web-02"), kind=CONTINUOUS))
    assert "pid 5" in said(make_job("a", Running(NOW, 5), kind=CONTINUOUS))
    for phase in (
        Initializing(),
        Starting(NOW),
        Disabling(NOW),
        Success(NOW),
        Stopped(NOW),
        PendingRestart(NOW, 0),
    ):
        assert said(make_job("a", phase, kind=CONTINUOUS)).endswith(".")
    stopped = make_engine(stopped_by_setting=True)
    assert "WEBJOBS_STOPPED" in why_not_running(make_job("a"), stopped, NOW)[0]


def test_failures_are_told_once() -> None:
    busy, bad = make_run("a", RunStatus.RUNNING), make_run("a", RunStatus.FAILED)
    before = make_job("a", Busy(busy.ref.run, NOW), latest_run=busy)
    after = make_job("a", latest_run=bad, tail=("", "last words", " "))
    notice = failure_of(before, after, NOW)
    assert notice is not None and notice.text == 'failed: exit 1 after 00:04:31  "last words"'
    assert failure_of(after, after, NOW) is None
    assert failure_of(before, make_job("a", latest_run=make_run("a", RunStatus.ABORTED)), NOW) is None
    up = make_job("a", Running(NOW, 1), kind=CONTINUOUS)
    launch = Launch(NOW - 9 * SECOND, 7, NOW, Exit(signal=11))
    down = make_job("a", PendingRestart(NOW, 0, Exit(signal=11)), kind=CONTINUOUS, latest_launch=launch)
    notice = failure_of(up, down, NOW)
    assert notice is not None and notice.text == "failed: SIGSEGV after 00:00:09"
    assert failure_of(down, down, NOW) is None
    assert failure_of(up, make_job("a", PendingRestart(NOW, 0, Exit(code=0)), kind=CONTINUOUS), NOW) is None


def test_details_name_everything() -> None:
    run = make_run("a", RunStatus.FAILED)
    job = make_job(
        "a", latest_run=run, settings=JobSettings(stop_signal="SIGINT", env={"B": "1"}), tail=("oops",)
    )
    text = "\n".join(plain_text(line) for line in details(job, NOW))
    for words in (run.ref.run, "exit 1", "SIGINT", "Environment  B", "oops", "/srv/data/jobs/triggered/a"):
        assert words in text


def test_a_jobs_colours_are_not_in_its_last_words() -> None:
    job = make_job("a", latest_run=make_run("a", RunStatus.FAILED), tail=("\x1b[1;31mboom\x1b[0m", "\x1b[0m"))
    assert last_words(job) == '  "boom"'
    assert any(plain_text(line).endswith(" boom") for line in details(job, NOW))


def test_the_title_tells_two_runs_of_one_minute_apart() -> None:
    today, before = (
        make_run("a", RunStatus.SUCCESS, ago=3 * SECOND),
        make_run("a", RunStatus.SUCCESS, ago=timedelta(days=1), took=SECOND),
    )
    titles = [
        plain_text(pane_title(make_job("a", latest_run=run), NOW, details=False)) for run in (today, before)
    ]
    assert f"run {clock(today.started)}" in titles[0] and "run 2026-11-20 05:12:08" in titles[1]


def test_why_begins_with_the_failure_of_the_last_run() -> None:
    failed = make_run("a", RunStatus.FAILED, ago=timedelta(minutes=3))
    job = make_job("a", latest_run=failed, schedule=make_schedule(), next_run=NOW + SECOND)
    first, then = why_not_running(job, None, NOW)
    assert (
        first.startswith("Its last run failed, 3m ago (2026-11-21 05:09:09 UTC): exit 1.") and "r " in first
    )
    assert "waits for its schedule" in then


@pytest.mark.parametrize("phase", [Disabling(NOW), Stopping(NOW, NOW + 5 * SECOND, 7)])
def test_a_process_that_is_asked_to_end_is_still_up(phase: Disabling | Stopping) -> None:
    launch = Launch(NOW - 26 * SECOND, 7)
    job = make_job("a", phase, kind=CONTINUOUS, latest_launch=launch)
    assert plain_text(cell(Column.LAST, job, NOW)) == "up 00:00:26"
