"""A row of the history: a group with what came of it, a run, a launch, or what was missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from rich.cells import cell_len

from wjtui.model.runs import Launch, Outcome, Run
from wjtui.model.schedules import Missed
from wjtui.schedule.fields import MONTHS
from wjtui.schedule.lists import counted
from wjtui.schedule.missed_words import REASONS
from wjtui.tui.present.history import Event, Group, GroupName, Place, Span, outcome_of
from wjtui.tui.present.holds import progress_line
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.jobs import squeezed
from wjtui.tui.present.plain import fit, fit_right, plain
from wjtui.tui.present.run_words import brief_span, exit_word, trigger_word
from wjtui.tui.present.status import OUTCOMES
from wjtui.tui.present.times import clock, file_size, local, seconds_between, span

_FIXED = 2 + 2 + 2 + 8 + 2 + 8 + 2 + 8 + 2
"""Cells of a row before its words: branch, glyph, time, duration, exit."""
_BRANCH = 2
_LABEL, _COUNT = 15, 10
_STRIP_AT_MOST = 20
_WORDS_LEAST, _ERRORS, _SIZE = 10, 9, 9
_JOB_AT_MOST = 28


class Columns(NamedTuple):
    """How wide the words of a row are; 0: not there."""

    job: int
    words: int
    errors: int
    size: int


def columns(width: int, longest_job: int) -> Columns:
    """The columns in ``width`` cells; ``longest_job``: of the names to show, 0 where there is one job."""
    rest = max(0, width - _FIXED)
    job = min(longest_job, _JOB_AT_MOST, max(8, rest // 2)) if longest_job else 0
    rest -= job + 2 if job else 0
    errors = _ERRORS if rest >= _WORDS_LEAST + _ERRORS else 0
    size = _SIZE if rest >= _WORDS_LEAST + _ERRORS + _SIZE else 0
    return Columns(job, max(1, rest - errors - size), errors, size)


def group_line(group: Group, events: dict[Place, Event], now: datetime, *, is_open: bool) -> Line:
    """A day, a week or a month: how many runs, and how they ended, oldest first."""
    tally = group.tally(events)
    runs = [outcome for place in reversed(group.places) if (outcome := outcome_of(events[place])) is not None]
    noun = "launch" if any(isinstance(events[place], Launch) for place in group.places[:2]) else "run"
    plural = "launches" if noun == "launch" else "runs"
    count = f"{len(runs):,} {noun if len(runs) == 1 else plural}"
    pieces = [
        Piece("- " if is_open else "+ ", Ink.DIM),
        Piece(f"{group_label(group.name, now):<{_LABEL}} ", Ink.STRONG),
        Piece(f"{count:<{_COUNT}} " if runs else "", Ink.DIM),
    ]
    if len(runs) <= _STRIP_AT_MOST:
        pieces += [OUTCOMES[outcome] for outcome in runs]
    else:
        for outcome in (Outcome.OK, Outcome.FAILED, Outcome.ABORTED, Outcome.RUNNING):
            if tally[outcome]:
                glyph = OUTCOMES[outcome]
                pieces.append(Piece(f"{glyph.text} {tally[outcome]:,}  ", glyph.ink))
    if tally[None]:
        gap = "   " if runs else ""
        pieces.append(Piece(f"{gap}! {counted(tally[None], 'schedule')} missed", Ink.WARNING))
    return tuple(pieces)


def group_label(name: GroupName, now: datetime) -> str:
    """``Sat 2026-11-21``, ``Week 46``, ``October``; the year where it is another one."""
    day, today = name.first, local(now).date()
    match name.span:
        case Span.DAY:
            return f"{day:%a %Y-%m-%d}"
        case Span.WEEK:
            return f"Week {day.isocalendar().week}"
        case Span.MONTH:
            return MONTHS[day.month - 1] + (f" {day.year}" if day.year != today.year else "")


def event_line(
    event: Event, name: GroupName, now: datetime, width: Columns, *, branch: str, job: str = ""
) -> Line:
    """One event of a group; ``branch``: what ties it to the others, two cells for each level of a chain."""
    begin = Piece(f"  {branch}", Ink.DIM)
    # What a chain takes of the row at its left, the words give back.
    width = width._replace(words=max(1, width.words - len(branch) + _BRANCH))
    match event:
        case Run():
            return begin, *_run(event, name, now, width, job, follows=len(branch) > _BRANCH)
        case Launch():
            return begin, *_launch(event, name, now, width)
        case Missed():
            words = f"{counted(event.count, 'schedule')} missed: {REASONS[event.reason]}"
            when = _when(event.latest, name)
            return begin, Piece("! ", Ink.WARNING), Piece(f"{when}  ", Ink.DIM), Piece(words, Ink.WARNING)


def _run(run: Run, name: GroupName, now: datetime, width: Columns, job: str, *, follows: bool) -> Line:
    pieces = [*_begin(run, name, run.started)]
    if width.job:
        pieces.append(Piece(f"{fit(plain(job), width.job)}  ", Ink.STRONG))
    pieces += [_duration(run.started, run.ended, now), _exit(run)]
    # Why it ended matters more than that it printed no errors, and so does how far it has come.
    spread = bool(run.reason or not run.status.ended) and not run.errors
    shown = "" if run.errors is None else f"{run.errors:,} ERR"
    # In a chain the words have less room at their left, and get what is free at their right.
    errors = 0 if spread else min(width.errors, len(shown) + 1) if follows else width.errors
    room = width.words + width.errors - errors
    words, ink = _words(run, room, follows=follows)
    pieces.append(Piece(fit(words, room), ink))
    if errors:
        pieces.append(Piece(fit_right(shown, errors), Ink.LOG_ERROR if run.errors else Ink.DIM))
    if width.size:
        shown = "" if run.output_size is None else file_size(run.output_size)
        pieces.append(Piece(fit_right(shown, width.size), Ink.DIM))
    return tuple(pieces)


def _launch(launch: Launch, name: GroupName, now: datetime, width: Columns) -> Line:
    shown = "running" if launch.ended is None else exit_word(launch.exit)
    bad = launch.exit is not None and not launch.exit.ok and not launch.reason
    words = f"{launch.reason}  " if launch.reason else ""
    return (
        *_begin(launch, name, launch.started),
        _duration(launch.started, launch.ended, now),
        Piece(f"{shown:<8}  ", Ink.FAILED if bad else Ink.PLAIN),
        Piece(fit(f"{plain(words)}pid {launch.pid}", width.words + width.errors + width.size), Ink.DIM),
    )


def _begin(event: Event, name: GroupName, at: datetime) -> tuple[Piece, ...]:
    glyph = OUTCOMES[outcome_of(event) or Outcome.OK]
    return Piece(f"{glyph.text} ", glyph.ink), Piece(f"{_when(at, name)}  ")


def _when(at: datetime, name: GroupName) -> str:
    """The time of day; on another day than the group's the day of the month too, in as many cells."""
    is_its_day = name.span is Span.DAY and local(at).date() == name.first
    return clock(at) if is_its_day else f"{local(at):%d %H:%M}"


