"""Where a job's process runs: in its own folder, or in a working copy of it (spec 2.5)."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import stat
import string
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.catalog.script import extension_of, shown
from wjtui.logs.line import Level
from wjtui.model.base import Value
from wjtui.model.jobs import Script
from wjtui.support.clock import Clock
from wjtui.support.files import write_atomic

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.25
_LETTERS = string.ascii_lowercase + string.digits
_BOM = b"\xef\xbb\xbf"
_MENDED_BYTES = 4 << 20
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class WorkdirFailed(Exception):
    """The launch cannot take place; the text is the line for the job's log, SYS ERR."""


class SystemLine(Value, frozen=True):
    """A line of the engine for the job's log."""

    level: Level
    text: str


class Prepared(Value, frozen=True):
    """A place to start the process in."""

    root: Path
    """``WEBJOBS_PATH``: the working copy, or the job's folder."""
    cwd: Path
    """The script's folder below ``root``."""
    lines: tuple[SystemLine, ...] = ()
    """What to log before the launch, in this order."""


class _Stamp(Value, frozen=True):
    """What ``lstat`` says of one file; changes of its content change it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class _Copied(Value, frozen=True):
    """One file of the working copy: what its source was then, and what the copy was when it was made."""

    source: _Stamp
    copy: _Stamp


class _Refused(Exception):
    """Something in the job's folder cannot be copied, however often it is tried."""


