"""Changing files and folders of the site: each change whole, or not at all (spec 8.7)."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.datastructures import Headers

from wjtui.api.kudu.conditions import file_tag, may_change
from wjtui.api.kudu.file_errors import Refused
from wjtui.api.kudu.vfs_paths import Ground, Place, not_there
from wjtui.model.base import Value

_one_at_a_time = threading.Lock()
"""Between a look at a tag and the change that it allows nobody else changes the file."""


class Written(Value, frozen=True):
    """A file that was put in place."""

    tag: str
    created: bool


def check_write(place: Place, headers: Headers) -> None:
    """Raise Refused where a file cannot be put there: before its body is taken."""
    info = look(place.real)
    if info is None:
        _check_parents(place.real)
    elif stat.S_ISDIR(info.st_mode):
        raise Refused(409, "A folder is in the place of this file: remove it, or choose another path.")
    elif not stat.S_ISREG(info.st_mode):
        raise not_there()
    else:
        _check_tag(info, headers)


def put_file(source: Path, place: Place, headers: Headers) -> Written:
    """Move ``source`` to its place, its folders made. Raises Refused and OSError."""
    with _one_at_a_time:
        check_write(place, headers)
        before = look(place.real)
        sync(source)
        os.chmod(source, stat.S_IMODE(before.st_mode) if before is not None else 0o644)
        with made_folders(place.real.parent):
            put_in_place(source, place.real)
        return Written(file_tag(place.real.stat()), before is None)


def make_folder(place: Place) -> None:
    """Make a folder, and those it lies in. Raises Refused where something is there, and OSError."""
    if look(place.real) is not None:
        raise Refused(409, "It is there already.")
    with made_folders(place.real):
        pass


def remove_file(place: Place, headers: Headers) -> None:
    """Delete a file; of a link, the link. Raises Refused and OSError."""
    with _one_at_a_time:
        info = look(place.real)
        if info is None or (place.slash and not stat.S_ISDIR(info.st_mode)):
            raise not_there()
        _check_tag(info, headers)
        os.unlink(place.entry)


def remove_folder(ground: Ground, place: Place, trash: Path, *, recursive: bool) -> None:
    """Delete a folder, with everything in it where it is ``recursive``; of a link, the link.

    ``trash``: a folder in which the rest can be done once it is out of sight. Raises Refused and OSError.
    """
    if place.parts and place.entry.is_symlink():
        os.unlink(place.entry)
    elif place.parts and not recursive:
        os.rmdir(place.entry)
    elif not place.parts or _holds_own(ground, place.entry):
        raise Refused(409, "It holds files that belong to wjtui itself: delete what else is in it.")
    else:
        _remove_tree(place.entry, trash)


def put_in_place(source: Path, target: Path) -> None:
    """Move a file over another one, or where none is; a reader sees the one or the other. Raises OSError.

    ``source`` is on the disk: after a crash its new name must not stand for nothing.
    """
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            shutil.copy2(source, beside)
            sync(beside)
            os.replace(beside, target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


@contextmanager
def made_folders(folder: Path) -> Iterator[None]:
    """Make a folder and those it lies in; where what follows fails, they are taken away again."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for each in reversed(missing):
            try:
                os.mkdir(each)
                made.append(each)
            except FileExistsError:
                pass  # somebody else was quicker
        yield
    except BaseException:
        for each in reversed(made):
            try:
                os.rmdir(each)
            except OSError:
                break  # something has come there meanwhile
        raise


def look(path: Path) -> os.stat_result | None:
    """What is there, None: nothing. Raises OSError."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _check_tag(info: os.stat_result, headers: Headers) -> None:
    tag = file_tag(info)
    if not may_change(headers, tag):
        text = "The file is another one than If-Match names, or the header is missing: send its ETag, or *."
        raise Refused(412, text, {"ETag": tag})


def _check_parents(path: Path) -> None:
    """Raise OSError where a file is in the place of a folder."""
    above = path.parent
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def _holds_own(ground: Ground, folder: Path) -> bool:
    pending = [str(folder)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if not entry.is_symlink() and not ground.holds(Path(entry.path)):
                    return True
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
    return False


def _remove_tree(folder: Path, trash: Path) -> None:
    trash.mkdir(mode=0o700, parents=True, exist_ok=True)
    away = trash / secrets.token_hex(16)
    try:
        # Out of sight at once: whoever watches the folder never sees half of it.
        os.rename(folder, away)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.rmtree(folder)
    else:
        shutil.rmtree(away, ignore_errors=True)
