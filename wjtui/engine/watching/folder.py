"""Folders that are watched: which one is meant, whether it can be, what lies in it, and moves within it."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from wjtui.engine.catalog.script import is_utf8
from wjtui.engine.site import Site
from wjtui.engine.watching.sightings import Mark
from wjtui.engine.watching.spool import Fate, free_number, numbered
from wjtui.model.jobs import Problem
from wjtui.model.settings import JobSettings, Watch

PROBLEM = "watch"
"""The code of what is wrong with a watched folder."""


def watched_folder(watch: Watch, site: Site) -> Path:
    """The folder that ``path`` means: absolute, or below the root."""
    return Path(os.path.normpath(site.root / watch.path))


def watch_problem(settings: JobSettings, site: Site) -> Problem | None:
    """Why the folder of a job's ``watch`` is not looked at; None: it is, or there is none.

    Some small looks at the disk.
    """
    watch = settings.watch
    if watch is None:
        return None
    folder = watched_folder(watch, site)
    fault = (
        _misplaced(folder, watch, site) or _unreadable(folder) or (_unwritable(folder) if watch.spool else "")
    )
    return Problem(PROBLEM, f"'watch' names the folder '{folder}', {fault}") if fault else None


def _misplaced(folder: Path, watch: Watch, site: Site) -> str:
    if not os.path.isabs(watch.path) and not folder.is_relative_to(os.path.normpath(site.root)):
        return "which is outside the root: write an absolute path if that is meant."
    real = Path(os.path.realpath(folder))
    for own in (site.data, site.shared, site.temp, site.root / "LogFiles"):
        if real.is_relative_to(os.path.realpath(own)):
            return "where the engine keeps its own files: choose another one."
    return ""


def _unreadable(folder: Path) -> str:
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except PermissionError:
        return "to which the engine's user may not go: let it read the folders on the way."
    except OSError:
        return "which is not there: make it, and it is watched."
    if not is_folder:
        return "which is no folder: name the one that the file is in, and the file by 'pattern'."
    if not os.access(folder, os.R_OK | os.X_OK):
        return "which the engine's user may not read: let it read the folder."
    return ""


def _unwritable(folder: Path) -> str:
    """A message that cannot be moved away would be taken again and again."""
    if not os.access(folder, os.W_OK):
        return "out of which the engine's user may not move files: let it write there."
    for fate in (Fate.DONE, Fate.DEAD):
        target = folder / fate.value
        if os.path.lexists(target) and not (target.is_dir() and os.access(target, os.W_OK | os.X_OK)):
            return f"whose '{fate.value}' is no folder that the engine's user may write to: make it one."
    return ""


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a name counts: as a shell matches it, in its case, and never one that begins with a dot."""
    matches = re.compile(fnmatch.translate(pattern)).match
    return lambda name: not name.startswith(".") and matches(name) is not None


def read_folder(folder: Path, counts: Callable[[str], bool], *, links: bool) -> dict[str, Mark]:
    """The files of a folder, without those that go meanwhile. Raises OSError. Belongs in a thread.

    ``links``: whether a link to a file counts as that file. A name that is no UTF-8 is passed over: no run's
    status could hold it.
    """
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if not counts(name) or (not name.isprintable() and not is_utf8(name)):
                continue
            try:
                if entry.is_file(follow_symlinks=links):
                    info = entry.stat(follow_symlinks=links)
                    found[name] = Mark(info.st_mtime_ns, info.st_size)
            except OSError:
                continue  # it has gone, or its link leads nowhere
    return found


def read_mark(path: Path) -> Mark | None:
    """A message as it is now; None: it is not there."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return Mark(info.st_mtime_ns, info.st_size)


def move_message(path: Path, fate: Fate) -> Path:
    """Move a message to ``done`` or ``dead`` beside it, never over a file; returns its new path.

    Raises OSError: it is where it was. FileNotFoundError: it was not there.
    """
    folder = path.parent / fate.value
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    # Renaming replaces what is there: of an own, empty file that does no harm. A second link, which is never
    # made over a file, is refused for files of other users (fs.protected_hardlinks).
    while not _reserve(target):
        number = free_number(lambda number: os.path.lexists(folder / numbered(path.name, number)))
        target = folder / numbered(path.name, number)
    try:
        path.rename(target)
    except BaseException:
        target.unlink()
        raise
    return target


def _reserve(target: Path) -> bool:
    """Make an empty file; False: something is there."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True
