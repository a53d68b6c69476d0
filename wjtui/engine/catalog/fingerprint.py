"""What a job's files were, and whether they are something else now (spec 5.4)."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from wjtui.engine.catalog.script import is_candidate
from wjtui.engine.catalog.settings_file import DISABLE
from wjtui.model.base import Value
from wjtui.settings.parse import SETTINGS

MAX_ENTRIES = 20_000
"""Files and folders of one job that are looked at: about 0.1 s of work."""
HASHED_FILE_BYTES = 4 << 20
HASHED_TOTAL_BYTES = 32 << 20
_SETTLED_NS = 2_000_000_000
"""A file that changed shortly before it was hashed may change again within one tick of its clock."""


class Stamp(Value, frozen=True):
    """One file: what the file system says of it, and a hash of its content where that is affordable."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: bytes = b""
    """Empty: too large, too many, unreadable or no regular file. A link's is that of its target's name."""

    def same_place(self, other: Stamp) -> bool:
        """Whether nothing suggests that the file was written, replaced or touched in between."""
        return (self.size, self.mtime_ns, self.ctime_ns, self.inode) == (
            other.size, other.mtime_ns, other.ctime_ns, other.inode,
        )  # fmt: skip


class Snapshot(Value, frozen=True):
    """Every file of a job folder at one moment, by path relative to it with ``/``."""

    files: dict[str, Stamp]
    inside: str = ""
    """The script dir relative to the job folder; empty: the job folder itself."""
    taken_ns: int = 0
    """Wall time before the first file was looked at."""
    unreadable: tuple[str, ...] = ()
    """Beginnings of paths of which nothing is known: folders that could not be listed, or ``""`` for all."""


class Change(Value, frozen=True):
    """Which files differ between two snapshots; false when none does that matters."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    settings: bool = False
    """``settings.job`` is among them."""
    disable: bool = False
    """``disable.job`` is among them."""
    program: bool = False
    """Something else is: a file that the job is made of."""
    own: tuple[str, ...] = ()
    """New files that do not matter: an in-place job wrote them into its folder."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.modified)

    @property
    def paths(self) -> tuple[str, ...]:
        """Those that matter, sorted."""
        return tuple(sorted((*self.added, *self.removed, *self.modified)))

    @property
    def only_settings(self) -> bool:
        """Whether ``settings.job`` alone differs: a continuous job restarts, a triggered one reschedules."""
        return self.settings and not self.disable and not self.program

    @property
    def only_disable(self) -> bool:
        """Whether ``disable.job`` alone differs."""
        return self.disable and not self.settings and not self.program


def walk(folder: Path | str, unreadable: list[str] | None = None) -> Iterator[tuple[str, os.stat_result]]:
    """Every entry below ``folder`` that is no folder, with its own stat: level by level, at most 20,000.

    Links are not followed. Folders that cannot be listed are left out and named in ``unreadable`` (``""``:
    there were too many entries); only for ``folder`` itself OSError is raised. Entries that vanish meanwhile
    are left out.
    """
    waiting = deque([""])
    seen = 0
    while waiting:
        prefix = waiting.popleft()
        try:
            entries = os.scandir(f"{folder}/{prefix}")
        except OSError:
            if not prefix:
                raise
            if unreadable is not None:
                unreadable.append(prefix)
            continue
        with entries:
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    if unreadable is not None:
                        unreadable.append("")
                    return
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{prefix}{entry.name}/")
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                yield prefix + entry.name, found


def signature(folder: Path | str) -> int:
    """One number for the state of every file: another number, another state. Raises OSError.

    It reads no content and does not depend on the order in which a folder lists its files.
    """
    total = 0
    for path, found in walk(folder):
        total += hash((path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))
    return total


def take_snapshot(folder: Path, inside: str = "", previous: Snapshot | None = None) -> Snapshot:
    """Look at every file; contents are read only where ``previous`` does not know them. Raises OSError.

    Files over 4 MiB, and what goes beyond 32 MiB in all, are not hashed: for those a new time is a change.
    """
    taken = time.time_ns()
    known = previous.files if previous else {}
    trusted_before = previous.taken_ns - _SETTLED_NS if previous else 0
    files: dict[str, Stamp] = {}
    unreadable: list[str] = []
    budget = HASHED_TOTAL_BYTES
    for path, found in walk(folder, unreadable):
        stamp = Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
        old = known.get(path)
        if found.st_size > HASHED_FILE_BYTES or found.st_size > budget:
            digest = b""
        elif old and old.digest and old.same_place(stamp) and stamp.ctime_ns < trusted_before:
            digest = old.digest
        else:
            digest = _digest(f"{folder}/{path}", found)
        if digest:
            budget -= found.st_size
        files[path] = Stamp(stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, digest)
    return Snapshot(files, inside, taken, tuple(unreadable))


def changed(old: Snapshot, new: Snapshot, *, in_place: bool = False) -> Change:
    """Compare by content (spec 5.4): a touch is no change.

    ``in_place``: the job writes into its own folder. Files that ``old``, the snapshot of its launch, did not
    have do not count then, unless one is a script candidate, ``settings.job`` or ``disable.job``.
    """
    added = [path for path in new.files if path not in old.files and not _below(path, old.unreadable)]
    removed = [path for path in old.files if path not in new.files and not _below(path, new.unreadable)]
    modified = [p for p, stamp in new.files.items() if p in old.files and _differs(old.files[p], stamp)]
    own = {path for path in added if not _decides(path, new.inside)} if in_place else set()
    added = [path for path in added if path not in own]
    every = [*added, *removed, *modified]
    settings = {path for path in every if _is_named(path, SETTINGS, old, new)}
    disable = {path for path in every if _is_named(path, DISABLE, old, new)}
    return Change(
        tuple(sorted(added)),
        tuple(sorted(removed)),
        tuple(sorted(modified)),
        bool(settings),
        bool(disable),
        len(every) > len(settings) + len(disable),
        tuple(sorted(own)),
    )


def without_own(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot to compare the next one with: what the job wrote itself stays out of it.

    Otherwise its log file would count as deployed from the next launch on, and each line in it as a change.
    """
    if not change.own:
        return snapshot
    own = set(change.own)
    files = {path: stamp for path, stamp in snapshot.files.items() if path not in own}
    return Snapshot(files, snapshot.inside, snapshot.taken_ns, snapshot.unreadable)


def _differs(old: Stamp, new: Stamp) -> bool:
    if old.size != new.size:
        return True
    if old.digest and new.digest:
        return old.digest != new.digest
    return not old.same_place(new)


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return path.startswith(folders) if folders else False


def _decides(path: str, inside: str) -> bool:
    """Whether a file decides what runs, whoever made it (spec 5.4)."""
    folder, _, name = path.rpartition("/")
    return folder == inside and (is_candidate(name) or name.lower() in (SETTINGS, DISABLE))


def _is_named(path: str, wanted: str, old: Snapshot, new: Snapshot) -> bool:
    folder, _, name = path.rpartition("/")
    return name.lower() == wanted and folder in (old.inside, new.inside)


def _digest(path: str, found: os.stat_result) -> bytes:
    try:
        if stat.S_ISLNK(found.st_mode):
            content = os.fsencode(os.readlink(path))
        elif stat.S_ISREG(found.st_mode):
            # The file may have become a fifo meanwhile: that open must not wait.
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(fd, "rb", buffering=0) as file:
                # No more than was there: a read allocates what it is asked for.
                content = file.read(found.st_size) or b""
        else:
            return b""
    except OSError:
        return b""
    return hashlib.blake2b(content, digest_size=16).digest()
