"""Doctor: the root, who holds it, its socket, and the room there is."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wjtui import __version__
from wjtui.api.unix_socket import SOCKET_PATH_BYTES
from wjtui.client.probe import EngineFile, find_engine
from wjtui.engine.config import Config
from wjtui.engine.engine import EngineOptions, make_site
from wjtui.launch.background import running_engine
from wjtui.launch.doctor import Case, Check, Part, error, ok, warning
from wjtui.model.identity import JobType
from wjtui.support.any_case import child_in_any_case
from wjtui.support.locks import holder_note, is_locked

_FEW_BYTES = 1 << 30
_NO_BYTES = 64 << 20
_FEW_NODES = 0.02


@dataclass(frozen=True)
class Folder:
    """A folder as it is found."""

    path: str
    exists: bool
    usable: bool
    """It is a folder that this user may write to; where it is missing: the one that it would be made in."""


@dataclass(frozen=True)
class LockFacts:
    """Who holds the root."""

    held: bool
    note: str = ""
    card: EngineFile | None = None
    """What the holder says of itself."""
    answers: bool = False
    stale: tuple[str, ...] = ()
    """Files of an engine that is gone."""


@dataclass(frozen=True)
class SocketFacts:
    """Where the engine's socket is, or would be."""

    path: str
    length: int
    folder_exists: bool = False
    folder_is_own: bool = True
    temporary: str = ""
    temporary_given: bool = False
    """``TMPDIR`` names it."""
    temporary_usable: bool = True


@dataclass(frozen=True)
class Room:
    """What is left of the disk below a folder."""

    path: str
    free: int
    nodes: int = 0
    """0 with ``free_nodes`` 0: the file system has no fixed number of them."""
    free_nodes: int = 0


def look_at_folder(path: Path) -> Folder:
    """One folder; nothing is tried out, since that would change its time."""
    if os.path.lexists(path):
        return Folder(str(path), True, path.is_dir() and os.access(path, os.W_OK | os.X_OK))
    return Folder(str(path), False, _can_be_made(path))


def gather_folders(case: Case) -> list[Folder]:
    """The root and those of its folders that an engine writes to."""
    site = make_site(EngineOptions(case.place.root, case.place.instance, dict(case.environment)))
    # A package that is mounted read-only is not written to (spec 1.1).
    read_only = Config(case.environment, site.site_settings).source_read_only
    source = site.secondary if read_only else site.primary
    sources = (source, *(child_in_any_case(source, kind.value) for kind in JobType))
    return [
        look_at_folder(path) for path in (site.root, site.own, site.temp, site.data, site.app_logs, *sources)
    ]


def judge_folders(folders: Sequence[Folder]) -> list[Check]:
    """Whether an engine can work in them."""
    bad = [folder for folder in folders if not folder.usable]
    if not bad:
        root = folders[0]
        there = "can be written" if root.exists else "is not there yet; it is made at the first start"
        return [ok("root", f"{root.path} {there}.")]
    return [
        error(
            "root",
            f"{folder.path} "
            + ("is no folder that you may write to" if folder.exists else "is missing and cannot be made")
            + ": make it one with chown or chmod, or choose another root with --root.",
        )
        for folder in bad
    ]


def gather_lock(case: Case) -> LockFacts:
    """Look at lock and card, and knock at the socket."""
    site = case.place.site
    held = is_locked(site.engine_lock)
    stale = () if held else tuple(
        str(path) for path in (site.engine_file, case.place.socket) if os.path.lexists(path)
    )  # fmt: skip
    return LockFacts(
        held,
        holder_note(site.engine_lock) if held else "",
        find_engine(site.engine_lock, site.engine_file),
        running_engine(case.place) is not None,
        stale,
    )


