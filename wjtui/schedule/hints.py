"""What is wrong with a schedule as a whole, and which expression was probably meant (spec 7.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.fields import FIELDS, WEEKDAYS, Word, read_fields, shown, split
from wjtui.schedule.foreign import foreign_reason, sunday_as_zero

_SHAPE = "a schedule has six fields, second minute hour day month day-of-week, for example '0 */15 * * * *'"
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Some of the searches below take time with the square of the length; no schedule that is meant is so long.
_LONGEST_LOOKED_AT = 500
_LONGEST_SUGGESTION = 100

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_EVERY = re.compile(r"@every +(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"#\{[^}]*\}#?|%\w+%|\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|__\w+__")
_TIME_SPAN = re.compile(r"(?:(\d{1,4})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_STRANGE_BLANK = re.compile("[^\\S ]|[\u200b\u2060\ufeff]")
_BLANK_NAMES = {"\t": "a tab", "\n": "a line break", "\r": "a line break", "\u00a0": "a non-breaking blank"}
_QUOTES = "\"'`“”„‘’«»"
_TORN = re.compile(r" *([,/-]) *")
_COMMAND = re.compile(r"[A-Za-z./\\~].{3,}")
_YEAR = re.compile(r"[*?]|[12][0-9]{3}[-/,*0-9]*")


def refuse_whole(text: str, words: Sequence[Word]) -> None:
    """Raise InvalidSchedule where ``text``, split into ``words``, is no six fields or quite another thing."""
    if not words:
        raise InvalidSchedule(f"This is empty, but {_SHAPE}.")
    if len(text) <= _LONGEST_LOOKED_AT:
        for look in (_placeholder, _quoted, _strange_blank, _macro, _time_span, _command, _torn):
            if found := look(text, words):
                raise found
    if len(words) != len(FIELDS):
        raise _miscounted(words)


def as_six_fields(text: str) -> str | None:
    """The schedule that a crontab's five fields mean; None where ``text`` is no five fields of one."""
    words = split(text)
    return _six_of(words) if len(words) == len(FIELDS) - 1 else None


def every(seconds: int) -> str | None:
    """The expression for an interval that divides a day, counted from midnight; None: there is none."""
    for place, (unit, turn) in enumerate(((1, 60), (60, 60), (3600, 24))):
        number, rest = divmod(seconds, unit)
        if rest == 0 and 0 < number < turn and turn % number == 0:
            step = "*" if number == 1 else f"*/{number}"
            return " ".join([*["0"] * place, step, *["*"] * (5 - place)])
    return "0 0 0 * * *" if seconds == 86400 else None


