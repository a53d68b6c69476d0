"""Two versions of a job's folder, compared file by file and line by line."""

from __future__ import annotations

import difflib
import io
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from wjtui.engine.catalog.script import find_script_dir, shown
from wjtui.engine.catalog.settings_file import spellings
from wjtui.engine.deploy.tree import below, is_inside
from wjtui.model.base import Value
from wjtui.model.deploys import FileChange, FileState
from wjtui.model.errors import InvalidRequest
from wjtui.settings.parse import SETTINGS

TEXT_BYTES = 256 << 10
"""The largest file that is compared line by line, and the largest answer."""
_MOST_LINES = 20_000
_COUNTED_BYTES = 16 << 20
"""Texts of one comparison that are compared line by line: about two seconds of work."""
_BLOCK = 256 << 10


class _File(Value, frozen=True):
    """One side of a comparison."""

    size: int
    path: str = ""
    """Where it lies; empty: ``content`` is it."""
    content: bytes = b""
    link: str | None = None
    """What a link says; None: it is a file."""


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    def take(self, size: int) -> bool:
        """Whether that much more may be compared line by line."""
        self._left -= size
        return self._left >= 0


def compare_folders(
    old: Path | None, new: Path, *, settings_text: str | None = None
) -> tuple[tuple[FileChange, ...], int]:
    """What becomes of each file by path, those that stay left out, and how many stay. Raises OSError.

    ``old``: None, where there is nothing yet. ``settings_text``, where it is not None, stands in for the
    ``settings.job`` of ``new``; empty: it has none. Links are compared by what they say; modes and times are
    not compared.
    """
    before = _files(old) if old is not None else {}
    after = _files(new)
    if settings_text is not None:
        path = settings_path(new)
        after.pop(path, None)
        if settings_text:
            content = settings_text.encode()
            after[path] = _File(len(content), content=content)
    budget = _Budget(_COUNTED_BYTES)
    changes, same = [], 0
    for path in sorted(before.keys() | after.keys()):
        there, here = before.get(path), after.get(path)
        if there and here and _equal(there, here):
            same += 1
        else:
            changes.append(_change(path, there, here, budget))
    return tuple(changes), same


def settings_path(folder: Path) -> str:
    """Where ``settings.job`` of a job's folder is, or would be, relative to it with ``/``. Raises OSError."""
    script_dir = find_script_dir(folder)
    found = spellings(script_dir, SETTINGS)
    return (script_dir / (found[0] if found else SETTINGS)).relative_to(folder).as_posix()


def diff_texts(path: str, old: Path | None, new: Path | bytes | None) -> str:
    """The unified diff of one file, at most 256 KiB; empty where both are equal. Raises OSError.

    ``old`` and ``new`` are the file itself, from ``safe_inside``, or its content; None: there is none.
    ``path`` is what it is called. One sentence where it cannot be compared line by line.
    """
    before, after = _side(old), _side(new)
    if before and after and _equal(before, after):
        return ""
    if any(each and each.link is not None for each in (before, after)):
        return _link_sentence(path, before, after)
    there, here = _lines(before), _lines(after)
    if there is None or here is None:
        large = any(each and each.size > TEXT_BYTES for each in (before, after))
        reason = f"it is larger than {TEXT_BYTES >> 10} KiB" if large else "it is no text"
        return f"{path} cannot be compared line by line: {reason}."
    from_name = f"a/{path}" if before else "/dev/null"
    to_name = f"b/{path}" if after else "/dev/null"
    return _cut(difflib.unified_diff(there, here, from_name, to_name))


def safe_inside(folder: Path, path: str) -> Path | None:
    """The file at ``path`` below ``folder``; None where there is none, or only a folder.

    A link at its end is meant itself. Raises InvalidRequest where ``path`` does not stay inside, be it by a
    link on the way.
    """
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise InvalidRequest(f"'{shown(path)}' is no path inside the job's folder, like 'lib/tool.py'.")
    inside = os.path.realpath(folder)
    try:
        parent = os.path.realpath(f"{inside}/{'/'.join(parts[:-1])}")
        found = Path(parent) / parts[-1]
        if not is_inside(inside, parent):
            raise InvalidRequest(f"'{shown(path)}' leads out of the job's folder.")
        return found if stat.S_IFMT(found.lstat().st_mode) in (stat.S_IFREG, stat.S_IFLNK) else None
    except OSError:
        return None