def judge_lock(facts: LockFacts) -> list[Check]:
    """Whether the root has an engine, or could have one."""
    if not facts.held:
        if facts.stale:
            left = ", ".join(facts.stale)
            return [
                warning(
                    "engine",
                    f"None runs; one that ended without notice left {left}: the next start clears that up.",
                )
            ]
        return [ok("engine", "None runs on this root; 'wjtui up' starts one.")]
    card = facts.card
    if card is None:
        return [
            warning(
                "engine",
                f"The lock is held ({facts.note or 'nobody says by whom'}), and nobody says where it "
                "listens: it is starting or ending; look again, then end that process.",
            )
        ]
    if not facts.answers:
        return [
            error(
                "engine",
                f"Process {card.pid} (instance {card.instance}) holds the root and does not take connections "
                "here: name its instance with --instance, or end it with 'wjtui down'.",
            )
        ]
    if card.version != __version__:
        return [
            warning(
                "engine",
                f"It runs (pid {card.pid}) as version {card.version}, this is {__version__}: 'wjtui down', "
                "then 'wjtui up', takes the new one.",
            )
        ]
    return [ok("engine", f"It runs: pid {card.pid}, instance {card.instance}, version {card.version}.")]


def gather_socket(case: Case) -> SocketFacts:
    """Where the socket goes."""
    path, temporary = case.place.socket, Path(tempfile.gettempdir())
    try:
        found = path.parent.lstat()
    except OSError:
        exists, own = False, True
    else:
        exists = True
        own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return SocketFacts(
        str(path),
        len(os.fsencode(path)),
        exists,
        own,
        str(temporary),
        bool(case.environment.get("TMPDIR")),
        temporary.is_dir() and os.access(temporary, os.W_OK | os.X_OK),
    )


def judge_socket(facts: SocketFacts) -> list[Check]:
    """Whether commands and engine can meet there."""
    if facts.length > SOCKET_PATH_BYTES:
        return [
            error(
                "socket",
                f"{facts.path} has {facts.length} bytes and {SOCKET_PATH_BYTES} are possible: set TMPDIR to "
                "a shorter folder, for example TMPDIR=/tmp.",
            )
        ]
    if not facts.folder_is_own:
        return [
            error(
                "socket",
                f"{os.path.dirname(facts.path)} is not yours alone: make it yours with mode 0700, or set "
                "TMPDIR to another folder.",
            )
        ]
    if not facts.folder_exists and not facts.temporary_usable:
        return [
            error("socket", f"{facts.temporary} cannot be written: set TMPDIR to a folder you may write to.")
        ]
    checks = [ok("socket", f"{facts.path}, for your user alone.")]
    if facts.temporary_given:
        checks.append(
            warning(
                "TMPDIR",
                f"It is set to {facts.temporary}: an engine started without it has its socket elsewhere; "
                "commands find it all the same, unless the folder is emptied.",
            )
        )
    else:
        checks.append(ok("TMPDIR", f"Not set; the system's is {facts.temporary}."))
    return checks


def gather_room(case: Case) -> list[Room]:
    """The disks of the root and of the socket."""
    found: dict[int, Room] = {}
    for path in (case.place.root, Path(tempfile.gettempdir())):
        there = next(folder for folder in (path, *path.parents) if folder.exists())
        room = os.statvfs(there)
        found.setdefault(
            there.stat().st_dev,
            Room(str(there), room.f_bavail * room.f_frsize, room.f_files, room.f_favail),
        )
    return list(found.values())


def judge_room(rooms: Sequence[Room]) -> list[Check]:
    """Whether jobs can write their logs."""
    checks = []
    for room in rooms:
        size = f"{room.free / (1 << 30):.1f} GiB"
        if room.free < _NO_BYTES:
            text = f"{room.path} is full ({room.free >> 20} MiB free): make room, jobs lose their output."
            checks.append(error("disk", text))
        elif room.free < _FEW_BYTES:
            checks.append(warning("disk", f"{room.path} has {room.free >> 20} MiB free: make room soon."))
        elif room.nodes and room.free_nodes < room.nodes * _FEW_NODES:
            text = f"{room.path} has {room.free_nodes} inodes left of {room.nodes}: remove small files."
            checks.append((error if room.free_nodes < 1000 else warning)("disk", text))
        else:
            more = f", {room.free_nodes} inodes" if room.nodes else ""
            checks.append(ok("disk", f"{room.path} has {size}{more} free."))
    return checks


def _can_be_made(path: Path) -> bool:
    above = next(folder for folder in path.parents if os.path.lexists(folder))
    return above.is_dir() and os.access(above, os.W_OK | os.X_OK)


PARTS: tuple[Part[Any], ...] = (
    Part("root", gather_folders, judge_folders),
    Part("engine", gather_lock, judge_lock),
    Part("socket", gather_socket, judge_socket),
    Part("disk", gather_room, judge_room),
)
