"""The two files of the site's settings, which hold secrets: changed together, or not at all."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from wjtui.engine.site import Site
from wjtui.engine.site_file import CONNECTIONS, VALUES, Damaged, decode
from wjtui.model.errors import Conflict, SettingsChanged
from wjtui.model.site import SiteChange, SiteSettings
from wjtui.settings.site import apply_change
from wjtui.support.files import read_whole, set_aside, sync_folder, write_atomic
from wjtui.support.locks import FileLock

log = logging.getLogger(__name__)

SECRET_MODE = 0o600
_LOCK_LOOKS = 200
_LOCK_PAUSE_SECONDS = 0.01

T = TypeVar("T")


class SiteStore:
    """Both files of a root. Its methods read and write the disk: call them in threads."""

    def __init__(self, site: Site) -> None:
        self._values = site.site_settings
        self._connections = site.connection_strings
        self._lock = site.shared / "site_settings.lock"
        self._begun = site.shared / "site_change.json"
        """While both files are replaced: what they will hold, so that a crash in between leaves no half."""

    def finish(self) -> None:
        """Finish a change that a crash cut short; at an engine's start. What cannot be done is logged."""
        if not self._begun.exists():
            return
        try:
            with self._alone():
                log.warning("a change of the site's settings that was cut short was finished")
        except Conflict as error:
            log.warning("a change of the site's settings that was cut short cannot be finished: %s", error)

    def load(self, in_force: SiteSettings) -> SiteSettings:
        """What the files say; where one cannot be read, what is in force. Raises Conflict."""
        return self._load(in_force)[0]

    def change(self, change: SiteChange, in_force: SiteSettings, at: datetime) -> SiteSettings:
        """Make a change on the disk, all of it or none, and return what is there then.

        A file that is damaged is set aside, and what was in force takes its place. Raises InvalidRequest,
        SettingsChanged, and Conflict where a file cannot be read or written.
        """
        with self._alone():
            before, damaged = self._load(in_force)
            if change.etag and change.etag != before.etag:
                raise SettingsChanged(
                    "The settings of the site were changed by somebody else meanwhile: read them again."
                )
            after = apply_change(before, change)
            wanted = {
                self._values: None if after.values == before.values else after.values,
                self._connections: None if after.connections == before.connections else after.connections,
            }
            for path in damaged:
                self._set_aside(path, at)
                kept = after.values if path == self._values else after.connections
                wanted[path] = kept or None
            files = {path: value for path, value in wanted.items() if value is not None}
            self._write({path: msgspec.json.encode(value) for path, value in files.items()})
            return self._load(in_force)[0]

    def _load(self, in_force: SiteSettings) -> tuple[SiteSettings, list[Path]]:
        """The settings, and the files that are damaged."""
        damaged: list[Path] = []
        contents: list[bytes] = []

        def read(path: Path, kind: type[T], otherwise: T) -> T:
            contents.append(data := _read(path))
            if not data and not path.exists():
                return kind()
            try:
                return decode(data, kind)
            except Damaged:
                damaged.append(path)
                return otherwise

        values = read(self._values, VALUES, in_force.values)
        connections = read(self._connections, CONNECTIONS, in_force.connections)
        etag = hashlib.sha256(b"\0".join(contents)).hexdigest()[:32]
        return SiteSettings(values, connections, in_force.inherited, etag), damaged

    def _write(self, files: dict[Path, bytes]) -> None:
        """Replace these files; where that fails, those that were replaced are as before."""
        done: dict[Path, bytes | None] = {}
        try:
            if len(files) > 1:
                begun = {path.name: data.decode() for path, data in files.items()}
                write_atomic(self._begun, msgspec.json.encode(begun), mode=SECRET_MODE, durable=True)
            for path, data in files.items():
                before = _read(path) if path.exists() else None
                write_atomic(path, data, mode=SECRET_MODE, durable=True)
                done[path] = before
            self._begun.unlink(missing_ok=True)
        except OSError as error:
            for path, before in done.items():
                _put_back(path, before)
            _put_back(self._begun, None)
            raise self._unwritable(error) from None

    def _set_aside(self, path: Path, at: datetime) -> None:
        try:
            set_aside(path, at)
        except OSError as error:
            raise Conflict(
                f"'{path}' is damaged and cannot be renamed ({error.strerror}): rename it first."
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other engine of this root changes them meanwhile."""
        lock, looks = FileLock(self._lock), 0
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None
        while not lock.acquire():
            if (looks := looks + 1) > _LOCK_LOOKS:
                raise Conflict(
                    "The settings of the site cannot be locked: another engine changes them, or "
                    f"'{self._lock}' cannot be written. Try again."
                )
            time.sleep(_LOCK_PAUSE_SECONDS)
        try:
            self._go_on()
            yield
        finally:
            lock.release()

    def _go_on(self) -> None:
        """Replace what a change that was cut short had yet to replace. Raises Conflict."""
        if not self._begun.exists():
            return
        try:
            try:
                begun = decode(read_whole(self._begun), VALUES)
            except Damaged:
                begun = {}
            for path in (self._values, self._connections):
                if path.name in begun:
                    write_atomic(path, begun[path.name].encode(), mode=SECRET_MODE, durable=True)
            self._begun.unlink()
            sync_folder(self._begun.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> Conflict:
        return Conflict(
            f"The settings of the site could not be written ({error.strerror or error}): "
            f"let the engine's user write to '{self._values.parent}', and see that the disk is not full."
        )


def _read(path: Path) -> bytes:
    """Its content; nothing where there is none. Raises Conflict."""
    try:
        return read_whole(path)
    except FileNotFoundError:
        return b""
    except IsADirectoryError:
        return b"/"  # damaged, like any other content that is no JSON
    except OSError as error:
        raise Conflict(
            f"'{path}' cannot be read ({error.strerror}): let the engine's user read it."
        ) from None


def _put_back(path: Path, before: bytes | None) -> None:
    try:
        if before is None:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        else:
            write_atomic(path, before, mode=SECRET_MODE, durable=True)
    except OSError:
        pass  # the disk takes nothing at all any more
