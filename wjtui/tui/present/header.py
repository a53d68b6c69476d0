"""The lines around the list: header, banner, the newest event, the words of an empty root."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from wjtui.model.events import EngineInfo, LogRef, Notice, Tone
from wjtui.model.jobs import Job, Running, Stopped
from wjtui.model.runs import run_id_time
from wjtui.schedule.zones import zone_of
from wjtui.tui.present.failures import last_words
from wjtui.tui.present.holds import queued_word
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.jobs import Chip, count_chips, ending, failed_at, newest_failure, shown_status
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.schedules import coming, waiting, zone_name
from wjtui.tui.present.status import status
from wjtui.tui.present.times import clock, countdown, second, stamp, zone_word
from wjtui.tui.store import Link, Store

_WIDE = 100
_NARROW = 60
MARK = {
    Tone.INFO: Piece("·", Ink.DIM),
    Tone.WARNING: Piece("!", Ink.WARNING),
    Tone.ERROR: Piece("✗", Ink.FAILED),
}


class Banner(NamedTuple):
    """A sentence over the list about something that touches every job."""

    text: str
    serious: bool


def header(store: Store, now: datetime, width: int) -> Line:
    """The first line: whose engine this is, what needs a look, and the time."""
    left: list[Piece] = [Piece(" wjtui ", Ink.ACCENT)]
    right = f"{clock(now)} {zone_word(now)} "
    engine = store.engine
    if engine is not None:
        place = f" {plain(engine.instance)}"
        if width >= 70:
            place += f":{plain(engine.root)}"
        left.append(Piece(shorten(place, max(8, width // 3)), Ink.STRONG))
        left += _counts(store, now, width)
        if width >= 110:
            right += f" engine pid {engine.pid} "
    used = cell_len(plain_text(tuple(left)))
    right = next((text for text in (right, f"{clock(now)} ", "") if used + len(text) < width), "")
    return (*left, Piece(fit("", max(1, width - used - len(right)))), Piece(right, Ink.DIM))


def trail(path: Sequence[str], tail: str, now: datetime, width: int) -> Line:
    """The first line of a screen over the list: where one is, something about it, and the time."""
    right = f"{clock(now)} {zone_word(now)} " if width >= _NARROW else ""
    pieces = [Piece(" wjtui" if width >= _NARROW else "", Ink.ACCENT)]
    for part in path:
        pieces += [Piece(" › ", Ink.DIM), Piece(plain(part), Ink.STRONG)]
    pieces.append(Piece(f"   {plain(tail)}" if tail else "", Ink.DIM))
    used = cell_len(plain_text(tuple(pieces)))
    return (*pieces, Piece(" " * max(1, width - used - len(right))), Piece(right, Ink.DIM))


def log_header(store: Store, refs: Sequence[LogRef], now: datetime, width: int, place: str) -> Line:
    """The first line of a log that has the screen: whose it is, since when, how it does, and the time.

    ``place``: where the view is, instead of the time; empty: another line tells.
    """
    job = store.jobs.get(refs[0].job.key) if refs else None
    names = ", ".join(plain(ref.job.name) for ref in refs)
    path = " wjtui › " if width >= _WIDE else " "
    right = f"{place or f'{clock(now)} {zone_word(now)}'} "
    tail: list[Piece] = []
    if len(refs) > 1:
        tail.append(Piece(f"  {len(refs)} logs merged by time", Ink.DIM))
    elif refs and refs[0].run is not None and width >= _NARROW:
        tail.append(Piece(f"  run started {second(run_id_time(refs[0].run), now)}", Ink.DIM))
    if job is not None and len(refs) == 1:
        shown = shown_status(job, now, store.pending.get(job.id.key))
        tail.append(Piece(f"  {shown.glyph} {shown.word}", shown.ink))
    used = sum(cell_len(piece.text) for piece in tail) + len(path) + len(" › Log") + len(right) + 1
    if place and len(tail) > 1 and used + min(8, cell_len(names)) > width:
        used -= cell_len(tail.pop(0).text)  # the lines say when it started; where one is nothing else does
    name = shorten(names, max(8, width - used))
    left = (Piece(path, Ink.ACCENT), Piece(name, Ink.STRONG), Piece(" › Log", Ink.ACCENT), *tail)
    room = width - cell_len(plain_text(left)) - len(right)
    return (*left, Piece(" " * room), Piece(right, Ink.DIM)) if room >= 1 else left


def schedule_header(job: Job, now: datetime, width: int, pending: str | None) -> Line:
    """The first line of the schedule view: the job, what it does, and the time, in its zone too."""
    shown = shown_status(job, now, pending)
    zone = zone_of(job, None)
    there = "" if zone_name(zone) == "UTC" else f" · {now.astimezone(zone):%H:%M:%S} {zone_name(zone)}"
    tail = f"  {shown.glyph} {shown.word}"
    right = next(
        r
        for r in (f"{clock(now)} {zone_word(now)}{there} ", f"{clock(now)} {zone_word(now)} ", "")
        if 2 * len(r) <= width
    )
    path = (" wjtui › " if width >= _WIDE else " ", " › Schedule")
    room = width - len(right) - cell_len(tail) - len(path[0]) - len(path[1]) - 1
    name = shorten(plain(job.id.name), max(8, room))
    left = (
        Piece(path[0], Ink.ACCENT),
        Piece(name, Ink.STRONG),
        Piece(path[1], Ink.ACCENT),
        Piece(tail, shown.ink),
    )
    used = cell_len(plain_text(left))
    return (*left, Piece(" " * max(1, width - used - len(right))), Piece(right, Ink.DIM))


def _counts(store: Store, now: datetime, width: int) -> list[Piece]:
    counts = count_chips(store.jobs)
    gap = "  " if width >= 100 else " "
    if not store.jobs:
        return [Piece(f"{gap} no jobs", Ink.DIM)]
    pieces = [Piece(gap)]
    if counts[Chip.FAILING]:
        pieces.append(Piece(f"{gap}✗ {counts[Chip.FAILING]} failing", Ink.FAILED))
    else:
        pieces.append(Piece(f"{gap}✓ none failing", Ink.SUCCESS))
    if counts[Chip.RUNNING]:
        pieces.append(Piece(f"{gap}● {counts[Chip.RUNNING]} running", Ink.RUNNING))
    starts = [(at, job) for job in store.jobs.values() if (at := coming(job)) is not None]
    if starts and width >= 100:
        due, job = min(starts, key=lambda pair: pair[0])
        pieces.append(
            Piece(f"{gap}next: {shorten(plain(job.id.name), 20)} in {countdown(due, now)}", Ink.DIM)
        )
    return pieces


def banner(store: Store, now: datetime) -> Banner | None:
    """What stands between the person and the jobs, or None."""
    since = stamp(store.link_since, now) if store.link_since is not None else ""
    again = store.keys.name("view.refresh")
    if store.link is Link.LOST:
        return Banner(
            f"Engine not reachable since {since}; {again} tries again."
            f" Jobs may be running, the list is of then.  {plain(store.link_reason)}",
            True,
        )
    if store.link is Link.ENDED:
        return Banner(
            f"The engine ended at {since}; {again} looks for a new one. This is the state of then.", True
        )
    engine = store.engine
    if engine is not None and engine.stopping:
        return Banner("The engine is stopping: every job is asked to end.", True)
    if engine is not None and engine.stopped_by_setting:
        return Banner("WEBJOBS_STOPPED is set: no job is started. Unset it to let them run.", False)
    if engine is not None and engine.schedules_off:
        return Banner(
            "Schedules are off (WEBJOBS_DISABLE_SCHEDULE): triggered jobs start by hand only.", False
        )
    if store.ends and not store.ends_hidden and at_work(store):
        return Banner(f"{store.ends}  {store.keys.name('app.back')} hides this.", False)
    return None


def at_work(store: Store) -> bool:
    """Whether something runs, is to be kept running, waits, or is scheduled."""
    return any(
        job.live
        or job.hold is not None
        or coming(job) is not None
        or (job.is_continuous and not isinstance(job.phase, Stopped))
        for job in store.jobs.values()
    )


def newest_event(store: Store, now: datetime) -> Line:
    """The line under the list: the newest notice, or before there is one the newest failure."""
    if store.notices:
        return notice_line(store.notices[-1], now)
    job = newest_failure(store.jobs.values())
    return () if job is None else _failure_line(job, now)


def notice_line(notice: Notice, now: datetime) -> Line:
    """One event: how loud it is, when it was, whom it is about, and what it says."""
    name = f"{plain(notice.job.name)} " if notice.job is not None else ""
    ink = Ink.PLAIN if notice.tone is Tone.INFO else Ink.STRONG
    return (
        MARK[notice.tone],
        Piece(f" {stamp(notice.at, now)} ", Ink.DIM),
        Piece(name, ink),
        Piece(plain(notice.text)),
    )


def _failure_line(job: Job, now: datetime) -> Line:
    latest = job.latest_launch if job.is_continuous else job.latest_run
    at = failed_at(job)
    how = f"failed: {ending(latest.exit) if latest is not None else ''}{last_words(job)}"
    if isinstance(job.phase, Running):
        at, how = None, f"is unhealthy: {plain(job.unhealthy)}"
    return (
        MARK[Tone.ERROR],
        Piece(f" {stamp(at, now)} " if at is not None else " ", Ink.DIM),
        Piece(f"{plain(job.id.name)} ", Ink.STRONG),
        Piece(how),
    )


def runners(engine: EngineInfo) -> Line:
    """Which kinds of script this host can run."""
    pieces: list[Piece] = []
    for ending_, command in sorted(engine.hosts.items()):
        if pieces:
            pieces.append(Piece("   "))
        extension = ending_ if ending_.startswith(".") else f".{ending_}"
        if command:
            pieces += [
                Piece("✓ ", Ink.SUCCESS),
                Piece(f"{plain(extension)} "),
                Piece(plain(command.rsplit("/", 1)[-1]), Ink.DIM),
            ]
        else:
            pieces += [Piece("✗ ", Ink.DIM), Piece(plain(extension), Ink.DIM)]
    return tuple(pieces)


def chips(store: Store, on: Chip, width: int) -> list[tuple[Chip, Piece]]:
    """The switches with their counts, those left out that do not fit; ``on`` is always there."""
    found = []
    left = width - 12
    for chip, count in count_chips(store.jobs).items():
        text = f" {chip.value} {count} "
        if chip is on:
            found.append((chip, Piece(f"[{text[1:-1]}]", Ink.KEY)))
        elif left >= len(text):
            found.append((chip, Piece(text, Ink.PLAIN if count else Ink.DIM)))
        left -= len(text)
    return found


def pane_title(job: Job | None, now: datetime, *, details: bool) -> Line:
    """What stands over the log: the job, what is shown of it, and the run's or the process's state."""
    if job is None:
        return (Piece("no job"),)
    shown = status(job, now)
    tabs = " Log ‹Details› " if details else " ‹Log› Details "
    pieces = [Piece(plain(job.id.name), Ink.STRONG), Piece(tabs, Ink.DIM)]
    pieces.append(Piece(f"{shown.glyph} {shown.word}", shown.ink))
    latest = job.latest_launch if job.is_continuous else job.latest_run
    if latest is not None and latest.exit is not None and latest.ended is not None and not job.live:
        pieces.append(Piece(f"  {latest.exit}", Ink.DIM))
    if (run := job.latest_run) is not None and not details:
        pieces.append(Piece(f"  run {second(run.started, now)}", Ink.DIM))
    if job.hold is not None and job.live:
        pieces.append(Piece(f"  {queued_word(job.hold.count, 20)}", Ink.WAITING))
    if job.later is not None:
        pieces.append(Piece(f"  starts {waiting(job.later.at, now)}", Ink.ACCENT))
    return tuple(pieces)


def empty_title(engine: EngineInfo | None) -> Line:
    """Over a root without jobs: where they would be."""
    if engine is None:
        return (Piece("Waiting for the engine…", Ink.STRONG),)
    return Piece("No jobs yet in "), Piece(f"{plain(engine.root)}/site/wwwroot/app_data/jobs", Ink.STRONG)


def empty_root(engine: EngineInfo) -> list[Line]:
    """What else a root without jobs says: how a job gets there, and what can run here."""
    return [
        (
            Piece("Watch a folder ", Ink.ACCENT),
            Piece("make a folder with a script in it; it appears by itself:"),
        ),
        (
            Piece("               triggered/"),
            Piece("NAME", Ink.STRONG),
            Piece("/run.sh     runs on demand or on a schedule"),
        ),
        (Piece("               continuous/"), Piece("NAME", Ink.STRONG), Piece("/run.py    is kept running")),
        (
            Piece("Schedule it    ", Ink.ACCENT),
            Piece('beside it settings.job with {"schedule": "0 0 2 * * *"}'),
        ),
        (
            Piece("See samples    ", Ink.ACCENT),
            Piece("wjtui demo", Ink.KEY),
            Piece("  makes a root with sample jobs of every kind"),
        ),
        (Piece("Another root   ", Ink.ACCENT), Piece("wjtui --root DIR, or WJTUI_ROOT")),
        (),
        (Piece("Runners found on this host", Ink.STRONG),),
        runners(engine) or (Piece("none: install bash, python3 or node", Ink.WARNING),),
    ]
