"""A folder as a .zip that is made while it is sent: never more than a piece of it in memory (spec 8.8)."""

from __future__ import annotations

import os
import stat
import struct
import time
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

from wjtui.api.kudu.file_errors import Refused
from wjtui.api.kudu.stream_answer import PIECE
from wjtui.api.kudu.vfs_paths import Ground
from wjtui.api.kudu.vfs_read import open_file

_STAMP = struct.Struct("<2HBl")
_STAMP_KIND = 0x5455
_EARLIEST, _LATEST = 315_619_200, 2**31 - 1
"""Seconds: what a .zip can say, from the second day of 1980 on so that it holds in every time zone."""
_READABLE_MODE = 0o644


def zip_pieces(ground: Ground, folder: Path) -> Generator[bytes]:
    """The archive, piece by piece. What cannot be read, or is not for clients, is left out."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path, info in _walk(ground, folder):
            if stat.S_ISDIR(info.st_mode):
                archive.writestr(_entry(f"{name}/", info), b"")
            else:
                yield from _add(ground, archive, sink, name, path)
            if sink.size >= PIECE:
                yield sink.take()
    yield sink.take()


def _walk(ground: Ground, folder: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
    """Everything below a folder, by name; links to folders are not followed, they may go round."""
    pending = [("", folder)]
    while pending:
        above, here = pending.pop()
        try:
            names = sorted(os.listdir(here))
        except OSError:
            continue
        folders = []
        for name in names:
            path, inside = here / name, f"{above}{name}"
            try:
                real = Path(os.path.realpath(path))
                info = path.stat()
            except OSError:
                continue
            if not ground.holds(real):
                continue
            if stat.S_ISREG(info.st_mode):
                yield inside, real, info
            elif stat.S_ISDIR(info.st_mode) and not path.is_symlink():
                yield inside, path, info
                folders.append((f"{inside}/", path))
        pending += reversed(folders)


def _add(ground: Ground, archive: zipfile.ZipFile, sink: _Sink, name: str, path: Path) -> Iterator[bytes]:
    try:
        file = open_file(ground, path)
    except (Refused, OSError):
        return
    with file:
        info = os.fstat(file.fileno())
        # The size is told before: a file that grows meanwhile ends where it ended at the beginning.
        entry = _entry(name, info)
        entry.file_size = info.st_size
        with archive.open(entry, "w") as packed:
            for block in _blocks(file, info.st_size):
                packed.write(block)
                if sink.size >= PIECE:
                    yield sink.take()


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Bytes of a file; fewer where it becomes shorter, or its disk fails."""
    while size > 0:
        try:
            block = file.read(min(size, PIECE))
        except OSError:
            return
        if not block:
            return
        size -= len(block)
        yield block


def _entry(name: str, info: os.stat_result) -> zipfile.ZipInfo:
    seconds = int(min(max(info.st_mtime, _EARLIEST), _LATEST))
    entry = zipfile.ZipInfo(os.fsencode(name).decode("utf-8", "replace"), time.localtime(seconds)[:6])
    entry.extra = _STAMP.pack(_STAMP_KIND, 5, 1, seconds)
    entry.external_attr = (info.st_mode & 0xFFFF) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


class _Sink:
    """Where the archive is written to: what nobody has taken yet."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes, /) -> int:
        """Keep some bytes until they are taken."""
        self._pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        return taken
