"""What a person points at: a .zip, a folder or one script, and what it is called."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from wjtui.archives.naming import read_name
from wjtui.archives.zip_directory import LOCAL, other_archive
from wjtui.engine.catalog.hosts import EXTENSIONS
from wjtui.engine.catalog.script import extension_of
from wjtui.engine.deploy.naming import quoted_path, suggest_name
from wjtui.engine.deploy.tree import kind_in_words
from wjtui.model.base import Value
from wjtui.model.deploys import SourceKind
from wjtui.model.errors import Conflict, InvalidRequest

_HEAD_BYTES = 512


class Source(Value, frozen=True):
    """A source that there is."""

    path: Path
    kind: SourceKind
    name: str
    """What its file, or folder, is called: one component."""
    job_name: str
    """What a job of it may be called; may be empty."""
    other: str = ""
    """What kind of archive a lone file is, where it is one that is not taken."""


def read_source(path: Path, name: str = "") -> Source:
    """Look at a source; ``name``: what it is called where its path does not tell.

    A file is a .zip by its name, or by how it begins where its name says nothing: a ``.jar`` begins so too
    and stays one file (spec 8.5). Raises InvalidRequest, and Conflict where it cannot be read.
    """
    where = quoted_path(path)
    try:
        info = path.stat()
        head = _head(path) if stat.S_ISREG(info.st_mode) else b""
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidRequest(f"There is no {where}: give a .zip, a folder or a script.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Conflict(f"{where} cannot be read ({reason}): let the engine's user read it.") from None
    if stat.S_ISDIR(info.st_mode):
        own = name or Path(os.path.realpath(path)).name
        return Source(path, SourceKind.FOLDER, own, suggest_name(own))
    if not stat.S_ISREG(info.st_mode):
        what = kind_in_words(info.st_mode)
        raise InvalidRequest(f"{where} is {what}: give a .zip, a folder or a script.")
    own = (name or path.name).replace("\\", "/").rpartition("/")[2]
    if faults := read_name(own).faults:
        raise InvalidRequest(faults[0].text)
    extension = extension_of(own)
    if extension == ".zip" or (extension not in EXTENSIONS and head.startswith(LOCAL)):
        return Source(
            path, SourceKind.ZIP, own, suggest_name(own.removesuffix(own[-4:]) if extension else own)
        )
    other = "" if extension in EXTENSIONS else other_archive(head)
    return Source(path, SourceKind.SCRIPT, own, _name_of_script(path, own, bool(name)), other)


def _name_of_script(path: Path, own: str, given: bool) -> str:
    stem = os.path.splitext(own)[0]
    if stem.lower() != "run":
        return suggest_name(stem)
    # Every job has a run.sh: its folder says which one it is, but not that of a file that was sent.
    return "" if given else suggest_name(Path(os.path.realpath(path)).parent.name)


def _head(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb", buffering=0) as file:
        return file.read(_HEAD_BYTES) or b""
