"""Does an engine serve this root and instance, and where (contract: files of its own)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from wjtui.model.base import Value
from wjtui.support.locks import is_locked


class EngineFile(Value, frozen=True):
    """``engine.json``: who serves."""

    pid: int
    instance: str
    version: str
    socket: str
    """The path of its Unix socket."""
    listen: str = ""
    """What ``--listen`` said; empty: it is not reached over TCP."""
    urls: tuple[str, ...] = ()
    """Where clients reach it over TCP."""


def find_engine(engine_lock: Path, engine_file: Path) -> EngineFile | None:
    """The engine that serves now. What the file says counts only while the lock is held.

    None also while an engine is starting and has not written its file.
    """
    if not is_locked(engine_lock):
        return None
    try:
        return msgspec.json.decode(engine_file.read_bytes(), type=EngineFile)
    except (OSError, msgspec.DecodeError):
        return None
