"""Doctor: looks at everything an engine needs on this machine, and changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from wjtui.launch.place import Place
from wjtui.model.base import Value

SECONDS = 10.0
"""So long all looks together may take; a folder on a server that is gone would hold them up for ever."""

F = TypeVar("F")


class Level(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    """Works, or will not always."""
    ERROR = "error"
    """Keeps an engine or a job from working."""


class Check(Value, frozen=True, omit_defaults=False):
    """One thing that was looked at."""

    name: str
    level: Level
    text: str
    """One sentence; where something is wrong it says what to do."""


@dataclass(frozen=True)
class Case:
    """What is looked at."""

    place: Place
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Part(Generic[F]):
    """Some checks over facts that are gathered together."""

    name: str
    gather: Callable[[Case], F]
    """May look and ask; changes nothing."""
    judge: Callable[[F], Sequence[Check]]
    """Pure."""


def ok(name: str, text: str) -> Check:
    """Nothing is wrong."""
    return Check(name, Level.OK, text)


def warning(name: str, text: str) -> Check:
    """Something is to be known."""
    return Check(name, Level.WARNING, text)


def error(name: str, text: str) -> Check:
    """Something is to be done."""
    return Check(name, Level.ERROR, text)


def examine(case: Case, parts: Sequence[Part[Any]], seconds: float = SECONDS) -> list[Check]:
    """Every check, in the order of the parts; a part that does not end in time is an error of its own."""
    found: dict[str, Sequence[Check]] = {}
    looks = [_Look(part, case, found) for part in parts]
    for look in looks:
        look.start()
    late = threading.Event()
    timer = threading.Timer(seconds, late.set)
    timer.daemon = True
    timer.start()
    for look in looks:
        while look.is_alive() and not late.is_set():
            look.join(0.02)
    timer.cancel()
    return [check for part in parts for check in found.get(part.name) or (_unfinished(part, seconds),)]


def worst(checks: Sequence[Check]) -> Level:
    """The level of the worst one."""
    levels = {check.level for check in checks}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)


def _unfinished(part: Part[Any], seconds: float) -> Check:
    return error(
        part.name,
        f"The look at this was not over within {seconds:g} s: a disk or a server that does not answer may "
        "hold it up, and would hold up the engine, too.",
    )


class _Look(threading.Thread):
    """One part's look; a daemon, so that one that hangs keeps nobody from leaving."""

    def __init__(self, part: Part[Any], case: Case, found: dict[str, Sequence[Check]]) -> None:
        super().__init__(name=f"doctor {part.name}", daemon=True)
        self._part = part
        self._case = case
        self._found = found

    def run(self) -> None:
        try:
            self._found[self._part.name] = self._part.judge(self._part.gather(self._case))
        except OSError as trouble:
            where = f" ({trouble.filename})" if trouble.filename else ""
            self._found[self._part.name] = [
                error(self._part.name, f"Cannot be looked at{where}: {trouble.strerror}.")
            ]
