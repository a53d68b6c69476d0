"""The first line of a shell script: does another program than bash want to run it (spec 2.3)."""

from __future__ import annotations

import os
from pathlib import Path

from wjtui.engine.catalog.hosts import find_program
from wjtui.model.base import Value

_HEAD_BYTES = 256
"""The kernel looks no further (BINPRM_BUF_SIZE)."""
_BOM = b"\xef\xbb\xbf"


class Shebang(Value, frozen=True):
    """A ``#!`` line, taken apart."""

    program: str
    arguments: tuple[str, ...] = ()
    exact: bool = True
    """Whether the kernel reads it too: it takes a BOM before it, and a CR behind it, for part of the text."""

    @property
    def name(self) -> str:
        """The interpreter's own name, for ``#!/usr/bin/env python3`` too: ``python3``."""
        return os.path.basename(self.program)


class Launcher(Value, frozen=True):
    """What stands before a script's name, and what to say about it."""

    command: tuple[str, ...]
    """Empty: the file is started directly."""
    warning: str = ""
    """A line for the job's log at each launch, SYS WARN."""
    note: str = ""
    """Worth a note on the job."""


def parse_shebang(head: bytes) -> Shebang | None:
    """Read the first line of a file; None when it names no interpreter."""
    marked = head.removeprefix(_BOM)
    if not marked.startswith(b"#!"):
        return None
    line = marked[2:].split(b"\n", 1)[0]
    words = os.fsdecode(line).split()
    exact = not head.startswith(_BOM) and not line.endswith(b"\r")
    if not words:
        return None
    if os.path.basename(words[0]) == "env":
        split = len(words) > 1 and words[1] in ("-S", "--split-string")
        wanted = words[2:] if split else words[1:]
        # The kernel hands everything behind env to it as one word, which only -S takes apart.
        exact = exact and (split or len(wanted) == 1)
        if wanted and not wanted[0].startswith("-") and "=" not in wanted[0]:
            words = wanted
    return Shebang(words[0], tuple(words[1:]), exact)


def launcher_for(script: Path, bash: tuple[str, ...], path: str) -> Launcher:
    """How to start a ``.sh`` file: bash, unless its first line names another interpreter (spec 2.3).

    That one starts the file directly where the x bit is set, else it is called with the file; where it is
    missing bash does it and a warning says so. A file that cannot be read is left to bash, which says why.
    """
    try:
        with script.open("rb") as file:
            shebang = parse_shebang(file.read(_HEAD_BYTES))
            executable = bool(os.fstat(file.fileno()).st_mode & 0o111)
    except OSError:
        return Launcher(bash)
    if shebang is None:
        return Launcher(bash)
    if shebang.name == "bash":
        return Launcher(bash, note=_unused_options(script.name, shebang))
    program = find_program(shebang.program, path)
    if program is None:
        return Launcher(
            bash,
            warning=f"'{script.name}' asks for '{shebang.program}', which is not on this machine: "
            "it is run with bash.",
        )
    return Launcher(() if executable and shebang.exact else (program, *shebang.arguments))


def _unused_options(name: str, shebang: Shebang) -> str:
    if not shebang.arguments:
        return ""
    options = " ".join(shebang.arguments)
    return (
        f"The options '{options}' in the first line of '{name}' have no effect, as on Azure: "
        "write them as a 'set' command into the script."
    )
