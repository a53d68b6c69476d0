"""Folders that move for good: by rename, or by a copy where they cross file systems; each repeatable."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from wjtui.engine.deploy.tree import Amount
from wjtui.support.files import sync_folder
from wjtui.support.sync import sync_tree

_PART = ".wjtui-part-"
_GONE = ".wjtui-gone-"


def move(source: Path, target: Path) -> None:
    """Give a file or a folder another place; asked again after a kill at any instant, it goes on.

    Nothing happens where the source is gone already. Raises OSError, FileExistsError where the target is
    taken; the source is then where it was.
    """
    part, gone = _beside(target, _PART), _beside(source, _GONE)
    if os.path.lexists(source):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            try:
                copy(source, part)
            except BaseException:
                remove(part)
                raise
            source.rename(gone)
            sync_folder(source.parent)
            part.rename(target)
    elif os.path.lexists(part) and os.path.lexists(gone):
        part.rename(target)
    if os.path.lexists(target):
        _sync(target.parent, source.parent)
    remove(gone)


def is_under_way(source: Path) -> bool:
    """Whether a move from here was cut short after the files were copied: nothing of it is lost."""
    return os.path.lexists(_beside(source, _GONE))


def copy(source: Path, target: Path) -> None:
    """Copy a file, a link or a whole folder with modes and times; links stay links.

    What is no file, link or folder is left out. It is on the disk when this returns. Raises OSError.
    """
    remove(target)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, ignore=_special)
    else:
        shutil.copy2(source, target, follow_symlinks=False)
    sync_tree(target.parent)


def remove(path: Path) -> None:
    """Delete a file, a link or a whole folder, whatever its modes. Raises OSError; nothing there is fine."""
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        pass  # somebody else deletes it too
    except OSError:
        # Its owner may not write to a folder of mode 0555, and so not delete what is in it.
        for folder, _, _ in os.walk(path):
            os.chmod(folder, 0o700)
        shutil.rmtree(path)


def measure(path: Path) -> Amount:
    """Files below a folder and their bytes, links not followed; what cannot be read does not count."""
    try:
        info = path.lstat()
    except OSError:
        return Amount()
    if not stat.S_ISDIR(info.st_mode):
        return Amount(1, info.st_size)
    files = size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
            files += 1
    return Amount(files, size)


def _beside(path: Path, prefix: str) -> Path:
    # Hidden: discovery takes no folder for a job whose name begins with a dot.
    return path.with_name(f"{prefix}{path.name}")


def _special(folder: str, names: list[str]) -> list[str]:
    """Sockets, pipes and devices: a job that runs in place may have made one."""
    kinds = ((name, os.lstat(os.path.join(folder, name)).st_mode) for name in names)
    return [
        name for name, mode in kinds if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
    ]


def _sync(*folders: Path) -> None:
    for folder in dict.fromkeys(folders):
        if folder.is_dir():
            sync_folder(folder)
