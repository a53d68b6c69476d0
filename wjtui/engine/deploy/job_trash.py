"""Trash of jobs on the disk: each with its files, its data, its logs and its versions, for seven days."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from wjtui.engine.deploy.moves import is_under_way, measure, move, remove
from wjtui.engine.history.trash import KEPT
from wjtui.engine.site import Site
from wjtui.logs.writer import rolled_app_log
from wjtui.model.base import Value
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import is_run_id
from wjtui.model.versions import Trashed
from wjtui.support.any_case import child_in_any_case
from wjtui.support.files import read_whole, sync_folder, write_atomic
from wjtui.support.locks import FileLock

log = logging.getLogger(__name__)

_ENTRY = "entry.json"
_LOCK = "entry.lock"
_GONE = ".gone-"
_HIDDEN = ".wjtui-trash-"
_STAMP = "%Y%m%dT%H%M%S%f"
_NAME_BYTES = 120
_TICK = timedelta(microseconds=1)


class Stage(StrEnum):
    """Where what an entry tells of is."""

    GOING = "going"
    """On its way into the trash."""
    LYING = "lying"
    COMING = "coming"
    """On its way back."""


class Move(Value, frozen=True):
    """One thing that was moved here."""

    place: str
    """Where it was: relative to the root where it is below that."""
    part: str
    """Where it lies, relative to the entry's folder."""


class Entry(Value, frozen=True):
    """A deleted job, as it is written down."""

    job: JobId
    at: datetime
    stage: Stage
    moves: tuple[Move, ...]
    """The job's folder first."""
    files: int = 0
    size: int = 0
    runs: int = 0
    history: bool = True


