"""Reads the object ``recurrence`` of ``settings.job``, and says what is wrong with it (spec 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.lists import joined
from wjtui.schedule.recurrence import LAST, Kind, MonthWeekday, Recurrence, Unit, check_end

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OCCURRENCES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
LARGEST = 1_000_000
"""Of ``n`` and ``count``: 1.9 years in minutes, beyond which a wish is a slip."""
FIRST_YEAR, LAST_YEAR = 1970, 2999

_OTHER_NAMES = {
    "starttime": "start", "startdate": "start", "endtime": "end", "enddate": "end", "until": "end",
    "frequency": "unit", "interval": "n", "type": "kind", "times": "count", "zone": "time_zone",
    "days": "weekdays", "monthdays": "month_days", "monthlyoccurrences": "month_weekdays",
}  # fmt: skip
"""What other schedulers call the keys, in small letters without ``_``."""
_SHORTEST_DAY = 3
_SHOWN = 40


def parse_recurrence(raw: object) -> Recurrence:
    """The recurrence that an object of ``settings.job`` means; null counts as absent, as for every setting.

    Raises InvalidSchedule with the key in ``field``: an unknown key, a value that is not allowed, or keys
    that contradict each other.
    """
    if not isinstance(raw, Mapping):
        raise InvalidSchedule(
            f"'recurrence' is {_shown(raw)}, not an object such as "
            '{"kind": "every", "unit": "minute", "n": 15}.'
        )
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in _READERS:
            raise InvalidSchedule(_unknown_key(str(key)), field=str(key))
        if value is not None:
            values[key] = _READERS[key](key, value)
    if "kind" not in values:
        raise InvalidSchedule("'kind' is missing: it is 'once' or 'every'.", field="kind")
    recurrence = Recurrence(**values)
    _check_once(values) if recurrence.kind is Kind.ONCE else _check_every(recurrence, values)
    check_end(recurrence)
    return recurrence


def _check_once(values: Mapping[str, Any]) -> None:
    for key in values:
        if key not in ("kind", "start", "time_zone"):
            text = f"'{key}' says nothing with the kind 'once': leave it out, or make the kind 'every'."
            raise InvalidSchedule(text, field=key)


def _check_every(recurrence: Recurrence, values: Mapping[str, Any]) -> None:
    unit = recurrence.unit
    if unit is None:
        raise InvalidSchedule(
            "'unit' is missing: the kind 'every' needs one, for example 'day'.", field="unit"
        )
    for key, units in _UNITS_OF.items():
        if key in values and unit not in units:
            text = f"'{key}' does not go with the unit '{unit}', only with {joined(units, 'or')}."
            raise InvalidSchedule(text, field=key)
    lists = [key for key in ("weekdays", "month_days", "month_weekdays") if key in values]
    if len(lists) > 1:
        text = f"'{lists[0]}' and '{lists[1]}' both choose the days: give one of them."
        raise InvalidSchedule(text, field=lists[1])


def _wrong(key: str, value: object, wanted: str) -> InvalidSchedule:
    return InvalidSchedule(f"'{key}' is {_shown(value)}, not {wanted}.", field=key)


def _read_word(words: Mapping[str, Any]) -> Callable[[str, object], Any]:
    def read(key: str, value: object) -> Any:
        found = words.get(value.strip().casefold()) if isinstance(value, str) else None
        if found is None:
            raise _wrong(key, value, joined([f"'{word}'" for word in words], "or") + _meant(value, words))
        return found

    return read


def _read_natural(key: str, value: object) -> int:
    # True is an int in Python.
    if type(value) is not int or not 1 <= value <= LARGEST:
        raise _wrong(key, value, f"a whole number from 1 to {LARGEST:,}")
    return value


def _read_start(key: str, value: object) -> datetime | None:
    if isinstance(value, str) and value.strip().casefold() == "now":
        return None
    return _read_moment(key, value, "'now' or a date and time such as '2027-03-01T09:00:00'")


def _read_end(key: str, value: object) -> datetime:
    wanted = "a date and time such as '2027-12-31T23:59:59'"
    if isinstance(value, str) and _is_date(value):
        # Midnight at its beginning is what it would mean, the whole day what most people have in mind.
        raise _wrong(key, value, f"{wanted}: the time of day is missing")
    return _read_moment(key, value, wanted)


def _read_moment(key: str, value: object, wanted: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise _wrong(key, value, wanted)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _wrong(key, value, f"within the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment.replace(microsecond=0)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _read_zone(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(key, value, "the name of a time zone such as 'Europe/Berlin'")
    return value.strip()


def _read_list(one: Callable[[str, object], Any], wanted: str) -> Callable[[str, object], tuple[Any, ...]]:
    def read(key: str, value: object) -> tuple[Any, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise _wrong(key, value, f"a list such as {wanted}")
        return tuple(sorted({one(key, item) for item in value}, key=_order))

    return read


def _order(value: Any) -> tuple[int, ...]:
    """Sorts days of the month, -1 behind all others, and week days of the month by occurrence."""
    if isinstance(value, MonthWeekday):
        return (value.occurrence % 100, value.weekday)
    return (value % 100,)


def _read_number(low: int, high: int, *, last: bool = False) -> Callable[[str, object], int]:
    wanted = f"{low} to {high}" + (", or -1 for the last day" if last else "")

    def read(key: str, value: object) -> int:
        if type(value) is not int or not (low <= value <= high or (last and value == LAST)):
            raise InvalidSchedule(f"'{key}' has {_shown(value)} in it; allowed is {wanted}.", field=key)
        return value

    return read


def _read_weekday(key: str, value: object) -> int:
    name = value.strip().casefold() if isinstance(value, str) else ""
    for number, weekday in enumerate(WEEKDAYS):
        if len(name) >= _SHORTEST_DAY and weekday.startswith(name):
            return number
    text = f"'{key}' has {_shown(value)} in it, not a day of the week such as 'mon'{_meant(value, WEEKDAYS)}."
    raise InvalidSchedule(text, field=key)


def _read_month_weekday(key: str, value: object) -> MonthWeekday:
    wanted = '{"day": "fri", "occurrence": "first"}'
    if not isinstance(value, Mapping) or set(value) != {"day", "occurrence"}:
        raise InvalidSchedule(
            f"'{key}' has {_shown(value)} in it, not an object such as {wanted}.", field=key
        )
    occurrence = value["occurrence"]
    if type(occurrence) is not int or occurrence not in OCCURRENCES.values():
        occurrence = _read_word(OCCURRENCES)(key, occurrence)
    return MonthWeekday(_read_weekday(key, value["day"]), occurrence)


def _unknown_key(key: str) -> str:
    folded = key.casefold().replace("_", "").replace("-", "")
    plain = {known.replace("_", ""): known for known in _READERS}
    close = get_close_matches(folded, [*plain, *_OTHER_NAMES], n=1, cutoff=0.7)
    meant = plain.get(close[0], _OTHER_NAMES.get(close[0])) if close else None
    hint = f"the key is '{meant}'" if meant else f"known are {joined(list(_READERS))}"
    return f"'recurrence' knows no key {_shown(key)}: {hint}."


def _meant(value: object, words: Mapping[str, Any] | Sequence[str]) -> str:
    close = get_close_matches(value.strip().casefold(), list(words), n=1) if isinstance(value, str) else []
    return f" (did you mean '{close[0]}'?)" if close else ""


def _shown(value: object) -> str:
    """A value in words, short enough for a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {str(value)[:_SHOWN]}"
    if isinstance(value, str):
        text = "".join(c if c.isprintable() else "?" for c in value[:_SHOWN])
        return f"'{text}…'" if len(value) > _SHOWN else f"'{text}'"
    if value is None:
        return "null"
    return "a list" if isinstance(value, Sequence) else "an object"


_READERS: dict[str, Callable[[str, object], Any]] = {
    "kind": _read_word({kind.value: kind for kind in Kind}),
    "unit": _read_word({unit.value: unit for unit in Unit}),
    "n": _read_natural,
    "start": _read_start,
    "end": _read_end,
    "count": _read_natural,
    "time_zone": _read_zone,
    "weekdays": _read_list(_read_weekday, '["mon", "wed"]'),
    "month_days": _read_list(_read_number(1, 31, last=True), "[1, 15, -1]"),
    "month_weekdays": _read_list(_read_month_weekday, '[{"day": "fri", "occurrence": "first"}]'),
    "hours": _read_list(_read_number(0, 23), "[9, 17]"),
    "minutes": _read_list(_read_number(0, 59), "[0, 30]"),
}
"""Key of the object, which is the attribute too -> how its value is read."""

_UNITS_OF = {
    "weekdays": (Unit.WEEK, Unit.MONTH),
    "month_days": (Unit.MONTH,),
    "month_weekdays": (Unit.MONTH,),
    "hours": (Unit.DAY, Unit.WEEK, Unit.MONTH),
    "minutes": (Unit.DAY, Unit.WEEK, Unit.MONTH),
}
"""Key -> the units that it goes with."""
