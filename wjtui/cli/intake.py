"""Where a deploy comes from on the command line: a path, or standard input kept in a file for a while."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wjtui.model.errors import Conflict, InvalidRequest

STREAM = "-"
_CHUNK = 1 << 20
_LONGEST = 4 << 30
"""Bytes that are taken from standard input before anybody has looked at them; the engine allows far less."""


@contextmanager
def source_path(text: str) -> Iterator[tuple[Path, str]]:
    """The file or folder that is meant, and what to call it. Raises InvalidRequest, Conflict."""
    if text != STREAM:
        path = Path(os.path.abspath(os.path.expanduser(text)))
        yield path, path.name
        return
    if sys.stdin.isatty():
        raise InvalidRequest(
            "'-' reads a .zip from standard input, which is a terminal here: "
            "wjtui deploy - --name report < report.zip."
        )
    with tempfile.TemporaryDirectory(prefix="wjtui-") as folder:
        path = Path(folder, "stdin.zip")
        try:
            _drain(path)
        except OSError as error:
            raise Conflict(
                f"Standard input could not be kept in '{folder}' ({error.strerror}): make room there, or set "
                "TMPDIR to a folder with more of it."
            ) from None
        yield path, ""


def _drain(path: Path) -> None:
    stream = sys.stdin.buffer
    total = 0
    with path.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > _LONGEST:
                raise InvalidRequest("Standard input is longer than 4 GiB, which no job may be.")
            file.write(chunk)
    if not total:
        raise InvalidRequest("Standard input was empty: pipe a .zip into 'wjtui deploy - --name report'.")
