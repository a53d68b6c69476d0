"""Everything known of one run or launch, as lines of label and value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from wjtui.model.jobs import Job
from wjtui.model.runs import Launch, Run
from wjtui.model.schedules import Missed
from wjtui.schedule.lists import counted
from wjtui.schedule.missed_words import missed_words
from wjtui.tui.present.history import Event, outcome_of
from wjtui.tui.present.history_filter import lasted
from wjtui.tui.present.holds import progress_line, tries
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.run_tail import ErrorLine, last_words
from wjtui.tui.present.run_words import (
    Source,
    brief_span,
    difference,
    exit_meaning,
    exit_sentence,
    exit_word,
    source_of,
    trigger_sentence,
)
from wjtui.tui.present.schedules import stretch
from wjtui.tui.present.status import OUTCOMES, RUN_STATUS, Status
from wjtui.tui.present.times import age, clock, file_size, instant, local, second, seconds_between, span
from wjtui.tui.present.wrap import wrap

_LABEL = 10
_ARGUMENTS = 600
_RESULT_LINES = 12


class Facts(NamedTuple):
    """One event of a job, and what it is measured by."""

    job: Job
    event: Event | None
    now: datetime
    previous: Run | None = None
    p50: timedelta | None = None
    p95: timedelta | None = None
    errors: list[ErrorLine] | None = None
    """The last error lines; None: not read yet."""
    result: bytes | None = None
    """What the run has left as its result; empty: it cannot be read. None: not read yet."""


def event_title(facts: Facts) -> Line:
    """Over the details: which run, and how it ended."""
    match facts.event:
        case Run() as run:
            shown = RUN_STATUS.get(run.status, Status("◇", plain(str(run.status)), Ink.NEVER))
            return (
                Piece(f"Run {run.ref.run}  "),
                Piece(f"{shown.glyph} {shown.word}", shown.ink),
            )
        case Launch() as launch:
            glyph = OUTCOMES[outcome_of(launch) or next(iter(OUTCOMES))]
            return Piece(f"Launch of {second(launch.started, facts.now)}  "), glyph
        case Missed():
            return (Piece("Missed", Ink.WARNING),)
        case None:
            return (Piece("No run"),)


def event_details(facts: Facts, width: int) -> list[Line]:
    """The lines for a pane of so many cells."""
    match facts.event:
        case Run() as run:
            rows = list(_run(run, facts))
        case Launch() as launch:
            rows = list(_launch(launch, facts))
        case Missed() as missed:
            rows = [_row("When", stretch(missed)), _row("Why", missed_words(missed))]
        case None:
            return []
    return [line for row in rows for line in wrap(row, width, _LABEL + 1)]


def event_brief(facts: Facts, width: int) -> list[Line]:
    """The same in the few rows of a low terminal, one line each."""
    match facts.event:
        case Run() as run:
            return [_cut(line, width) for line in _run_brief(run, facts)]
        case Launch() as launch:
            return [_cut(line, width) for line in _launch_brief(launch, facts)]
        case Missed() as missed:
            return [(Piece(stretch(missed), Ink.DIM),), (Piece(missed_words(missed)),)]
        case None:
            return []


def _row(label: str, *value: Piece | str) -> Line:
    pieces = (part if isinstance(part, Piece) else Piece(part) for part in value)
    return (Piece(f"{label:<{_LABEL}} ", Ink.DIM), *pieces)


def _run(run: Run, facts: Facts) -> Iterator[Line]:
    yield _row("Trigger", trigger_sentence(run), _means(run, facts.job))
    if run.attempt:
        retry = facts.job.settings.retry
        yield _row("Attempt", f"retry {tries(run.attempt, retry.count if retry is not None else 0)}")
    if run.origin is not None:
        whose = "" if run.origin.job.key == run.ref.job.key else f" of {plain(run.origin.job.name)}"
        yield _row("Follows", f"run {plain(run.origin.run)}{whose}")
    if run.scheduled is not None:
        yield _row("Scheduled", instant(run.scheduled))
    late = f"  ({difference(run.started - run.scheduled)})" if run.scheduled is not None else ""
    yield _row("Started", instant(run.started), Piece(late, Ink.DIM))
    if run.ended is not None:
        yield _row("Ended", instant(run.ended), Piece(f"  {age(run.ended, facts.now)}", Ink.DIM))
    yield _row("Duration", *_duration(run, facts))
    if run.exit is not None:
        yield _row("Exit", Piece(exit_sentence(run.exit), Ink.PLAIN if run.exit.ok else Ink.FAILED))
    if run.reason:
        yield _row("Reason", Piece(plain(run.reason[:_ARGUMENTS]), Ink.WARNING))
    script = facts.job.script
    name = f"   {plain(script.path)}" if script is not None else ""
    if run.pid is not None:
        yield _row("Process", f"pid {run.pid}", Piece(name, Ink.DIM))
    yield _row("Arguments", plain(run.arguments[:_ARGUMENTS]) if run.arguments else Piece("(none)", Ink.DIM))
    if run.input:
        yield _row("Input", plain(run.input))
    if run.correlation:
        yield _row("Request", plain(run.correlation[:_ARGUMENTS]), Piece("  (x-correlation-id)", Ink.DIM))
    if run.key:
        yield _row("Key", plain(run.key[:_ARGUMENTS]), Piece("  (Idempotency-Key)", Ink.DIM))
    if progress := progress_line(run):
        yield _row("Progress", *progress)
    if run.result:
        yield from _result(facts.result)
    if used := _used(run, facts.now):
        yield _row("CPU / mem", used)
    yield _row("Output", *_output(run))
    yield _row("Log file", Piece(plain(facts.job.output_path(run.ref.run)), Ink.DIM))
    if facts.previous is not None:
        yield _row("Previous", *_previous(run, facts.previous, facts.now))


def _result(found: bytes | None) -> Iterator[Line]:
    """Its first lines; JSON in one line is taken apart."""
    if found is None:
        yield _row("Result", Piece("being read…", Ink.DIM))
        return
    if not found:
        yield _row("Result", Piece("it cannot be read any more", Ink.DIM))
        return
    lines = result_lines(found)
    for number, text in enumerate(lines[:_RESULT_LINES]):
        yield _row("" if number else "Result", plain(text[:_ARGUMENTS]))
    if len(lines) > _RESULT_LINES:
        yield _row("", Piece(f"… {counted(len(lines) - _RESULT_LINES, 'line')} more", Ink.DIM))


def result_lines(found: bytes) -> list[str]:
    """The result as lines to read: indented where it is JSON, else as it is."""
    text = found.decode("utf-8", "replace")
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    return text.splitlines() or [""]


def _means(run: Run, job: Job) -> Piece:
    """What the expression means, where it is still the one of the job."""
    schedule = job.schedule
    if source_of(run.trigger) is not Source.SCHEDULE or schedule is None or not schedule.words:
        return Piece("")
    expression = run.trigger.partition(" - ")[2]
    if expression not in (schedule.expanded, schedule.text) or schedule.recurrence:
        return Piece("")
    return Piece(f"  ({plain(schedule.words[:200])}, {plain(schedule.zone[:60])})", Ink.DIM)


def _duration(run: Run, facts: Facts) -> Line:
    """How long it took or has taken, against what is usual."""
    took = (run.ended or facts.now) - run.started
    shown = Piece(span(took.total_seconds()), Ink.PLAIN if run.ended is not None else Ink.RUNNING)
    if facts.p50 is None or facts.p95 is None:
        return (shown,)
    usual = Piece(f"  p50 {_fine(facts.p50)} p95 {_fine(facts.p95)}", Ink.DIM)
    if run.ended is None and took <= facts.p50:
        return shown, usual
    return shown, usual, _against(took, facts.p50, facts.p95)


def _fine(length: timedelta) -> str:
    """Milliseconds where it is that short."""
    seconds = length.total_seconds()
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else brief_span(length)


def _against(took: timedelta, p50: timedelta, p95: timedelta) -> Piece:
    percent = _percent(took, p50)
    if percent is None:
        return Piece("")
    mark = "▲" if percent > 0 else "▼" if percent < 0 else "="
    return Piece(f"  {mark} {percent:+,}%", Ink.WARNING if took > p95 else Ink.DIM)


def _percent(took: timedelta, usual: timedelta) -> int | None:
    """So much longer; None: too short to be measured in percent."""
    return round((took / usual - 1) * 100) if usual >= timedelta(milliseconds=10) else None


def _used(run: Run, now: datetime) -> str:
    parts = []
    if run.cpu_seconds is not None:
        took = ((run.ended or now) - run.started).total_seconds()
        share = f" ({run.cpu_seconds / took:.0%})" if took > 0 else ""
        shown = f"{run.cpu_seconds:.2f} s" if run.cpu_seconds < 10 else span(run.cpu_seconds)
        parts.append(f"cpu {shown}{share}")
    if run.peak_memory is not None:
        parts.append(f"peak {file_size(run.peak_memory)}")
    return "   ".join(parts)


def _output(run: Run) -> Line:
    if run.output_size is None:
        return (Piece("no log" if run.status.ended else "not measured yet", Ink.DIM),)
    size = Piece(file_size(run.output_size))
    if run.errors is None:
        return (size,)
    return Piece(f"{run.errors:,} ERR", Ink.LOG_ERROR if run.errors else Ink.PLAIN), Piece(" · "), size


def _previous(run: Run, previous: Run, now: datetime) -> Line:
    glyph = OUTCOMES[outcome_of(previous) or next(iter(OUTCOMES))]
    took, before = lasted(run), lasted(previous)
    change = ""
    if took is not None and before is not None:
        change = f"  (this one {difference(took - before)})"
    return Piece(f"{glyph.text} ", glyph.ink), Piece(second(previous.started, now)), Piece(change, Ink.DIM)


def _run_brief(run: Run, facts: Facts) -> Iterator[Line]:
    took = (run.ended or facts.now) - run.started
    first = [Piece(clock(run.started))]
    if run.ended is not None:
        first.append(Piece(f" → {_clock_after(run.started, run.ended)}"))
    first.append(Piece(f"  {span(took.total_seconds())}"))
    if facts.p50 is not None and (percent := _percent(took, facts.p50)) is not None and run.ended is not None:
        slow = facts.p95 is not None and took > facts.p95
        first.append(
            Piece(f" (p50 {brief_span(facts.p50)}, {percent:+,}%)", Ink.WARNING if slow else Ink.DIM)
        )
    if run.exit is not None:
        meaning = exit_meaning(run.exit)
        shown = exit_word(run.exit) + (f" ({meaning})" if meaning else "")
        first.append(Piece(f"   {shown}", Ink.PLAIN if run.exit.ok else Ink.FAILED))
    yield tuple(first)
    yield (
        Piece(trigger_sentence(run)),
        Piece(f"   pid {run.pid}" if run.pid is not None else "", Ink.DIM),
        Piece(f"   {used}" if (used := _used(run, facts.now)) else "", Ink.DIM),
    )
    if run.reason:
        yield (Piece(plain(run.reason[:_ARGUMENTS]), Ink.WARNING),)
    if run.arguments:
        yield Piece("arguments ", Ink.DIM), Piece(plain(run.arguments[:_ARGUMENTS]))
    if progress := progress_line(run):
        yield progress
    if facts.errors and (words := last_words(facts.errors)):
        yield Piece("ERR ", Ink.LOG_ERROR), Piece(words)


def _clock_after(started: datetime, ended: datetime) -> str:
    same = local(started).date() == local(ended).date()
    return clock(ended) if same else f"{local(ended):%m-%d} {clock(ended)}"


def _launch(launch: Launch, facts: Facts) -> Iterator[Line]:
    yield _row("Started", instant(launch.started), Piece(f"  {age(launch.started, facts.now)}", Ink.DIM))
    if launch.ended is not None:
        yield _row("Ended", instant(launch.ended), Piece(f"  {age(launch.ended, facts.now)}", Ink.DIM))
    up = seconds_between(launch.started, launch.ended or facts.now)
    yield _row("Ran" if launch.ended else "Up", Piece(span(up), Ink.PLAIN if launch.ended else Ink.RUNNING))
    if launch.exit is not None:
        good = launch.exit.ok or bool(launch.reason)
        yield _row("Exit", Piece(exit_sentence(launch.exit), Ink.PLAIN if good else Ink.FAILED))
    if launch.ended is not None:
        yield _row("Reason", plain(launch.reason[:_ARGUMENTS]) or "it ended by itself")
    script = facts.job.script
    yield _row("Process", f"pid {launch.pid}", f"   {plain(script.path)}" if script is not None else "")
    yield _row("Log file", Piece(plain(facts.job.output_path(None)), Ink.DIM))


def _launch_brief(launch: Launch, facts: Facts) -> Iterator[Line]:
    up = span(seconds_between(launch.started, launch.ended or facts.now))
    ended = f" → {_clock_after(launch.started, launch.ended)}" if launch.ended is not None else ""
    yield Piece(f"{clock(launch.started)}{ended}"), Piece(f"  {up}   pid {launch.pid}", Ink.DIM)
    if launch.exit is not None:
        yield (Piece(f"exit {exit_sentence(launch.exit)}".replace("exit SIG", "SIG")),)
    if launch.ended is not None:
        yield (Piece(plain(launch.reason[:_ARGUMENTS]) or "it ended by itself", Ink.DIM),)


def _cut(line: Line, width: int) -> Line:
    """As much of a line as fits."""
    pieces: list[Piece] = []
    for piece in line:
        text = shorten(piece.text, width)
        pieces.append(piece._replace(text=text))
        width -= len(text)
        if width <= 0:
            break
    return tuple(pieces)
