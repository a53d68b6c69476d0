"""The last step of the deploy wizard: what will be different, and what becomes of a run that is going."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from wjtui.model.deploys import (
    FileChange,
    FileState,
    Finding,
    FoundJob,
    JobPreview,
    Package,
    Weight,
    WhenRunning,
)
from wjtui.model.jobs import Busy, Job, Running
from wjtui.schedule.lists import counted
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import SETTINGS, parse_object
from wjtui.tui.present.deploy import How, Wish
from wjtui.tui.present.deploy_schedule import read_schedule
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.schedule_draft import draft_of
from wjtui.tui.present.schedules import waiting
from wjtui.tui.present.status import status
from wjtui.tui.present.times import file_size, seconds_between, span

LINE_ENDS = "line-ends"
"""The finding that says that the file that runs has CRLF ends."""
_VALUE = 60
_SIGNS = {
    FileState.ADDED: Piece("+ ", Ink.SUCCESS),
    FileState.CHANGED: Piece("~ ", Ink.WARNING),
    FileState.REMOVED: Piece("- ", Ink.FAILED),
    FileState.SAME: Piece("= ", Ink.DIM),
}


class RunningChoice(NamedTuple):
    """One way to treat a job that runs, and why it cannot be chosen."""

    value: WhenRunning
    label: str
    refused: str = ""


def schedule_line(wish: Wish, site_zone: str, now: datetime) -> Line:
    """When it will run, with the next time."""
    if wish.how is How.CONTINUOUS:
        where = "on one instance only" if wish.singleton else "on every instance"
        return (Piece(f"kept running, {where}"),)
    if wish.how is How.DEMAND:
        return (Piece("none: it runs when somebody runs it", Ink.DIM),)
    meaning = read_schedule(wish.schedule, wish.recurrence, wish.time_zone, site_zone, now)
    if wrong := meaning.error or meaning.zone_error:
        return (Piece(wrong, Ink.FAILED),)
    text = "recurrence" if wish.recurrence else plain(wish.schedule[:200])
    due = f", next {waiting(meaning.runs[0], now)}" if meaning.runs else ""
    return (
        Piece(f"{text}  ", Ink.KEY),
        Piece(meaning.words, Ink.STRONG),
        Piece(f" {meaning.zone}{due}", Ink.DIM),
    )


def schedule_lost(there: Job, wish: Wish) -> str:
    """That the job in place has a schedule, and what replaces it has none; empty: nothing is lost."""
    before = draft_of(there.settings)
    if wish.how is not How.DEMAND or not (before.schedule or before.recurrence):
        return ""
    text = f" ({plain(before.schedule[:200])})" if before.schedule else ""
    return (
        f"The job in place runs on a schedule{text}, this one brings none and will run on demand only: "
        "step 2 gives it one."
    )


def existing_line(there: Job, version: int | None, now: datetime) -> Line:
    """That there is such a job, and how it does."""
    state = status(there, now)
    number = f"v{version}, " if version is not None else ""
    return (
        Piece(f"! a job of this name exists ({number}", Ink.WARNING),
        Piece(f"{state.glyph} {state.word}", state.ink),
        Piece(")", Ink.WARNING),
    )


def target(jobs: Iterable[str], root: str) -> str:
    """Where they will lie, under the root as far as is known."""
    return ", ".join(f"app_data/jobs/{plain(each)}" for each in jobs) + (
        f"  in {plain(root)}" if root else ""
    )


def counts_line(preview: JobPreview, version: int | None) -> Line:
    """How many files come, change, go and stay."""
    of = {state: sum(c.state is state for c in preview.changes) for state in FileState}
    total = sum(of[state] for state in (FileState.ADDED, FileState.CHANGED)) + preview.same
    words = (
        (of[FileState.ADDED], "added"), (of[FileState.CHANGED], "changed"),
        (of[FileState.REMOVED], "removed"), (preview.same, "same"),
    )  # fmt: skip
    told = ", ".join(f"{number} {word}" for number, word in words if number) or "nothing changes"
    against = f"Changes against v{version}" if version is not None else "Files"
    return Piece(against, Ink.STRONG), Piece(f"   {counted(total, 'file')}: {told}", Ink.DIM)


def change_line(change: FileChange, width: int, settings: str = "") -> Line:
    """A file in one row: what becomes of it, and by how many lines or bytes; ``settings``: its keys."""
    if change.path == SETTINGS and settings:
        end = settings
    elif change.added is not None or change.removed is not None:
        end = f"+{change.added or 0} -{change.removed or 0}"
    else:
        end = file_size(change.size)
    end = shorten(end, max(8, width * 2 // 3))
    room = max(4, width - 3 - len(end))
    return (
        _SIGNS[change.state],
        Piece(fit(plain(change.path), min(room, max(30, room // 2)))),
        Piece(f" {end}", Ink.DIM),
    )


def settings_difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Keys of ``settings.job`` that will be different: ``schedule  0 0 1 * * * -> 0 0 2 * * *``."""
    told = []
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key) or (key in before) != (key in after):
            told.append(f"{plain(key)}  {_value(before, key)} -> {_value(after, key)}")
    return "; ".join(told)


