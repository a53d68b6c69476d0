"""Control groups: a limit of memory that all processes of a launch share."""

from __future__ import annotations

import errno
import os
import posixpath
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wjtui.model.base import Value

_LOOKS = 50
_PAUSE_SECONDS = 0.01


class Files(NamedTuple):
    """What the kernel calls the files of a group."""

    limit: str
    swap: str
    events: str


_FILES = {
    1: Files("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.oom_control"),
    2: Files("memory.max", "memory.swap.max", "memory.events"),
}


class Ground(Value, frozen=True):
    """A group of the kernel in which groups for launches can be made."""

    folder: str
    version: int
    """1 or 2, of the hierarchy."""
    prefix: str
    """Of the names of those groups: this engine's own."""


class Fence(Value, frozen=True):
    """The group of one launch."""

    folder: str
    version: int

    def take(self, pid: int) -> None:
        """Bring a process in; what it starts from then on is in too. Raises OSError."""
        _write(f"{self.folder}/cgroup.procs", str(pid))

    def overran(self) -> bool:
        """Whether the kernel killed a process for want of memory in here."""
        try:
            with open(f"{self.folder}/{_FILES[self.version].events}", encoding="ascii") as file:
                return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in file)
        except OSError:
            return False

    def remove(self) -> bool:
        """Remove it; False where a process stays in it for half a second."""
        return _remove(self.folder)


def make_fence(ground: Ground, name: str, limit: int) -> Fence:
    """A group whose processes have ``limit`` bytes together, swap included. Raises OSError.

    Where they want more and the kernel finds nothing to take back, it kills all of them at once (of a
    hierarchy of version 1, the largest).
    """
    folder, files = f"{ground.folder}/{ground.prefix}{name}", _FILES[ground.version]
    os.mkdir(folder)
    try:
        _write(f"{folder}/{files.limit}", str(limit))
        _write_if_there(f"{folder}/{files.swap}", "0" if ground.version == 2 else str(limit))
        _write_if_there(f"{folder}/memory.oom.group", "1")
    except OSError:
        _remove(folder)
        raise
    return Fence(folder, ground.version)


def group_prefix(mark: str) -> str:
    """How the names of the groups of this engine (``Site.mark``) begin."""
    return f"wjtui-{mark[:12]}-"


def find_ground(mark: str) -> Ground | None:
    """Where this engine (``Site.mark``) can make groups, tried out; None: nowhere."""
    own, mounts = _read("/proc/self/cgroup"), _read("/proc/self/mountinfo")
    for folder, version in candidates(own, mounts):
        ground = Ground(folder, version, group_prefix(mark))
        if _can_be_used(ground):
            return ground
    return None


def candidates(own: str, mounts: str) -> list[tuple[str, int]]:
    """Groups in which ours may go, best first, with their versions, from the texts of /proc.

    In a hierarchy of version 2 a group either holds processes or hands memory on to groups in it: ours,
    which holds this process, is of no use then, but the one above it often is.
    """
    paths = {tuple(names.split(",")): path for _, names, path in _rows(own)}
    found: list[tuple[str, int]] = []
    for root, point, kind, options in _mounts(mounts):
        if kind == "cgroup2":
            path, version = paths.get(("",)), 2
        elif kind == "cgroup" and "memory" in options:
            path, version = next((path for names, path in paths.items() if "memory" in names), None), 1
        else:
            continue
        below = posixpath.relpath(path, root) if path else ".."
        if below.split("/")[0] == "..":
            continue
        folder = posixpath.normpath(f"{point}/{below}")
        found.append((folder, version))
        while version == 2 and folder != point:
            folder = posixpath.dirname(folder)
            found.append((folder, version))
    return sorted(found, key=lambda each: -each[1])


def remove_left(folders: Iterable[str], prefix: str) -> list[str]:
    """Remove the groups of this prefix in these folders; returns those in which a process is left."""
    left: list[str] = []
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue  # its machine was started anew, or its service is gone
        left += [f"{folder}/{n}" for n in names if n.startswith(prefix) and not _remove(f"{folder}/{n}")]
    return left


def _can_be_used(ground: Ground) -> bool:
    # To bring a process from group to group takes the right to write to the group that holds both.
    if ground.version == 2 and not (
        os.access(f"{ground.folder}/cgroup.procs", os.W_OK) and _hands_memory_on(ground.folder)
    ):
        return False
    name = f"probe-{os.getpid()}"
    try:
        fence = make_fence(ground, name, 1 << 30)
    except OSError:
        return False
    return fence.remove()


def _hands_memory_on(folder: str) -> bool:
    """Whether groups in this one can have a limit of memory; asks for it where it is not so yet."""
    switch = f"{folder}/cgroup.subtree_control"
    if "memory" in _read(switch).split():
        return True
    if "memory" not in _read(f"{folder}/cgroup.controllers").split():
        return False
    try:
        _write(switch, "+memory")
    except OSError:
        return False
    return True


def _rows(own: str) -> Iterator[list[str]]:
    return (row for line in own.splitlines() if len(row := line.split(":", 2)) == 3)


def _mounts(text: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Root within the hierarchy, folder, kind and options of each mount."""
    for line in text.splitlines():
        before, found, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if found and len(left) >= 5 and len(right) >= 3:
            yield _plain(left[3]), _plain(left[4]), right[0], right[2].split(",")


def _plain(path: str) -> str:
    """Blanks and the like are octal in mountinfo."""
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    # Never made anew: where it is missing, this is no folder of the kernel's.
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode("ascii"))
    finally:
        os.close(fd)


def _write_if_there(path: str, text: str) -> None:
    try:
        _write(path, text)
    except OSError:
        pass  # this kernel counts no swap, or kills one process and not all


def _remove(folder: str) -> bool:
    for _ in range(_LOOKS):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno != errno.EBUSY:
                return False
        else:
            return True
        # Killed is not gone: the kernel takes a moment to give a process's memory back.
        time.sleep(_PAUSE_SECONDS)
    return False
