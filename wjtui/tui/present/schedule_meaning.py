"""The schedule view's first panel: what is written, what it means, in which zone, how it stands."""

from __future__ import annotations

from collections.abc import Iterator

from wjtui.model.jobs import Job, Severity
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.schedule.zones import UTC_ZONE, find_zone
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.outlook import wrong_part
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_fields import written
from wjtui.tui.present.schedules import STANDINGS, local_moment, waiting
from wjtui.tui.present.sight import Sight
from wjtui.tui.present.wrap import wrap, wrap_all

_LABEL = 10
_LONGEST = 600
"""Characters shown of a text that somebody else wrote."""
_MISFIRES = {
    "run_once": "one run makes up for all times that were missed",
    "skip": "a time that was missed is left out",
}
_USUAL_MISFIRE = "one run makes up for missed times of the last 10 minutes; older ones are left out"


def meaning(sight: Sight, width: int, *, terse: bool = False) -> list[Line]:
    """The first panel: the schedule itself, what it means, in which zone, and how it stands.

    ``terse``: without what goes without saying, where every row counts.
    """
    schedule = sight.job.schedule
    if schedule is None:
        return _no_schedule(sight.job, width)
    failure = sight.failure
    wrong = wrong_part(schedule.text, failure) if failure is not None else (0, 0)
    lines = written(schedule, width, wrong)
    if failure is not None:
        lines += wrap((Piece(plain(failure.message[:_LONGEST]), Ink.FAILED),), width)
    if not terse:
        lines.append(())
    for label, value in _facts(sight, schedule, terse=terse):
        lines += wrap((Piece(f"{label:<{_LABEL}} ", Ink.DIM), *value), width, _LABEL + 1)
    return lines + wrap_all(_warnings(sight), width, 2)


def _facts(sight: Sight, schedule: Schedule, *, terse: bool) -> Iterator[tuple[str, Line]]:
    if schedule.words:
        yield "Means", (Piece(plain(schedule.words[:_LONGEST]), Ink.STRONG),)
    if schedule.expanded:
        yield "Expanded", (Piece(plain(schedule.expanded[:_LONGEST])),)
    yield "Zone", _zone(sight, schedule, terse=terse)
    yield "State", _state(sight, schedule, terse=terse)
    misfire = _MISFIRES.get(sight.job.settings.misfire or "")
    if schedule.state is not ScheduleState.INVALID and (misfire is not None or not terse):
        yield "If missed", (Piece(misfire or _USUAL_MISFIRE, Ink.DIM),)


def _zone(sight: Sight, schedule: Schedule, *, terse: bool) -> Line:
    zone, engine = find_zone(schedule.zone) or UTC_ZONE, sight.engine
    own = schedule.recurrence.get("time_zone") or sight.job.settings.time_zone
    if isinstance(own, str) and find_zone(own) == zone:
        source = "set by 'time_zone' of the job"
    elif engine is not None and engine.zone != "UTC" and engine.zone == schedule.zone:
        source = "set by WEBSITE_TIME_ZONE"
    else:
        source = "as nothing else is set" if zone.key == "UTC" else ""
    there = "" if terse or zone.key == "UTC" else f"{sight.now.astimezone(zone):%a %H:%M:%S} there now"
    return Piece(zone.key), *(Piece(f"  {part}", Ink.DIM) for part in (source, there) if part)


def _state(sight: Sight, schedule: Schedule, *, terse: bool) -> Line:
    if sight.pending is not None:
        return (Piece(f"◐ {sight.pending}…", Ink.ACCENT),)
    standing = STANDINGS[schedule.state]
    head = Piece(f"{standing.glyph} {standing.sentence}", standing.ink)
    due = sight.job.next_run
    if schedule.state is not ScheduleState.PENDING or due is None:
        return (head,)
    line: Line = (head, Piece(f", {waiting(due, sight.now)}", Ink.STRONG))
    if terse:
        return line
    return (*line, Piece(f", {local_moment(due, find_zone(schedule.zone) or UTC_ZONE)}", Ink.DIM))


def _warnings(sight: Sight) -> Iterator[Line]:
    """What the engine has to say of the schedule, but for what stands under the wrong part already."""
    said = sight.failure.message if sight.failure is not None else None
    for problem in sight.job.problems:
        if problem.code.startswith("schedule") and (said is None or said not in problem.text):
            ink = Ink.WARNING if problem.severity is not Severity.BLOCKING else Ink.FAILED
            yield Piece("! ", ink), Piece(plain(problem.text[:_LONGEST]), ink)


def _no_schedule(job: Job, width: int) -> list[Line]:
    lines: list[Line] = [
        (Piece("This job has no schedule: ", Ink.STRONG), Piece("it runs when somebody runs it.")),
        (
            Piece("r", Ink.KEY), Piece(" runs it now, "),
            Piece("t", Ink.KEY), Piece(" once at a later time."),
        ),
        (Piece("e", Ink.KEY), Piece(" gives it one: at times of day, every so often, or once at a time.")),
        (),
        (Piece("Or write into "), Piece(plain(f"{job.folder[:_LONGEST]}/settings.job"))),
        (Piece('    {"schedule": "0 0 2 * * *"}', Ink.KEY), Piece("     every day at 02:00", Ink.DIM)),
        (Piece('    {"schedule": "0 */15 * * * *"}', Ink.KEY), Piece("  every 15 minutes", Ink.DIM)),
        (Piece("Its six fields are second, minute, hour, day, month and weekday.", Ink.DIM),),
    ]  # fmt: skip
    return wrap_all(lines, width)
