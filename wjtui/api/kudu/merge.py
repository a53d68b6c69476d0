"""An archive over a folder: judged whole, unpacked elsewhere, then put in place file by file (spec 8.8)."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wjtui.api.kudu.file_errors import Refused
from wjtui.api.kudu.vfs_paths import Ground
from wjtui.api.kudu.vfs_write import made_folders, put_in_place
from wjtui.archives.archive import Contents, read_contents, unpack
from wjtui.archives.limits import Limits
from wjtui.archives.meter import Meter
from wjtui.archives.naming import quoted
from wjtui.archives.zip_directory import Damaged, Entry
from wjtui.model.base import Value
from wjtui.model.deploys import Weight
from wjtui.support.sync import sync_tree


class Unpacked(Value, frozen=True):
    """An archive that lies unpacked in a folder of its own."""

    folder: Path
    contents: Contents


class Plan(Value, frozen=True):
    """Where everything is to go; nothing of it is done."""

    files: Mapping[str, Path]
    """Path in the archive -> its place."""
    folders: Mapping[str, Path]
    """The same of every folder, those that are there included."""


@contextmanager
def unpacked(archive: Path, staging: Path, limits: Limits, stop: threading.Event) -> Iterator[Unpacked]:
    """Unpack into a folder below ``staging``, which is gone at the end.

    Raises Refused for an archive that is damaged, unsafe or too large, Stopped, and OSError.
    """
    folder = staging / secrets.token_hex(16)
    with archive.open("rb") as file:
        contents = read_contents(file, limits)
        refusals = [each.text for each in contents.findings if each.weight is Weight.REFUSED]
        if refusals:
            raise Refused(400, " ".join(dict.fromkeys(refusals)))
        folder.mkdir(mode=0o700, parents=True)
        try:
            try:
                unpack(file, contents, folder, Meter("", stop, lambda progress: None, time.monotonic))
            except Damaged as damage:
                raise Refused(400, str(damage)) from None
            sync_tree(folder)
            yield Unpacked(folder, contents)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def plan_merge(
    ground: Ground, target: Path, files: Mapping[str, Entry], folders: Mapping[str, Entry]
) -> Plan:
    """Find the place of each entry: exactly, else in any case where that takes nothing from another entry.

    ``target`` is a real path and need not be there. Raises Refused where one cannot be put in place.
    """
    finder = _Finder(ground, target, {*files, *folders})
    return Plan(
        {path: finder.file(path) for path in files},
        {path: finder.folder(path) for path in folders} | {"": target},
    )


def carry_out(plan: Plan, source: Path, folders: Mapping[str, Entry]) -> None:
    """Put everything in place. Raises OSError; each file is then the old one or the new one."""
    new = [path for path, place in plan.folders.items() if not os.path.lexists(place)]
    for place in plan.folders.values():
        with made_folders(place):
            pass
    for path, place in plan.files.items():
        with made_folders(place.parent):
            put_in_place(source / path, place)
    # The times last, the deepest first: each thing that is made in a folder changes its time.
    for path in sorted(set(new) & set(folders), reverse=True):
        os.utime(plan.folders[path], (folders[path].mtime, folders[path].mtime))


class _Finder:
    """Finds places; what it has seen of the disk is kept, since an archive may hold thousands of files."""

    def __init__(self, ground: Ground, target: Path, taken: set[str]) -> None:
        self._ground = ground
        self._taken = taken
        self._folders = {"": target}
        self._seen: dict[Path, tuple[set[str], dict[str, str]]] = {}
        self._writable: set[Path] = set()

    def folder(self, path: str) -> Path:
        """Where a folder of the archive goes, links followed."""
        if (known := self._folders.get(path)) is not None:
            return known
        place = self._place(path)
        if os.path.lexists(place):
            place = Path(os.path.realpath(place))
            if not place.is_dir():
                raise Refused(400, f"{quoted(path)} is a folder in the archive and a file here: rename one.")
        else:
            self._check_writable(place.parent)
        self._check(place, path)
        self._folders[path] = place
        return place

    def file(self, path: str) -> Path:
        """Where a file of the archive goes; a link that is there is replaced, not followed."""
        place = self._place(path)
        self._check(place, path)
        self._check_writable(place.parent)
        try:
            mode = place.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return place
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise Refused(400, f"{quoted(path)} is a file in the archive and none here: rename one of them.")
        return place

    def _place(self, path: str) -> Path:
        above, _, name = path.rpartition("/")
        folder = self.folder(above)
        names, by_lower = self._names(folder)
        spelt = by_lower.get(name.lower(), name)
        if name in names or f"{above}/{spelt}".lstrip("/") in self._taken:
            spelt = name
        return folder / spelt

    def _names(self, folder: Path) -> tuple[set[str], dict[str, str]]:
        """Names in a folder, and the same by their lower case; of several, the one in lower case counts."""
        if (known := self._seen.get(folder)) is not None:
            return known
        try:
            names = sorted(os.listdir(folder), reverse=True)
        except (FileNotFoundError, NotADirectoryError):
            names = []
        found = {name.lower(): name for name in names}
        found |= {name: name for name in names if name == name.lower()}
        self._seen[folder] = set(names), found
        return self._seen[folder]

    def _check_writable(self, folder: Path) -> None:
        """Raise Refused before half of an archive is in place."""
        if folder in self._writable:
            return
        if os.path.lexists(folder) and not os.access(folder, os.W_OK | os.X_OK):
            raise Refused(403, f"The engine's user may not write into '{folder.name}': see to its rights.")
        self._writable.add(folder)

    def _check(self, place: Path, path: str) -> None:
        if not self._ground.holds(place):
            text = f"{quoted(path)} would lie outside of the site, or among files of wjtui itself."
            raise Refused(400, f"{text} Leave it out.")
