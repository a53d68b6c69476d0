"""The checks of a package: what is in order, what somebody should know, what forbids to deploy it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wjtui.archives.limits import Limits, amount
from wjtui.archives.naming import quoted, shorten
from wjtui.engine.catalog.script import shown
from wjtui.engine.deploy.found import Reading
from wjtui.engine.deploy.naming import quoted_path
from wjtui.engine.deploy.tree import below, is_inside
from wjtui.engine.running.line_ends import mended
from wjtui.model.deploys import Finding, Weight
from wjtui.model.jobs import Problem, Severity
from wjtui.settings.parse import SETTINGS

ENTRY_BYTES = 4096
"""What a file or folder takes on the disk beside its content, at most as a rule."""


def check_inside(findings: Sequence[Finding]) -> list[Finding]:
    """Whether every file stays in the folder; ``findings`` are those of the archive or the folder."""
    if any(each.weight is Weight.REFUSED for each in findings):
        return []
    return [Finding("inside", "No file leaves the job's folder.", Weight.PASSED)]


def check_size(files: int, size: int, limits: Limits) -> Finding:
    """What a package within the limits takes."""
    count = "1 file" if files == 1 else f"{files:,} files"
    text = (
        f"{count}, {amount(size)}: within the limits of {limits.entries:,} files "
        f"and {amount(limits.unpacked)}."
    )
    return Finding("size", text, Weight.PASSED)


def check_room(place: Path, entries: int, size: int) -> list[Finding]:
    """Whether the disk of ``place`` takes so much before it is begun. Raises OSError."""
    needed, free = size + entries * ENTRY_BYTES, free_bytes(place)
    if needed <= free:
        return []
    text = (
        f"There is no room for it: {amount(needed)} are needed in {quoted_path(place)}, and "
        f"{amount(free)} are free. Make room and try again."
    )
    return [Finding("space", text, Weight.REFUSED)]


def check_space_left(place: Path, size: int) -> Finding:
    """What is free once it is unpacked; a working copy takes the same again. Raises OSError."""
    free = free_bytes(place)
    if free < size:
        text = (
            f"Only {amount(free)} are free now, less than the {amount(size)} that a working copy takes: "
            "make room before it runs."
        )
        return Finding("space", text)
    return Finding("space", f"{amount(free)} are free after unpacking.", Weight.PASSED)


def free_bytes(place: Path) -> int:
    """What an ordinary user may still write there. Raises OSError."""
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


def check_links(folder: Path, at: str) -> list[Finding]:
    """Links of one of several jobs that stay in the package, but not in the job. Raises OSError."""
    inside = os.path.realpath(folder / at)
    findings = []
    for path, entry in below(inside):
        if entry.is_symlink() and not is_inside(inside, os.path.realpath(entry.path)):
            name = shown(f"{at}/{path}")
            text = f"The link {quoted(name)} leads out of its job's folder: put the file itself there."
            findings.append(Finding("link", text, Weight.REFUSED, name))
    return shorten(findings)


def check_jobs(readings: Sequence[Reading], files: int) -> list[Finding]:
    """Every job of a package of ``files`` files, in their order.

    A job that cannot run is refused; beside one that can it is a warning, since it need not be chosen.
    """
    blocking = Weight.REFUSED if all(each.blocked for each in readings) else Weight.WARNING
    findings = [finding for each in readings for finding in check_job(each, blocking)]
    seen: dict[tuple[str, str], str] = {}
    for job in (each.job for each in readings):
        if job.id is None:
            continue
        if (other := seen.setdefault(job.id.key, job.at)) != job.at:
            text = f"{quoted(other)} and {quoted(job.at)} are one job: their names differ only in case."
            findings.append(Finding("same-job", f"{text} Keep one of them.", Weight.REFUSED, job.at))
    beside = files - sum(each.job.files for each in readings)
    if beside:
        what = "1 file lies" if beside == 1 else f"{beside:,} files lie"
        text = f"{what} outside of the folders of jobs and will not be put in place."
        findings.append(Finding("beside", text))
    return findings


def check_job(reading: Reading, blocking: Weight = Weight.REFUSED) -> list[Finding]:
    """One job: its script, its settings, its schedule, whether it is to run at all."""
    problems = reading.job.problems
    about_settings = [each for each in problems if each.code.startswith(("settings-", "schedule-"))]
    about_script = [each for each in problems if each not in about_settings]
    return [
        *_script(reading, about_script, blocking),
        *_line_ends(reading),
        *_settings(reading, about_settings),
        *_disabled(reading),
    ]


def _script(reading: Reading, problems: list[Problem], blocking: Weight) -> list[Finding]:
    script = reading.job.script
    path = _join(reading.job.at, script.path if script else "")
    findings = []
    if script is not None and not reading.blocked:
        text = f"{quoted(script.path)} will run with {script.host}: {script.reason}"
        findings.append(Finding("script", text, Weight.PASSED, path))
    for each in problems:
        weight = blocking if each.severity is Severity.BLOCKING else Weight.WARNING
        findings.append(Finding(each.code, each.text, weight, path))
    findings += [Finding("shebang", text, path=path) for text in reading.definition.warnings]
    return findings


def _line_ends(reading: Reading) -> list[Finding]:
    if reading.job.script is None:
        return []
    script = reading.job.script.path
    flaws, _ = mended(reading.definition.folder / script)
    if not flaws:
        return []
    remedy = (
        "correct them before it is put in place."
        if reading.definition.in_place
        else "they are taken out of its working copy at each start; better correct them in the file."
    )
    text = f"{quoted(script)} has {flaws}, which a shell stumbles over: {remedy}"
    return [Finding("line-ends", text, path=_join(reading.job.at, script))]


def _settings(reading: Reading, problems: list[Problem]) -> list[Finding]:
    file = reading.definition.settings_path
    path = _join(reading.inside, file.name if file else SETTINGS)
    findings = []
    if file is None:
        text = f"There is no {SETTINGS}: the defaults count."
        findings.append(Finding("settings", text, Weight.PASSED, path))
    elif not any(each.code.startswith("settings-") for each in problems):
        findings.append(Finding("settings", f"{file.name} is valid.", Weight.PASSED, path))
    plan = reading.plan
    if plan.schedule is not None and not any(each.code != "schedule-odd" for each in problems):
        text = f"Schedule: {plan.schedule.words} ({plan.schedule.zone})."
        findings.append(Finding("schedule", text, Weight.PASSED, path))
    return findings + [Finding(each.code, each.text, path=path) for each in problems]


def _disabled(reading: Reading) -> list[Finding]:
    if not reading.definition.disabled:
        return []
    text = (
        "disable.job is in it: the job will not start by itself until somebody starts it, or leaves it out."
    )
    return [Finding("disabled", text, path=_join(reading.inside, "disable.job"))]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
