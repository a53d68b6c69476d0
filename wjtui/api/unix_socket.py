"""The engine's Unix socket: opened for one user alone, before anything of the API is imported."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from wjtui.model.errors import RootUnusable

SOCKET_PATH_BYTES = 107
"""What a ``sockaddr_un`` holds on Linux, less the zero at its end."""
_WAITING = 128
"""Connections that the system keeps until the server takes them."""


def open_unix_socket(path: Path, *, replace: bool = False) -> socket.socket:
    """A listening socket for our user alone (0600), in a folder for our user alone (0700).

    ``replace``: one that is there is stale, as the holder of the engine lock knows. Raises RootUnusable.
    """
    if (length := len(os.fsencode(path))) > SOCKET_PATH_BYTES:
        raise RootUnusable(
            f"The engine's socket '{path}' would have a path of {length} bytes and {SOCKET_PATH_BYTES} are"
            " possible: set TMPDIR to a shorter folder, for example TMPDIR=/tmp."
        )
    _own_folder(path.parent)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        if replace:
            path.unlink(missing_ok=True)
        opened.bind(str(path))
        opened.listen(_WAITING)
    except OSError as error:
        opened.close()
        raise RootUnusable(
            f"The engine's socket '{path}' cannot be opened ({error.strerror}): remove what is there, or set"
            " TMPDIR to a folder you may write to."
        ) from error
    finally:
        os.umask(before)
    return opened


def _own_folder(folder: Path) -> None:
    """Make the folder, for its owner alone; somebody else's could hold a socket that answers as ours."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise RootUnusable(
            f"The folder '{folder}' for the engine's socket cannot be used ({error.strerror}): remove what is"
            " there, or set TMPDIR to a folder you may write to."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise RootUnusable(
            f"The folder '{folder}' for the engine's socket is not yours alone, so somebody else could answer"
            " in its place: make it yours with mode 0700, or set TMPDIR to another folder."
        )
