"""What the schedule builder says of its answers: meaning, next runs, what has changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from rich.cells import cell_len

from wjtui.model.errors import InvalidRequest, InvalidSchedule
from wjtui.schedule.fields import FIELDS, split
from wjtui.schedule.preview import Preview
from wjtui.schedule.reading import Reading
from wjtui.schedule.timetable import Timetable
from wjtui.tui.present.builder_answers import ONCE, Answers
from wjtui.tui.present.builder_check import Checked
from wjtui.tui.present.builder_recurrence import instant_meant
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.schedules import local_moment, waiting, zone_name
from wjtui.tui.present.times import local, zone_word
from wjtui.tui.present.wrap import wrap

_COMPARED = 60
"""So many starts of the old schedule are looked for in the new one, and the other way round."""
_LONGEST = 400
_MANUAL = "by hand only"
_SECOND = timedelta(seconds=1)
_FORMS = "lists 1,3 ranges 1-5 steps */2"


def marks(text: str, cursor: int, failure: InvalidSchedule | None, scrolled: int, width: int) -> Line:
    """The row under the expression: what is wrong in it, else the field that the cursor is in."""
    if failure is not None and failure.end > failure.start:
        start, end, mark, ink = failure.start, failure.end, "^", Ink.FAILED
    elif failure is None and (found := _word_at(text, cursor)) is not None:
        start, end, mark, ink = *found, "─", Ink.ACCENT
    else:
        return ()
    left = cell_len(text[:start]) - scrolled
    right = max(left + 1, cell_len(text[:end]) - scrolled)
    left, right = max(0, left), min(width, right)
    return (Piece(" " * left), Piece(mark * (right - left), ink)) if right > left else ()


def field_hint(text: str, cursor: int, width: int) -> Line:
    """The names of the six fields, and what the one with the cursor takes."""
    place = _place_of(text, cursor)
    pieces: list[Piece] = []
    for number, field in enumerate(FIELDS):
        here = number == place
        pieces.append(Piece(field.name, Ink.KEY if here else Ink.DIM))
        pieces.append(Piece(" ", Ink.DIM))
    if place is not None:
        field = FIELDS[place]
        names = f", or {field.names[0][:3]}..{field.names[-1][:3]}" if field.names else ""
        takes = f"{field.low} to {field.high}{names}"
        room = width - sum(cell_len(piece.text) for piece in pieces)
        hints = (f" {field.name}: {takes}; {_FORMS}", f" {field.name}: {takes}", f" {takes}")
        pieces.append(Piece(next((hint for hint in hints if cell_len(hint) <= room), ""), Ink.DIM))
    return tuple(pieces)


def words_lines(reading: Reading | None, warnings: tuple[str, ...], width: int) -> list[Line]:
    """What it means, and what of it is hardly meant."""
    lines: list[Line] = []
    if reading is not None:
        lines += wrap((Piece("= ", Ink.DIM), Piece(plain(reading.words[:_LONGEST]), Ink.STRONG)), width, 2)
    for warning in warnings:
        lines += wrap((Piece(f"! {plain(warning[:_LONGEST])}", Ink.WARNING),), width, 2)
    return lines


def moment_line(text: str, zone: tzinfo, now: datetime, *, once: bool) -> Line:
    """What a time that is typed means; nothing where it means none, which the error says."""
    try:
        at = instant_meant(text, zone, now)
    except InvalidRequest:
        return ()
    said = local_moment(at, zone)
    if at > now:
        return Piece(said, Ink.STRONG), Piece(f", {waiting(at, now)}", Ink.ACCENT)
    if once:
        return (Piece(f"{said} is over: unless it has run, it runs at once.", Ink.WARNING),)
    return (Piece(f"{said} is over: it is counted from then.", Ink.DIM),)


def remarks(answers: Answers, checked: Checked, now: datetime) -> dict[str, Line]:
    """What the times and the zone that are filled in mean: field -> line."""
    zone, name, found = checked.zone, answers.zone.strip(), dict[str, Line]()
    if answers.start == "at":
        found["start"] = moment_line(answers.start_at, zone, now, once=answers.kind == ONCE)
    if answers.end == "at":
        found["end"] = moment_line(answers.end_at, zone, now, once=False)
    if not name:
        found["zone"] = (Piece(f"{zone.key}, as the site has it", Ink.DIM),)
    elif zone.key != name and "zone" not in checked.errors:
        found["zone"] = (Piece(f"= {zone.key}", Ink.DIM),)
    return found


def run_rows(
    ahead: Preview | None, zone: tzinfo, now: datetime, width: int, count: int, *, valid: bool
) -> list[Line]:
    """The next instants: by the clocks of the schedule's zone, by those of who looks, and how long until."""
    if ahead is None or not ahead.runs:
        return [(Piece("None: no run is ahead.", Ink.DIM),)]
    runs = ahead.runs[:count]
    fine = any(at.second for at in runs)
    rows: list[Line] = []
    for named in (True, False):
        rows = [
            _run(at, zone, now, fine=fine, named=named, strong=number == 0 and valid)
            for number, at in enumerate(runs)
        ]
        if all(cell_len(plain_text(row)) <= width for row in rows):
            return rows
    # Where even that is too much, the time until then is left out.
    return [row if cell_len(plain_text(row)) <= width else row[:-1] for row in rows]


