"""What a planned job meets in the place that it is to take, as findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from wjtui.archives.limits import amount
from wjtui.archives.naming import quoted
from wjtui.engine.deploy.replacing import in_place_text
from wjtui.model.base import Value
from wjtui.model.deploys import Finding, FoundJob, Package, PlannedJob, Weight, WhenRunning
from wjtui.model.errors import InvalidName
from wjtui.model.identity import JobId, JobType, check_new_name
from wjtui.model.jobs import Severity
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import parse_settings

_NAMED = 4
"""Keys of a ``settings.job`` that one sentence names."""


class Ground(Value, frozen=True):
    """Facts about the place of a job."""

    there: JobId | None = None
    """The job that is there, its name as on disk."""
    twin: bool = False
    """A job of the other type has the name."""
    busy: str = ""
    """What somebody does with its files."""
    run: str = ""
    """The run that is going."""
    in_place: bool = False
    live: bool = False
    disabled: bool = False
    stays_disabled: bool = False
    """What comes has a ``disable.job`` too."""
    obstacle: Finding | None = None
    """Why nothing can be put at its path."""
    keys: tuple[str, ...] = ()
    """Keys of the ``settings.job`` in place."""
    needed: int = 0
    """Bytes that keeping the version before it takes: none where it is moved by rename."""
    free: int = 0


def judge(planned: PlannedJob, found: FoundJob, ground: Ground, running: WhenRunning) -> tuple[Finding, ...]:
    """Everything to be said about putting a job in its place."""
    return (
        *_name(planned.id, ground),
        *_problems(found),
        *_settings(planned),
        *_settings_lost(planned, found, ground),
        *_busy(planned.id, ground, running),
        *_disabled(planned.id, ground),
        *_space(ground),
    )


def judge_together(jobs: Iterable[PlannedJob]) -> dict[PlannedJob, Finding]:
    """Planned jobs that take the place, or the files, of one before them."""
    places: dict[tuple[str, str], PlannedJob] = {}
    sources: dict[str, PlannedJob] = {}
    refused = {}
    for job in jobs:
        if places.setdefault(job.id.key, job) is not job:
            text = f"Two jobs would become '{job.id}': give one of them another name."
            refused[job] = Finding("name-twice", text, Weight.REFUSED)
        elif sources.setdefault(job.at, job) is not job:
            text = f"'{job.id}' and '{sources[job.at].id}' are one folder of the package: leave one out."
            refused[job] = Finding("folder-twice", text, Weight.REFUSED)
    return refused


def refusals_of(package: Package, jobs: Iterable[PlannedJob]) -> list[Finding]:
    """Refusals of a package that count for these of its jobs: not those of folders that nobody wants."""
    wanted = {job.at for job in jobs}
    others = [job.at for job in package.jobs if job.at and job.at not in wanted]
    return [
        each
        for each in package.refusals
        if not any(each.path == other or each.path.startswith(f"{other}/") for other in others)
    ]


def _name(job: JobId, ground: Ground) -> list[Finding]:
    findings = []
    if ground.there is None:
        try:
            check_new_name(job.name)
        except InvalidName as error:
            findings.append(Finding("name", error.message, Weight.REFUSED))
    elif ground.there.name != job.name:
        text = f"{quoted(job.name)} is there already: write it as it is spelt, '{ground.there.name}'."
        findings.append(Finding("name-case", text, Weight.REFUSED))
    if ground.obstacle is not None:
        findings.append(ground.obstacle)
    if ground.twin:
        other = JobType.TRIGGERED if job.type is JobType.CONTINUOUS else JobType.CONTINUOUS
        text = f"There is a {other.value} job {quoted(job.name)} too: it stays, and both are called the same."
        findings.append(Finding("other-type", text))
    if not any(each.weight is Weight.REFUSED for each in findings):
        text = f"'{job}' is replaced, and kept as a version." if ground.there else f"'{job}' is a new job."
        findings.insert(0, Finding("name", text, Weight.PASSED))
    return findings


def _problems(found: FoundJob) -> list[Finding]:
    """What forbids this one to run: of a package of several jobs that need not refuse the package."""
    blocking = (each for each in found.problems if each.severity is Severity.BLOCKING)
    return [Finding(each.code, each.text, Weight.REFUSED, found.at) for each in blocking]


def _settings_lost(planned: PlannedJob, found: FoundJob, ground: Ground) -> list[Finding]:
    """A package without settings replaces the whole folder, and with it what a form has set (spec 9.4)."""
    if not ground.keys or planned.settings_text is not None or found.settings_text:
        return []
    keys = ", ".join(quoted(key) for key in ground.keys[:_NAMED])
    more = f" and {len(ground.keys) - _NAMED} more" if len(ground.keys) > _NAMED else ""
    text = f"settings.job goes, since what comes has none: {keys}{more} will count no more."
    return [Finding("settings-lost", text, path="settings.job")]


def _settings(planned: PlannedJob) -> list[Finding]:
    if planned.settings_text is None or not planned.settings_text.strip():
        return []
    try:
        parse_settings(planned.settings_text, planned.id.type)
    except NotJson as error:
        text = f"settings.job is not valid: line {error.line}, column {error.column}: {error.reason}."
        return [Finding("settings-invalid", text, Weight.REFUSED, "settings.job")]
    return []


def _busy(job: JobId, ground: Ground, running: WhenRunning) -> list[Finding]:
    if ground.busy:
        text = f"'{job.name}' {ground.busy}: try again when that is over."
        return [Finding("busy", text, Weight.REFUSED)]
    if ground.run and running is WhenRunning.NOW and ground.in_place:
        return [Finding("running", in_place_text(job, ground.run), Weight.REFUSED)]
    if ground.run:
        text = {
            WhenRunning.NOW: f"Run {ground.run} is going: it goes on from its working copy, as it was.",
            WhenRunning.AFTER: f"Run {ground.run} is going: the new version is put in place at its end.",
            WhenRunning.STOP: f"Run {ground.run} is going: it is stopped first, and ends as Aborted.",
        }[running]
        return [Finding("running", text)]
    if ground.live:
        return [Finding("running", "The job runs: it is stopped, and started again at once.")]
    return []


def _disabled(job: JobId, ground: Ground) -> list[Finding]:
    if not ground.disabled or ground.stays_disabled:
        return []
    becomes = "starts" if job.type is JobType.CONTINUOUS else "is enabled"
    text = f"'{job.name}' is stopped by disable.job, and what comes has none: the job {becomes}."
    return [Finding("disabled", text)]


def _space(ground: Ground) -> list[Finding]:
    if ground.needed <= ground.free:
        return []
    text = (
        f"There is no room to keep the version before it: {amount(ground.needed)} are needed in data/wjtui, "
        f"and {amount(ground.free)} are free. Make room and try again."
    )
    return [Finding("space", text, Weight.REFUSED)]
