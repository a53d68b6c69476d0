"""Schedules turned into text: cells, panels, reasons, and what is typed as a time."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from tests.support.fake_service import NOW, make_engine, make_job, make_run, make_schedule
from wjtui.model.errors import InvalidSchedule
from wjtui.model.events import Envelope, MissedChanged, Snapshot
from wjtui.model.identity import JobType
from wjtui.model.jobs import Job, Problem, Severity
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import LaterStart, Missed, MissedReason, Schedule, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.schedule.zones import zone_of
from wjtui.tui.inquiry import durations
from wjtui.tui.present.details import Closeup, details
from wjtui.tui.present.header import banner
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.jobs import Chip, Column, cell, passes
from wjtui.tui.present.later import read_later
from wjtui.tui.present.outlook import failure_of_schedule, look_ahead, percentile, wrong_part
from wjtui.tui.present.schedule_fields import written
from wjtui.tui.present.schedule_meaning import meaning
from wjtui.tui.present.schedule_page import lay_out
from wjtui.tui.present.schedule_view import missed, next_runs, next_title, pace, put_off
from wjtui.tui.present.schedules import coming, resumes, stretch, with_newest
from wjtui.tui.present.sight import Sight
from wjtui.tui.present.status import status
from wjtui.tui.present.toasts import QUIET_SECONDS, ToastQueue
from wjtui.tui.present.why import why_not_running
from wjtui.tui.present.wrap import wrap, wrap_all
from wjtui.tui.refusals import later_why_not, pause_why_not, schedule_why_not
from wjtui.tui.store import Link, Past, Store

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = NOW.replace(day=22, hour=2, minute=0, second=0)
LATER = LaterStart(DUE, "UI - ops", "--all")
BAD = "0 0 25 * * 1-5"


def text_of(lines: list[Line]) -> str:
    return "\n".join(plain_text(line) for line in lines)


def sight_of(job: Job, gone: tuple[Missed, ...] | None = (), *took: timedelta, **more: object) -> Sight:
    ahead = look_ahead(job.schedule, NOW) if job.schedule is not None else None
    failure = failure_of_schedule(job)
    return Sight(job, make_engine(), NOW, ahead, failure, gone, took)._replace(**more)  # type: ignore[arg-type]


def scheduled(text: str = "0 0 2 * * *", **fields: object) -> Job:
    return make_job("a", schedule=make_schedule(text, **fields), next_run=DUE)


def invalid(text: str) -> Job:
    return make_job("a", schedule=Schedule(text, ScheduleState.INVALID))


def gap(reason: MissedReason = MissedReason.DOWN, count: int = 1, ago: timedelta = HOUR) -> Missed:
    return Missed(reason, count, NOW - ago, NOW - ago + (count - 1) * timedelta(minutes=1))


# Rows of the list


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ScheduleState.PENDING, "-"),
        (ScheduleState.PAUSED, "paused"),
        (ScheduleState.OFF, "off"),
        (ScheduleState.INVALID, "invalid"),
        (ScheduleState.NEVER, "never"),
        (ScheduleState.DONE, "done"),
        (ScheduleState.ENDED, "ended"),
    ],
)
def test_next_in_says_why_nothing_comes(state: ScheduleState, shown: str) -> None:
    job = make_job("a", schedule=make_schedule(state=state))
    assert plain_text(cell(Column.NEXT, job, NOW)) == shown
    assert len(shown) <= 8


def test_a_row_shows_the_next_start_whoever_asked_for_it() -> None:
    both = make_job("a", schedule=make_schedule(), next_run=NOW + 2 * HOUR, later=LaterStart(NOW + HOUR, ""))
    assert coming(both) == NOW + HOUR
    assert cell(Column.NEXT, both, NOW) == (Piece("01:00:00", Ink.ACCENT),)
    assert status(both, NOW).word == "later 06:12"
    far = make_job("a", later=LaterStart(NOW + 8 * DAY, ""))
    assert status(far, NOW).word == "later 11-29" and status(far, NOW).glyph == "◇"
    assert cell(Column.SCHEDULE, far, NOW) == (Piece("manual", Ink.DIM),)


def test_paused_jobs_show_it_and_failures_come_first() -> None:
    paused = make_job("a", schedule=make_schedule(state=ScheduleState.PAUSED))
    assert (status(paused, NOW).glyph, status(paused, NOW).word) == ("=", "Paused")
    assert passes(paused, Chip.PAUSED, "", NOW) and not passes(make_job("b"), Chip.PAUSED, "", NOW)
    assert plain_text(cell(Column.SCHEDULE, paused, NOW)) == "(paused) 0 0 2 * * *"
    failed = make_run("a", RunStatus.FAILED)
    broken = make_job("a", schedule=paused.schedule, latest_run=failed, later=LATER)
    assert status(broken, NOW).word == "Failed"
    put = make_job("a", schedule=paused.schedule, later=LATER)
    assert (status(put, NOW).glyph, status(put, NOW).word) == ("=", "later 02:00")


def test_a_recurrence_is_shown_in_words() -> None:
    schedule = Schedule('{"kind": "every"}', ScheduleState.PENDING, "Every 2 days", "", {"kind": "every"})
    assert plain_text(cell(Column.SCHEDULE, make_job("a", schedule=schedule), NOW)) == "Every 2 days"


def test_which_of_the_two_p_would_do() -> None:
    assert not resumes(scheduled()) and not resumes(make_job("a"))
    assert resumes(scheduled(state=ScheduleState.PAUSED))
    switched_off = JobSettings(enabled=False)
    assert resumes(make_job("a", schedule=make_schedule(state=ScheduleState.INVALID), settings=switched_off))


def test_whose_zone_counts() -> None:
    engine = make_engine(zone="Asia/Tokyo")
    assert str(zone_of(scheduled(zone="Europe/Berlin"), engine)) == "Europe/Berlin"
    assert (
        str(zone_of(make_job("a", settings=JobSettings(time_zone="Europe/Paris")), engine)) == "Europe/Paris"
    )
    assert str(zone_of(make_job("a"), engine)) == "Asia/Tokyo"
    assert str(zone_of(make_job("a", settings=JobSettings(time_zone="no such")), None)) == "UTC"


# Panels


def test_a_schedule_is_its_fields_under_their_names() -> None:
    fields, names = (plain_text(line) for line in written(make_schedule("0 */15 9-17 * * Mon-Fri"), 76))
    assert fields.split() == ["0", "*/15", "9-17", "*", "*", "Mon-Fri"]
    assert names.split() == ["second", "minute", "hour", "day", "month", "weekday"]
    for field, name in zip(fields.split(), names.split(), strict=True):
        if field not in ("*", "0"):
            assert fields.index(field) == names.index(name)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (BAD, "25"),
        ("0 0 2 * *", "0 0 2 * *"),
        ("0 0 2 * * Mun", "Mun"),
        ("0 1,,2 * * * *", ","),
        ("0 0 日本 * * *", "日本"),
        ("0 0 2 * * * 2027", "2027"),
    ],
)
def test_the_wrong_part_is_marked(text: str, part: str) -> None:
    job = invalid(text)
    error = failure_of_schedule(job)
    assert job.schedule is not None and error is not None
    rows = written(job.schedule, 76, wrong_part(text, error))
    failed = [piece for piece in rows[0] if piece.ink is Ink.FAILED]
    assert [piece.text for piece in failed] == [part]
    marks = plain_text(rows[1])
    assert marks.strip() == "^" * cell_len(part)
    before = plain_text(rows[0]).split(part)[0] if part != "," else "0        1"
    assert cell_len(marks) - cell_len(marks.strip()) == cell_len(before)
    assert error.message in text_of(meaning(sight_of(job), 200))


def test_the_mark_is_where_the_engine_says_the_trouble_is() -> None:
    told = Problem("schedule-invalid", "The recurrence is not valid: 'end' lies before 'start'.")
    raw = {"kind": "once", "start": "2027-01-01T00:00"}
    schedule = Schedule("{}", ScheduleState.INVALID, recurrence=raw)
    error = failure_of_schedule(make_job("a", schedule=schedule, problems=(told,)))
    assert error is not None and error.message == told.text and wrong_part("{}", error) == (0, 0)
    lines = text_of(meaning(sight_of(make_job("a", schedule=schedule, problems=(told,))), 100))
    assert lines.count("lies before") == 1
    misspelled = InvalidSchedule("no", field="knd")
    assert wrong_part('{"kind": 1, "knd": 2}', misspelled) == (12, 17)


def test_the_meaning_names_zone_state_and_warnings() -> None:
    odd = Problem("schedule-odd", "'22-3' in the hour field runs backwards.", Severity.NOTE)
    other = Problem("settings-key", "something else", Severity.NOTE)
    job = make_job(
        "a",
        schedule=make_schedule("0 0 22-3 * * *", zone="Europe/Berlin", expanded="0 0 3-22 * * *"),
        settings=JobSettings(time_zone="W. Europe Standard Time", misfire="skip"),
        problems=(odd, other),
        next_run=DUE,
    )
    said = text_of(meaning(sight_of(job), 110))
    for words in (
        "At 02:00, every day",
        "Expanded   0 0 3-22 * * *",
        "Europe/Berlin  set by 'time_zone' of the job  Sat 06:12:09 there now",
        "waits for its next run, in 20:47:51, Sun 2026-11-22 03:00:00 Europe/Berlin",
        "a time that was missed is left out",
        "! '22-3' in the hour field runs backwards.",
    ):
        assert words in said, words
    assert "something else" not in said
    assert "WEBSITE_TIME_ZONE" in text_of(
        meaning(sight_of(scheduled(zone="Asia/Tokyo"), engine=make_engine(zone="Asia/Tokyo")), 110)
    )
    assert "◐ Pausing…" in text_of(meaning(sight_of(job, pending="Pausing"), 110))
    assert "as nothing else is set" in text_of(meaning(sight_of(scheduled()), 110))


def test_the_next_ten_runs_by_both_clocks() -> None:
    job = scheduled("0 30 0 * * *", zone="Europe/Berlin")
    rows = text_of(next_runs(sight_of(job), 58)).splitlines()
    assert len(rows) == 10
    assert rows[0] == "Sun 2026-11-22 00:30  Sat 23:30 UTC  in 18:17:51"
    assert text_of(next_runs(sight_of(job), 40)).splitlines()[0] == "Sun 2026-11-22 00:30  in 18:17:51"
    assert text_of(next_runs(sight_of(job), 32)).splitlines()[0] == "Sun 11-22 00:30  in 18:17:51"
    seconds = next_runs(sight_of(scheduled("*/20 * * * * *")), 58)
    assert plain_text(seconds[0]) == "Sat 2026-11-21 05:12:20  in 00:00:11"
    assert next_title(sight_of(job)) == "Next 10 runs"
    assert "once it is resumed" in next_title(sight_of(scheduled(state=ScheduleState.PAUSED)))
    assert "once schedules are on" in next_title(sight_of(scheduled(state=ScheduleState.OFF)))


def test_a_recurrence_is_counted_from_when_it_was_first_seen() -> None:
    raw = {"kind": "every", "unit": "hour", "n": 5}
    schedule = Schedule("{}", ScheduleState.PENDING, "Every 5 hours", "", raw, NOW - 2 * HOUR)
    rows = text_of(next_runs(sight_of(make_job("a", schedule=schedule)), 58))
    assert rows.startswith("Sat 2026-11-21 08:12:10  in 03:00:01")
    once = {"kind": "once", "start": "2026-12-01T00:00"}
    sight = sight_of(
        make_job("a", schedule=Schedule("{}", ScheduleState.PENDING, recurrence=once, anchor=NOW))
    )
    assert next_title(sight) == "The one run that is left"
    assert "No two runs" in text_of(pace(sight, 80))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ScheduleState.NEVER, "no such date comes"),
        (ScheduleState.DONE, "its one start was made"),
        (ScheduleState.ENDED, "its end or its count"),
        (ScheduleState.INVALID, "not valid"),
    ],
)
def test_why_no_run_is_ahead(state: ScheduleState, words: str) -> None:
    sight = sight_of(make_job("a", schedule=make_schedule("0 0 0 31 2 *", state=state)))
    assert words in text_of(next_runs(sight, 58)) and words in text_of(meaning(sight, 100))
    assert next_title(sight) == "Next runs" and "No run is ahead" in text_of(pace(sight, 58))


def test_how_often_and_whether_runs_meet() -> None:
    daily = scheduled(zone="Europe/Berlin")
    said = text_of(pace(sight_of(daily, (), *[timedelta(minutes=5)] * 20), 200))
    assert "1 run a day, 7 a week." in said
    assert "Shortest gap 1 day, p95 of 20 runs 00:05:00: no clash." in said
    assert "On 28 March 2027 the clocks of Europe/Berlin go forward" in said
    often = sight_of(scheduled("0 * * * * *"), (), timedelta(seconds=60))
    warned = pace(often, 200)
    assert "! Shortest gap 1 minute, p95 of 1 run 00:01:00: a start is left out" in text_of(warned)
    assert any(piece.ink is Ink.WARNING for line in warned for piece in line)
    assert "no run has ended yet" in text_of(pace(sight_of(scheduled()), 200))
    assert "UTC has no change of clocks" in text_of(pace(sight_of(scheduled()), 200))
    summers = sight_of(scheduled("0 0 12 1 7 *", zone="Europe/Berlin"))
    assert "moves no run of this schedule" in text_of(pace(summers, 200))


def test_percentiles_are_of_runs_that_were_not_cut_short() -> None:
    seconds = [timedelta(seconds=number) for number in range(1, 101)]
    assert percentile(seconds[::-1], 95) == timedelta(seconds=95)
    assert percentile(seconds[:1], 95) == timedelta(seconds=1) and percentile([], 95) is None
    runs = [make_run("a", status) for status in RunStatus]
    assert durations(runs) == (timedelta(seconds=271),) * 2


def test_a_put_off_start_and_who_asked_for_it() -> None:
    said = text_of(put_off(sight_of(make_job("a", later=LATER)), 80))
    assert "Sun 2026-11-22 02:00:00 UTC, in 20:47:51" in said
    assert "by UI - ops, with the arguments --all" in said and "takes it back" in said
    anonymous = put_off(sight_of(make_job("a", later=LaterStart(DUE, "External - "))), 80)
    assert "by External" in text_of(anonymous)
    assert "None. t starts it once" in text_of(put_off(sight_of(make_job("a")), 80))


def test_missed_stretches_fit_and_say_how_many_more_there_are() -> None:
    assert "Not known yet" in text_of(missed(sight_of(scheduled(), None), 60, 5))
    assert "None that" in text_of(missed(sight_of(scheduled()), 60, 5))
    gaps = tuple(gap(reason, 3, number * HOUR) for number, reason in enumerate(MissedReason, 1))
    for width in (120, 58, 30):
        for rows in (3, 6, 40):
            lines = missed(sight_of(scheduled(), gaps), width, rows)
            assert all(cell_len(plain_text(line)) <= width for line in lines)
            if width > 30:
                assert len(lines) <= rows
    assert text_of(missed(sight_of(scheduled(), gaps), 120, 3)).endswith("and 4 earlier.")
    every = text_of(missed(sight_of(scheduled(), gaps), 120, 40))
    for words in ("no engine ran", "still going", "STOPPED", "paused", "DISABLE_SCHEDULE", "could not run"):
        assert words in every
    assert stretch(gap()) == "2026-11-21 04:12:09 UTC"
    assert stretch(gap(count=3)) == "2026-11-21 04:12:09 to 04:14:09 UTC"
    overnight = Missed(MissedReason.DOWN, 2, NOW - DAY, NOW)
    assert stretch(overnight) == "2026-11-20 05:12:09 to 2026-11-21 05:12:09 UTC"


@pytest.mark.parametrize("width", [20, 39, 60, 80, 99, 100, 120, 200])
@pytest.mark.parametrize("rows", [5, 22, 34, 80])
def test_the_panels_fill_the_screen_and_fit_their_width(width: int, rows: int) -> None:
    gaps = tuple(gap(MissedReason.DOWN, 3, number * DAY) for number in range(1, 60))
    jobs = [
        scheduled(zone="Europe/Berlin"),
        make_job("a"),
        make_job("a", schedule=Schedule(BAD, ScheduleState.INVALID), later=LATER),
    ]
    for job in jobs:
        layout = lay_out(sight_of(job, gaps), width, rows)
        frame = 2 if layout.boxed else 1
        assert layout.boxed == (width >= 100)
        for name, panel in layout.panels.items():
            assert len(panel.lines) + frame <= panel.height, name
            column = layout.right if name in ("later", "missed") else layout.left
            inner = (width if name == "meaning" else column) - (4 if layout.boxed else 2)
            assert all(cell_len(plain_text(line)) <= inner for line in panel.lines), name
        if layout.boxed:
            heights = {name: panel.height for name, panel in layout.panels.items()}
            assert heights["next"] + heights["pace"] == heights["later"] + heights["missed"]
            assert heights["meaning"] + heights["next"] + heights["pace"] >= rows
            assert layout.left + layout.right in (width, width - 1)


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "\x1b[2J" * 2000, "[/x]" * 99, "日" * 5000, "1," * 5000, " ", "\udcff" * 300]
)
def test_ten_thousand_hostile_characters_stay_in_their_rows(text: str) -> None:
    job = make_job(
        "a",
        schedule=Schedule(text, ScheduleState.INVALID, text, text, zone=text),
        settings=JobSettings(schedule=text, time_zone=text),
        problems=(Problem("schedule-invalid", text), Problem("schedule-odd", text, Severity.NOTE)),
        later=LaterStart(DUE, text, text),
        folder=text,
    )
    for width in (40, 80, 120):
        sight = sight_of(job)
        for panel in lay_out(sight, width, 30).panels.values():
            for line in panel.lines:
                said = plain_text(line)
                assert cell_len(said) <= width and (said.isprintable() or not said.strip())
                said.encode("utf-8")
        assert sum(panel.height for panel in lay_out(sight, width, 30).panels.values()) < 300
    for column in Column:
        assert len(plain_text(cell(column, job, NOW))) < 10_100
    assert all(len(line) < 2000 for line in why_not_running(job, None, NOW))


@pytest.mark.parametrize("width", [1, 2, 7, 30])
def test_wrapping_loses_nothing_but_blanks(width: int) -> None:
    line = (Piece("one two", Ink.STRONG), Piece("  three "), Piece("日本語" * 9, Ink.DIM), Piece(" end"))
    rows = wrap(line, width, 2)
    assert all(cell_len(plain_text(row)) <= max(2, width) for row in rows)
    joined = "".join(plain_text(row) for row in rows).replace(" ", "")
    assert joined == plain_text(line).replace(" ", "")
    assert wrap((), width) == [()] and wrap_all([(), (Piece("x"),)], width) == [(), (Piece("x"),)]


# Sentences


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ScheduleState.PAUSED, "p resumes it"),
        (ScheduleState.OFF, "WEBJOBS_DISABLE_SCHEDULE is set"),
        (ScheduleState.INVALID, "cannot be read. c shows where"),
        (ScheduleState.NEVER, "never comes"),
        (ScheduleState.DONE, "was for one start"),
        (ScheduleState.ENDED, "has ended"),
        (ScheduleState.PENDING, "no coming time yet"),
    ],
)
def test_why_a_scheduled_job_is_not_running(state: ScheduleState, words: str) -> None:
    job = make_job("a", schedule=make_schedule(state=state))
    (said,) = why_not_running(job, make_engine(), NOW)
    assert words in said and "r runs it" in said


def test_why_knows_what_the_engine_said_and_what_was_missed() -> None:
    told = Problem("schedule-invalid", "The schedule 'x' is not valid: nothing.")
    broken = make_job("a", schedule=Schedule("x", ScheduleState.INVALID), problems=(told,))
    assert told.text in why_not_running(broken, None, NOW)[0]
    waits = make_job("a", schedule=make_schedule(), next_run=DUE, later=LATER)
    said = why_not_running(waits, None, NOW, [gap(MissedReason.RUNNING, 4)])
    assert "put off to 2026-11-22 02:00:00 UTC, in 20:47:51" in said[1]
    assert said[2] == (
        "It was due 4 times, 2026-11-21 04:12:09 to 04:15:09 UTC, but the run before was still going."
    )
    ran_since = make_job(
        "a", schedule=make_schedule(), next_run=DUE, latest_run=make_run("a", RunStatus.SUCCESS)
    )
    assert len(why_not_running(ran_since, None, NOW, [gap(ago=9 * HOUR)])) == 1
    assert "It was due at" in why_not_running(ran_since, None, NOW, [gap()])[1]


def test_details_tell_of_the_schedule() -> None:
    job = make_job("a", schedule=make_schedule(state=ScheduleState.OFF), later=LATER)
    said = text_of(details(job, NOW, Closeup(missed=(gap(MissedReason.OFF, 2),))))
    for words in (
        "0 0 2 * * *  in UTC",
        "Means        At 02:00, every day",
        "= off: WEBJOBS_DISABLE_SCHEDULE",
        "Put off      in 20:47:51  2026-11-22 02:00:00 UTC  with --all",
        "Last missed  2026-11-21 04:12:09 to 04:13:09 UTC  2 times: WEBJOBS_DISABLE_SCHEDULE was set",
    ):
        assert words in said, words
    assert "Last missed" not in text_of(details(job, NOW))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "When? A delay, a time of day, or a date and time."),
        ("in 30m", "Sat 21 Nov 06:42:09 Europe/Berlin, in 00:30:00  (05:42:09 UTC)"),
        ("02:00", "Sun 22 Nov 02:00:00 Europe/Berlin, in 19:47:51  (01:00:00 UTC)"),
        ("2027-01-01 02:00", "Fri 1 Jan 2027 02:00:00 Europe/Berlin, in 40d 19h  (01:00:00 UTC)"),
        ("soon", "'soon' is no time: write in 30m, 02:00 or 2026-11-22 02:00."),
        ("2026-11-21 06:12", "Sat 21 Nov 06:12:00 Europe/Berlin is over."),
        ("2099-01-01", "That is more than ten years away."),
    ],
)
def test_what_is_typed_as_a_time(text: str, shown: str) -> None:
    reading = read_later(text, NOW, BERLIN)
    assert plain_text(reading.line) == shown
    assert (reading.at is not None) == (", in " in shown)
    assert reading.at is None or reading.at > NOW


def test_utc_needs_no_second_clock() -> None:
    assert (
        plain_text(read_later("02:00", NOW, ZoneInfo("UTC")).line) == "Sun 22 Nov 02:00:00 UTC, in 20:47:51"
    )


# Store, refusals, banner, messages


def live_store(*jobs: Job, **fields: object) -> Store:
    store = Store(**fields)  # type: ignore[arg-type]
    store.apply([Snapshot(0, NOW, make_engine(), tuple(jobs))])
    store.connect(Link.LIVE, NOW)
    return store


def test_what_was_missed_is_kept_up_to_date() -> None:
    job = scheduled()
    store, old = live_store(job), gap(MissedReason.DOWN, 2, 9 * HOUR)
    news = [Envelope(1, NOW, MissedChanged(job.id, gap(MissedReason.RUNNING, count))) for count in (1, 2)]
    assert store.apply(news).jobs == {job.id.key} and store.past == {}
    # An answer that was on its way meanwhile knows less.
    store.learn(job.id.key, Past(None, (gap(MissedReason.RUNNING), old)))
    assert [one.count for one in store.past[job.id.key].missed] == [2, 2]
    store.apply([Envelope(3, NOW, MissedChanged(job.id, gap(MissedReason.RUNNING, 7)))])
    assert [one.count for one in store.past[job.id.key].missed] == [7, 2]
    store.apply([Snapshot(9, NOW, make_engine(), (job,))])
    assert store.past == {} and store.newest_missed == {}
    assert with_newest([old], None) == (old,) and with_newest([], old) == (old,)


def test_who_may_pause_and_put_off() -> None:
    job, manual, blocked = scheduled(), make_job("m"), make_job("b", script=None)
    always_on = make_job("c", kind=JobType.CONTINUOUS)
    store = live_store(job)
    assert pause_why_not(store, job) is None and later_why_not(store, manual) is None
    assert "c says how to add one" in (pause_why_not(store, manual) or "")
    for refuse in (pause_why_not, later_why_not, schedule_why_not):
        assert "is continuous" in (refuse(store, always_on) or "")
        assert "No job" in (refuse(store, None) or "")
    assert "cannot run" in (later_why_not(store, blocked) or "")
    assert later_why_not(store, make_job("b", script=None, later=LATER)) is None
    store.engine = make_engine(stopped_by_setting=True)
    assert "WEBJOBS_STOPPED" in (later_why_not(store, manual) or "")
    store.mark(job.id.key, "Pausing")
    assert "on its way" in (pause_why_not(store, job) or "")
    looking = live_store(job, read_only=True)
    assert "read-only" in (pause_why_not(looking, job) or "") and "read-only" in (
        later_why_not(looking, job) or ""
    )
    assert schedule_why_not(looking, job) is None


def test_banners() -> None:
    store = live_store()
    assert banner(store, NOW) is None
    store.engine = make_engine(schedules_off=True)
    found = banner(store, NOW)
    assert found is not None and "start by hand only" in found.text and not found.serious
    store.engine = make_engine(schedules_off=True, stopped_by_setting=True)
    found = banner(store, NOW)
    assert found is not None and "WEBJOBS_STOPPED" in found.text


def test_what_recurs_is_told_once_in_a_while() -> None:
    queue = ToastQueue()
    assert not queue.is_repeated("missed", "a", 0.0) and queue.is_repeated("missed", "a", 60.0)
    assert not queue.is_repeated("missed", "b", 60.0) and not queue.is_repeated("other", "a", 60.0)
    assert not queue.is_repeated("missed", "a", QUIET_SECONDS)