def _run(at: datetime, zone: tzinfo, now: datetime, *, fine: bool, named: bool, strong: bool) -> Line:
    """One of them; ``named``: the clocks are told apart by name, and UTC is there in any case."""
    clocks = "%H:%M:%S" if fine else "%H:%M"
    there, seen, utc = at.astimezone(zone), local(at), at.astimezone(UTC)
    others = [(seen, zone_word(at))] if seen.utcoffset() != there.utcoffset() else []
    if named and utc.utcoffset() not in (there.utcoffset(), seen.utcoffset()):
        others.append((utc, "UTC"))
    head = f"{there:%a %m-%d} {there.strftime(clocks)}" + (f" {_zone_short(at, zone)}" if named else "")
    pieces = [Piece(head, Ink.STRONG if strong else Ink.PLAIN)]
    for other, word in others:
        day = "" if other.date() == there.date() else f"{other:%a} "
        pieces.append(Piece(f"  {day}{other.strftime(clocks)}" + (f" {word}" if named else ""), Ink.DIM))
    pieces.append(Piece(f"  {waiting(at, now)}", Ink.ACCENT if strong else Ink.DIM))
    return tuple(pieces)


def change_lines(old: Reading | None, new: Reading | None, now: datetime, width: int) -> list[Line]:
    """What would be different: in words, the first start that is lost, and the first that is added."""
    before, after = (one.words if one is not None else _MANUAL for one in (old, new))
    lost = _first_missing(old.timetable if old else None, new.timetable if new else None, now)
    more = _first_missing(new.timetable if new else None, old.timetable if old else None, now)
    room = max(20, width * 2 // 5)
    line: Line = (
        Piece("changed: ", Ink.DIM),
        Piece(shorten(plain(before), room), Ink.DIM),
        Piece(" → ", Ink.ACCENT),
        Piece(shorten(plain(after), room), Ink.STRONG),
    )
    facts: list[Piece] = []
    if lost is not None and old is not None:
        facts.append(Piece(f"   {_day_and_clock(lost, old.zone)} will no longer run", Ink.WARNING))
    if more is not None and new is not None:
        facts.append(Piece(f"   {_day_and_clock(more, new.zone)} is new", Ink.ACCENT))
    if not facts:
        facts.append(Piece("   every run stays when it was", Ink.DIM))
    return wrap((*line, *facts), width, 2)


def _first_missing(one: Timetable | None, other: Timetable | None, now: datetime) -> datetime | None:
    """The first start of one that the other does not have, among the next sixty."""
    if one is None:
        return None
    at = one.next_after(now)
    for _ in range(_COMPARED):
        if at is None:
            return None
        if other is None or other.count_between(at - _SECOND, at + _SECOND) == 0:
            return at
        at = one.next_after(at)
    return None


def _day_and_clock(at: datetime, zone: tzinfo) -> str:
    there = at.astimezone(zone)
    clocks = "%H:%M:%S" if there.second else "%H:%M"
    return f"{there:%A %m-%d} {there.strftime(clocks)} {_zone_short(at, zone)}"


def _zone_short(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).tzname() or zone_name(zone)


def _word_at(text: str, cursor: int) -> tuple[int, int] | None:
    for word in split(text):
        if word.start <= cursor <= word.end:
            return word.start, word.end
    return None


def _place_of(text: str, cursor: int) -> int | None:
    words = split(text)
    if len(words) > len(FIELDS):
        return None
    for number, word in enumerate(words):
        if word.start <= cursor <= word.end:
            return number
    return None
