"""What a form refuses to save, although the engine would only count it as absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wjtui.model.base import Value
from wjtui.model.errors import InvalidSchedule
from wjtui.model.identity import JobType
from wjtui.schedule.cron import parse
from wjtui.schedule.hints import as_six_fields
from wjtui.schedule.reading import read_in_zone
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.zones import find_zone, pick_zone, zone_hint
from wjtui.settings.keys import BY_NAME, KEYS, Key
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import parse_object
from wjtui.settings.values import Kind, Wrong, kind_of, short, variable_fault

MAX_BYTES = 1 << 20
"""Of the whole text, in UTF-8."""
MAX_ARGUMENTS = 32 * 1024
"""Bytes (spec 4)."""
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Fault(Value, frozen=True):
    """Why a text is not saved."""

    key: str
    """Which key it is about; empty: the text as a whole."""
    text: str
    """One sentence, which names the key."""
    start: int = 0
    """Where in the key's value it is, in characters; from here to ``end``, which is exclusive."""
    end: int = 0
    """Equal to ``start`` where no part of it can be named."""
    line: int = 0
    """Where in the text it is, from 1; 0: nowhere in particular."""
    column: int = 0
    field: str = ""
    """Which field of the schedule, variable of ``env``, or key of the recurrence; empty: none."""
    suggestion: str = ""
    """A value that was probably meant; empty: nobody knows."""


def judge(text: str, kind: JobType) -> tuple[Fault, ...]:
    """Every reason not to save a text for a job of this type, in the order of the keys; none: it may be.

    Unknown keys are fine, and so is an empty text, which means that there is to be no file.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return ()
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return (Fault("", f"The text is longer than {MAX_BYTES >> 20} MiB: shorten it."),)
    try:
        raw = parse_object(text)
    except NotJson as error:
        where = f"line {error.line}, column {error.column}"
        return (
            Fault("", f"This is no JSON ({where}): {error.reason}.", line=error.line, column=error.column),
        )
    return judge_values(raw, kind)


def judge_values(raw: dict[str, Any], kind: JobType) -> tuple[Fault, ...]:
    """The same for an object that was read; null counts as absent."""
    faults: list[Fault] = []
    for key in KEYS:
        value = raw.get(key.name)
        if value is None:
            continue
        try:
            found = key.read(value)
        except Wrong as wrong:
            faults.append(_wrong(key, value, wrong))
        else:
            faults += _of_value(key, found, raw)
    both = raw.get("schedule") not in (None, "") and raw.get("recurrence") is not None
    if both and kind is JobType.TRIGGERED:
        text = "'recurrence' and 'schedule' are both there: remove one of them."
        faults.append(Fault("recurrence", text))
    return tuple(faults)


def _wrong(key: Key, value: Any, wrong: Wrong) -> Fault:
    if key.kind is Kind.NUMBER:
        return _out_of_range(key, value)
    wanted = "an object" if key.kind is Kind.RECURRENCE else str(wrong)
    example = "" if "for example" in wanted or " such as " in wanted else f", for example {key.example}"
    return Fault(key.name, f"{wrong.what(key.name, value)}: it must be {wanted}{example}.")


def _out_of_range(key: Key, value: Any) -> Fault:
    of = f" of {key.unit}" if key.unit else ""
    allowed = f"a whole number{of}, {key.lowest} to {key.highest}"
    return Fault(
        key.name, f"'{key.name}' is {kind_of(value)}: it must be {allowed}, for example {key.example}."
    )


def _of_value(key: Key, value: Any, raw: dict[str, Any]) -> list[Fault]:
    """What is wrong with a value of the right type."""
    match key.kind:
        case Kind.NUMBER if not key.lowest <= value <= key.highest:
            return [_out_of_range(key, value)]
        case Kind.SCHEDULE if value:
            return _of_schedule(value)
        case Kind.RECURRENCE:
            return _of_recurrence(value, raw.get("time_zone"))
        case Kind.ZONE:
            return _of_zone(value)
        case Kind.VARIABLES:
            return _of_variables(value)
        case Kind.WAYS:
            return _of_ways(key, value)
        case Kind.TEXT if len(value.encode("utf-8", "surrogatepass")) > MAX_ARGUMENTS:
            text = f"'{key.name}' is longer than {MAX_ARGUMENTS >> 10} KiB: pass a file's name instead."
            return [Fault(key.name, text)]
    return []


def _of_schedule(text: str) -> list[Fault]:
    try:
        parse(text)
    except InvalidSchedule as error:
        meant = as_six_fields(text) or ""
        return [
            Fault(
                "schedule", error.message, error.start, error.end, field=error.field or "", suggestion=meant
            )
        ]
    return []


def _of_recurrence(value: dict[str, Any], outer_zone: Any) -> list[Fault]:
    try:
        recurrence = parse_recurrence(value)
        zone = recurrence.time_zone or (outer_zone if isinstance(outer_zone, str) else None)
        read_in_zone(recurrence, pick_zone(zone, None).zone, _NEVER)
    except InvalidSchedule as error:
        return [Fault("recurrence", error.message, field=error.field or "")]
    found = _of_zone(recurrence.time_zone or "")
    return [Fault("recurrence", fault.text, field="time_zone") for fault in found]


def _of_zone(name: str) -> list[Fault]:
    if not name.strip() or find_zone(name) is not None:
        return []
    hint = zone_hint(name) or f"a zone is called for example {BY_NAME['time_zone'].example}."
    return [Fault("time_zone", f"'time_zone' names no time zone: '{short(name)}' is unknown; {hint}")]


def _of_variables(value: dict[str, Any]) -> list[Fault]:
    return [
        Fault("env", f"'env' cannot have the variable '{short(name)}': {reason}.", field=name)
        for name, content in value.items()
        if (reason := variable_fault(name, content))
    ]


def _of_ways(key: Key, value: tuple[Any, ...]) -> list[Fault]:
    return [
        Fault(key.name, f"'{key.name}' has {kind_of(way)} in it: it takes {', '.join(key.choices)}.")
        for way in value
        if way not in key.choices
    ]
