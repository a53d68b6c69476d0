"""What a crash left of deploys and deleted jobs: finished or undone at every start, before jobs are read."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from wjtui.engine.config import Config
from wjtui.engine.deploy.job_trash import JobTrash
from wjtui.engine.deploy.journal import (
    JOURNAL,
    LOCK,
    RUN_LOCK,
    Journal,
    Place,
    Stage,
    erase_journal,
    read_journal,
)
from wjtui.engine.deploy.moves import remove
from wjtui.engine.deploy.staging import FOLDER, empty
from wjtui.engine.deploy.switch import LEFT, drop, finish, prepare, switch, take_back
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.identity import JobId, JobType
from wjtui.support.locks import FileLock, is_locked

log = logging.getLogger(__name__)


class Mended(Value, frozen=True):
    """Something that a crash had cut short."""

    job: JobId
    text: str


class Recovery(Value, frozen=True):
    """What was mended, and what still has to wait."""

    mended: tuple[Mended, ...] = ()
    waiting: tuple[tuple[Path, Journal], ...] = ()
    """Switches that wait for a run of another instance."""


def recover(site: Site, config: Config) -> Recovery:
    """Finish or undo what an earlier engine began; belongs in a thread, and raises nothing.

    What another live engine of the root works on is left alone; what cannot be mended now is logged, stays,
    and is tried again at the next start.
    """
    store = VersionStore(site, config)
    mended: list[Mended] = []
    waiting: list[tuple[Path, Journal]] = []
    for source in dict.fromkeys((site.primary, site.secondary)):
        busy = False
        for folder in _folders(source / FOLDER):
            lock = FileLock(folder / LOCK)
            if not (folder / JOURNAL).exists():
                busy = busy or is_locked(folder / LOCK)
                continue
            if not lock.acquire():
                busy = True
                continue
            try:
                journal = read_journal(folder)
                if journal is not None and _must_wait(site, journal):
                    waiting.append((folder, journal))
                elif journal is not None:
                    mended += _mend(folder, journal, store)
            except (OSError, ValueError) as error:
                log.warning("%s: a deploy that was cut short was not mended: %s", folder, error)
                busy = True
            finally:
                lock.release()
        if not busy:
            _sweep(site, source)
    empty(site, config)
    mended += [Mended(job, text) for job, text in JobTrash(site).recover()]
    return Recovery(tuple(mended), tuple(waiting))


def _mend(folder: Path, journal: Journal, store: VersionStore) -> list[Mended]:
    if journal.stage is Stage.BACK:
        take_back(folder, journal, store)
        erase_journal(folder)
        remove(folder)
        return [Mended(p.job, "a deploy that had failed was undone after a crash") for p in journal.places]
    if journal.stage is Stage.WAITING:
        journal = _prepared(folder, journal, store)
    switch(folder, journal, store)
    finish(folder, journal, store)
    return [Mended(p.job, f"version {p.number} was put in place after a crash") for p in journal.places]


def _prepared(folder: Path, journal: Journal, store: VersionStore) -> Journal:
    """The run that it waited for is gone: the engine ended with it."""
    places: list[Place] = []
    try:
        for place in journal.places:
            places.append(place)
            places[-1] = prepare(place, store, journal.origin)
    except OSError:
        for place in places:
            drop(place, store)
        raise
    return Journal(Stage.FORWARD, journal.origin, tuple(places))


def _must_wait(site: Site, journal: Journal) -> bool:
    """Whether a run of another instance is going: none of ours is, at the start."""
    return journal.stage is Stage.WAITING and any(
        is_locked(site.job_data(place.job) / RUN_LOCK) for place in journal.places
    )


def _sweep(site: Site, source: Path) -> None:
    """Remove what only a journal could have named, now that none is left."""
    for kind in JobType:
        for parent in site.sources(kind):
            if parent.is_relative_to(source):
                for folder in _folders(parent):
                    if folder.name.startswith(LEFT):
                        _try(folder)


def _try(path: Path) -> None:
    try:
        remove(path)
    except OSError as error:
        log.warning("%s was not removed: %s", path, error)


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(parent / name for name in os.listdir(parent))
    except OSError:
        return []
