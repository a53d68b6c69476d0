"""Which runs are wanted: the words of a filter, and the switches over the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from wjtui.model.errors import InvalidRequest
from wjtui.model.runs import Launch, Outcome, Run
from wjtui.model.schedules import Missed
from wjtui.schedule.missed_words import REASONS
from wjtui.schedule.moments import read_moment, read_span
from wjtui.tui.present.history import Event, job_of, outcome_of
from wjtui.tui.present.plain import plain
from wjtui.tui.present.run_words import Source, source_of

WORDS = "status:failed since:7d trigger:manual text"
_STATUSES = {
    "success": Outcome.OK,
    "ok": Outcome.OK,
    "failed": Outcome.FAILED,
    "aborted": Outcome.ABORTED,
    "running": Outcome.RUNNING,
}
Test = Callable[[Event], bool]


class Switch(StrEnum):
    """A switch that filters the list."""

    ALL = "All"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILED = "Failed"
    ABORTED = "Aborted"
    MANUAL = "Manual"
    SLOW = "> p95"
    """It took longer than 95 of 100."""


OUTCOMES = {
    Switch.RUNNING: Outcome.RUNNING,
    Switch.SUCCESS: Outcome.OK,
    Switch.FAILED: Outcome.FAILED,
    Switch.ABORTED: Outcome.ABORTED,
}


class Filter(NamedTuple):
    """What a filter asks for, understood."""

    tests: tuple[Test, ...] = ()
    since: datetime | None = None
    """Nothing that is older is wanted."""
    trouble: str = ""
    """What could not be understood; that part counts for nothing."""

    def wants(self, event: Event) -> bool:
        """Whether each word lets it through."""
        return all(test(event) for test in self.tests)


def read_filter(text: str, now: datetime, *, jobs: bool) -> Filter:
    """Read ``status:``, ``since:``, ``trigger:``, where there are several jobs ``job:``, and text."""
    tests: list[Test] = []
    since: datetime | None = None
    troubles = []
    for word in text.split():
        name, colon, value = word.partition(":")
        name, value = name.lower(), value.lower()
        if colon and not value and name in ("status", "since", "trigger", "job"):
            continue  # it is still being typed
        match name if colon else "":
            case "status":
                wanted = [outcome for key, outcome in _STATUSES.items() if key.startswith(value)]
                if not wanted and not "missed".startswith(value):
                    troubles.append(f"status:{value} is none of success, failed, aborted, running, missed")
                    continue
                tests.append(_status(frozenset(wanted), missed="missed".startswith(value)))
            case "since":
                try:
                    at = _instant(value, now)
                except InvalidRequest:
                    troubles.append(f"since:{value} is no time; write 30m, 12h, 7d, 2w or 2026-11-01")
                    continue
                since = at if since is None else max(since, at)
                tests.append(_since(at))
            case "trigger":
                tests.append(_trigger(value))
            case "job" if jobs:
                tests.append(_job(value))
            case _:
                tests.append(_text(word.lower()))
    return Filter(tuple(tests), since, plain("; ".join(troubles)))


def switched(switch: Switch, slow: timedelta | None) -> Test | None:
    """What a switch lets through; ``slow``: longer than this is slow. None: everything."""
    if (outcome := OUTCOMES.get(switch)) is not None:
        return lambda event: outcome_of(event) is outcome
    if switch is Switch.MANUAL:
        return lambda event: isinstance(event, Run) and source_of(event.trigger) is Source.MANUAL
    if switch is Switch.SLOW:
        return lambda event: slow is not None and (lasted(event) or timedelta(0)) > slow
    return None


def lasted(event: Event) -> timedelta | None:
    """How long a run took that has come to an end of its own."""
    if (
        isinstance(event, Run)
        and event.ended is not None
        and outcome_of(event) in (Outcome.OK, Outcome.FAILED)
    ):
        return max(timedelta(0), event.ended - event.started)
    return None


def began(event: Event) -> datetime:
    """When it was: for instants without a run, the last of them."""
    return event.latest if isinstance(event, Missed) else event.started


def _status(wanted: frozenset[Outcome], *, missed: bool) -> Test:
    return lambda event: missed if isinstance(event, Missed) else outcome_of(event) in wanted


def _since(at: datetime) -> Test:
    return lambda event: began(event) >= at


def _trigger(value: str) -> Test:
    def test(event: Event) -> bool:
        if not isinstance(event, Run):
            return False
        return source_of(event.trigger).value.startswith(value) or value in event.trigger.lower()

    return test


def _job(value: str) -> Test:
    def test(event: Event) -> bool:
        job = job_of(event)
        return job is not None and value in job.name.lower()

    return test


def _text(word: str) -> Test:
    return lambda event: word in _hay(event)


def _hay(event: Event) -> str:
    parts: tuple[str, ...]
    match event:
        case Run(ref=ref):
            named = (ref.job.name, ref.run, event.status.value)
            parts = (*named, event.trigger, event.arguments, event.reason, str(event.exit or ""))
        case Launch():
            parts = (str(event.pid), event.reason, str(event.exit or ""))
        case Missed():
            parts = ("missed", REASONS[event.reason])
    return " ".join(parts).lower()


def _instant(text: str, now: datetime) -> datetime:
    """The instant from which on; a span counts back from now, weeks too. InvalidRequest for anything else."""
    if text.endswith("w") and text[:-1].isdecimal() and len(text) < 5:
        text = f"{int(text[:-1]) * 7}d"
    try:
        return now - read_span(text, "since")
    except InvalidRequest:
        at = read_moment(text.upper(), UTC, now, "since")
        # A time of day means the next such time everywhere else; here it is the last one.
        return at if at <= now or "-" in text else at - timedelta(days=1)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
