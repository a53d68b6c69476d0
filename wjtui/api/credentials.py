"""Credentials for TCP: one user and the hash of a password, in a file for the engine's user alone."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest, RootUnusable
from wjtui.support.files import read_whole, write_atomic

NAME = "wjtui"
"""The user that is made."""
USER, PASSWORD = "WJTUI_USER", "WJTUI_PASSWORD"
_COST, _BLOCK, _PARALLEL = 1 << 14, 8, 1
"""scrypt: 16 MiB and 30 to 60 ms a guess."""
_MOST_MEMORY = 64 << 20
_LENGTH = 32


class Hashed(Value, frozen=True):
    """A user and the scrypt hash of a password; what the file holds."""

    user: str
    salt: str
    """Hexadecimal, like ``hash``."""
    hash: str
    # No defaults: those are left out of files, and may be others one day.
    cost: int
    block: int
    parallel: int

    def matches(self, user: bytes, password: bytes) -> bool:
        """Whether these are the ones. Takes as long for a user that is not there; tens of ms: in a thread."""
        found = _hash(password, bytes.fromhex(self.salt), self)
        # Both are compared, whatever the first says.
        same_user = hmac.compare_digest(user, self.user.encode())
        return hmac.compare_digest(found, bytes.fromhex(self.hash)) and same_user


class Made(Value, frozen=True):
    """New credentials: the only time that the password is known."""

    user: str
    password: str

    @property
    def hashed(self) -> Hashed:
        """What is kept of them."""
        return hash_credentials(self.user, self.password)


def hash_credentials(user: str, password: str) -> Hashed:
    """What is kept of a user and a password."""
    empty = Hashed(user, secrets.token_hex(16), "", _COST, _BLOCK, _PARALLEL)
    found = _hash(password.encode("utf-8", "surrogateescape"), bytes.fromhex(empty.salt), empty)
    return msgspec.structs.replace(empty, hash=found.hex())


def make_credentials() -> Made:
    """A user, and a password of 192 random bits that needs no quotes in a shell."""
    return Made(NAME, secrets.token_urlsafe(24).replace("-", "a").replace("_", "b"))


def ensure_credentials(path: Path) -> Made | None:
    """Make credentials where there are none; None: there are. Raises RootUnusable."""
    if path.exists():
        read_credentials(path)
        return None
    made = make_credentials()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Of two that start at once one makes them, and says those that count.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(msgspec.json.encode(made.hashed))
            file.flush()
            os.fsync(fd)
    except FileExistsError:
        return None
    except OSError as error:
        raise _unwritable(path, error) from error
    return made


def reset_credentials(path: Path) -> Made:
    """Make new credentials; an engine that runs takes no others from then on. Raises RootUnusable."""
    made = make_credentials()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, msgspec.json.encode(made.hashed), mode=0o600, durable=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return made


def read_credentials(path: Path) -> Hashed:
    """Those of a file. Raises RootUnusable."""
    try:
        found = msgspec.json.decode(read_whole(path), type=Hashed)
        # A damaged file must not be found out at the first request.
        bytes.fromhex(found.salt)
        if len(bytes.fromhex(found.hash)) != _LENGTH or not found.user or found.cost > 1 << 15:
            raise ValueError
    except (OSError, msgspec.DecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise RootUnusable(
            f"The credentials in '{path}' cannot be read ({reason}): make new ones with"
            " 'wjtui credentials --reset'."
        ) from error
    return found


def given_credentials(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """``WJTUI_USER`` and ``WJTUI_PASSWORD``; None: neither is set. Raises InvalidRequest."""
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if not user and not password:
        return None
    if not user or not password:
        there, missing = (USER, PASSWORD) if user else (PASSWORD, USER)
        raise InvalidRequest(f"{there} is set and {missing} is not: set both, or none of them.")
    if ":" in user:
        raise InvalidRequest(f"{USER} holds a ':', which no name of a user may: take another one.")
    return user, password


class CredentialsFile:
    """Credentials that are read anew when their file has changed, and of none while it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._found: Hashed | None = None

    def __call__(self) -> Hashed | None:
        """Those that count now; None: nobody gets in."""
        try:
            info = self._path.stat()
            seen = (info.st_mtime_ns, info.st_ino, info.st_size)
            if seen != self._seen:
                self._seen, self._found = seen, None
                self._found = read_credentials(self._path)
        except (OSError, RootUnusable):
            self._found = None
        return self._found


def _hash(password: bytes, salt: bytes, how: Hashed) -> bytes:
    return hashlib.scrypt(
        password, salt=salt, n=how.cost, r=how.block, p=how.parallel, maxmem=_MOST_MEMORY, dklen=_LENGTH
    )


def _unwritable(path: Path, error: OSError) -> RootUnusable:
    return RootUnusable(
        f"The credentials cannot be written to '{path}' ({error.strerror}): let the engine's user write"
        f" there, or set {USER} and {PASSWORD}."
    )
