"""Logs of an engine elsewhere: the file itself where that is on this machine, else ranges of bytes."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import httpx2
import msgspec

from wjtui.client.connection import Connection
from wjtui.client.paths import job_path, run_part
from wjtui.logs.reader import FileLogSource, LogFile
from wjtui.model.events import LogExtent, LogRef
from wjtui.service import LogSource

MOST = 4 * 1024 * 1024
"""Bytes that the engine gives in one answer."""


class RemoteLog:
    """A ``LogSource`` over byte ranges."""

    def __init__(self, wire: Connection, ref: LogRef) -> None:
        self._wire = wire
        self._path = f"/logs/{job_path(ref.job)}"
        self._query: dict[str, str | int] = {"kind": ref.kind.value}
        if ref.run is not None:
            self._query["run"] = run_part(ref.run, ref.job)

    async def extent(self) -> LogExtent:
        """How far the log reaches now."""
        return _extent(await self.ask(0, 0))

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``."""
        parts: list[bytes] = []
        while length > 0:
            wanted = min(length, MOST)
            part = (await self.ask(start, wanted)).content
            parts.append(part)
            start, length = start + len(part), length - len(part)
            if len(part) < wanted:
                break
        return b"".join(parts)

    async def ask(self, offset: int, limit: int, *, files: bool = False) -> httpx2.Response:
        """One range, with the extent, and the files behind the log if wanted, in the headers."""
        query = self._query | {"offset": offset, "limit": limit, "files": int(files)}
        return await self._wire.ask("GET", self._path, query)


async def open_remote_log(wire: Connection, ref: LogRef) -> LogSource:
    """A log of the engine. Raises JobNotFound, RunNotFound or EngineUnreachable."""
    remote = RemoteLog(wire, ref)
    answer = await remote.ask(0, 0, files=not wire.is_remote)
    path = answer.headers.get("X-Log-Path")
    if path is None:
        return remote
    older = msgspec.json.decode(answer.headers.get("X-Log-Older", "[]"), type=list[str])
    file = LogFile(_path(path), [_path(name) for name in older])
    return FileLogSource(file) if _is_here(file, _extent(answer)) else remote


def _is_here(file: LogFile, known: LogExtent) -> bool:
    """Whether this path leads to the engine's file: in a container it may lead elsewhere, or nowhere."""
    if not known.generation:
        return file.path.parent.is_dir()  # nothing is written yet
    found = file.extent()
    return (found.generation, found.start) == (known.generation, known.start) and found.end >= known.end


def _extent(answer: httpx2.Response) -> LogExtent:
    headers = answer.headers
    generation = unquote(headers["X-Log-Generation"])
    return LogExtent(int(headers["X-Log-Start"]), int(headers["X-Log-End"]), generation)


def _path(quoted: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(quoted)))
