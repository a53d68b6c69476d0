"""A copy of a job's folder: how it is made, and how it differs from the folder by now (spec 2.5)."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from wjtui.engine.catalog.script import shown
from wjtui.model.base import Value

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Stamp(Value, frozen=True):
    """What ``lstat`` says of one file; changes of its content change it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Copied(Value, frozen=True):
    """One file of the working copy: what its source was then, and what the copy was when it was made."""

    source: Stamp
    copy: Stamp


class Refused(Exception):
    """Something in the job's folder cannot be copied, however often it is tried."""


def first_change(source: Path, copy: Path, copied: dict[str, Copied]) -> str:
    """What differs first, in the words of spec 2.5; empty: nothing. Files only the copy has do not count.

    A size or a change time that differs counts too: an upload that keeps times would run stale files.
    Raises OSError when the job's folder cannot be read.
    """
    every = ((path, entry.stat(follow_symlinks=False)) for path, entry in _entries(source))
    found = {path: stamp(info) for path, info in every if not stat.S_ISDIR(info.st_mode)}
    for path in sorted(found):
        known = copied.get(path)
        try:
            there = stamp((copy / path).lstat())
        except OSError:
            there = None
        if known is None or there is None:
            return f"'{shown(path)}' exists in source directory but not in working directory."
        if found[path].size != known.source.size or there.size != known.copy.size:
            return f"'{shown(path)}' size differs between source and working directories."
        if found[path] != known.source or there.mtime_ns != known.copy.mtime_ns:
            return f"'{shown(path)}' timestamp differs between source and working directories."
    gone = sorted(copied.keys() - found.keys())
    return f"'{shown(gone[0])}' has been deleted." if gone else ""


def copy_tree(source: Path, target: Path, stop: threading.Event) -> dict[str, Copied]:
    """Copy a job's folder, times and modes included. Raises OSError or Refused; nothing is left then."""
    inside = os.path.realpath(source)
    copied: dict[str, Copied] = {}
    folders: list[tuple[str, os.stat_result]] = []
    begun = os.stat(source).st_ino
    target.mkdir(parents=True)
    try:
        for path, entry in _entries(source):
            if stop.is_set():
                raise Refused("the launch was called off")
            # Looked at before it is copied: what is written meanwhile shows at the next comparison.
            info = entry.stat(follow_symlinks=False)
            copy = f"{target}/{path}"
            if stat.S_ISDIR(info.st_mode):
                os.mkdir(copy)
                folders.append((copy, info))
                continue
            if stat.S_ISLNK(info.st_mode):
                os.symlink(_link_text(inside, path), copy)
            elif stat.S_ISREG(info.st_mode):
                shutil.copyfile(entry.path, copy, follow_symlinks=False)
                os.chmod(copy, info.st_mode & 0o777)
            else:
                raise Refused(f"'{shown(path)}' is {_KINDS[stat.S_IFMT(info.st_mode)]}: take it away.")
            os.utime(copy, ns=(info.st_atime_ns, info.st_mtime_ns), follow_symlinks=False)
            copied[path] = Copied(stamp(info), stamp(os.lstat(copy)))
        if os.stat(source).st_ino != begun:
            # Else the copy would be half of one version and half of the other.
            raise OSError(errno.EAGAIN, "a new version was put in place meanwhile", str(source))
        for copy, info in reversed(folders):
            # A folder that its owner may not write to could never be deleted again.
            os.chmod(copy, (info.st_mode & 0o777) | 0o700)
            os.utime(copy, ns=(info.st_atime_ns, info.st_mtime_ns))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return copied


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder with its relative path, folders before what is in them. Raises OSError.

    Links are not followed.
    """
    waiting = deque([""])
    while waiting:
        prefix = waiting.popleft()
        with os.scandir(f"{folder}/{prefix}") as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                yield path, entry


def _link_text(inside: str, path: str) -> str:
    """What a link says in the copy, so that it leads to the copy of what it leads to. Raises Refused."""
    link = f"{inside}/{path}"
    text = os.readlink(link)
    leads_to = os.path.realpath(link)
    if leads_to != inside and not leads_to.startswith(f"{inside}/"):
        raise Refused(
            f"the link '{shown(path)}' leads out of the job's folder, to '{shown(text)}': put the file "
            "itself there, or set is_in_place to true in settings.job."
        )
    beside = os.path.dirname(path)
    written = os.path.normpath(os.path.join(beside, text))
    if os.path.isabs(text) or written == ".." or written.startswith("../"):
        return os.path.relpath(leads_to, os.path.join(inside, beside))
    return text


def stamp(info: os.stat_result) -> Stamp:
    return Stamp(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
