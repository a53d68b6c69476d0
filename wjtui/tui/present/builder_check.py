"""What the builder's answers come to: a draft that can be saved, or what is wrong with which field."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wjtui.model.errors import InvalidSchedule
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.schedule.cron import parse
from wjtui.schedule.fields import shown
from wjtui.schedule.reading import Reading, read_in_zone
from wjtui.schedule.recurrence import Recurrence, fingerprint
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_object import write_recurrence
from wjtui.schedule.words import never_reason
from wjtui.schedule.zones import UTC_ZONE, find_zone, zone_hint
from wjtui.tui.present.builder_answers import CRON, MANUAL, Answers
from wjtui.tui.present.builder_cron import Wrong, with_expression, written
from wjtui.tui.present.builder_recurrence import field_of, object_of, with_recurrence
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_draft import ScheduleDraft

_FIRST = "0 0 2 * * *"
"""The expression that is offered where there is none yet."""
_LONGEST = 600


class Origin(NamedTuple):
    """Where the answers come from, and what counts where they say nothing."""

    draft: ScheduleDraft = ScheduleDraft()
    """What the builder was opened with."""
    site_zone: str = "UTC"
    """The zone of schedules that name none."""
    known: Schedule | None = None
    """The job's schedule as the engine reads it."""


class Checked(NamedTuple):
    """The answers, read."""

    draft: ScheduleDraft | None
    """None: something is wrong."""
    errors: dict[str, str]
    """Field -> one sentence."""
    zone: ZoneInfo
    failure: InvalidSchedule | None = None
    """What is wrong with the expression, and where."""
    reading: Reading | None = None
    """None: it is wrong, or there is no schedule."""
    anchor: datetime | None = None
    """When a recurrence was first seen."""
    warnings: tuple[str, ...] = ()

    @property
    def schedule(self) -> Schedule | None:
        """The job's schedule as it would be."""
        if self.reading is None or self.draft is None:
            return None
        return Schedule(
            self.draft.text,
            ScheduleState.PENDING,
            self.reading.words,
            self.reading.expanded,
            self.draft.recurrence or {},
            self.anchor,
            self.zone.key,
        )


def answers_of(draft: ScheduleDraft) -> Answers:
    """The answers that say what a draft says; texts as they can be shown."""
    answers = Answers(kind=MANUAL, expression=_FIRST, zone=plain((draft.zone or "")[:_LONGEST]))
    if draft.schedule is not None:
        return with_expression(answers._replace(kind=CRON), plain(draft.schedule[:_LONGEST]))
    if draft.recurrence is not None:
        kind = "once" if draft.recurrence.get("kind") == "once" else "every"
        return with_recurrence(answers._replace(kind=kind), draft.recurrence)
    return answers


def check(answers: Answers, origin: Origin, now: datetime) -> Checked:
    """Read the answers."""
    name = answers.zone.strip()
    own = find_zone(name) if name else None
    zone = own or find_zone(origin.site_zone) or UTC_ZONE
    if answers.kind == MANUAL:
        return Checked(ScheduleDraft(None, None, origin.draft.time_zone), {}, zone)
    errors = {"zone": _unknown_zone(name)} if name and own is None else {}
    if answers.kind == CRON:
        return _check_cron(answers, origin, now, zone, errors)
    return _check_recurrence(answers, origin, now, zone, errors)


def _check_cron(
    answers: Answers, origin: Origin, now: datetime, zone: ZoneInfo, errors: dict[str, str]
) -> Checked:
    errors = errors | written(answers)[1]
    text = answers.expression.strip(" ")
    try:
        rule = parse(text)
    except InvalidSchedule as error:
        # Places are those in the text as it is written, with its blanks in front.
        lead = len(answers.expression) - len(answers.expression.lstrip(" "))
        failure = InvalidSchedule(
            error.message,
            field=error.field,
            start=error.start + lead,
            end=error.end + lead,
            meant=error.meant,
        )
        return Checked(None, errors | {"expression": error.message}, zone, failure)
    reading = read_in_zone(rule, zone, now)
    never = never_reason(rule)
    warnings = (*rule.warnings, *([never] if never else []))
    before = origin.draft.schedule
    kept = before if before is not None and before.strip(" ") == text else text
    draft = ScheduleDraft(kept, None, _kept_zone(answers.zone, origin.draft.time_zone))
    return Checked(None if errors else draft, errors, zone, None, reading, None, warnings)


def _check_recurrence(
    answers: Answers, origin: Origin, now: datetime, zone: ZoneInfo, errors: dict[str, str]
) -> Checked:
    name, before = answers.zone.strip(), origin.draft.time_zone
    # The zone stands in the object, unless settings.job as a whole has the same one already.
    apart = name and (before is None or before.strip() != name)
    try:
        made = object_of(answers, zone, now)
        rule = parse_recurrence(made | {"time_zone": name} if apart else made)
        anchor, seen = _first_seen(rule, origin.known, now)
        reading = read_in_zone(rule, zone, anchor, seen=seen)
    except Wrong as wrong:
        return Checked(None, errors | {wrong.field: wrong.reason}, zone)
    except InvalidSchedule as error:
        return Checked(None, errors | {field_of(error.field, answers): error.message}, zone)
    kept = origin.draft.recurrence
    written_as = kept if kept is not None and _means(kept, rule) else write_recurrence(rule)
    draft = ScheduleDraft(None, written_as, before if name else None)
    over = reading.timetable.next_after(now) is None
    warnings = ("No run is ahead: its start, its end or its count is behind it.",) if over else ()
    return Checked(None if errors else draft, errors, zone, None, reading, anchor, warnings)


def _means(raw: object, rule: Recurrence) -> bool:
    """Whether an object says this, however it is written."""
    try:
        return fingerprint(parse_recurrence(raw)) == fingerprint(rule)
    except InvalidSchedule:
        return False


def _first_seen(rule: Recurrence, known: Schedule | None, now: datetime) -> tuple[datetime, bool]:
    """What ``now`` means, and whether the engine has seen this recurrence before, unchanged (spec 7.7)."""
    if known is None or known.anchor is None or not _means(known.recurrence, rule):
        return now, False
    return known.anchor, True


def _kept_zone(written_zone: str, before: str | None) -> str | None:
    """A name that was not changed stays as it is written, blanks included."""
    name = written_zone.strip()
    return before if before is not None and before.strip() == name else name or None


def _unknown_zone(name: str) -> str:
    hint = zone_hint(name) or "a zone is called for example 'Europe/Berlin'."
    return f"'{shown(name)}' is no time zone: {hint}"
