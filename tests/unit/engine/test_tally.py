from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from wjtui.engine.tally import FRESH, MAX_JOBS, Tally
from wjtui.model.events import (
    AnyEvent,
    Envelope,
    JobChanged,
    JobRemoved,
    MissedChanged,
    RunChanged,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import AnyPhase, Busy, Idle, Job, PendingRestart, Running, Starting, Success
from wjtui.model.runs import Exit, Run, RunRef, RunStatus, make_run_id
from wjtui.model.schedules import LaterStart, Missed, MissedReason

BEGUN = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
WORKER = JobId(JobType.CONTINUOUS, "worker")


def later(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def job(id: JobId, phase: AnyPhase, **fields: object) -> JobChanged:
    return JobChanged(Job(id, "/f", "/d", phase, **fields))  # type: ignore[arg-type]


def run(begins: float, takes: float, status: RunStatus = RunStatus.SUCCESS) -> Run:
    start = later(begins)
    ref = RunRef(NIGHTLY, make_run_id(start, None))
    return Run(ref, status, "External - ", start, later(begins + takes) if status.ended else None)


class Heard:
    """A tally, and what it tells."""

    def __init__(self, *events: AnyEvent) -> None:
        self.tally = Tally(BEGUN)
        self.now = BEGUN
        self.tell(*events)

    def tell(self, *events: AnyEvent, at: float = 0.0) -> None:
        self.now = later(at)
        for event in events:
            self.tally.hear(Envelope(1, self.now, event))

    def figures(self, family: str, **wanted: str) -> dict[str, float]:
        """The values of one family by whatever labels are not wanted."""
        found: dict[str, float] = {}
        [known] = [each for each in self.tally.families(self.now) if each.name == family]
        for sample in known.samples:
            labels: Mapping[str, str] = dict(sample.labels)
            if wanted.items() <= labels.items():
                rest = [value for name, value in labels.items() if name not in wanted]
                key = " ".join([*rest, sample.suffix]).strip()
                assert key not in found
                found[key] = sample.value
        return found


def test_jobs_by_type_and_status() -> None:
    heard = Heard(job(NIGHTLY, Idle()), job(WORKER, Starting(BEGUN)))
    assert heard.figures("wjtui_jobs", type="triggered") == {"Idle": 1, "Busy": 0}
    heard.tell(job(WORKER, Running(BEGUN, 1)), job(NIGHTLY, Busy(make_run_id(BEGUN, None), BEGUN)))
    assert heard.figures("wjtui_jobs", type="triggered") == {"Idle": 0, "Busy": 1}
    found = heard.figures("wjtui_jobs", type="continuous")
    assert (found["Running"], found["Starting"], found["Stopped"]) == (1, 0, 0)
    heard.tell(JobRemoved(WORKER))
    assert sum(heard.figures("wjtui_jobs").values()) == 1


def test_each_end_of_a_run_counts_once() -> None:
    going, failed = run(0, 0, RunStatus.RUNNING), run(60, 3, RunStatus.FAILED)
    heard = Heard(job(NIGHTLY, Idle()))
    heard.tell(RunChanged(going), at=1)
    assert set(heard.figures("wjtui_runs_total").values()) == {0}
    heard.tell(RunChanged(run(0, 2)), RunChanged(run(0, 2)), at=2)
    heard.tell(RunChanged(failed), at=63)
    found = heard.figures("wjtui_runs_total", type="triggered", job="nightly")
    assert found == {"Success": 1, "Failed": 1, "Aborted": 0}
    assert heard.figures("wjtui_run_duration_seconds", type="triggered", job="nightly") == {
        "_sum": 5,
        "_count": 2,
    }


def test_a_run_that_comes_back_from_the_trash_is_no_news() -> None:
    heard = Heard(job(NIGHTLY, Idle()))
    heard.tell(RunChanged(run(0, 2)), at=3600)
    assert set(heard.figures("wjtui_runs_total").values()) == {0}


def test_a_clock_set_back_makes_no_duration_negative() -> None:
    heard = Heard(job(NIGHTLY, Idle()))
    heard.tell(RunChanged(run(10, -4)), at=6)
    assert heard.figures("wjtui_run_duration_seconds")["triggered nightly _sum"] == 0


def test_restarts_are_those_that_nobody_asked_for() -> None:
    heard = Heard(job(WORKER, Running(later(0), 1, restarts=0)))
    assert heard.figures("wjtui_job_restarts_total") == {"continuous worker": 0}
    heard.tell(job(WORKER, PendingRestart(later(9), 1, Exit(code=1))))
    heard.tell(job(WORKER, Running(later(9), 2, restarts=1)))
    heard.tell(job(WORKER, Running(later(9), 2, restarts=1), disabled=True))
    assert heard.figures("wjtui_job_restarts_total") == {"continuous worker": 1}
    heard.tell(job(WORKER, Running(later(20), 3, restarts=0)))
    assert heard.figures("wjtui_job_restarts_total") == {"continuous worker": 1}


def test_a_stretch_of_missed_instants_is_told_whole_and_counted_by_its_growth() -> None:
    heard = Heard(job(NIGHTLY, Idle()))
    for count in (1, 2, 2, 5):
        heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.RUNNING, count, later(5), later(5 + count))))
    heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.RUNNING, 2, later(50), later(60))))
    heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.PAUSED, 3, later(70), later(80))))
    found = heard.figures("wjtui_missed_schedules_total", type="triggered", job="nightly")
    assert found == {"running": 7, "paused": 3}


