"""Schedules, put-off starts and missed instants in tables, lists of facts and documents."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.support.fake_service import NOW, make_engine, make_job, make_run, make_schedule
from wjtui.cli.documents import job_document, missed_document, run_document
from wjtui.cli.schedule_words import by_time, late, put_off, schedule_cell
from wjtui.cli.words import RUN_TITLES, job_facts, job_row, missed_row, run_row
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunStatus
from wjtui.model.schedules import LaterStart, Missed, MissedReason, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.schedule.zones import zone_of

HOUR = timedelta(hours=1)
RECURRING = make_schedule(
    '{"kind":"every"}', expanded="", words="Every 15 minutes", recurrence={"kind": "every"}, anchor=NOW
)


def scheduled(late_by: timedelta) -> Run:
    run = make_run("nightly", RunStatus.SUCCESS)
    return msgspec.structs.replace(run, scheduled=run.started - late_by)


def next_of(job: Job) -> str:
    return job_row(job, NOW)[5]


def test_schedule_in_a_table() -> None:
    assert schedule_cell(make_job("plain")) == ""
    assert schedule_cell(
        make_job("nightly", schedule=make_schedule("0 0 2 * * Mon", expanded="0 0 2 * * 1"))
    ) == ("0 0 2 * * 1")
    steps = make_schedule("0 */15 * * * *", expanded="0 0,15,30,45 * * * *")
    assert schedule_cell(make_job("steps", schedule=steps)) == "0 */15 * * * *"
    assert schedule_cell(make_job("often", schedule=RECURRING)) == "Every 15 minutes"
    broken = make_schedule("0 0 2 *", state=ScheduleState.INVALID, words="", expanded="")
    assert schedule_cell(make_job("broken", schedule=broken)) == "0 0 2 *"


def test_next_run_in_a_table() -> None:
    schedule, later = make_schedule(), LaterStart(NOW + 2 * HOUR, "CLI - me")
    paused = make_schedule(state=ScheduleState.PAUSED)
    assert next_of(make_job("plain")) == ""
    assert next_of(make_job("nightly", schedule=schedule, next_run=NOW + HOUR)) == (
        "in 01:00:00, 2026-11-21 06:12:09 UTC"
    )
    assert next_of(make_job("nightly", schedule=schedule, next_run=NOW)) == "now, 2026-11-21 05:12:09 UTC"
    assert next_of(make_job("nightly", schedule=schedule)) == ""
    assert next_of(make_job("nightly", schedule=paused)) == "paused"
    assert next_of(make_job("plain", later=later)) == "once in 02:00:00, 2026-11-21 07:12:09 UTC"
    assert next_of(make_job("nightly", schedule=paused, later=later)).startswith("paused; once in 02:00:00")


@pytest.mark.parametrize("state", list(ScheduleState))
def test_facts_say_how_a_schedule_stands(state: ScheduleState) -> None:
    job = make_job("nightly", schedule=make_schedule(state=state, zone="Europe/Berlin"))
    facts = dict(job_facts(job, NOW))
    word = "waits" if state is ScheduleState.PENDING else state.value
    assert word in facts["schedule state"]
    assert facts["time zone"] == "Europe/Berlin"
    assert ("wjtui resume nightly" in facts["schedule state"]) == (state is ScheduleState.PAUSED)


def test_facts_of_a_schedule_name_its_runs_in_utc_and_in_its_zone() -> None:
    due = NOW + HOUR
    schedule = make_schedule("0 12 7 * * *", zone="Europe/Berlin")
    later = LaterStart(NOW + 2 * HOUR, "CLI - me", "--all")
    job = make_job("nightly", schedule=schedule, next_run=due, later=later)
    facts = job_facts(job, NOW, [due, due + 24 * HOUR, due + 48 * HOUR])
    assert ("next run", "in 01:00:00, 2026-11-21 06:12:09 UTC (2026-11-21 07:12:09 Europe/Berlin)") in facts
    assert [value for key, value in facts if key == "then"] == [
        "2026-11-22 06:12:09 UTC (2026-11-22 07:12:09 Europe/Berlin)",
        "2026-11-23 06:12:09 UTC (2026-11-23 07:12:09 Europe/Berlin)",
    ]
    assert dict(facts)["put-off start"] == (
        "in 02:00:00, 2026-11-21 07:12:09 UTC, by CLI - me, with the arguments --all"
    )


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (timedelta(), "0 ms"),
        (timedelta(milliseconds=12), "12 ms"),
        (timedelta(milliseconds=999.4), "999 ms"),
        (timedelta(milliseconds=999.9), "1.0 s"),
        (timedelta(seconds=59), "59.0 s"),
        (timedelta(minutes=4, seconds=31), "00:04:31"),
        (timedelta(seconds=-1), "0 ms"),
    ],
)
def test_lateness(after: timedelta, text: str) -> None:
    assert late(scheduled(after)) == text


def test_runs_say_for_when_they_were_scheduled() -> None:
    run = scheduled(timedelta(milliseconds=12))
    row = dict(zip(RUN_TITLES, run_row(run, NOW), strict=True))
    assert row["LATE"] == "12 ms"
    assert row["SCHEDULED FOR"].startswith("2026-11-21 01:55:37")
    facts = dict(job_facts(make_job("nightly", latest_run=run), NOW))
    assert facts["latest run"].endswith(", 12 ms late")
    assert run_row(make_run("nightly", RunStatus.SUCCESS), NOW)[-2:] == ("", "")
    document = run_document(run, NOW)
    assert (document["late_seconds"], document["scheduled_time"]) == (0.012, "2026-11-21T01:55:37.988000Z")
    by_hand = run_document(make_run("nightly", RunStatus.SUCCESS), NOW)
    assert (by_hand["late_seconds"], by_hand["scheduled_time"]) == (None, None)


@pytest.mark.parametrize("reason", list(MissedReason))
def test_missed_stretch_has_a_row_of_its_own(reason: MissedReason) -> None:
    row = dict(zip(RUN_TITLES, missed_row(Missed(reason, 3, NOW, NOW + 2 * HOUR)), strict=True))
    assert row["STATUS"] == "Missed"
    assert row["TRIGGER"].startswith("3 times: ")
    assert row["SCHEDULED FOR"] == "2026-11-21 05:12:09 UTC to 2026-11-21 07:12:09 UTC"
    assert missed_row(Missed(reason, 1, NOW, NOW))[6] == "2026-11-21 05:12:09 UTC"
    assert missed_document(Missed(reason, 1, NOW, NOW)) == {
        "reason": reason.value,
        "count": 1,
        "first_time": "2026-11-21T05:12:09.000000Z",
        "latest_time": "2026-11-21T05:12:09.000000Z",
    }


def test_missed_stretches_lie_between_the_runs() -> None:
    runs = [make_run("nightly", RunStatus.SUCCESS, ago=number * HOUR) for number in (1, 3, 5)]
    missed = [Missed(MissedReason.DOWN, 2, NOW - 9 * HOUR, NOW - number * HOUR) for number in (2, 4, 6)]
    expected = [runs[0], missed[0], runs[1], missed[1], runs[2], missed[2]]
    assert by_time(runs, missed, 20) == expected
    assert by_time(runs, missed, 4) == expected[:4]
    assert by_time([], missed, 20) == missed


def test_document_of_a_job_has_every_member() -> None:
    plain = job_document(make_job("plain"), NOW)
    assert (plain["schedule"], plain["next_run"], plain["later"]) == (None, None, None)
    job = make_job("often", schedule=RECURRING, next_run=NOW, later=LaterStart(NOW, "CLI - me"))
    document = job_document(job, NOW)
    assert document["schedule"] == {
        "text": '{"kind":"every"}',
        "state": "pending",
        "words": "Every 15 minutes",
        "expanded": "",
        "recurrence": {"kind": "every"},
        "anchor": "2026-11-21T05:12:09Z",
        "zone": "UTC",
    }
    assert document["next_run"] == "2026-11-21T05:12:09.000000Z"
    assert document["later"] == {
        "at": "2026-11-21T05:12:09.000000Z",
        "trigger": "CLI - me",
        "arguments": None,
    }


def test_zone_that_counts_for_a_job() -> None:
    engine = make_engine(zone="Asia/Tokyo")
    job = make_job("plain")
    assert zone_of(job, engine) == ZoneInfo("Asia/Tokyo")
    job = msgspec.structs.replace(job, settings=JobSettings(time_zone="Pacific Standard Time"))
    assert zone_of(job, engine) == ZoneInfo("America/Los_Angeles")
    job = msgspec.structs.replace(job, schedule=make_schedule(zone="Europe/Berlin"))
    assert zone_of(job, engine) == ZoneInfo("Europe/Berlin")
    unknown = make_job("plain", settings=JobSettings(time_zone="Mars"))
    assert zone_of(unknown, engine) == ZoneInfo("Asia/Tokyo")


def test_answer_to_a_put_off_start_says_the_zone() -> None:
    at, job = NOW + HOUR, make_job("nightly")
    assert put_off(job, at, None, UTC, NOW) == (
        "A run of nightly will start in 01:00:00, 2026-11-21 06:12:09 UTC;"
        " 'wjtui run nightly --cancel' takes it back."
    )
    said = put_off(job, at, NOW + 2 * HOUR, ZoneInfo("Europe/Berlin"), NOW)
    assert "(2026-11-21 07:12:09 Europe/Berlin), not at 2026-11-21 07:12:09 UTC as was meant before;" in said
