"""Writing files so that a reader, or a crash, sees the old content or the new; setting damaged ones aside."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

KEPT_ASIDE = 3
"""Damaged ones of one name that stay; a disk that damages a file at each start must not fill up with them."""


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = False) -> None:
    """Replace ``path`` by ``data``: a temporary file beside it, then a rename.

    ``durable`` also waits until file and folder are on the disk. Raises OSError; ``path`` is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def read_whole(path: Path) -> bytes:
    """The content of a small file; nothing where a fifo stands in its place. Raises OSError."""
    # A plain open of a fifo would wait for a writer, for ever.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as file:
        return file.read() or b""


def sync_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def set_aside(path: Path, at: datetime) -> Path:
    """Rename a file or folder that cannot be used to ``NAME.damaged-YYYYMMDDTHHMMSS`` beside it.

    Returns its new path. Of those that were set aside before, the newest stay. Raises OSError; it is then
    where it was.
    """
    prefix = f"{path.name}.damaged-"
    moved = path.with_name(prefix + at.astimezone(UTC).strftime("%Y%m%dT%H%M%S"))
    path.rename(moved)
    earlier = sorted(name for name in os.listdir(path.parent) if name.startswith(prefix))
    for name in earlier[:-KEPT_ASIDE]:
        _remove(path.with_name(name))
    return moved


def _remove(path: Path) -> None:
    """Delete a file, a link or a whole folder, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink()
    except OSError:
        pass  # it stays, and is tried again the next time
