"""What the deploy wizard reads and writes on the disk; each function is for a thread."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wjtui import samples
from wjtui.tui.present.deploy_samples import Sample
from wjtui.tui.present.paths import Entry, Folder, read_pasted, typed_parts

MOST_ENTRIES = 20_000
"""Of a folder so many are looked at; with more, typing a part of the name finds the others."""


def absolute(typed: str) -> str:
    """Where a typed path leads: ``~`` and ``~user`` are homes, the rest counts from the current folder."""
    return os.path.abspath(os.path.expanduser(typed or "."))


def read_folder(typed: str) -> Folder:
    """The folder that the typed beginning of a path is in, or why it cannot be read."""
    head, beginning = typed_parts(typed)
    if "\0" in head:
        return Folder("/", trouble="A path holds no zero byte.")
    path = absolute(head)
    found: list[Entry] = []
    left_out = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if len(found) >= MOST_ENTRIES and not (beginning and entry.name.startswith(beginning)):
                    left_out += 1
                else:
                    found.append(_entry(entry))
    except OSError as error:
        return Folder(path, trouble=f"{head or path} cannot be read: {error.strerror or error}.")
    found.sort(key=lambda each: (not each.is_folder, each.name.lower(), each.name))
    return Folder(path, tuple(found), left_out)


def find_source(typed: str) -> tuple[Path | None, bool]:
    """The file or folder that was typed, or pasted with quotes and escapes, and whether it is a folder."""
    for text in dict.fromkeys((typed, read_pasted(typed))):
        if not text:
            continue
        try:
            path = Path(absolute(text))
            mode = path.stat().st_mode
        except (OSError, ValueError):
            continue
        return path, stat.S_ISDIR(mode)
    return None, False


@contextmanager
def written_script(text: str, name: str) -> Iterator[Path]:
    """A pasted script as a file, gone at the end. Raises OSError."""
    with _workplace() as folder:
        path = folder / name
        path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        path.chmod(0o700)
        yield path


@contextmanager
def copied_sample(sample: Sample) -> Iterator[Path]:
    """A sample as a folder of that name, without what an installer leaves in it. Raises OSError."""
    with _workplace() as folder:
        path = folder / sample.name
        source = samples.JOBS / sample.type.value / sample.name
        shutil.copytree(source, path, ignore=shutil.ignore_patterns("__pycache__"))
        for file in path.rglob("*"):
            if file.is_file():
                # Not every installer keeps modes, so the first line says what can be executed.
                file.chmod(0o755 if file.read_bytes().startswith(b"#!") else 0o644)
        yield path


@contextmanager
def _workplace() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="wjtui-deploy-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _entry(entry: os.DirEntry[str]) -> Entry:
    try:
        found = entry.stat()
    except OSError:  # a link to nowhere, or gone meanwhile
        return Entry(entry.name)
    return Entry(entry.name, stat.S_ISDIR(found.st_mode), found.st_size, found.st_mtime)
