"""What ``wjtui deploy`` was asked for, as a plan for the package that it found; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wjtui.cli.assignments import edit_settings, refuse_faults
from wjtui.model.deploys import DeployPlan, FoundJob, Package, PlannedJob, WhenRunning
from wjtui.model.errors import InvalidRequest
from wjtui.model.identity import JobId, JobType, check_new_name
from wjtui.model.jobs import Job


@dataclass(frozen=True)
class Wanted:
    """The options of a deploy."""

    type: JobType | None = None
    name: str | None = None
    schedule: str | None = None
    assignments: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    running: WhenRunning = WhenRunning.NOW
    keep_line_ends: bool = False


def make_plan(package: Package, wanted: Wanted, known: Sequence[Job]) -> DeployPlan:
    """Which jobs are put where, with which settings. Raises InvalidRequest, InvalidName, InvalidSettings."""
    several = any(job.id is not None for job in package.jobs)
    jobs = _named(package, wanted) if several else [(_single(package), _identity(package, wanted, known))]
    planned = [PlannedJob(id, found.at, _settings(found, id.type, wanted)) for found, id in jobs]
    return DeployPlan(tuple(planned), wanted.running, fix_line_ends=not wanted.keep_line_ends)


def _named(package: Package, wanted: Wanted) -> list[tuple[FoundJob, JobId]]:
    """The jobs of a package that says itself what they are called."""
    if wanted.name is not None or wanted.type is not None or wanted.schedule is not None:
        raise InvalidRequest(
            f"'{package.name}' holds app_data/jobs, which says types and names: leave --name, --type and "
            "--schedule out, and choose among its jobs with --only triggered/NAME."
        )
    there = [(job, job.id) for job in package.jobs if job.id is not None]
    if not wanted.only:
        return there
    keys = {text.lower() for text in wanted.only}
    chosen = [(job, id) for job, id in there if keys & {str(id).lower(), id.name.lower()}]
    found = {text for _, id in chosen for text in (str(id).lower(), id.name.lower())}
    if missing := sorted(keys - found):
        names = ", ".join(str(id) for _, id in there)
        raise InvalidRequest(f"'{package.name}' holds no job '{missing[0]}': it holds {names}.")
    return chosen


def _single(package: Package) -> FoundJob:
    return package.jobs[0] if package.jobs else FoundJob()


def _identity(package: Package, wanted: Wanted, known: Sequence[Job]) -> JobId:
    """What the one job of a package is to be called."""
    if wanted.only:
        raise InvalidRequest(
            f"--only is for packages that hold app_data/jobs; '{package.name}' holds one job."
        )
    name = wanted.name if wanted.name is not None else _single(package).name
    if not name:
        raise InvalidRequest(
            "The source has no name that a job could have: give one, for example --name report."
        )
    same = [job.id for job in known if job.id.name == name]
    if not same:
        check_new_name(name)
    kind = wanted.type
    if kind is None and wanted.schedule is not None:
        kind = JobType.TRIGGERED
    if kind is None:
        kinds = {id.type for id in same}
        if len(kinds) != 1:
            raise InvalidRequest(
                f"Say how '{name}' is to run: --type triggered (by hand, over HTTP, on a schedule) or "
                "--type continuous (kept running)."
            )
        kind = kinds.pop()
    if wanted.schedule is not None and kind is JobType.CONTINUOUS:
        raise InvalidRequest(
            f"'{name}' is to be a continuous job, which has no schedule: use --type triggered."
        )
    return JobId(kind, name)


def _settings(found: FoundJob, kind: JobType, wanted: Wanted) -> str | None:
    """The text of its ``settings.job`` after what was asked for; None: as it came. Raises InvalidSettings."""
    assignments = list(wanted.assignments)
    if wanted.schedule is not None:
        assignments.append(f"schedule={wanted.schedule}")
    if not assignments:
        return None
    text = edit_settings(found.settings_text, assignments)
    refuse_faults(found.settings_text, text, kind)
    return text
