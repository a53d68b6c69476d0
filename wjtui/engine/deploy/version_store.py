"""Versions of jobs on the disk: whole folders, or ``settings.job`` alone; numbers only grow."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec

from wjtui.engine.catalog.script import find_script_dir
from wjtui.engine.catalog.settings_file import spellings
from wjtui.engine.config import Config
from wjtui.engine.deploy.moves import copy, measure, remove
from wjtui.engine.deploy.tree import Amount
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.versions import Cause, Version
from wjtui.settings.parse import SETTINGS
from wjtui.support.any_case import child_in_any_case
from wjtui.support.files import read_whole, sync_folder, write_atomic

FILES = "files"
_CURRENT = "current.json"
_NEXT = "next.json"
_RECORD = "version.json"
_GONE = ".gone-"


class Record(Value, frozen=True):
    """What is written down of a version."""

    number: int = 0
    at: datetime | None = None
    cause: Cause = Cause.UNKNOWN
    note: str = ""
    by: str = ""
    files: int = 0
    size: int = 0
    settings: bool = False
    """The version differs from the next one in ``settings.job`` alone, which is all that is kept of it."""


class Stored(Value, frozen=True):
    """What it takes to have an earlier version again."""

    whole: Path | None
    """The folder that it is, but for its settings; None: the one in place."""
    settings: bytes | None = None
    """``settings.job`` where that differs from the folder's; empty: there is none. None: it is the same."""


class VersionStore:
    """The folder ``versions`` of a root. Its methods read and write the disk: call them in threads.

    Missing and damaged records break nothing: a version then has an unknown cause and time.
    """

    def __init__(self, site: Site, config: Config) -> None:
        self._config = config
        self.folder = site.shared / "versions"

    def of(self, job: JobId) -> Path:
        """The folder of a job's versions, as its name is spelt there."""
        return child_in_any_case(self.folder / job.type.value, job.name)

    def current(self, job: JobId) -> Version:
        """The version in place; of a job that was never counted, version 1 of unknown cause."""
        return _version(self._current(job), current=True)

    def list(self, job: JobId) -> list[Version]:
        """Every version that can be had, newest first; the first one is in place, and not measured."""
        current = self._current(job)
        folder = self.of(job)
        earlier = [_read(folder / str(number), number) for number in _numbers(folder)]
        return [_version(current, current=True)] + [
            _version(record) for record in reversed(earlier) if record and record.number < current.number
        ]

    def prepare(
        self, job: JobId, before: Path | None, cause: Cause, note: str, by: str, at: datetime
    ) -> tuple[int, Path | None]:
        """Make room for the folder ``before``, and write down what comes after it; ``settle`` makes it so.

        Returns the number that comes, and the path that ``before`` is to be moved to. Raises OSError.
        """
        folder, current = self.of(job), self._current(job)
        folder.mkdir(parents=True, exist_ok=True)
        if before is not None:
            size = measure(before)
            room = self._room(job, msgspec.structs.replace(current, files=size.files, size=size.size))
            number = current.number + 1
        else:
            # A job without a folder: new, or taken away by hand, and then its numbers go on.
            room, number = None, current.number + 1 if self._is_known(folder) else 1
        _write(folder / _NEXT, Record(number, at, cause, note, by))
        return number, room / FILES if room is not None else None

    def settle(self, job: JobId) -> None:
        """What was prepared is in place now. Asked again, nothing happens. Raises OSError."""
        folder = self.of(job)
        try:
            os.replace(folder / _NEXT, folder / _CURRENT)
        except FileNotFoundError:
            return
        sync_folder(folder)

    def forget(self, job: JobId) -> None:
        """What was prepared will not come, and what was in place is there still. Raises OSError."""
        folder = self.of(job)
        (folder / _NEXT).unlink(missing_ok=True)
        for number in _numbers(folder):
            if number >= self._current(job).number:
                remove(folder / str(number))

    def keep_settings(self, job: JobId, script_dir: Path) -> None:
        """Keep the present ``settings.job``, or that there is none, before it is written.

        ``advance`` follows. Asked again, nothing more happens. Raises OSError.
        """
        current = self._current(job)
        room = self._room(job, msgspec.structs.replace(current, settings=True))
        if found := spellings(script_dir, SETTINGS):
            write_atomic(room / SETTINGS, read_whole(script_dir / found[0]), durable=True)

    def advance(self, job: JobId, cause: Cause, note: str, by: str, at: datetime) -> int:
        """Something else is in place now; returns its number. Versions too many go. Raises OSError."""
        number = self._current(job).number + 1
        self.of(job).mkdir(parents=True, exist_ok=True)
        _write(self.of(job) / _CURRENT, Record(number, at, cause, note, by))
        self.prune(job)
        return number

    def mark(self, job: JobId, cause: Cause, at: datetime) -> None:
        """The version in place is the one that it was, and came there in another way. Raises OSError."""
        record = msgspec.structs.replace(self._current(job), cause=cause, at=at)
        self.of(job).mkdir(parents=True, exist_ok=True)
        _write(self.of(job) / _CURRENT, record)

    def stored(self, job: JobId, number: int) -> Stored | None:
        """How to have an earlier version again; None: it is not there. Raises OSError."""
        folder, current = self.of(job), self._current(job).number
        record = _read(folder / str(number), number)
        if record is None or number >= current:
            return None
        after = (each for each in _numbers(folder) if number <= each < current)
        whole = next((path for each in after if (path := folder / str(each) / FILES).is_dir()), None)
        if not record.settings:
            return Stored(whole)
        try:
            return Stored(whole, read_whole(folder / str(number) / SETTINGS))
        except FileNotFoundError:
            return Stored(whole, b"")

    def materialise(self, stored: Stored, into: Path, in_place: Path) -> None:
        """Make a whole folder of an earlier version, on the disk when this returns. Raises OSError."""
        copy(stored.whole or in_place, into)
        if stored.settings is not None:
            put_settings(into, stored.settings)

    def prune(self, job: JobId, kept: int | None = None) -> None:
        """Delete the oldest of the earlier versions but ``kept``; what cannot be deleted stays.

        None: as many as the site's settings say. A version of settings alone needs a later one, never an
        older one, so the oldest can always go.
        """
        folder, current = self.of(job), self._current(job).number
        earlier = [number for number in _numbers(folder) if number < current]
        kept = self._config.versions_kept if kept is None else kept
        for number in earlier[: max(0, len(earlier) - kept)]:
            try:
                # Out of sight at once: half a version must never be gone back to.
                (folder / str(number)).rename(folder / f"{_GONE}{number}")
            except OSError:
                continue
        for gone in folder.glob(f"{_GONE}*"):
            try:
                remove(gone)
            except OSError:
                continue

    def _current(self, job: JobId) -> Record:
        folder = self.of(job)
        known, numbers = _load(folder / _CURRENT), _numbers(folder)
        highest = numbers[-1] if numbers else 0
        if known is not None and known.number >= max(1, highest):
            return known
        return Record(highest + 1)

    def _is_known(self, folder: Path) -> bool:
        return bool(_numbers(folder)) or _load(folder / _CURRENT) is not None

    def _room(self, job: JobId, record: Record) -> Path:
        """An empty place for what is in place now; what an attempt that failed left there goes."""
        folder, current = self.of(job), self._current(job)
        if _load(folder / _CURRENT) != current:
            # Else the room itself, being the highest number, would make the next one the current one.
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / _CURRENT, current)
        room = folder / str(record.number)
        remove(room)
        room.mkdir(parents=True)
        _write(room / _RECORD, record)
        if _load(room.parent / _CURRENT) is None:
            # Of a job that was never counted: with this room alone, the next number would be taken for its.
            _write(room.parent / _CURRENT, Record(record.number))
        sync_folder(room.parent)
        return room