class Workdir:
    """The working copy of one job, kept from launch to launch while the job's folder stays as it is.

    After an engine restart there is none yet, whatever lies on the disk.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """``folder`` holds the copies: ``Site.job_temp``."""
        self._folder = folder
        self._clock = clock
        self._root: Path | None = None
        self._copied: dict[str, _Copied] = {}

    async def prepare(self, job: Definition, end_leftovers: Callable[[], Awaitable[object]]) -> Prepared:
        """Make ready for a launch. One call at a time. Raises WorkdirFailed.

        ``end_leftovers`` ends what is left of the job's processes; it is awaited before a copy is replaced,
        and before each launch in place.
        """
        if job.script is None:
            raise WorkdirFailed("Failed to copy job files: the job has no script.")
        if job.in_place:
            await end_leftovers()
            lines = await asyncio.to_thread(_warn_of_line_ends, job.folder, job.script)
            return _prepared(job.folder, job.script, lines)
        lines = []
        if self._root is not None:
            try:
                change = await asyncio.to_thread(_first_change, job.folder, self._root, self._copied)
            except OSError as error:
                raise WorkdirFailed(f"Failed to copy job files: {_because(error)}") from None
            if not change:
                return _prepared(self._root, job.script, [])
            lines.append(SystemLine(Level.INFO, f"Job directory change detected: Job file {change}"))
        await end_leftovers()
        lines += await self._discard()
        root = await self._copy(job.folder)
        lines += await asyncio.to_thread(self._mend, root, job.script)
        self._root = root
        return _prepared(root, job.script, lines)

    async def discard(self) -> None:
        """Delete the copies of a job that is gone; what cannot be deleted stays."""
        await self._discard()

    async def _discard(self) -> list[SystemLine]:
        self._root = None
        self._copied = {}
        try:
            await asyncio.to_thread(shutil.rmtree, self._folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            text = f"Failed to delete the old working copy: {_because(error)}"
            return [SystemLine(Level.WARN, text)]
        return []

    async def _copy(self, source: Path) -> Path:
        for attempt in range(1, _ATTEMPTS + 1):
            target = self._folder / _random_name()
            try:
                self._copied = await _in_thread(source, target)
            except _Refused as error:
                failure = str(error)
                break
            except OSError as error:
                failure = _because(error)
                if attempt < _ATTEMPTS:
                    await self._clock.sleep(_PAUSE_SECONDS)
            else:
                return target
        raise WorkdirFailed(f"Failed to copy job files: {failure}")

    def _mend(self, root: Path, script: Script) -> list[SystemLine]:
        """Give the entry script of the copy the line ends that a shell reads (spec 2.3)."""
        path = (root / script.path).resolve()
        data = _shell_script(path)
        flaws = _flaws(data)
        if not flaws:
            return []
        name = shown(script.path)
        try:
            info = path.stat()
            write_atomic(path, data.removeprefix(_BOM).replace(b"\r\n", b"\n"))
            path.chmod(stat.S_IMODE(info.st_mode))
            os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
            mended = path.relative_to(root.resolve()).as_posix()
            self._copied[mended] = _Copied(self._copied[mended].source, _stamp(path.lstat()))
        except OSError as error:
            return [SystemLine(Level.WARN, f"'{name}' has {flaws} and cannot be mended: {_because(error)}")]
        return [SystemLine(Level.INFO, f"'{name}' has {flaws}: mended in the working copy.")]


async def _in_thread(source: Path, target: Path) -> dict[str, _Copied]:
    """Copy in a thread. A cancellation ends the copy at its next file and leaves no thread writing."""
    stop = threading.Event()
    copy = asyncio.get_running_loop().run_in_executor(None, _copy_tree, source, target, stop)
    try:
        return await asyncio.shield(copy)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([copy])
        copy.exception()  # so that nobody reports it as never looked at
        raise


def _prepared(root: Path, script: Script, lines: list[SystemLine]) -> Prepared:
    return Prepared(root, (root / script.path).parent, tuple(lines))


def _first_change(source: Path, copy: Path, copied: dict[str, _Copied]) -> str:
    """What differs first, in the words of spec 2.5; empty: nothing. Files only the copy has do not count.

    A size or a change time that differs counts too: an upload that keeps times would run stale files.
    Raises OSError when the job's folder cannot be read.
    """
    every = ((path, entry.stat(follow_symlinks=False)) for path, entry in _entries(source))
    found = {path: _stamp(info) for path, info in every if not stat.S_ISDIR(info.st_mode)}
    for path in sorted(found):
        known = copied.get(path)
        try:
            there = _stamp((copy / path).lstat())
        except OSError:
            there = None
        if known is None or there is None:
            return f"'{shown(path)}' exists in source directory but not in working directory."
        if found[path].size != known.source.size or there.size != known.copy.size:
            return f"'{shown(path)}' size differs between source and working directories."
        if found[path] != known.source or there.mtime_ns != known.copy.mtime_ns:
            return f"'{shown(path)}' timestamp differs between source and working directories."
    gone = sorted(copied.keys() - found.keys())
    return f"'{shown(gone[0])}' has been deleted." if gone else ""


def _copy_tree(source: Path, target: Path, stop: threading.Event) -> dict[str, _Copied]:
    """Copy a job's folder, times and modes included. Raises OSError or _Refused; nothing is left then."""
    inside = os.path.realpath(source)
    copied: dict[str, _Copied] = {}
    folders: list[tuple[str, os.stat_result]] = []
    target.mkdir(parents=True)
    try:
        for path, entry in _entries(source):
            if stop.is_set():
                raise _Refused("the launch was called off")
            # Looked at before it is copied: what is written meanwhile shows at the next comparison.
            info = entry.stat(follow_symlinks=False)
            copy = f"{target}/{path}"
            if stat.S_ISDIR(info.st_mode):
                os.mkdir(copy)
                folders.append((copy, info))
                continue
            if stat.S_ISLNK(info.st_mode):
                os.symlink(_link_text(inside, path), copy)
            elif stat.S_ISREG(info.st_mode):
                shutil.copyfile(entry.path, copy, follow_symlinks=False)
                os.chmod(copy, info.st_mode & 0o777)
            else:
                raise _Refused(f"'{shown(path)}' is {_KINDS[stat.S_IFMT(info.st_mode)]}: take it away.")
            os.utime(copy, ns=(info.st_atime_ns, info.st_mtime_ns), follow_symlinks=False)
            copied[path] = _Copied(_stamp(info), _stamp(os.lstat(copy)))
        for copy, info in reversed(folders):
            # A folder that its owner may not write to could never be deleted again.
            os.chmod(copy, (info.st_mode & 0o777) | 0o700)
            os.utime(copy, ns=(info.st_atime_ns, info.st_mtime_ns))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return copied


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder with its relative path, folders before what is in them. Raises OSError.

    Links are not followed.
    """
    waiting = deque([""])
    while waiting:
        prefix = waiting.popleft()
        with os.scandir(f"{folder}/{prefix}") as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                yield path, entry


def _link_text(inside: str, path: str) -> str:
    """What a link says in the copy, so that it leads to the copy of what it leads to. Raises _Refused."""
    link = f"{inside}/{path}"
    text = os.readlink(link)
    leads_to = os.path.realpath(link)
    if leads_to != inside and not leads_to.startswith(f"{inside}/"):
        raise _Refused(
            f"the link '{shown(path)}' leads out of the job's folder, to '{shown(text)}': put the file "
            "itself there, or set is_in_place to true in settings.job."
        )
    beside = os.path.dirname(path)
    written = os.path.normpath(os.path.join(beside, text))
    if os.path.isabs(text) or written == ".." or written.startswith("../"):
        return os.path.relpath(leads_to, os.path.join(inside, beside))
    return text


def _warn_of_line_ends(folder: Path, script: Script) -> list[SystemLine]:
    """In place the script is the user's own file, which is not written to (spec 2.3)."""
    flaws = _flaws(_shell_script(folder / script.path))
    if not flaws:
        return []
    text = (
        f"'{shown(script.path)}' has {flaws}, which a shell stumbles over: convert it, or set is_in_place to "
        "false in settings.job, so that its working copy is mended."
    )
    return [SystemLine(Level.WARN, text)]


def _shell_script(path: Path) -> bytes:
    """A shell script's content; nothing for other files, those with binary parts and those over 4 MiB."""
    extension = extension_of(path.name)
    if extension not in ("", ".sh"):
        return b""
    try:
        if path.stat().st_size > _MENDED_BYTES or not path.is_file():
            return b""
        data = path.read_bytes()
    except OSError:
        return b""
    is_shell = bool(extension) or data.removeprefix(_BOM).startswith(b"#!")
    # A self-extracting script carries an archive, in which CR LF is no line end.
    return data if is_shell and b"\0" not in data else b""


def _flaws(data: bytes) -> str:
    mark = "a byte order mark" if data.startswith(_BOM) else ""
    ends = "CRLF line ends" if b"\r\n" in data else ""
    return " and ".join(flaw for flaw in (mark, ends) if flaw)


def _stamp(info: os.stat_result) -> _Stamp:
    return _Stamp(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _random_name() -> str:
    """Eight letters, a dot and three more."""
    name = "".join(secrets.choice(_LETTERS) for _ in range(11))
    return f"{name[:8]}.{name[8:]}"


def _because(error: OSError) -> str:
    name = f"'{shown(error.filename)}': " if isinstance(error.filename, str) else ""
    return f"{name}{error.strerror or error}"
