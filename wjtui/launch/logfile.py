"""The engine's own log: ``engine.log``, rolled at 1 MiB, three files in all."""

from __future__ import annotations

import logging
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

from wjtui.launch.log_format import plain_formatter

_ROLL_BYTES = 1024 * 1024
_OLDER = 2
_KEPT = 1000


class _Early(logging.Handler):
    """The last records: the library's own would keep all of them where the file can never be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.records: deque[logging.LogRecord] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class EngineLog:
    """Keeps records in memory until ``open``: before its lock is held, the file is another engine's."""

    def __init__(self, *, debug: bool = False, also: logging.Handler | None = None) -> None:
        """``also``: gets every record, too, from ``open`` on."""
        self._early = _Early()
        self._also = also
        self._root = logging.getLogger()
        self._root.setLevel(logging.DEBUG if debug else logging.INFO)
        self._root.addHandler(self._early)
        # These say each request and each folder looked at; the file is for what the engine does.
        for chatty in ("httpx2", "httpcore2", "watchfiles", "asyncio"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def open(self, path: Path) -> None:
        """Write to ``path`` from now on, beginning with what was said so far. Raises OSError."""
        if self._also is not None:
            self._begin(self._also)
        file = RotatingFileHandler(path, maxBytes=_ROLL_BYTES, backupCount=_OLDER, encoding="utf-8")
        file.setFormatter(plain_formatter())
        self._begin(file)
        self._root.removeHandler(self._early)
        self._early.close()

    def _begin(self, outlet: logging.Handler) -> None:
        for record in self._early.records:
            outlet.handle(record)
        self._root.addHandler(outlet)
