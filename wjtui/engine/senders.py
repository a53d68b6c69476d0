"""LocalSenders: the SenderService of an engine in this process, and the file with the tokens' hashes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import queue
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec

from wjtui.engine.catalog.script import is_utf8
from wjtui.engine.rooms import Rooms
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.errors import Conflict, EngineStopping, InvalidRequest, NotAllowed, SenderNotFound
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.model.senders import NewSender, Sender
from wjtui.support.clock import Clock
from wjtui.support.files import read_whole, set_aside, write_atomic
from wjtui.support.locks import FileLock

_TOKEN_BYTES = 32
"""So many random ones that a hash need not be slow: nobody guesses 256 bits."""
_MODE = 0o600
_LOCK_LOOKS = 200
_LOCK_PAUSE_SECONDS = 0.01


class Row(Value, frozen=True):
    """One line of the file."""

    job: JobId
    hash: str
    """SHA-256 of the token, hexadecimal."""
    made: datetime


Rows = tuple[Row, ...]


class SenderFile:
    """``senders.json``: the disk is the truth, engines of the same root share it. Methods raise Conflict."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._path = site.shared / "senders.json"
        self._lock = site.shared / "senders.lock"
        self._clock = clock
        self._known: tuple[tuple[int, ...], Rows] = ((), ())
        self.damage: queue.SimpleQueue[str] = queue.SimpleQueue()
        """Sentences about a file that was set aside."""

    def load(self) -> Rows:
        """Every row. A damaged file is set aside: none of its URLs counts then."""
        stamp, known = self._known
        try:
            info = self._path.stat()
            if (now := (info.st_mtime_ns, info.st_size, info.st_ino)) == stamp:
                return known
            rows = msgspec.json.decode(read_whole(self._path), type=Rows)
        except FileNotFoundError:
            return ()
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, IsADirectoryError):
            self._put_aside()
            return ()
        except OSError as error:
            raise Conflict(
                f"The sender URLs in '{self._path}' cannot be read ({error.strerror}): let the engine's user"
                " read the file."
            ) from None
        self._known = (now, rows)
        return rows

    def change(self, change: Callable[[Rows], Rows]) -> None:
        """Put what ``change`` makes in the place of what is there. For a thread: it may wait for its turn."""
        try:
            with self._alone():
                before = self.load()
                if (after := change(before)) != before:
                    write_atomic(self._path, msgspec.json.encode(after), mode=_MODE, durable=True)
        except OSError as error:
            raise Conflict(
                f"The sender URLs could not be written ({error.strerror or error}): let the engine's user"
                f" write to '{self._path.parent}', and see that the disk is not full."
            ) from None

    def _put_aside(self) -> None:
        try:
            moved = set_aside(self._path, self._clock.now())
        except OSError as error:
            raise Conflict(
                f"'{self._path}' is damaged and cannot be renamed ({error.strerror}): rename it first."
            ) from None
        self.damage.put(f"The sender URLs could not be read and are now in '{moved}': make them anew.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other engine of this root changes them meanwhile. Raises OSError and Conflict."""
        lock = FileLock(self._lock)
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_LOCK_LOOKS):
            if lock.claim():
                break
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            raise Conflict("The sender URLs are being changed by another engine: try again.")
        try:
            yield
        finally:
            lock.release()


class LocalSenders:
    """Its methods run in the engine's loop."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._file = SenderFile(rooms.site, rooms.clock)

    async def find(self, job: JobId) -> Sender:
        """What is known of a job's sender URL."""
        found = self._rooms.state.job(job)
        for row in await self._load():
            if row.job.key == found.id.key:
                return Sender(found.id, row.made)
        raise SenderNotFound(
            f"'{found.id.name}' has no sender URL: 'wjtui sender {found.id.name} --new' makes one."
        )

    async def make(self, job: JobId) -> NewSender:
        """Make one; the one before counts no more."""
        self._check_stopping()
        found = self._rooms.state.job(job).id
        if self._rooms.state.job(job).is_continuous:
            raise NotAllowed(f"'{found.name}' is a continuous job: a sender URL starts triggered jobs.")
        if not is_utf8(found.name):
            raise InvalidRequest(f"'{found.name}' is no UTF-8: give the job another name first.")
        token, made = secrets.token_urlsafe(_TOKEN_BYTES), self._rooms.clock.now()
        row = Row(found, hash_token(token), made)
        await asyncio.to_thread(self._file.change, lambda rows: (*without(rows, found), row))
        self._tell()
        base = self._rooms.config.get("WJTUI_BASE_URL") or ""
        return NewSender(Sender(found, made), token, base.rstrip("/"))

    async def remove(self, job: JobId) -> bool:
        """Let it count no more."""
        self._check_stopping()
        found = self._rooms.state.job(job).id
        before = await self._load()
        await asyncio.to_thread(self._file.change, lambda rows: without(rows, found))
        return without(before, found) != before

    async def job_of(self, token: str) -> JobId:
        """The job that a token stands for."""
        if (job := job_with(await self._load(), token)) is None:
            raise SenderNotFound("This sender URL does not count, or no more: ask for a new one.")
        return job

    async def _load(self) -> Rows:
        try:
            return self._file.load()
        finally:
            self._tell()

    def _tell(self) -> None:
        while not self._file.damage.empty():
            self._rooms.state.raise_notice(self._file.damage.get(), Tone.WARNING, code="damaged")

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def job_with(rows: Rows, token: str) -> JobId | None:
    """The job whose token it is. Takes as long whichever it is, and where it is none."""
    asked, found = hash_token(token), None
    for row in rows:
        if hmac.compare_digest(row.hash.encode("utf-8", "replace"), asked.encode()):
            found = row.job
    return found


def without(rows: Rows, job: JobId) -> Rows:
    """The rows of other jobs."""
    return tuple(row for row in rows if row.job.key != job.key)