def _placeholder(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    found = _PLACEHOLDER.search(text)
    if found is None:
        return None
    what = "is a placeholder that the deployment has not replaced: set it to the schedule that is meant"
    return _about(Word(found[0], found.start()), what)


def _quoted(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    first, last = words[0], words[-1]
    if first.text[0] in _QUOTES:
        place = Word(first.text[0], first.start)
    elif last.text[-1] in _QUOTES:
        place = Word(last.text[-1], last.end - 1)
    else:
        return None
    meant = text.strip(_QUOTES + " ")
    return _about(place, "is a quotation mark too many" + _write(meant), _proven(meant))


def _strange_blank(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    found = _STRANGE_BLANK.search(text)
    if found is None:
        return None
    name = _BLANK_NAMES.get(found[0], f"the character U+{ord(found[0]):04X}")
    meant = " ".join(_STRANGE_BLANK.sub(" ", text).split())
    message = f"Only plain blanks may separate the fields of a schedule, but this has {name}{_write(meant)}."
    return InvalidSchedule(message, start=found.start(), end=found.end(), meant=_proven(meant))


def _macro(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    name = text.strip(" ")
    if not name.startswith("@"):
        return None
    meant = _MACROS.get(name.lower())
    if found := _EVERY.fullmatch(name):
        hours, minutes, seconds = (int(number or 0) for number in found.groups())
        meant = every(hours * 3600 + minutes * 60 + seconds)
    what = "is not known to Azure: " + (f"write '{meant}'" if meant else _SHAPE)
    return _about(_span(words), what, meant)


def _time_span(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    found = _TIME_SPAN.fullmatch(text.strip(" "))
    if found is None:
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    interval = every(days * 86400 + hours * 3600 + minutes * 60 + seconds)
    daily = f"{seconds} {minutes} {hours} * * *"
    hints = [f"for that interval write '{interval}'"] if interval else []
    if not days and _parses(daily):
        hints.append(f"for that time of every day write '{daily}'")
    what = "is a time or a TimeSpan, which a WebJob's schedule cannot be: "
    return _about(_span(words), what + (", ".join(hints) or _SHAPE))


def _command(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    """A line of a crontab: five fields and what to run."""
    if len(words) < 6 or not _COMMAND.fullmatch(words[5].text):
        return None
    meant = _six_of(words[:5])
    sixth = words[5].text
    a_weekday = _parses(_text_of(words[:6])) or foreign_reason("weekday", sixth) or _like_a_day(sixth)
    if meant is None or a_weekday:
        return None
    what = "is a command, which a schedule does not have: for the five fields before it write"
    return _about(_span(words[5:]), f"{what} '{meant}'", meant)


def _like_a_day(word: str) -> bool:
    """``Mondays`` is a day written wrong, not a command."""
    return word.isalpha() and any(word.lower().startswith(name[:3].lower()) for name in WEEKDAYS)


def _torn(text: str, words: Sequence[Word]) -> InvalidSchedule | None:
    """Blanks inside a field: ``0, 30`` is two of them."""
    meant = _TORN.sub(r"\1", text).strip(" ")
    if len(words) <= len(FIELDS) or not _parses(meant):
        return None
    place = next(found for found in _TORN.finditer(text) if " " in found[0])
    message = f"A blank beside '{place[1]}' makes two fields of one{_write(meant)}."
    return InvalidSchedule(message, start=place.start(), end=place.end(), meant=meant)


def _miscounted(words: Sequence[Word]) -> InvalidSchedule:
    count = len(words)
    has = f"This has {_NUMBERS[count] if count < len(_NUMBERS) else count} field{'s' if count > 1 else ''}"
    place = words if count < len(FIELDS) else words[6:]
    hint, meant = f", but {_SHAPE}", None
    if count == 5 and (meant := _six_of(words)):
        hint = f", as a crontab has, but a schedule has six, the seconds first: write '{meant}'"
        if words[2].text != "*" and words[4].text != "*":
            hint += ", in which day and day-of-week must both match"
    elif count == 7 and _YEAR.fullmatch(words[6].text):
        advice, meant = _without_year(words)
        hint = f", but a schedule has six and no year{advice}"
    return InvalidSchedule(f"{has}{hint}.", start=place[0].start, end=place[-1].end, meant=meant)


def _without_year(words: Sequence[Word]) -> tuple[str, str | None]:
    # Who writes a year writes Quartz or AWS, where Sunday is 1: numbers of weekdays would shift in silence.
    if any(c.isdigit() for c in words[5].text):
        return f": leave '{shown(words[6].text)}' out, and count the days of the week from Sunday as 0", None
    meant = " ".join("*" if word.text == "?" else word.text for word in words[:6])
    return _write(meant), _proven(meant)


def _six_of(words: Sequence[Word]) -> str | None:
    """The five fields of a crontab as six; None where they are no crontab's either."""
    *others, weekday = (word.text for word in words)
    meant = " ".join(["0", *others, sunday_as_zero(weekday) or weekday])
    return _proven(meant)


def _parses(text: str) -> bool:
    words = split(text)
    if len(words) != len(FIELDS):
        return False
    try:
        read_fields(words)
    except InvalidSchedule:
        return False
    return True


def _write(meant: str) -> str:
    return f": write '{meant}'" if _proven(meant) else ""


def _proven(meant: str) -> str | None:
    """A suggestion that is one: it can be read, and a line can hold it."""
    return meant if len(meant) <= _LONGEST_SUGGESTION and _parses(meant) else None


def _text_of(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _span(words: Sequence[Word]) -> Word:
    """``words`` and everything between them as one; the blanks between them are as many as in the text."""
    text = words[0].text
    for word in words[1:]:
        text = text.ljust(word.start - words[0].start) + word.text
    return Word(text, words[0].start)


def _about(place: Word, what: str, meant: str | None = None) -> InvalidSchedule:
    message = f"'{shown(place.text)}' {what}."
    return InvalidSchedule(message, start=place.start, end=place.end, meant=meant)