def _duration(started: datetime, ended: datetime | None, now: datetime) -> Piece:
    shown = span(seconds_between(started, ended or now))
    return Piece(f"{shown:<8}  ", Ink.PLAIN if ended is not None else Ink.RUNNING)


def _exit(run: Run) -> Piece:
    if not run.status.ended:
        return Piece("running   " if run.pid is not None else "starting  ", Ink.RUNNING)
    word = exit_word(run.exit)
    good = run.exit is None or run.exit.ok
    return Piece(fit(word, 8) + "  ", Ink.DIM if good else OUTCOMES[outcome_of(run) or Outcome.OK].ink)


def _words(run: Run, room: int, *, follows: bool) -> tuple[str, Ink]:
    """Who started it; where the exit does not tell why it ended, that instead; how far it is while it goes.

    ``follows``: the run that it followed stands over it, and need not be named.
    """
    if run.reason:
        return plain(run.reason[:200]), Ink.ABORTED
    if not run.status.ended and (progress := squeezed(progress_line(run), room)):
        return plain_text(progress), Ink.RUNNING
    word = trigger_word(run.trigger)
    if follows and run.origin is not None:
        word = word.removesuffix(run.origin.run).rstrip().removesuffix(" of")
    return word, Ink.DIM


def title(noun: str, count: int, ok: int | None, p50: timedelta | None, p95: timedelta | None) -> str:
    """Over the list: ``50 runs · 94% ok · p50 04:02 p95 05:10``."""
    words = [f"{count:,} {noun if count == 1 else {'launch': 'launches'}.get(noun, noun + 's')}"]
    if ok is not None:
        words.append(f"{ok}% ok")
    if p50 is not None and p95 is not None:
        words.append(f"p50 {brief_span(p50)} p95 {brief_span(p95)}")
    return " · ".join(words)


def longest(names: set[str]) -> int:
    """Cells of the longest name."""
    return max((cell_len(plain(name)) for name in names), default=0)
