"""A folder, or one script, as a package: looked at whole, then copied (spec 2.5, 9.2)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from wjtui.archives.archive import write_all
from wjtui.archives.limits import Limits, judge_amount, judge_source
from wjtui.archives.meter import Meter
from wjtui.archives.naming import DEEPEST, judge_together, quoted, shorten
from wjtui.engine.catalog.script import shown
from wjtui.engine.deploy.tree import below, is_inside, kind_in_words
from wjtui.model.base import Value
from wjtui.model.deploys import Finding, Weight

_BLOCK = 256 << 10
_LEFT_OUT = ".git"


class Item(Value, frozen=True):
    """One thing that is to be copied."""

    path: str
    mode: int
    """Unix type and mode."""
    size: int = 0
    mtime_ns: int = 0
    link: str = ""
    """What a link says in the copy."""


class Folder(Value, frozen=True):
    """What is to be copied of a folder, each folder before what is in it."""

    items: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(item.size for item in self.items)


def read_folder(source: Path, limits: Limits) -> Folder:
    """Look at a folder and judge it; every finding at once. Nothing is copied. Raises OSError for itself.

    ``.git`` is left out at every level: history is no part of a job, and often larger than it.
    """
    inside = os.path.realpath(source)
    items: list[Item] = []
    findings: list[Finding] = []
    os.listdir(inside)

    def unreadable(path: str, error: OSError) -> None:
        findings.append(_unreadable(path, error))

    for path, entry in below(inside, without=_LEFT_OUT, unreadable=unreadable):
        if entry.name == _LEFT_OUT:
            text = f"{quoted(shown(path))} is left out: the history of the sources is no part of a job."
            findings.append(Finding("left-out", text, path=shown(path)))
            continue
        if len(items) > limits.entries:
            break
        items += _read_entry(inside, path, entry, findings)
    files = [item.path for item in items if not stat.S_ISDIR(item.mode)]
    folders = [item.path for item in items if stat.S_ISDIR(item.mode)]
    findings += judge_together(map(shown, files), map(shown, folders))
    findings += judge_amount(len(items), sum(item.size for item in items), limits)
    return Folder(tuple(items), tuple(shorten(findings)))


def read_script(source: Path, name: str, limits: Limits) -> Folder:
    """Look at a single file, which is to be called ``name``. Raises OSError."""
    info = source.stat()
    item = Item(name, info.st_mode, info.st_size, info.st_mtime_ns)
    return Folder((item,), tuple(judge_source(info.st_size, limits)))


def copy_folder(source: Path, folder: Folder, target: Path, meter: Meter) -> None:
    """Copy what was judged into ``target``, which is there and empty. Raises OSError and Stopped.

    Files that grow meanwhile are copied as far as they reached when they were looked at.
    """
    inside = os.path.realpath(source)
    for item in folder.items:
        copy = f"{target}/{item.path}"
        if stat.S_ISDIR(item.mode):
            os.mkdir(copy, 0o755)
        elif stat.S_ISLNK(item.mode):
            os.symlink(item.link, copy)
            os.utime(copy, ns=(item.mtime_ns, item.mtime_ns), follow_symlinks=False)
        else:
            _copy(f"{inside}/{item.path}", copy, item, meter)
    for item in reversed(folder.items):
        if stat.S_ISDIR(item.mode):
            # A folder that its owner may not write to could never be deleted again.
            os.chmod(f"{target}/{item.path}", item.mode & 0o777 | 0o700)
            os.utime(f"{target}/{item.path}", ns=(item.mtime_ns, item.mtime_ns))


def copy_script(source: Path, folder: Folder, target: Path, meter: Meter) -> None:
    """Copy the single file. Raises OSError and Stopped."""
    (item,) = folder.items
    _copy(os.path.realpath(source), f"{target}/{item.path}", item, meter)


def _read_entry(inside: str, path: str, entry: os.DirEntry[str], findings: list[Finding]) -> Iterator[Item]:
    name = quoted(shown(path))
    if path.count("/") >= DEEPEST:
        text = f"{name} lies more than {DEEPEST} folders deep: give a folder with fewer of them."
        findings.append(Finding("too-deep", text, Weight.REFUSED, shown(path)))
        return
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError as error:
        findings.append(_unreadable(path, error))
        return
    mode = info.st_mode
    if stat.S_ISLNK(mode):
        if (link := _link_text(inside, path)) is not None:
            yield Item(path, mode, 0, info.st_mtime_ns, link)
            return
        text = (
            f"The link {name} leads out of the folder, to {quoted(shown(os.readlink(entry.path)))}: "
            "put the file itself there."
        )
        findings.append(Finding("link", text, Weight.REFUSED, shown(path)))
    elif stat.S_ISDIR(mode):
        yield Item(path, mode, 0, info.st_mtime_ns)
    elif not stat.S_ISREG(mode):
        text = f"{name} is {kind_in_words(mode)}: take it away."
        findings.append(Finding("device", text, Weight.REFUSED, shown(path)))
    elif not os.access(entry.path, os.R_OK, effective_ids=True):
        findings.append(_unreadable(path, PermissionError(0, "Permission denied")))
    else:
        yield Item(path, mode, info.st_size, info.st_mtime_ns)


def _unreadable(path: str, error: OSError) -> Finding:
    text = f"{quoted(shown(path))} cannot be read ({error.strerror}): let the engine's user read it."
    return Finding("unreadable", text, Weight.REFUSED, shown(path))


def _link_text(inside: str, path: str) -> str | None:
    """What a link says in the copy, so that it leads to the copy of what it leads to; None: it leads out."""
    link = f"{inside}/{path}"
    text = os.readlink(link)
    leads_to = os.path.realpath(link)
    if not is_inside(inside, leads_to):
        return None
    beside = os.path.dirname(path)
    written = os.path.normpath(os.path.join(beside, text))
    if os.path.isabs(text) or written == ".." or written.startswith("../"):
        return os.path.relpath(leads_to, os.path.join(inside, beside))
    return text


def _copy(source: str, copy: str, item: Item, meter: Meter) -> None:
    # The file may have become a link or a fifo meanwhile: the open neither follows nor waits.
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        writing = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            left = item.size
            while left and (block := os.read(reading, min(left, _BLOCK))):
                write_all(writing, block)
                left -= len(block)
                meter.add(len(block))
            os.fchmod(writing, item.mode & 0o777 | 0o600)
            os.utime(writing, ns=(item.mtime_ns, item.mtime_ns))
        finally:
            os.close(writing)
    finally:
        os.close(reading)
