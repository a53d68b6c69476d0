"""The user that a job runs as, and how its files come to be usable by that user."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator

from wjtui.model.base import Value

_ACCESS_LIST = "system.posix_acl_access"
_ROOM = stat.S_ISVTX | stat.S_IRWXG
"""Of a lent folder: its group may make files in it, and nobody may remove or rename another one's."""


class Account(Value, frozen=True):
    """One user of this machine."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    """All of them, ``gid`` too."""
    home: str

    @property
    def environment(self) -> dict[str, str]:
        """What a program of this user expects to find."""
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name}


def find_account(name: str) -> Account | None:
    """The user of this name; None: there is none. It may ask the network, so it belongs in a thread."""
    try:
        found = pwd.getpwnam(name)
    except (KeyError, ValueError):  # a name that no user can have: NUL, a lone surrogate
        return None
    groups = tuple(os.getgrouplist(name, found.pw_gid))
    return Account(name, found.pw_uid, found.pw_gid, groups, found.pw_dir)


def give_tree(root: str, account: Account) -> None:
    """Make this user the owner of a folder and all that is in it, unless the folder is theirs already.

    No link is followed, and a file with a second name stays whose it is: the other name may lie anywhere.
    Raises OSError. It grows with the tree, so it belongs in a thread.
    """
    if os.lstat(root).st_uid == account.uid:
        return
    for _, folders, files, folder in os.fwalk(root):
        for name in (*folders, *files):
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(info.st_mode) or info.st_nlink == 1:
                os.chown(name, account.uid, account.gid, dir_fd=folder, follow_symlinks=False)
    # Last: a tree that was left in the middle is begun again.
    os.chown(root, account.uid, account.gid, follow_symlinks=False)


def lend_folder(folder: str, account: Account) -> None:
    """Let this user make files in a folder of the engine, which keeps its own safe in it. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        info = os.fstat(handle)
        if info.st_gid != account.gid:
            os.chown(handle, -1, account.gid)
        if info.st_mode & _ROOM != _ROOM:
            os.chmod(handle, stat.S_IMODE(info.st_mode) | _ROOM)
    finally:
        os.close(handle)


def lend_file(path: str, account: Account) -> None:
    """Let this user read a file of the engine. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.chown(handle, -1, account.gid)
        os.chmod(handle, stat.S_IMODE(os.fstat(handle).st_mode) | stat.S_IRGRP)
    finally:
        os.close(handle)


def closed_folder(path: str, account: Account) -> str:
    """The topmost folder on the way to ``path``, and itself, that this user may not enter; empty: none.

    A folder with an access list is taken for open: only the machine can tell.
    """
    return next((folder for folder in _way_to(path) if not _may_enter(folder, account)), "")


def _way_to(path: str) -> Iterator[str]:
    folder = "/"
    yield folder
    for part in os.path.realpath(path).split("/")[1:]:
        folder = os.path.join(folder, part)
        yield folder


def _may_enter(folder: str, account: Account) -> bool:
    try:
        info = os.stat(folder)
        if account.uid == 0 or _ACCESS_LIST in os.listxattr(folder):
            return True
    except OSError:
        return True
    if info.st_uid == account.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid in account.groups:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)
