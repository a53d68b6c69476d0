"""Names inside an archive: which may become files. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from wjtui.model.base import Value
from wjtui.model.deploys import Finding, Weight

LONGEST_NAME = 255
"""Bytes of one component: what Linux file systems take."""
LONGEST_PATH = 4096
"""Bytes of a path."""
DEEPEST = 100
"""Folders in one another; some thousand would fit into a path, and overtax what walks or deletes them."""
_SHOWN = 10
"""Findings of one kind: a package of ten thousand bad names need not say so ten thousand times."""
_DRIVE = re.compile(r"[A-Za-z]:")


class Named(Value, frozen=True):
    """What a name in an archive is as a path in the package, or why it is none."""

    path: str = ""
    """Relative, with ``/``, without empty parts and ``.``; empty: the package itself."""
    faults: tuple[Finding, ...] = ()


def read_name(name: str) -> Named:
    """Judge one name, as the archive has it (spec 9.3); a backslash separates as a slash does."""
    text = name.replace("\\", "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    faults = []
    if text.startswith("/"):
        faults.append(_refuse("absolute", name, "is an absolute path", "only paths inside the job's folder"))
    if _DRIVE.match(text):
        faults.append(_refuse("drive", name, "begins with a drive letter", "only paths inside its folder"))
    if ".." in parts:
        faults.append(_refuse("escape", name, "leads out of the job's folder", "no '..' in its paths"))
    if not text:
        faults.append(Finding("name", "An entry of the archive has no name: make it again.", Weight.REFUSED))
    if any(unicodedata.category(c) == "Cc" for c in text):
        faults.append(_refuse("name", name, "has a control character in its name", "plain names"))
    if any(len(part.encode("utf-8", "surrogateescape")) > LONGEST_NAME for part in parts):
        faults.append(
            _refuse("name-long", name, f"has a name of more than {LONGEST_NAME} bytes", "shorter ones")
        )
    elif len(text.encode("utf-8", "surrogateescape")) > LONGEST_PATH:
        faults.append(
            _refuse("name-long", name, f"is a path of more than {LONGEST_PATH} bytes", "shorter ones")
        )
    elif len(parts) > DEEPEST:
        faults.append(_refuse("too-deep", name, f"lies more than {DEEPEST} folders deep", "fewer folders"))
    return Named("" if faults else "/".join(parts), tuple(faults))


def folders_of(files: Iterable[str], folders: Iterable[str], most: int) -> set[str]:
    """Every folder that there must be, those in which others lie included; one more than ``most`` at most."""
    found: set[str] = set()
    for path in (*folders, *(file.rpartition("/")[0] for file in files)):
        while path and path not in found:
            if len(found) > most:
                return found
            found.add(path)
            path = path.rpartition("/")[0]
    return found


def judge_together(paths: Iterable[str], folders: Iterable[str]) -> list[Finding]:
    """What names do to each other: a file where a folder must be, and names that differ only in case."""
    files, above = set(paths), set(folders)
    both = [
        Finding(
            "file-and-folder",
            f"{quoted(path)} is a file and a folder at once: rename one of them.",
            Weight.REFUSED,
            path,
        )
        for path in sorted(files & above)
    ]
    every = sorted(files | above, key=lambda path: (path.lower(), path))
    twins = [tuple(group) for _, group in groupby(every, key=str.lower)]
    return both + [
        Finding(
            "case",
            f"{' and '.join(quoted(path) for path in group)} differ only in case, "
            "which Windows takes for one file: keep one of them.",
            path=group[0],
        )
        for group in twins
        # A folder of two spellings is told once, not again for all that lies in it.
        if len(group) > 1 and len({path.rpartition("/")[2] for path in group}) > 1
    ]


def shorten(findings: Iterable[Finding]) -> list[Finding]:
    """At most ten of each kind; a last one says how many more there are."""
    kept: dict[str, list[Finding]] = {}
    more: dict[str, int] = {}
    for finding in findings:
        group = kept.setdefault(finding.code, [])
        if len(group) < _SHOWN:
            group.append(finding)
        else:
            more[finding.code] = more.get(finding.code, 0) + 1
    for code, count in more.items():
        text = f"{count:,} more like this." if count > 1 else "One more like this."
        kept[code].append(Finding(code, text, kept[code][-1].weight))
    return [finding for group in kept.values() for finding in group]


def quoted(name: str) -> str:
    """A name from a package for a sentence: in quotes, on one line, at most 80 characters."""
    text = on_one_line(name[:81])
    return f"'{text}'" if len(text) <= 80 else f"'{text[:79]}…'"


def on_one_line(text: str) -> str:
    """A text for a sentence: what cannot be printed as ``\\xNN``."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _refuse(code: str, name: str, what: str, instead: str) -> Finding:
    text = f"{quoted(name)} {what}: make the archive again with {instead}."
    return Finding(code, text, Weight.REFUSED, quoted(name)[1:-1])
