"""Versions of a job in lines: the list, what going back would change, and the question before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wjtui.model.deploys import FileChange, FileState, WhenRunning
from wjtui.model.jobs import Busy, Job
from wjtui.model.versions import Cause, Version
from wjtui.schedule.lists import counted
from wjtui.tui.present.deploy_review import change_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, fit_right, plain
from wjtui.tui.present.times import age, file_size, local, moment

_STATE, _WHEN, _BY, _FILES, _SIZE = 8, 16, 16, 12, 8
_ROOMY = 100
"""Cells from which there is a column for who it was."""
_LISTED = 6
_CAUSES = {
    Cause.DEPLOY: "deployed",
    Cause.SETTINGS: "settings saved",
    Cause.ROLLBACK: "went back to",
    Cause.RESTORE: "back from the trash",
    Cause.UNKNOWN: "found in place",
}
_STATES = (
    (FileState.ADDED, "comes", "come"),
    (FileState.CHANGED, "changes", "change"),
    (FileState.REMOVED, "goes", "go"),
)
KEEP = "cancel"
"""The answer that leaves everything as it is; the others are values of ``WhenRunning``."""


def cause_words(version: Version) -> str:
    """How it came to be: ``deployed nightly.zip``, ``went back to version 5``."""
    return plain(f"{_CAUSES[version.cause]} {version.note}".rstrip())


def version_line(version: Version, now: datetime, width: int, digits: int) -> Line:
    """A row of the list, in ``width`` cells; ``digits``: of the highest number."""
    by = _BY + 2 if width >= _ROOMY else 0
    size = _FILES + _SIZE + 2 if width >= 60 else 0
    words = max(1, width - digits - _STATE - _WHEN - 6 - by - size)
    when = f"{local(version.at):%Y-%m-%d %H:%M}" if version.at is not None else "time unknown"
    state = "in place" if version.current else age(version.at, now) if version.at is not None else ""
    pieces = [
        Piece(fit_right(str(version.number), digits), Ink.STRONG),
        Piece(f"  {fit(state, _STATE)}", Ink.SUCCESS if version.current else Ink.DIM),
        Piece(f"  {fit(when, _WHEN)}  ", Ink.DIM),
        Piece(fit(cause_words(version), words)),
    ]
    if by:
        pieces.append(Piece(f"  {fit(plain(version.by), _BY)}", Ink.DIM))
    if size and version.settings_only:
        pieces.append(Piece(fit_right("other settings.job", _FILES + _SIZE + 2), Ink.DIM))
    elif size:
        pieces.append(Piece(fit_right(counted(version.files, "file"), _FILES), Ink.DIM))
        pieces.append(Piece(fit_right(file_size(version.size), _SIZE + 2), Ink.DIM))
    return tuple(pieces)


def about(version: Version, now: datetime) -> Line:
    """All that is known of a version in one line."""
    since = f", {moment(version.at)} ({age(version.at, now)})" if version.at is not None else ""
    by = f", by {plain(version.by)}" if version.by else ""
    return (
        Piece(f"Version {version.number}", Ink.STRONG),
        Piece(f": {cause_words(version)}{since}{by}. {_holds(version)}."),
    )


def going_back(version: Version, changes: Sequence[FileChange] | None) -> Line:
    """What going back to a version would change; None: not known yet."""
    if version.current:
        return (Piece("It is in place.", Ink.SUCCESS),)
    if changes is None:
        return (Piece("Comparing it with the version in place…", Ink.DIM),)
    if not changes:
        return (Piece("Going back to it changes no file."),)
    parts = [
        f"{number} {one if number == 1 else many}"
        for state, one, many in _STATES
        if (number := sum(change.state is state for change in changes))
    ]
    verb = "changes" if len(parts) > 1 else "concerns"
    return (Piece(f"Going back to it {verb} {counted(len(changes), 'file')}: {', '.join(parts)}."),)


def question(
    job: Job, version: Version, current: Version, changes: Sequence[FileChange], now: datetime, undo: str
) -> list[Line]:
    """What the question says before a job goes back; ``undo``: the key that takes it back."""
    lines: list[Line] = [about(version, now), going_back(version, changes)]
    lines += [change_line(change, 60) for change in changes[:_LISTED]]
    if len(changes) > _LISTED:
        lines.append((Piece(f"  and {len(changes) - _LISTED} more", Ink.DIM),))
    lines.append(())
    if (goes_on := _running(job)) is not None:
        lines.append((Piece(goes_on, Ink.WARNING),))
    kept = f"Version {current.number} is kept, and {undo} takes it back."
    return [*lines, (Piece(kept, Ink.DIM),)]


def ways(job: Job) -> list[tuple[str, str, str]]:
    """How a job can go back: the answer, what it is called, its letter. Nothing that harms comes first."""
    grace = job.settings.grace_seconds(job.id.type)
    if job.is_continuous and job.live:
        return [
            (WhenRunning.NOW.value, "Go back, and restart it with these files", "g"),
            (WhenRunning.STOP.value, f"Stop it first ({grace} s to end), then go back", "s"),
        ]
    if isinstance(job.phase, Busy):
        found = [
            (WhenRunning.AFTER.value, "Go back when the run has ended", "a"),
            (WhenRunning.STOP.value, f"Stop the run first ({grace} s to end)", "s"),
        ]
        if not job.in_place:
            found.append((WhenRunning.NOW.value, "Go back now; the run goes on from its copy", "n"))
        return found
    return [(WhenRunning.NOW.value, "Go back", "g")]


def _running(job: Job) -> str | None:
    if isinstance(job.phase, Busy):
        in_place = ", in the job's own folder, so its files cannot be switched under it"
        return f"A run is going{in_place if job.in_place else ''}."
    return "It runs." if job.is_continuous and job.live else None


def _holds(version: Version) -> str:
    if version.settings_only:
        return f"It has the files of version {version.number + 1}, and another settings.job"
    return f"{counted(version.files, 'file')}, {file_size(version.size)}"