def put_settings(folder: Path, data: bytes) -> None:
    """Give a job's folder this ``settings.job``, as it is spelt there; empty: none. Raises OSError."""
    script_dir = find_script_dir(folder)
    found = spellings(script_dir, SETTINGS)
    for name in found if not data else found[1:]:
        remove(script_dir / name)
    if data:
        path = script_dir / (found[0] if found else SETTINGS)
        mode = path.stat().st_mode & 0o777 if found else 0o644
        write_atomic(path, data, mode=mode, durable=True)


def _version(record: Record, *, current: bool = False) -> Version:
    return Version(
        record.number,
        record.at,
        record.cause,
        record.note,
        record.by,
        current=current,
        files=record.files,
        size=record.size,
        settings_only=record.settings and not current,
    )


def _numbers(folder: Path) -> list[int]:
    """Numbers that there are folders of, ascending."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 10)


def _read(folder: Path, number: int) -> Record | None:
    """What is known of a version; None where there is none."""
    record = _load(folder / _RECORD)
    whole = (folder / FILES).is_dir()
    if record is None:
        if not whole and not (folder / SETTINGS).is_file():
            return None
        size = measure(folder / FILES) if whole else Amount()
        record = Record(files=size.files, size=size.size)
    elif not whole and not record.settings:
        return None
    return msgspec.structs.replace(record, number=number, settings=not whole)


def _load(path: Path) -> Record | None:
    try:
        record = msgspec.json.decode(read_whole(path), type=Record)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return record if record.at is None or record.at.tzinfo is not None else None


def _write(path: Path, record: Record) -> None:
    write_atomic(path, msgspec.json.encode(record), durable=True)
