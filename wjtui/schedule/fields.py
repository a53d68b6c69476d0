"""The six fields of an NCrontab expression, each read into its numbers and written back (spec 7.1, 7.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from wjtui.model.base import Value
from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.foreign import foreign_reason

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class Field(Value, frozen=True):
    """One of the six places of an expression."""

    name: str
    """As in ``InvalidSchedule.field``."""
    title: str
    """As in sentences."""
    low: int
    high: int
    example: str
    names: tuple[str, ...] = ()
    """English names; the first of them is ``low``."""

    @property
    def all(self) -> range:
        """Every number that the field takes."""
        return range(self.low, self.high + 1)

    @property
    def allowed(self) -> str:
        """What may stand in the field, in words."""
        if not self.names:
            return f"{self.low} to {self.high}"
        low = "0 (Sunday)" if self.name == "weekday" else self.low
        return f"{low} to {self.high}, or names from {self.names[0]} to {self.names[-1]}"

    def name_of(self, number: int) -> str:
        """The number's English name, where the field has names."""
        return self.names[number - self.low] if self.names else str(number)


FIELDS = (
    Field("second", "second", 0, 59, "0,30"),
    Field("minute", "minute", 0, 59, "*/15"),
    Field("hour", "hour", 0, 23, "9-17"),
    Field("day", "day", 1, 31, "1,15"),
    Field("month", "month", 1, 12, "Jan-Mar", MONTHS),
    Field("weekday", "day-of-week", 0, 6, "Mon-Fri", WEEKDAYS),
)


class Word(Value, frozen=True):
    """A stretch of an expression without blanks."""

    text: str
    start: int
    """Where it begins in the expression, in characters."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Reading(Value, frozen=True):
    """What a field says."""

    values: tuple[int, ...]
    """Sorted, each once, never empty."""
    warnings: tuple[str, ...] = ()
    """Sentences on what is allowed but hardly meant."""


def split(text: str) -> tuple[Word, ...]:
    """The fields of an expression; nothing but blanks separates them (spec 7.1)."""
    return tuple(Word(found[0], found.start()) for found in re.finditer("[^ ]+", text))


def read_fields(words: Sequence[Word]) -> tuple[Reading, ...]:
    """Read six words as the six fields; raises InvalidSchedule for the first that is wrong."""
    return tuple(_read(field, word) for field, word in zip(FIELDS, words, strict=True))


def read_field(field: Field, text: str) -> Reading:
    """Read one field by itself; raises InvalidSchedule with places within ``text``."""
    words = split(text)
    if len(words) != 1:
        reason = "which is empty" if not words else "which has blanks in it"
        place = Word(text, 0)
        raise _wrong(field, place, f"{reason}: it takes {field.allowed}, for example {field.example}")
    return _read(field, words[0])


def write_field(field: Field, values: Sequence[int]) -> str:
    """The field in its expanded form, in which logs and runs show it (spec 7.2)."""
    if len(values) == len(field.all):
        return "*"
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs(values))


def runs(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The maximal runs of neighbours in sorted ``values``, each as its first and its last."""
    # Within a run, value and position grow alike.
    for _, run in groupby(enumerate(values), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        yield numbers[0], numbers[-1]


def shown(text: str) -> str:
    """A piece of somebody's text, fit for a sentence: printable and short."""
    clean = "".join(c if c.isprintable() else "?" for c in text[:40])
    return clean if len(text) <= 40 else clean + "…"


_DIGITS = re.compile(r"[0-9]+")
_STEP = re.compile(r"([+-]?)0*([0-9]+)")
_LARGEST_STEP = 2**31 - 1


def _read(field: Field, word: Word) -> Reading:
    values: set[int] = set()
    warnings: list[str] = []
    start = word.start
    for text in word.text.split(","):
        if not text:
            comma = Word(",", max(start - 1, word.start))
            raise _wrong(field, comma, f"beside which a value is missing, for example {field.example}")
        element = Word(text, start)
        values.update(_read_element(field, element, warnings))
        start = element.end + 1
    return Reading(tuple(sorted(values)), tuple(warnings))


def _read_element(field: Field, element: Word, warnings: list[str]) -> range:
    """``n``, ``a-b`` or ``*``, each with or without ``/step``."""
    body, slash, step_text = element.text.partition("/")
    step = 1
    if slash:
        step = _read_step(field, element, Word(step_text, element.end - len(step_text)))
    if step < 1:
        warnings.append(f"The step in '{shown(element.text)}' is below 1 and counts as 1.")
        step = 1
    if body == "*":
        return field.all[::step]
    first_text, dash, last_text = body.partition("-")
    first = _read_value(field, element, Word(first_text, element.start))
    if not dash:
        return range(first, field.high + 1 if slash else first + 1, step)
    last = _read_value(field, element, Word(last_text, element.start + len(first_text) + 1))
    if first > last:
        warnings.append(_swapped(field, body, first, last))
        first, last = last, first
    return range(first, last + 1, step)


def _read_step(field: Field, element: Word, word: Word) -> int:
    found = _STEP.fullmatch(word.text)
    # The length first: int() refuses a number of many thousand digits with an error of its own.
    if found is None or len(found[2]) > 10 or int(found[2]) > _LARGEST_STEP:
        reason = "which is no step: a step is a whole number, for example */5"
        raise _wrong(field, word if word.text else element, reason, element)
    return int(found[1] + found[2])


def _read_value(field: Field, element: Word, word: Word) -> int:
    if _DIGITS.fullmatch(word.text):
        digits = word.text.lstrip("0") or "0"
        if len(digits) > 2 or int(digits) not in field.all:
            raise _not_allowed(field, element, word, "out of range")
        return int(digits)
    if word.text:
        for number, name in zip(field.all, field.names, strict=False):
            if name.lower().startswith(word.text.lower()):
                return number
    reason = "no number or name" if field.names else "no number"
    raise _not_allowed(field, element, word if word.text else element, reason)


def _not_allowed(field: Field, element: Word, place: Word, reason: str) -> InvalidSchedule:
    reason = f"which is {reason}: it takes {field.allowed}, for example {field.example}"
    return _wrong(field, place, reason, element)


def _wrong(field: Field, place: Word, reason: str, element: Word | None = None) -> InvalidSchedule:
    """The refusal of ``place``, or of the whole ``element`` where another scheduler's notation is known."""
    foreign = foreign_reason(field.name, element.text) if element else None
    if element and foreign:
        place, reason = element, foreign
    message = f"The {field.title} field has '{shown(place.text)}', {reason}."
    return InvalidSchedule(message, field=field.name, start=place.start, end=place.end)


def _swapped(field: Field, body: str, first: int, last: int) -> str:
    """The warning of spec 7.1: ``22-3`` counts as 3 to 22; the night from 22 to 3 is ``22-23,0-3``."""
    around = (
        f"{write_field(field, range(first, field.high + 1))},{write_field(field, range(field.low, last + 1))}"
    )
    low, high = field.name_of(last), field.name_of(first)
    return (
        f"'{shown(body)}' in the {field.title} field runs backwards and counts as {low} to {high}; "
        f"for {high} through {low} write {around}."
    )
