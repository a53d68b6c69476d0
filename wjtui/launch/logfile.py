"""The engine's own log: ``engine.log``, rolled at 1 MiB, three files in all."""

from __future__ import annotations

import logging
import time
from logging.handlers import MemoryHandler, RotatingFileHandler
from pathlib import Path

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s"
_ROLL_BYTES = 1024 * 1024
_OLDER = 2


class EngineLog:
    """Keeps records in memory until ``open``: before its lock is held, the file is another engine's."""

    def __init__(self, *, debug: bool = False) -> None:
        self._early = MemoryHandler(capacity=1000, flushLevel=logging.CRITICAL + 1)
        self._root = logging.getLogger()
        self._root.setLevel(logging.DEBUG if debug else logging.INFO)
        self._root.addHandler(self._early)
        # These say each request and each folder looked at; the file is for what the engine does.
        for chatty in ("httpx2", "httpcore2", "watchfiles", "asyncio"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def open(self, path: Path) -> None:
        """Write to ``path`` from now on, beginning with what was said so far."""
        formatter = logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        file = RotatingFileHandler(path, maxBytes=_ROLL_BYTES, backupCount=_OLDER, encoding="utf-8")
        file.setFormatter(formatter)
        self._root.addHandler(file)
        self._root.removeHandler(self._early)
        self._early.setTarget(file)
        self._early.close()
