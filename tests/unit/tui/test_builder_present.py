"""The schedule builder's decisions: answers and drafts, clashes, the 24-hour line, what has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.fake_service import NOW, make_job, make_schedule
from tests.unit.schedule.strategies import Sample, expressions
from wjtui.model.identity import JobType
from wjtui.model.jobs import Job
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.schedule.cron import parse
from wjtui.schedule.reading import Reading, read_in_zone
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.zones import UTC_ZONE
from wjtui.settings.edit import CannotEdit
from wjtui.settings.parse import parse_settings
from wjtui.tui.present.builder_answers import Answers, fields_of
from wjtui.tui.present.builder_check import Origin, answers_of, check
from wjtui.tui.present.builder_cron import with_expression, written
from wjtui.tui.present.builder_help import HELP
from wjtui.tui.present.builder_page import change_lines, field_hint, marks
from wjtui.tui.present.builder_paste import is_whole, read_pasted
from wjtui.tui.present.clash import HOURS, day_of, first_hour, look_around, starts_by_hour
from wjtui.tui.present.day_line import clash_lines, day_rows, day_strip
from wjtui.tui.present.ink import Line, plain_text
from wjtui.tui.present.schedule_draft import ScheduleDraft, draft_of, write_draft

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def text_of(lines: list[Line]) -> str:
    return "\n".join(plain_text(line) for line in lines)


def reading(text: str) -> Reading:
    return read_in_zone(parse(text), UTC_ZONE, NOW)


def jobs_of(*texts: str) -> list[Job]:
    return [make_job(f"job-{n}", schedule=make_schedule(text)) for n, text in enumerate(texts)]


# Drafts


def test_a_draft_of_settings_and_back() -> None:
    text = '{\n  // at night\n  "schedule": "0 0 2 * * *", // ours\n  "x": [1, 2],\n}\n'
    draft = draft_of(parse_settings(text, JobType.TRIGGERED).settings)
    assert draft == ScheduleDraft("0 0 2 * * *") and write_draft(text, draft) == text
    changed = write_draft(text, ScheduleDraft("0 0 3 * * *", None, "Europe/Berlin"))
    assert "// at night" in changed and '"x": [1, 2]' in changed
    again = draft_of(parse_settings(changed, JobType.TRIGGERED).settings)
    assert again == ScheduleDraft("0 0 3 * * *", None, "Europe/Berlin")
    bare = write_draft(changed, ScheduleDraft())
    assert draft_of(parse_settings(bare, JobType.TRIGGERED).settings).is_manual and '"x": [1, 2]' in bare
    made = {"kind": "once", "start": "now"}
    new = write_draft("", ScheduleDraft(None, made))
    assert draft_of(parse_settings(new, JobType.TRIGGERED).settings) == ScheduleDraft(None, made)
    with pytest.raises(CannotEdit):
        write_draft("{", ScheduleDraft("0 0 2 * * *"))


def test_of_both_the_expression_counts() -> None:
    raw = {"schedule": "0 0 2 * * *", "recurrence": {"kind": "once"}}
    assert draft_of(JobSettings(schedule="0 0 2 * * *", raw=raw)) == ScheduleDraft("0 0 2 * * *")
    assert draft_of(JobSettings(schedule=" ", raw=raw)).recurrence == {"kind": "once"}
    assert ScheduleDraft(None, {"kind": "once", "time_zone": "Asia/Tokyo"}, "UTC").zone == "Asia/Tokyo"


# Answers


@given(expressions())
def test_the_controls_write_what_the_expression_means(sample: Sample) -> None:
    answers = with_expression(Answers(), sample.text)
    made, errors = written(answers)
    assert errors == {} and made is not None
    assert parse(made).fields == parse(sample.text).fields


@given(st.text(max_size=40), st.sampled_from(sorted(Answers._fields)))
def test_no_answer_is_a_bug(text: str, name: str) -> None:
    for start in (ScheduleDraft("0 0 2 * * 1"), ScheduleDraft(None, {"kind": "every", "unit": "month"})):
        answers = answers_of(start)
        if isinstance(getattr(answers, name), str) and name not in _CHOICES:
            answers = answers._replace(start="at", end="at", month="days", days="month")
            answers = Answers(**(answers._asdict() | {name: text}))
        checked = check(answers, Origin(start), NOW)
        assert (checked.draft is None) == bool(checked.errors)
        assert set(checked.errors) <= fields_of(answers)


_CHOICES = ("kind", "time", "days", "start", "unit", "month", "end")


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "once"},
        {"kind": "every", "unit": "minute", "n": 15},
        {"kind": "every", "unit": "week", "weekdays": ["Monday", "wed"], "hours": [9, 17]},
        {"kind": "every", "unit": "month", "month_days": [1, -1], "end": "2030-01-01T00:00:00+01:00"},
        {"kind": "every", "unit": "month", "month_weekdays": [{"day": "fri", "occurrence": -1}], "count": 3},
        {"kind": "once", "start": "2026-10-25T02:30:00", "time_zone": "Europe/Berlin"},
    ],
)
def test_an_object_comes_back_from_its_answers(raw: dict[str, Any]) -> None:
    draft = ScheduleDraft(None, raw)
    assert check(answers_of(draft), Origin(draft), NOW).draft == draft, "unchanged, it stays as it is written"
    written_anew = check(answers_of(draft), Origin(), NOW).draft
    assert written_anew is not None
    assert parse_recurrence(written_anew.recurrence) == parse_recurrence(raw)


def test_where_the_zone_is_written() -> None:
    made = {"kind": "once", "start": "now"}
    berlin = ScheduleDraft(None, made, "Europe/Berlin")
    answers = answers_of(berlin)
    assert answers.zone == "Europe/Berlin" and check(answers, Origin(berlin), NOW).draft == berlin
    tokyo = check(answers._replace(zone="Asia/Tokyo"), Origin(berlin), NOW).draft
    assert tokyo == ScheduleDraft(None, made | {"time_zone": "Asia/Tokyo"}, "Europe/Berlin")
    bare = check(answers._replace(zone=""), Origin(berlin, "America/New_York"), NOW)
    assert bare.draft == ScheduleDraft(None, made) and bare.zone.key == "America/New_York"
    cron = check(answers._replace(kind="cron", zone="Asia/Tokyo"), Origin(berlin), NOW).draft
    assert cron == ScheduleDraft("0 0 2 * * *", None, "Asia/Tokyo")


def test_a_start_of_now_is_when_the_engine_saw_it_first() -> None:
    raw = {"kind": "every", "unit": "hour", "n": 6, "start": "now"}
    seen = NOW - 2 * HOUR
    known = Schedule("x", ScheduleState.PENDING, recurrence=raw, anchor=seen)
    draft = ScheduleDraft(None, raw)
    checked = check(answers_of(draft), Origin(draft, "UTC", known), NOW)
    assert checked.anchor == seen and checked.reading is not None
    assert checked.reading.timetable.next_after(NOW) == seen.replace(microsecond=0) + SECOND + 6 * HOUR
    changed = check(answers_of(draft)._replace(n="7"), Origin(draft, "UTC", known), NOW)
    assert changed.anchor == NOW


def test_a_time_that_the_clocks_show_twice_keeps_its_offset() -> None:
    answers = answers_of(ScheduleDraft(None, {"kind": "once", "start": "now"}))
    answers = answers._replace(start="at", zone="Europe/Berlin")
    autumn = NOW.replace(month=10, day=24, hour=22)
    for text, start in (("in 150m", "2026-10-25T02:42:09+02:00"), ("in 210m", "2026-10-25T02:42:09")):
        draft = check(answers._replace(start_at=text), Origin(), autumn).draft
        assert draft is not None and draft.recurrence is not None and draft.recurrence["start"] == start


def test_every_field_has_help() -> None:
    assert set(HELP) >= {
        *fields_of(Answers(time="minutes", days="week")),
        *fields_of(Answers(time="hours", days="month")),
        *fields_of(Answers(kind="every", unit="month", month="nth")),
        *fields_of(Answers(kind="every", unit="month", month="weekdays")),
        *fields_of(Answers(kind="every", unit="week")),
        *fields_of(Answers(kind="once")),
    }


# What is pasted


def test_what_is_a_whole_schedule() -> None:
    for text in ("0 2 * * *", "@daily", '{"kind": "once"}', "\n 0 0 2 * * *", "a b c d e f"):
        assert is_whole(text)
    for text in ("", "*/5", "1-5", "Mon Tue", "\n\n", "02:00", "Europe/Berlin"):
        assert not is_whole(text)


@given(st.text())
def test_anything_can_be_pasted(text: str) -> None:
    pasted = read_pasted(text)
    assert pasted.note or pasted.draft is not None
    assert len(pasted.note) < 600


# The expression's marks


def test_marks_and_hints() -> None:
    text = "0 0 2 * * 1-5"
    assert plain_text(marks(text, 11, None, 0, 40)) == " " * 10 + "───"
    assert plain_text(marks(text, 11, None, 4, 40)) == " " * 6 + "───"
    assert marks("", 0, None, 0, 40) == ()
    assert "hour: 0 to 23; lists" in plain_text(field_hint(text, 4, 90))
    assert plain_text(field_hint(text, 12, 70)).endswith(" weekday: 0 to 6, or Sun..Sat")
    assert plain_text(field_hint(text, 12, 64)).endswith("weekday  0 to 6, or Sun..Sat")
    assert plain_text(field_hint("1 2 3 4 5 6 7", 0, 60)).split() == [
        *("second", "minute", "hour", "day", "month", "weekday")
    ]


# What has changed


def test_what_is_lost_and_what_is_new() -> None:
    daily, weekdays, later = reading("0 0 2 * * *"), reading("0 0 2 * * 1-5"), reading("0 0 3 * * *")
    said = text_of(change_lines(daily, weekdays, NOW, 200))
    assert said == (
        "changed: At 02:00, every day → At 02:00, Monday to Friday"
        "   Sunday 11-22 02:00 UTC will no longer run"
    )
    assert "Sunday 11-22 02:00 UTC is new" in text_of(change_lines(weekdays, daily, NOW, 200))
    both = text_of(change_lines(daily, later, NOW, 200))
    assert "02:00 UTC will no longer run" in both and "03:00 UTC is new" in both
    same = text_of(change_lines(daily, reading("0 0 2 */1 * *"), NOW, 200))
    assert "every run stays when it was" in same
    assert "→ by hand only" in text_of(change_lines(daily, None, NOW, 200))


# All jobs


@given(expressions())
def test_starts_by_hour_are_those_of_the_timetable(sample: Sample) -> None:
    timetable = reading(sample.text).timetable
    first = first_hour(None, NOW)
    counts = starts_by_hour(timetable, first)
    assert list(counts) == [
        timetable.count_between(first + n * HOUR - SECOND, first + (n + 1) * HOUR) for n in range(HOURS)
    ]


def test_clashes_are_found_to_the_minute() -> None:
    jobs = [
        *jobs_of("30 0 2 * * *", "0 1 2 * * *", "0 */15 * * * *", "* * * * * *"),
        make_job("paused", schedule=make_schedule("0 0 2 * * *", state=ScheduleState.PAUSED)),
        make_job("odd", schedule=make_schedule("nonsense")),
        make_job("manual"),
        make_job("self", schedule=make_schedule("0 0 2 * * *")),
    ]
    own = reading("0 0 2 * * *").timetable
    first = first_hour(own, NOW)
    others = look_around(jobs, jobs[-1].id.key, first)
    assert [other.name for other in others] == ["job-0", "job-1", "job-2", "job-3"]
    day = day_of(own, others, first, NOW)
    [clash] = day.clashes
    assert clash.names == ("job-0", "job-2") and f"{clash.at:%H:%M}" == "02:00" and day.complete
    said = text_of(clash_lines(day, 80))
    assert said == "! 3 jobs start at 02:00: this one and job-0 and job-2"
    hour = day.hours[21]
    assert hour.jobs == 5 and hour.own == 1 and dict(hour.others)["job-3"] == 3600


def test_a_job_that_starts_in_days_is_shown_on_its_day() -> None:
    own = reading("0 0 2 * * 1").timetable
    first = first_hour(own, NOW)
    assert f"{first:%a %H:%M}" == "Mon 00:00"
    assert first_hour(None, NOW) == NOW.replace(minute=0, second=0)
    assert day_of(own, (), first, NOW).hours[2].own == 1


def test_five_hundred_jobs_of_each_second_are_bounded() -> None:
    jobs = jobs_of(*["* * * * * *"] * 200, *["0 */2 * * * *"] * 300)
    own = reading("* * * * * *").timetable
    first = first_hour(own, NOW)
    others = look_around(jobs, None, first)
    day = day_of(own, others, first, NOW)
    assert not day.complete and len(day.clashes) <= 96
    assert day.hours[3].jobs == 501
    assert "at least" in text_of(clash_lines(day, 40))


@pytest.mark.parametrize("width", [20, 28, 60, 120])
def test_the_day_fits_its_width(width: int) -> None:
    jobs = jobs_of("0 0 2 * * *", "0 0 2 * * *", "0 0 5 * * *", "0 30 5 * * *", "0 0 12 * * *")
    for text in ("0 0 2 * * *", "0 */7 * * * *", "0 0 2 1 1 *"):
        own = reading(text).timetable
        first = first_hour(own, NOW)
        day = day_of(own, look_around(jobs, None, first), first, NOW)
        for lines in (day_rows(day, "日本語 [/x]" * 9, width), clash_lines(day, width)):
            assert all(cell_len(plain_text(line)) <= width for line in lines), text_of(lines)
        if width >= 28:
            strip = day_strip(day, "a-job", width)
            assert all(cell_len(plain_text(line)) <= width for line in strip)


def test_hours_of_the_same_jobs_are_one_row() -> None:
    first = first_hour(None, NOW)
    day = day_of(None, look_around(jobs_of("0 */15 * * * *"), None, first), first, NOW)
    assert text_of(day_rows(day, "x", 40)).split() == ["each", "▃", "job-0", "x4"]
    quiet = day_of(None, (), first, NOW)
    assert text_of(day_rows(quiet, "x", 40)).split() == ["each", "·"]
    assert "No job starts in these hours." in text_of(day_strip(quiet, "x", 80))
    assert "It does not start" in text_of(clash_lines(quiet, 80))
