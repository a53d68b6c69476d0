"""What a job is called: its type and its name, and which names may be used."""

from __future__ import annotations

import re
from enum import StrEnum

from wjtui.model.base import Value
from wjtui.model.errors import InvalidName

NAME_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""Names that may be created (spec 9.1); discovery accepts more."""


class JobType(StrEnum):
    """The two kinds of folder, and of job."""

    TRIGGERED = "triggered"
    CONTINUOUS = "continuous"


class JobId(Value, frozen=True):
    """A job's type and its name as on disk; two names that differ only in case are one job (spec 1)."""

    type: JobType
    name: str

    def __str__(self) -> str:
        return f"{self.type.value}/{self.name}"

    @property
    def key(self) -> tuple[str, str]:
        """What makes two ids the same job: for dictionaries and comparisons."""
        return self.type.value, self.name.lower()


def is_safe_component(name: str) -> bool:
    """Whether ``name`` may be joined to a path: one component, no control characters (spec 9.1)."""
    return (
        0 < len(name.encode("utf-8", "surrogateescape")) <= 255
        and not name.startswith(".")
        and not any(c in "/\\\x7f" or c < " " for c in name)
    )


def check_new_name(name: str) -> str:
    """Return ``name`` if a job may be created with it (spec 9.1), else raise InvalidName."""
    if NAME_RULE.fullmatch(name) is None:
        raise InvalidName(
            f"'{name}' cannot be a job's name: begin with a letter or digit, then letters, digits, "
            "'-' and '_', at most 63 in all, for example 'nightly-report'."
        )
    return name


def parse_job_id(text: str) -> tuple[JobType | None, str]:
    """Split ``NAME``, ``triggered/NAME`` or ``continuous/NAME``; the type is None when not given.

    Raises InvalidName for anything that cannot name a job.
    """
    head, slash, tail = text.partition("/")
    kind: JobType | None = None
    if slash:
        try:
            kind = JobType(head.lower())
        except ValueError:
            raise InvalidName(
                f"'{text}' names no job: write NAME, triggered/NAME or continuous/NAME."
            ) from None
    name = tail if slash else head
    if not is_safe_component(name):
        raise InvalidName(f"'{text}' names no job: write NAME, triggered/NAME or continuous/NAME.")
    return kind, name
