"""Paths as people type and paste them, and the entries of a folder beside them."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, fit_right, plain
from wjtui.tui.present.times import age, file_size

SCRIPT_ENDINGS = (".cmd", ".bat", ".exe", ".ps1", ".sh", ".php", ".py", ".js", ".jar", ".fsx")
"""Endings that a script host may be found for (spec 2.2)."""
_FILE_URL = re.compile(r"file:(?://(?:localhost)?(?=/))?(/.*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_SIZE_CELLS, _AGE_CELLS = 8, 9
_WITH_AGE = 44
"""Cells from which on a row has room for its age."""


class Entry(NamedTuple):
    """One thing in a folder."""

    name: str
    is_folder: bool = False
    size: int = 0
    """Bytes; of a folder 0."""
    modified: float = 0.0
    """Seconds since 1970."""


class Folder(NamedTuple):
    """What a folder holds, or why that is not known."""

    path: str
    """Absolute."""
    entries: tuple[Entry, ...] = ()
    """Folders first, each kind by name."""
    left_out: int = 0
    """How many more there are than are shown."""
    trouble: str = ""


class Completion(NamedTuple):
    """What the typed beginning of a path can become."""

    text: str
    """With as much put in as is certain."""
    candidates: tuple[Entry, ...]


def read_pasted(text: str) -> str:
    """A path as it was dropped on the terminal or copied: without quotes, ``file://`` and escapes.

    Of several lines the first counts. An empty text stays empty.
    """
    text = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inner = text[1:-1]
        text = _ESCAPED.sub(r"\1", inner) if text[0] == '"' else inner.replace("'\\''", "'")
    elif "\\" in text and not text.lower().startswith("file:"):
        text = _ESCAPED.sub(r"\1", text)
    if (url := _FILE_URL.fullmatch(text)) is not None:
        return unquote(url[1], errors="surrogateescape")
    return text


def begun_anew(text: str) -> str:
    """What counts of a path in which a second one was begun: ``~//srv`` is ``/srv``, ``~/x/~`` is ``~``.

    The field is filled in with a folder, and who types an absolute path into it means that path.
    """
    at = max(text.rfind("//"), text.rfind("/~"))
    return text[at + 1 :] if at >= 0 else text


def typed_parts(text: str) -> tuple[str, str]:
    """The folder in what was typed, up to its last ``/``, and the beginning of a name behind it."""
    if text.startswith("~") and "/" not in text:
        return f"{text}/", ""
    folder, slash, name = text.rpartition("/")
    return folder + slash, name


def complete(text: str, folder: Folder, *, hidden: bool = False) -> Completion:
    """``text`` as far as the entries of its folder leave no doubt, as a shell's tab does.

    Names that begin with a dot count where one was typed, or with ``hidden``.
    """
    head, name = typed_parts(text)
    found = tuple(
        each for each in shown(folder.entries, hidden or name[:1] == ".") if each.name.startswith(name)
    )
    if not found:
        return Completion(text, ())
    if len(found) == 1:
        return Completion(head + found[0].name + ("/" if found[0].is_folder else ""), found)
    return Completion(
        head + _common(min(each.name for each in found), max(each.name for each in found)), found
    )


def shown(entries: tuple[Entry, ...], hidden: bool) -> tuple[Entry, ...]:
    """Those to show: without the hidden ones, unless they are wanted."""
    return entries if hidden else tuple(each for each in entries if not each.name.startswith("."))


def parent_of(text: str, absolute: str) -> str:
    """The folder above one, ``text`` being how it was typed and ``absolute`` where that is; with a ``/``."""
    bare = text.rstrip("/")
    if not bare or (bare.startswith("~") and "/" not in bare) or bare.endswith(".."):
        above = os.path.dirname(absolute.rstrip("/") or "/")
    else:
        above = bare.rpartition("/")[0] or ("/" if bare.startswith("/") else os.path.dirname(absolute))
    return above if above.endswith("/") else f"{above}/"


def what_it_is(entry: Entry) -> str:
    """What a source of this kind could be: ``folder``, ``zip``, ``script``; empty: none."""
    if entry.is_folder:
        return "folder"
    name = entry.name.lower()
    if name.endswith(".zip"):
        return "zip"
    return "script" if name.endswith(SCRIPT_ENDINGS) else ""


def entry_line(entry: Entry, width: int, now: datetime) -> Line:
    """An entry in exactly ``width`` cells: its name, and where it is a file its size and age."""
    if entry.is_folder:
        return (Piece(fit(f"{plain(entry.name)}/", width), Ink.ACCENT),)
    usable = what_it_is(entry) != ""
    end = fit_right(file_size(entry.size), _SIZE_CELLS) if usable else "not a script"
    if usable and width >= _WITH_AGE:
        end += fit_right(age(datetime.fromtimestamp(entry.modified, UTC), now), _AGE_CELLS + 1)
    name = fit(plain(entry.name), max(1, width - len(end) - 1))
    return Piece(name, Ink.PLAIN if usable else Ink.DIM), Piece(f" {end}", Ink.DIM)


def extension_of(script: str) -> str:
    """The ending that fits a pasted script, by its first line; without one ``.sh``."""
    first = script.lstrip("\ufeff").partition("\n")[0].strip()
    if first.startswith("<?php"):
        return ".php"
    if not first.startswith("#!"):
        return ".sh"
    for word, ending in (("python", ".py"), ("node", ".js"), ("php", ".php"), ("pwsh", ".ps1")):
        if word in first:
            return ending
    return ".sh"


def _common(first: str, last: str) -> str:
    """The beginning that both have: of the first and the last of names in order, that of all."""
    return first[
        : next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    ]
