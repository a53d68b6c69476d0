"""Which jobs a package holds, and what the engine would say of each once it is in place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from wjtui.engine.catalog.discover import Definition, Folder, define
from wjtui.engine.catalog.hosts import Hosts
from wjtui.engine.catalog.script import is_candidate, is_utf8
from wjtui.engine.catalog.settings_file import read_settings
from wjtui.engine.deploy.tree import measure
from wjtui.engine.scheduling.plan import Plan, make_plan
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.deploys import FoundJob
from wjtui.model.identity import JobId, JobType, is_safe_component
from wjtui.model.jobs import Problem, Severity
from wjtui.support.any_case import child_in_any_case, resolve_in_any_case

_MOST_ALSO = 50


class Place(Value, frozen=True):
    """Where a job lies in a package."""

    at: str = ""
    """Relative, with ``/``; empty: the package itself is the job."""
    id: JobId | None = None
    """None: its place does not tell."""


class Rules(Value, frozen=True):
    """What a job is judged by."""

    hosts: Hosts
    site_zone: str | None
    """``WEBSITE_TIME_ZONE``."""
    now: datetime


@dataclass(frozen=True)
class Reading:
    """One job of a package, read as the engine reads jobs."""

    job: FoundJob
    definition: Definition
    plan: Plan
    inside: str
    """The script dir relative to the package, with ``/``; empty: the package itself."""

    @property
    def blocked(self) -> bool:
        """Whether the engine could not run it."""
        return any(problem.severity is Severity.BLOCKING for problem in self.job.problems)


def find_places(folder: Path) -> tuple[Place, ...]:
    """Jobs in ``app_data/jobs/TYPE``, at the top, under ``site/wwwroot`` or in the only folder at the top.

    In any case. Where there are none the package itself is the job. Raises OSError.
    """
    bases = [folder]
    entries = os.listdir(folder)
    if len(entries) == 1 and (folder / entries[0]).is_dir() and not (folder / entries[0]).is_symlink():
        bases.append(folder / entries[0])
    for base in [each for top in bases for each in (top, resolve_in_any_case(top, "site", "wwwroot"))]:
        jobs = resolve_in_any_case(base, "app_data", "jobs")
        places = [place for kind in JobType for place in _places_in(folder, jobs, kind)]
        if places:
            return tuple(places)
    return (Place(),)


def read_job(folder: Path, place: Place, name: str, site: Site, rules: Rules) -> Reading:
    """Read one job. ``name`` is what the source suggests. Raises OSError where its files cannot be counted.

    Of a job whose type is not known yet, what would be said of either type is said.
    """
    where = folder / place.at if place.at else folder
    id = place.id or JobId(JobType.TRIGGERED, name or "job")
    definition = define(site, Folder(id, where), rules.hosts)
    if place.id is None:
        definition = _of_either_type(definition)
    plan = Plan()
    if id.type is JobType.TRIGGERED:
        plan = make_plan(definition.settings, rules.site_zone, rules.now)
    amount = measure(where)
    job = FoundJob(
        place.at,
        place.id,
        place.id.name if place.id else name,
        definition.script,
        _also(definition),
        definition.settings_text,
        definition.settings,
        (*_empty_script(definition), *definition.problems, *plan.problems),
        amount.files,
        amount.size,
    )
    inside = definition.script_dir.relative_to(folder).as_posix()
    return Reading(job, definition, plan, "" if inside == "." else inside)


def _places_in(folder: Path, jobs: Path, kind: JobType) -> list[Place]:
    source = child_in_any_case(jobs, kind.value)
    try:
        with os.scandir(source) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    at = source.relative_to(folder).as_posix()
    return [
        Place(f"{at}/{name}", JobId(kind, name))
        for name in names
        if is_safe_component(name) and is_utf8(f"{at}/{name}")
    ]


def _of_either_type(definition: Definition) -> Definition:
    """Without what is only wrong for a triggered job: a person has yet to say what it is."""
    other = read_settings(definition.script_dir, JobType.CONTINUOUS).problems
    problems = (
        each for each in definition.problems if not each.code.startswith("settings-") or each in other
    )
    return msgspec.structs.replace(definition, problems=tuple(problems))


def _empty_script(definition: Definition) -> tuple[Problem, ...]:
    if definition.script is None:
        return ()
    try:
        size = (definition.folder / definition.script.path).stat().st_size
    except OSError:
        return ()
    text = f"{definition.script.path} is empty: a job of it would do nothing."
    return () if size else (Problem("script-empty", text, Severity.BLOCKING),)


def _also(definition: Definition) -> tuple[str, ...]:
    try:
        with os.scandir(definition.script_dir) as entries:
            names = sorted(
                e.name for e in entries if is_candidate(e.name) and is_utf8(e.name) and e.is_file()
            )
    except OSError:
        return ()
    chosen = definition.script.path.rpartition("/")[2] if definition.script else ""
    return tuple(name for name in names if name != chosen)[:_MOST_ALSO]