def read_raw(text: str) -> dict[str, Any]:
    """The keys of a text; none where it cannot be read."""
    try:
        return parse_object(text) if text.strip() else {}
    except NotJson:
        return {}


def running_line(previews: Iterable[JobPreview], jobs: Iterable[Job], now: datetime) -> Line:
    """What runs now, of the jobs that are replaced; nothing where none does."""
    live = [preview for preview in previews if preview.live or preview.run]
    if not live:
        return ()
    known = {job.id.key: job for job in jobs}
    told = []
    for preview in live[:3]:
        job = known.get(preview.id.key)
        since = job.phase.since if job is not None and isinstance(job.phase, Running | Busy) else None
        for_long = f", {span(seconds_between(since, now))} so far" if since is not None else ""
        what = "a run is going" if preview.run else "it runs"
        told.append(f"{plain(preview.id.name)}: {what}{for_long}")
    more = f" and {len(live) - 3} more" if len(live) > 3 else ""
    return (Piece("; ".join(told) + more + ".", Ink.WARNING),)


def running_choices(previews: Iterable[JobPreview], grace: int) -> list[RunningChoice]:
    """The ways there are; the first one is proposed. ``grace``: seconds that stopping leaves a run."""
    live = [preview for preview in previews if preview.live or preview.run]
    runs = any(preview.run for preview in live)
    in_place = next((plain(preview.id.name) for preview in live if preview.in_place and preview.run), "")
    after = RunningChoice(WhenRunning.AFTER, "Switch after it ends")
    stop = RunningChoice(WhenRunning.STOP, f"Stop it first ({grace} s grace)")
    now = RunningChoice(
        WhenRunning.NOW,
        "Switch now (it goes on from its copy)" if runs else "Switch now (it is restarted)",
        f"It cannot switch now: {in_place} runs in its folder." if in_place else "",
    )
    if not live:
        return []
    return [after, stop, now] if runs else [now, stop]


def facts(package: Package, found: FoundJob | None, chosen: tuple[FoundJob, ...]) -> str:
    """How many files come from where."""
    if found is not None:
        return f"{counted(found.files, 'file')}, {file_size(found.size)}, from {plain(package.name)}"
    files, size = sum(each.files for each in chosen), sum(each.size for each in chosen)
    count = f"{counted(len(chosen), 'job')}, {counted(files, 'file')}, {file_size(size)}"
    return f"{count}, from {plain(package.name)}"


def has_line_ends(package: Package) -> bool:
    """Whether the file that runs has line ends that a shell stumbles over."""
    return any(
        finding.code == LINE_ENDS and finding.weight is not Weight.PASSED for finding in package.findings
    )


def refused(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid it first, then the warnings; what passed is left out."""
    told = [each for each in findings if each.weight is not Weight.PASSED]
    return sorted(told, key=lambda each: each.weight is not Weight.REFUSED)


def _value(values: dict[str, Any], key: str) -> str:
    if key not in values:
        return "(none)"
    value = values[key]
    return shorten(plain(value if isinstance(value, str) else repr(value)[:200]), _VALUE)