def test_missed_while_no_engine_ran_counts_and_what_an_earlier_engine_counted_does_not() -> None:
    heard = Heard(job(NIGHTLY, Idle()))
    heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.DOWN, 4, later(-400), later(-100))))
    heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.PAUSED, 90, later(-900), later(5))))
    heard.tell(MissedChanged(NIGHTLY, Missed(MissedReason.PAUSED, 91, later(-900), later(15))))
    found = heard.figures("wjtui_missed_schedules_total", type="triggered", job="nightly")
    assert found == {"down": 4, "paused": 2}


def test_last_success_of_the_history_of_runs_and_of_a_process() -> None:
    heard = Heard(job(NIGHTLY, Idle(), latest_run=run(-100, 10)), job(WORKER, Running(BEGUN, 1)))
    name = "wjtui_job_last_success_timestamp_seconds"
    assert heard.figures(name) == {"triggered nightly": later(-90).timestamp()}
    heard.tell(RunChanged(run(5, 5)), at=10)
    heard.tell(RunChanged(run(20, 5, RunStatus.FAILED)), at=25)
    heard.tell(job(WORKER, Success(later(30))), at=30)
    assert heard.figures(name) == {
        "triggered nightly": later(10).timestamp(),
        "continuous worker": later(30).timestamp(),
    }


def test_next_run_is_the_next_start_of_whatever_kind() -> None:
    name = "wjtui_job_next_run_timestamp_seconds"
    put_off = LaterStart(later(100), "External - ")
    heard = Heard(job(NIGHTLY, Idle(), next_run=later(200), later=put_off))
    assert heard.figures(name) == {"triggered nightly": later(100).timestamp()}
    heard.tell(job(NIGHTLY, Idle(), next_run=later(200)))
    assert heard.figures(name) == {"triggered nightly": later(200).timestamp()}
    heard.tell(job(NIGHTLY, Idle()))
    assert heard.figures(name) == {}


def test_a_sample_of_what_a_job_uses_counts_while_it_is_fresh() -> None:
    heard = Heard(job(WORKER, Running(BEGUN, 1)), UsageSampled(WORKER, Usage(150.0, 4096, 3)))
    assert heard.figures("wjtui_job_cpu_cores") == {"continuous worker": 1.5}
    assert heard.figures("wjtui_job_resident_memory_bytes") == {"continuous worker": 4096}
    assert heard.figures("wjtui_job_processes") == {"continuous worker": 3}
    heard.now += FRESH + timedelta(seconds=1)
    assert heard.figures("wjtui_job_cpu_cores") == {}


def test_figures_of_a_job_go_with_it() -> None:
    heard = Heard(job(NIGHTLY, Idle()))
    heard.tell(RunChanged(run(0, 2)), at=2)
    heard.tell(JobRemoved(NIGHTLY))
    heard.tell(RunChanged(run(5, 2)), UsageSampled(NIGHTLY, Usage(1, 1, 1)), at=7)
    assert heard.figures("wjtui_runs_total") == {}


def test_jobs_beyond_the_bound_have_no_figures_of_their_own() -> None:
    heard = Heard(*(job(JobId(JobType.TRIGGERED, f"j{n}"), Idle()) for n in range(MAX_JOBS + 3)))
    assert len(heard.figures("wjtui_runs_total", status="Success")) == MAX_JOBS
    assert heard.figures("wjtui_jobs_without_series") == {"": 3}
    assert heard.figures("wjtui_jobs", status="Idle") == {"triggered": MAX_JOBS + 3}