class JobTrash:
    """The folder ``trash/jobs`` of a root. Its methods move files: call them in threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.folder = site.shared / "trash" / "jobs"

    def write_down(self, job: JobId, folder: Path, at: datetime, *, keep_history: bool) -> str:
        """Write down what is to be moved here, and count it; returns the id. Raises OSError."""
        parts = list(self._parts(job, folder, keep_history=keep_history))
        amounts = [measure(path) for path, _ in parts]
        data = self._site.job_data(job)
        runs = 0 if keep_history else sum(map(is_run_id, _names(data)))
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            # A name that discovery takes may have 255 bytes already.
            name = job.name.encode()[:_NAME_BYTES].decode(errors="ignore")
            id = f"{job.type.value}.{name}.{at.astimezone(UTC).strftime(_STAMP)}"
            try:
                (self.folder / id).mkdir()
                break
            except FileExistsError:
                at += _TICK
        entry = Entry(
            job,
            at,
            Stage.GOING,
            tuple(Move(self._from_root(path), part) for path, part in parts),
            sum(amount.files for amount in amounts),
            sum(amount.size for amount in amounts),
            runs,
            not keep_history,
        )
        try:
            self._write(id, entry)
        except OSError:
            remove(self.folder / id)
            raise
        return id

    def hide(self, id: str) -> None:
        """The first step, one rename: the job is gone for who lists jobs. Raises OSError."""
        place = self._place(self._entry(id).moves[0])
        place.rename(self._hidden(id, place))
        sync_folder(place.parent)

    def show(self, id: str) -> None:
        """The last step of coming back, one rename. Raises OSError, FileExistsError."""
        place = self._place(self._entry(id).moves[0])
        hidden = self._hidden(id, place)
        if os.path.lexists(hidden):
            if os.path.lexists(place):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
            hidden.rename(place)
            sync_folder(place.parent)

    def take_in(self, id: str) -> Trashed:
        """Move everything here, wherever it was interrupted. Raises OSError."""
        entry = self._entry(id)
        for move_, hidden in self._steps(id, entry):
            part = self.folder / id / move_.part
            begun = hidden is None or is_under_way(hidden) or os.path.lexists(hidden)
            if not begun and not os.path.lexists(part):
                self.hide(id)
            move(hidden or self._place(move_), part)
        self._write(id, msgspec.structs.replace(entry, stage=Stage.LYING))
        return _trashed(id, entry)

    def give_back(self, id: str) -> None:
        """Move everything back but the job's folder, which ``show`` lets be seen. Raises OSError.

        Data, logs and versions that are there again stay as they are; what lies here of them goes with the
        entry.
        """
        entry = self._entry(id)
        try:
            self._write(id, msgspec.structs.replace(entry, stage=Stage.COMING))
        except OSError:
            pass  # a full disk does not keep us from renaming
        for move_, hidden in reversed(list(self._steps(id, entry))):
            part, place = self.folder / id / move_.part, self._place(move_)
            if hidden is not None and os.path.lexists(part) and os.path.lexists(place):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
            if hidden is not None or not os.path.lexists(place) or not os.path.lexists(part):
                move(part, hidden or place)

    def drop(self, id: str) -> None:
        """Forget an entry, and what still lies in it. Raises OSError."""
        gone = self.folder / f"{_GONE}{id}"
        if (self.folder / id).exists():
            (self.folder / id).rename(gone)
        remove(gone)

    def find(self, id: str, now: datetime) -> Trashed | None:
        """A job that lies here and can be brought back."""
        return next((each for each in self.contents(now) if each.id == id), None)

    def contents(self, now: datetime) -> list[Trashed]:
        """What lies here, newest first; it was counted when it came."""
        entries = ((name, self._read(name)) for name in _names(self.folder))
        lying = [
            _trashed(name, entry)
            for name, entry in entries
            if entry is not None and entry.stage is Stage.LYING and now - entry.at < KEPT
        ]
        return sorted(lying, key=lambda each: (each.at, each.id), reverse=True)

    def empty(self, now: datetime) -> int:
        """Delete what has lain here for seven days; returns how many. What cannot be deleted stays."""
        count = 0
        for name in _names(self.folder):
            entry = self._read(name)
            over = entry is not None and entry.stage is Stage.LYING and now - entry.at >= KEPT
            try:
                if over:
                    self.drop(name)
                    count += 1
                elif name.startswith(_GONE):
                    remove(self.folder / name)
            except OSError as error:
                log.warning("%s was not deleted: %s", self.folder / name, error)
        return count

    def recover(self) -> list[tuple[JobId, str]]:
        """Finish what a crash cut short: in, or back. What cannot be finished stays so."""
        done: list[tuple[JobId, str]] = []
        for name in _names(self.folder):
            entry = self._read(name)
            if entry is None or entry.stage is Stage.LYING:
                continue
            with self.held(name) as mine:
                if not mine:
                    continue
                try:
                    if entry.stage is Stage.GOING:
                        self.take_in(name)
                        done.append((entry.job, "the job was deleted to its end after a crash"))
                    else:
                        self.give_back(name)
                        self.show(name)
                        self.drop(name)
                        done.append((entry.job, "the job was brought back to its end after a crash"))
                except OSError as error:
                    log.warning("%s stays half way: %s", self.folder / name, error)
        return done

    @contextmanager
    def held(self, id: str) -> Iterator[bool]:
        """Keep other engines of the root from an entry while it moves; false: one has it."""
        lock = FileLock(self.folder / id / _LOCK)
        try:
            yield lock.acquire()
        finally:
            lock.release()

    def _parts(self, job: JobId, folder: Path, *, keep_history: bool) -> Iterator[tuple[Path, str]]:
        """What belongs to a job and is there, and where each of it will lie."""
        site = self._site
        yield folder, "files"
        versions = child_in_any_case(site.shared / "versions" / job.type.value, job.name)
        others = [(versions, "versions")]
        if not keep_history:
            others.append((site.job_data(job), "data"))
        for log_ in self._logs(job):
            others.append((log_, f"logs/{log_.name}"))
        for path, part in others:
            if os.path.lexists(path):
                yield path, part

    def _logs(self, job: JobId) -> list[Path]:
        """Its application logs of every instance; by whole names, since ``a`` is not ``a-b``."""
        own = self._site.application_log(job)
        beginning = own.name.removesuffix(f"{self._site.iid}.log")
        names = _names(self._site.shared)
        instances = {self._site.iid, *(n for n in names if (self._site.shared / n / "engine.lock").exists())}
        first = [own.with_name(f"{beginning}{instance}.log") for instance in sorted(instances)]
        return [path for log_ in first for path in (log_, *rolled_app_log(log_).older)]

    def _steps(self, id: str, entry: Entry) -> Iterator[tuple[Move, Path | None]]:
        """What is to be moved, and for the job's folder the name that hides it meanwhile."""
        for number, move_ in enumerate(entry.moves):
            yield move_, self._hidden(id, self._place(move_)) if number == 0 else None

    def _hidden(self, id: str, place: Path) -> Path:
        return place.with_name(f"{_HIDDEN}{id}")

    def _place(self, move_: Move) -> Path:
        return self._site.root / move_.place

    def _from_root(self, path: Path) -> str:
        root = self._site.root
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    def _entry(self, id: str) -> Entry:
        """Raises FileNotFoundError."""
        if (entry := self._read(id)) is None:
            raise FileNotFoundError(2, "there is no entry that can be read", str(self.folder / id))
        return entry

    def _read(self, id: str) -> Entry | None:
        try:
            entry = msgspec.json.decode(read_whole(self.folder / id / _ENTRY), type=Entry)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        sound = entry.moves and entry.at.tzinfo is not None and isinstance(entry.job.type, JobType)
        return entry if sound else None

    def _write(self, id: str, entry: Entry) -> None:
        write_atomic(self.folder / id / _ENTRY, msgspec.json.encode(entry), durable=True)
        sync_folder(self.folder)


def _trashed(id: str, entry: Entry) -> Trashed:
    return Trashed(
        id, entry.job, entry.at, entry.at + KEPT, entry.files, entry.size, entry.runs, entry.history
    )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
