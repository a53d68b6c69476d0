"""Looking at all job folders: what stands there now, and what differs from the look before (spec 5.4)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wjtui.engine.catalog.discover import Folders, JobKey, list_jobs
from wjtui.engine.catalog.fingerprint import signature
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.identity import JobType

Identity = tuple[str, int, int]
"""A folder's path, device and inode."""
UNREADABLE = -1
"""The signature of a folder that cannot be listed."""


class Mark(Value, frozen=True):
    """A folder as seen from outside: its time changes as names in it come, go or are renamed."""

    path: str
    device: int = 0
    inode: int = 0
    mtime_ns: int = 0

    @property
    def identity(self) -> Identity:
        """Another one: the folder was made anew, and whoever watches it hears nothing any more."""
        return self.path, self.device, self.inode


class Look(Value, frozen=True):
    """What one look at the job folders found."""

    sources: dict[str, tuple[JobType, Mark]]
    """The folders that hold jobs, by path."""
    jobs: dict[JobKey, Mark]
    found: Folders

    def changed_since(self, before: Look) -> set[JobKey]:
        """Jobs that came, went, or whose folder lists other names now."""
        gone = {
            key
            for key, mark in before.jobs.items()
            if key not in self.jobs and not self.found.may_hold(Path(mark.path))
        }
        return gone | {key for key, mark in self.jobs.items() if before.jobs.get(key) != mark}

    def with_unseen(self, before: Look) -> Look:
        """This look and, from the one before, jobs that this one could not look for."""
        unseen = {
            key: mark
            for key, mark in before.jobs.items()
            if key not in self.jobs and self.found.may_hold(Path(mark.path))
        }
        return Look(self.sources, self.jobs | unseen, self.found) if unseen else self


def look_at_folders(site: Site, before: Look | None = None) -> Look:
    """Stat the sources and each job folder: one system call a job.

    With ``before`` the jobs are not listed again while the sources have the times they had then.
    """
    paths = {str(source): kind for kind in JobType for source in site.sources(kind)}
    sources = {path: (kind, mark) for path, kind in paths.items() if (mark := _mark(path)).inode}
    same = before is not None and sources == before.sources and not before.found.unreadable
    found = before.found if before is not None and same else list_jobs(site)
    return Look(sources, {key: _mark(str(folder.path)) for key, folder in found.jobs.items()}, found)


def sign_files(jobs: Iterable[tuple[JobKey, Mark]]) -> dict[JobKey, int]:
    """The signature of every file of the given jobs: one system call a file."""
    signed = {}
    for key, mark in jobs:
        try:
            signed[key] = signature(mark.path)
        except OSError:
            signed[key] = UNREADABLE
    return signed


def _mark(path: str) -> Mark:
    try:
        found = os.stat(path)
    except OSError:
        return Mark(path)
    return Mark(path, found.st_dev, found.st_ino, found.st_mtime_ns)
