"""Asking programs of the system: one question, one answer, in bounded time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

_SECONDS = 5.0


class Answer(NamedTuple):
    """What a program said; ``status`` None: it is not there, or did not answer in time."""

    status: int | None
    out: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked for."""
        return self.status == 0

    @property
    def fields(self) -> dict[str, str]:
        """Lines of ``NAME=VALUE``."""
        return dict(line.split("=", 1) for line in self.out.splitlines() if "=" in line)


def ask_program(
    *words: str, environment: Mapping[str, str] | None = None, seconds: float = _SECONDS
) -> Answer:
    """Run a program of the ``PATH`` without a terminal and wait for its end."""
    known = os.environ if environment is None else environment
    program = shutil.which(words[0], path=known.get("PATH", os.defpath))
    if program is None:
        return Answer(None, error=f"{words[0]} is not installed")
    try:
        done = subprocess.run(
            [program, *words[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env=dict(known),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(None, error=f"{words[0]} did not answer within {seconds:g} s")
    except OSError as error:
        return Answer(None, error=f"{words[0]} cannot be started ({error.strerror})")
    out, said = (text.decode("utf-8", "replace").strip() for text in (done.stdout, done.stderr))
    return Answer(done.returncode, out, said)
