"""Folders become job definitions: which jobs exist, and what the files of one say (spec 1.1, 2, 9.1)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from wjtui.engine.catalog.fingerprint import Snapshot, take_snapshot
from wjtui.engine.catalog.hosts import Hosts
from wjtui.engine.catalog.script import choose_script, extension_of, find_script_dir, read_listing, shown
from wjtui.engine.catalog.settings_file import has_disable, read_settings
from wjtui.engine.catalog.shebang import launcher_for
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.identity import JobId, JobType, is_safe_component
from wjtui.model.jobs import Problem, Script, Severity, is_runnable
from wjtui.model.settings import JobSettings

JobKey = tuple[str, str]
"""``JobId.key``: type and name in lower case."""

SDK_MARKER = "webjobssdk.marker"


class Folder(Value, frozen=True):
    """A job's folder, as found."""

    id: JobId
    path: Path
    problems: tuple[Problem, ...] = ()
    """Notes: siblings that this folder hides."""


class Folders(Value, frozen=True):
    """Every job folder of a site, and what could not be looked at."""

    jobs: dict[JobKey, Folder]
    problems: tuple[Problem, ...] = ()
    """Troubles of the site, not of a job."""
    unreadable: tuple[Path, ...] = ()
    """Source folders that are there but could not be listed now: their jobs are not gone."""

    def may_hold(self, folder: Path) -> bool:
        """Whether a job folder that was not found may still be there: its source could not be listed."""
        return folder.parent in self.unreadable


class Definition(Value, frozen=True):
    """One job as its files say it is; made anew, whole, each time something changed."""

    id: JobId
    folder: Path
    """The job binaries dir."""
    data: Path
    """The job data dir."""
    script_dir: Path
    script: Script | None = None
    settings: JobSettings = msgspec.field(default_factory=JobSettings)
    settings_text: str = ""
    settings_path: Path | None = None
    settings_plain: bool = True
    """Whether ``settings.job`` is strict JSON, which may be rewritten unasked."""
    disabled: bool = False
    in_place: bool = False
    using_sdk: bool = False
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    """Lines for the job's log at each launch, SYS WARN."""
    unmet: tuple[str, ...] = ()
    """Limits of its settings that this machine does not hold, a sentence each."""
    snapshot: Snapshot = msgspec.field(default_factory=lambda: Snapshot({}))
    """The files this definition was made from; older than what was read of them, never younger."""

    @property
    def runnable(self) -> bool:
        """Whether there is something to run and nothing that forbids it."""
        return is_runnable(self.script, self.problems)


def list_jobs(site: Site) -> Folders:
    """Find every job folder under both sources; a name in the primary one hides the secondary's (spec 1.1).

    Cheap enough for every few seconds: it lists folders and reads no file. Raises nothing for a job's sake.
    """
    jobs: dict[JobKey, Folder] = {}
    problems: list[Problem] = []
    unreadable: list[Path] = []
    for kind in JobType:
        for source in site.sources(kind):
            try:
                names = _job_names(source)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                unreadable.append(source)
                where = f"'{shown(str(source))}' cannot be listed ({error.strerror})"
                text = f"The folder {where}: its jobs stay as they are until it can."
                problems.append(Problem("source-unreadable", text))
                continue
            problems += _unusable_names(source, names)
            for folder in _folders_in(source, kind, names):
                earlier = jobs.setdefault(folder.id.key, folder)
                if earlier is not folder:
                    note = _hides(folder.path)
                    jobs[folder.id.key] = msgspec.structs.replace(earlier, problems=(*earlier.problems, note))
    return Folders(jobs, (*problems, *_twin_segments(site)), tuple(unreadable))


def define(site: Site, folder: Folder, hosts: Hosts, previous: Snapshot | None = None) -> Definition:
    """Read one job whole. Every trouble is a problem of the definition, never an exception.

    ``previous``: its last snapshot, which saves reading files again that did not change.
    """
    known = Definition(
        folder.id,
        folder.path,
        site.job_data(folder.id),
        folder.path,
        using_sdk=os.path.exists(site.job_data(folder.id) / SDK_MARKER),
        problems=folder.problems,
    )
    try:
        script_dir = find_script_dir(folder.path)
        inside = script_dir.relative_to(folder.path).as_posix()
        snapshot = take_snapshot(folder.path, "" if inside == "." else inside, previous)
        listing = read_listing(folder.path, script_dir)
    except OSError as error:
        return msgspec.structs.replace(known, problems=(_unreadable(folder, error), *folder.problems))
    choice = choose_script(listing, hosts)
    file = read_settings(script_dir, folder.id.type)
    script, launch_problems, warnings = _with_launcher(choice.script, folder.path, hosts)
    return msgspec.structs.replace(
        known,
        script_dir=script_dir,
        script=script,
        settings=file.settings,
        settings_text=file.text,
        settings_path=file.path,
        settings_plain=file.plain,
        disabled=has_disable(script_dir),
        in_place=_runs_in_place(script, file.settings),
        problems=(*choice.problems, *launch_problems, *file.problems, *folder.problems),
        warnings=warnings,
        snapshot=snapshot,
    )