def _files(folder: Path) -> dict[str, _File]:
    """Files and links; what vanishes meanwhile, or cannot be listed below the top, is left out."""

    def unreadable(path: str, error: OSError) -> None:
        if not path:
            raise error

    found: dict[str, _File] = {}
    for path, entry in below(folder, unreadable=unreadable):
        try:
            info = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode):
                found[shown(path)] = _file(entry.path, info)
        except FileNotFoundError:
            continue
    return found


def _file(path: str, info: os.stat_result) -> _File:
    return _File(info.st_size, path, link=os.readlink(path) if stat.S_ISLNK(info.st_mode) else None)


def _side(given: Path | bytes | None) -> _File | None:
    if given is None:
        return None
    if isinstance(given, bytes):
        return _File(len(given), content=given)
    return _file(str(given), given.lstat())


def _equal(old: _File, new: _File) -> bool:
    if old.link is not None or new.link is not None or old.size != new.size:
        return old.link == new.link and old.size == new.size
    try:
        return all(one == other for one, other in zip(_blocks(old), _blocks(new), strict=False))
    except OSError:
        return False  # one that cannot be read is not known to be the same


def _blocks(file: _File) -> Iterator[bytes]:
    """The content in blocks, an empty one at its end."""
    if not file.path:
        yield from (file.content[at : at + _BLOCK] for at in range(0, len(file.content) + 1, _BLOCK))
        return
    fd = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb", buffering=0) as opened:
        while block := opened.read(_BLOCK):
            yield block
    yield b""


def _change(path: str, old: _File | None, new: _File | None, budget: _Budget) -> FileChange:
    state = FileState.CHANGED if old and new else FileState.ADDED if new else FileState.REMOVED
    shown_side = new or old
    size = shown_side.size if shown_side else 0
    if not budget.take(sum(each.size for each in (old, new) if each and each.size <= TEXT_BYTES)):
        return FileChange(path, state, size)
    before, after = _lines(old), _lines(new)
    if before is None or after is None or max(len(before), len(after)) > _MOST_LINES:
        return FileChange(path, state, size)
    return FileChange(path, state, size, *_count(before, after))


def _count(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Lines that come, and lines that go."""
    if not old or not new:
        return len(new), len(old)
    matching = sum(each.size for each in difflib.SequenceMatcher(None, old, new).get_matching_blocks())
    return len(new) - matching, len(old) - matching


def _lines(file: _File | None) -> list[str] | None:
    """The lines of a text with their ends; none of what is not there; None: it is no text, or too large."""
    if file is None:
        return []
    if file.link is not None or file.size > TEXT_BYTES:
        return None
    try:
        text = b"".join(_blocks(file)).decode()
    except (OSError, UnicodeDecodeError):
        return None
    # Split at LF alone: to splitlines, a form feed would end a line too.
    return None if "\0" in text else io.StringIO(text, newline="\n").readlines()


def _link_sentence(path: str, old: _File | None, new: _File | None) -> str:
    def says(file: _File | None) -> str:
        if file is None:
            return "nothing"
        return "a file" if file.link is None else f"a link to '{shown(file.link)}'"

    return f"{path} was {says(old)} and would be {says(new)}."


def _cut(lines: Iterator[str]) -> str:
    """The diff as far as it fits; a last line without an end gets one, and a line that says so."""
    pieces: list[str] = []
    size = 0
    for line in lines:
        text = line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        size += len(text.encode())
        if size > TEXT_BYTES - 100:
            pieces.append("... the rest of the differences is left out: they are too long.\n")
            break
        pieces.append(text)
    return "".join(pieces)
