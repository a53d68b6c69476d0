"""The file of subscriptions: a JSON array in ``site/deployments/hooks``, as Kudu keeps it, with passwords."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wjtui.engine.site import Site
from wjtui.model.base import iso, parse_iso
from wjtui.model.errors import Conflict
from wjtui.model.hooks import Subscription
from wjtui.support.any_case import resolve_in_any_case
from wjtui.support.clock import Clock
from wjtui.support.files import read_whole, set_aside, write_atomic
from wjtui.support.locks import FileLock

Subscriptions = tuple[Subscription, ...]
Stamp = tuple[int, ...]
T = TypeVar("T")

_MODE = 0o600
_LOCK_LOOKS = 200
_LOCK_PAUSE_SECONDS = 0.01


class HookStore:
    """The disk is the truth: engines of the same root share it. Call its methods in threads."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self.path = resolve_in_any_case(site.root, "site", "deployments", "hooks")
        self._lock = site.shared / "hooks.lock"
        self._clock = clock
        self._known: tuple[Stamp, Subscriptions] = ((), ())
        self.damage: queue.SimpleQueue[str] = queue.SimpleQueue()
        """Sentences about files that were set aside."""

    def load(self) -> Subscriptions:
        """Every subscription, the oldest first. A damaged file is set aside. Raises Conflict."""
        stamp, known = self._known
        now: Stamp
        try:
            found = self.path.stat()
            if (now := (found.st_mtime_ns, found.st_size, found.st_ino)) == stamp:
                return known
            data = read_whole(self.path)
        except FileNotFoundError:
            return ()
        except IsADirectoryError:
            now, data = (), b""
        except OSError as error:
            raise Conflict(
                f"The web hooks in '{self.path}' cannot be read ({error.strerror}): "
                "let the engine's user read the file."
            ) from None
        try:
            subscriptions = decode(data)
        except ValueError:
            self._put_aside()
            return ()
        self._known = (now, subscriptions)
        return subscriptions

    def change(
        self, change: Callable[[Subscriptions], tuple[Subscriptions, T]], *, durable: bool = True
    ) -> T:
        """Put the subscriptions that ``change`` makes in the place of those there are; returns what it tells.

        Equal ones are not written. Raises Conflict, and what ``change`` raises.
        """
        with self._alone():
            before = self.load()
            after, told = change(before)
            if after != before:
                try:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    write_atomic(self.path, encode(after), mode=_MODE, durable=durable)
                except OSError as error:
                    raise self._unwritable(error, self.path.parent) from None
            return told

    def _put_aside(self) -> None:
        try:
            moved = set_aside(self.path, self._clock.now())
        except OSError as error:
            raise Conflict(
                f"'{self.path}' is damaged and cannot be renamed ({error.strerror}): rename it first."
            ) from None
        self.damage.put(f"The web hooks could not be read and are now in '{moved}': subscribe them anew.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other engine of this root changes them meanwhile."""
        lock, looks = FileLock(self._lock), 0
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True)
            while not lock.claim():
                if (looks := looks + 1) > _LOCK_LOOKS:
                    raise Conflict("The web hooks are being changed by another engine: try again.")
                time.sleep(_LOCK_PAUSE_SECONDS)
        except OSError as error:
            raise self._unwritable(error, self._lock.parent) from None
        try:
            yield
        finally:
            lock.release()

    @staticmethod
    def _unwritable(error: OSError, folder: Path) -> Conflict:
        return Conflict(
            f"The web hooks could not be written ({error.strerror or error}): let the engine's user write to "
            f"'{folder}', and see that the disk is not full."
        )


def encode(subscriptions: Subscriptions) -> bytes:
    """The file's content, every member of spec 8.9 in it."""
    return msgspec.json.format(msgspec.json.encode([_row(each) for each in subscriptions]), indent=2) + b"\n"


def decode(data: bytes) -> Subscriptions:
    """The content of a file, by whatever wrote it. Raises ValueError, which says nothing of the content."""
    try:
        rows = msgspec.json.decode(data, type=list[dict[str, Any]])
        found = tuple(_subscription(row) for row in rows)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError):
        raise ValueError("no subscriptions") from None
    if len({each.id for each in found}) != len(found):
        raise ValueError("no subscriptions")
    return found


def _row(hook: Subscription) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.structs.asdict(hook)
    at = hook.last_datetime
    return found | {"last_datetime": None if at is None else iso(at)}


def _subscription(row: dict[str, Any]) -> Subscription:
    """One row. What is not needed to tell a hook is passed over where it is of another kind."""
    id, url, event = (_text(row[name]) for name in ("id", "url", "event"))
    if not (id and url and event):
        raise ValueError("no subscription")
    at = None
    try:
        at = parse_iso(_text(row.get("last_datetime")) or "")
    except ValueError:
        pass  # told at some time, in words of another program
    return Subscription(
        id,
        url,
        event,
        row.get("insecure_ssl") is True,
        _text(row.get("last_status")),
        _text(row.get("last_reason")),
        at,
        _text(row.get("last_context")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def new_id(at: datetime, taken: Subscriptions) -> str:
    """An id like Kudu's: the instant in ticks of 100 ns, later than every one that is taken."""
    since = at.replace(tzinfo=None) - datetime(1, 1, 1)  # noqa: DTZ001 (both without a zone: UTC)
    ticks = (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10
    newest = max((int(each.id) for each in taken if each.id.isdecimal() and len(each.id) < 20), default=0)
    return str(max(ticks, newest + 1))
