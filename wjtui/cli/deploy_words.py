"""Packages, plans, versions and the trash in the words of the command line; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wjtui.model.deploys import FileChange, FileState, Finding, FoundJob, Package, Preview, Weight
from wjtui.model.versions import Trashed, Version
from wjtui.schedule.lists import counted
from wjtui.tui.present.times import file_size, moment

VERSION_TITLES = ("VERSION", "SINCE", "HOW", "FROM", "BY", "FILES", "SIZE")
TRASH_TITLES = ("ID", "JOB", "DELETED", "KEPT UNTIL", "FILES", "SIZE", "RUNS")

_MARKS = {Weight.PASSED: "ok", Weight.WARNING: "!", Weight.REFUSED: "x"}
_STATES = {FileState.ADDED: "+", FileState.CHANGED: "~", FileState.REMOVED: "-"}


def package_lines(package: Package) -> list[str]:
    """What was found in a package."""
    lines = [
        f"{package.name or 'package'}: {counted(package.files, 'file')}, {file_size(package.size)} unpacked"
    ]
    for job in package.jobs:
        lines += [f"  {line}" for line in _job_lines(job)]
    return lines + [finding_line(each) for each in package.findings]


def preview_lines(preview: Preview, most: int | None = None) -> list[str]:
    """What a plan would do; of each job ``most`` files, None: all."""
    lines = []
    for job in preview.jobs:
        against = f"replaces version {job.replaces}" if job.replaces is not None else "is new"
        lines.append(f"{job.id} {against}: {_counts(job.changes, job.same)}")
        changes = change_lines(job.changes)
        lines += changes[:most]
        if most is not None and len(changes) > most:
            lines.append(f"  and {len(changes) - most:,} more")
        lines += [finding_line(each) for each in job.findings]
        if job.run:
            lines.append(f"  ! run {job.run} is going")
    return lines


def change_lines(changes: Iterable[FileChange]) -> list[str]:
    """One line a file."""
    return [
        f"  {_STATES[each.state]} {each.path}{_extent(each)}" for each in changes if each.state in _STATES
    ]


def finding_line(finding: Finding) -> str:
    """A finding with its mark."""
    return f"  {_MARKS[finding.weight]} {finding.text}"


def version_row(version: Version) -> tuple[str, ...]:
    """A version under ``VERSION_TITLES``."""
    return (
        f"{version.number}{' (in place)' if version.current else ''}",
        moment(version.at) if version.at is not None else "",
        version.cause.value,
        version.note,
        version.by,
        *(("settings.job", "") if version.settings_only else (f"{version.files:,}", file_size(version.size))),
    )


def trash_row(entry: Trashed) -> tuple[str, ...]:
    """A deleted job under ``TRASH_TITLES``."""
    return (
        entry.id,
        str(entry.job),
        moment(entry.at),
        moment(entry.until),
        f"{entry.files:,}",
        file_size(entry.size),
        f"{entry.runs:,}" if entry.history else "left in place",
    )


def _job_lines(job: FoundJob) -> list[str]:
    name = f"{job.id}: " if job.id is not None else ""
    if job.script is None:
        return [f"{name}{job.problems[0].text}" if job.problems else f"{name}nothing that can run"]
    command = " ".join((*job.script.command, job.script.path))
    lines = [f"{name}runs {command} ({job.script.reason})"]
    if job.also:
        lines.append(f"also there, not run: {', '.join(job.also)}")
    return lines


def _counts(changes: Sequence[FileChange], same: int) -> str:
    words = [
        f"{count} {state.value}"
        for state in (FileState.ADDED, FileState.CHANGED, FileState.REMOVED)
        if (count := sum(each.state is state for each in changes))
    ]
    return ", ".join([*words, f"{same} the same"] if same or not words else words)


def _extent(change: FileChange) -> str:
    if change.added is None and change.removed is None:
        return f"  {file_size(change.size)}"
    return f"  +{change.added or 0} -{change.removed or 0}"