def _runs_in_place(script: Script | None, settings: JobSettings) -> bool:
    """Spec 2.5: as set; else ``.js`` in place and everything else from a copy."""
    if settings.is_in_place is not None:
        return settings.is_in_place
    return script is not None and extension_of(script.path) == ".js"


def _with_launcher(
    script: Script | None, folder: Path, hosts: Hosts
) -> tuple[Script | None, tuple[Problem, ...], tuple[str, ...]]:
    """The script as its first line wants to be started, and what to say about that (spec 2.3)."""
    if script is None or extension_of(script.path) != ".sh":
        return script, (), ()
    launcher = launcher_for(folder / script.path, script.command, hosts.path)
    problems = (Problem("shebang-options", launcher.note, Severity.NOTE),) if launcher.note else ()
    warnings = (launcher.warning,) if launcher.warning else ()
    return msgspec.structs.replace(script, command=launcher.command), problems, warnings


def _job_names(source: Path) -> list[str]:
    """Names of the entries that are job folders, hidden ones left out. Raises OSError."""
    with os.scandir(source) as entries:
        return [entry.name for entry in entries if not entry.name.startswith(".") and _is_job(entry)]


def _is_job(entry: os.DirEntry[str]) -> bool:
    # A link to a folder is a job; one that leads nowhere is a job that cannot be read, and says so.
    try:
        return entry.is_dir() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:
        return entry.is_symlink()


def _folders_in(source: Path, kind: JobType, names: Iterable[str]) -> list[Folder]:
    """One folder a name; of names that differ only in case the lower-case one, else the first (D-01)."""
    groups: dict[str, list[str]] = {}
    for name in names:
        if _is_usable(name):
            groups.setdefault(name.lower(), []).append(name)
    found = []
    for lower, group in groups.items():
        group.sort(key=lambda name: (name != lower, name))
        notes = tuple(_hides(source / other) for other in group[1:])
        found.append(Folder(JobId(kind, group[0]), source / group[0], notes))
    return found


def _hides(path: Path) -> Problem:
    text = f"This job hides '{shown(str(path))}', which has the same name: remove or rename one of them."
    return Problem("folder-hides", text, Severity.NOTE)


def _is_usable(name: str) -> bool:
    return shown(name) == name and is_safe_component(name)


def _unusable_names(source: Path, names: Iterable[str]) -> list[Problem]:
    where = shown(str(source))
    return [
        Problem("name-unusable", f"The folder {shown(name)!r} in '{where}' cannot be a job: rename it.")
        for name in names
        if not _is_usable(name)
    ]


def _twin_segments(site: Site) -> list[Problem]:
    """Notes on folders above the jobs that exist in two spellings: only one of them is looked into (D-01)."""
    problems = []
    sources = [source for kind in JobType for source in site.sources(kind)]
    above = {path for source in sources for path in (source, *source.parents) if site.root in path.parents}
    for path in sorted(above):
        if twins := _twins(path):
            where = f"{shown(str(path))}' is searched, not '{', '.join(twins)}' beside it"
            problems.append(Problem("folder-case", f"'{where}: keep one of them.", Severity.NOTE))
    return problems


def _twins(path: Path) -> list[str]:
    try:
        beside = os.listdir(path.parent)
    except OSError:
        return []
    return sorted(shown(name) for name in beside if name.lower() == path.name.lower() and name != path.name)


def _unreadable(folder: Folder, error: OSError) -> Problem:
    where = shown(error.filename) if isinstance(error.filename, str) else folder.path
    text = (
        f"No runnable script: '{where}' cannot be read ({error.strerror}): "
        "let the engine's user read the job's folder, or remove it."
    )
    return Problem("folder-unreadable", text, Severity.BLOCKING)
