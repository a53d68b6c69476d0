"""Switch: staged folders take the places of job folders, all of them or none (spec 9.4).

At every instant the path of a job that was there leads to its whole old folder, or to its whole new one;
where the system cannot let two folders change places there is none between two renames. Every step may be
repeated.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

import msgspec

from wjtui.engine.deploy.exchange import exchange
from wjtui.engine.deploy.journal import Journal, Origin, Place, Stage, erase_journal, write_journal
from wjtui.engine.deploy.moves import copy, remove
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.support.files import sync_folder

_NEW = ".wjtui-new-"
_OLD = ".wjtui-old-"
_PROBE = ".wjtui-probe-"
LEFT = (_NEW, _OLD, _PROBE)
"""How what lies beside jobs begins, and means nothing once no journal names it."""


class HalfWay(OSError):
    """Neither made nor undone: the journal stays, and the next start tries again."""


def prepare(place: Place, store: VersionStore, origin: Origin) -> Place:
    """Do what takes long and may fail before anything is touched. Raises OSError.

    What comes, and what goes, is copied where it would have to cross file systems.
    """
    new, target = Path(place.new), Path(place.target)
    beside = target.parent
    beside.mkdir(parents=True, exist_ok=True)
    if _crosses(new.parent, beside):
        copy(new, near := beside / f"{_NEW}{target.name}")
        new = near
    before = target if os.path.lexists(target) else None
    number, room = store.prepare(place.job, before, origin.cause, origin.note, origin.by, origin.at)
    kept = room is None or not _crosses(beside, room.parent)
    if room is not None and not kept:
        copy(target, room)
        room = beside / f"{_OLD}{target.name}"
        remove(room)
    return msgspec.structs.replace(
        place,
        new=str(new),
        old=str(room or ""),
        inode=new.stat().st_ino,
        number=number,
        kept=kept,
    )


def drop(place: Place, store: VersionStore) -> None:
    """Take back what ``prepare`` made, or as much of it as there is. Raises OSError."""
    if Path(place.new).name.startswith(_NEW):
        remove(Path(place.new))
    store.forget(place.job)


def switch(folder: Path, journal: Journal, store: VersionStore) -> None:
    """Put every place of a journal in order; ``folder`` is that of what is staged.

    Raises OSError when that fails: everything is as it was before ``prepare``, unless it is HalfWay.
    """
    try:
        write_journal(folder, msgspec.structs.replace(journal, stage=Stage.FORWARD))
        for place in journal.places:
            forward(place)
        for place in journal.places:
            store.settle(place.job)
    except OSError as error:
        try:
            take_back(folder, journal, store)
        except OSError as worse:
            raise HalfWay(worse.errno, worse.strerror, worse.filename) from error
        raise


def take_back(folder: Path, journal: Journal, store: VersionStore) -> None:
    """Undo what was done of a switch. Raises OSError; the journal then stays for the next start."""
    try:
        write_journal(folder, msgspec.structs.replace(journal, stage=Stage.BACK))
    except OSError:
        pass  # a full disk does not keep us from renaming
    for place in reversed(journal.places):
        back(place)
        drop(place, store)
    erase_journal(folder)


def finish(folder: Path, journal: Journal, store: VersionStore) -> None:
    """Clear up after a switch. Raises OSError; what is left then is removed at the next start."""
    for place in journal.places:
        if place.old and not place.kept:
            remove(Path(place.old))
        store.prune(place.job)
    erase_journal(folder)
    remove(folder)


def forward(place: Place) -> None:
    """The folder that comes takes its place, wherever it was interrupted. Raises OSError."""
    new, target, old = Path(place.new), Path(place.target), Path(place.old) if place.old else None
    there = os.path.lexists(target)
    if not os.path.lexists(new):
        return
    if not there:
        new.rename(target)
    elif old is None or os.path.lexists(old):
        raise FileExistsError(errno.EEXIST, "somebody made this folder meanwhile", str(target))
    elif _is(target, place) or exchange(new, target):
        new.rename(old)
    else:
        target.rename(old)
        new.rename(target)
    _sync(place)


def back(place: Place) -> None:
    """The folder that was there has its place again, and the other one waits where it did. Raises OSError."""
    if not place.old:
        if _is(Path(place.target), place):
            Path(place.target).rename(place.new)
    else:
        _put_back(place, Path(place.new), Path(place.target), Path(place.old))
    _sync(place)


def _put_back(place: Place, new: Path, target: Path, old: Path) -> None:
    if _is(old, place):  # without an exchange: the last but one step of this, or the last
        if not os.path.lexists(target):
            new.rename(target)
        old.rename(new)
    elif os.path.lexists(old) and not os.path.lexists(target):
        old.rename(target)  # without an exchange: between the two renames of ``forward``
    elif os.path.lexists(old) and not _is(target, place):
        raise FileExistsError(errno.EEXIST, "somebody made this folder meanwhile", str(target))
    elif _is(target, place):
        if os.path.lexists(old):
            old.rename(new)
        if not exchange(new, target):
            target.rename(old)
            new.rename(target)
            old.rename(new)


def _is(path: Path, place: Place) -> bool:
    """Whether a path leads to the folder that comes."""
    try:
        return path.lstat().st_ino == place.inode
    except OSError:
        return False


def _crosses(one: Path, other: Path) -> bool:
    """Whether no rename leads from one folder into another. Raises OSError where one cannot be written to.

    Tried, not asked: two mounts of one file system look alike, and are not.
    """
    name = f"{_PROBE}{secrets.token_hex(4)}"
    probe = one / name
    probe.mkdir()
    try:
        probe.rename(other / name)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return True
    else:
        probe = other / name
        return False
    finally:
        probe.rmdir()


def _sync(place: Place) -> None:
    folders = {Path(path).parent for path in (place.new, place.target, place.old) if path}
    for folder in sorted(folders):
        if folder.is_dir():
            sync_folder(folder)
