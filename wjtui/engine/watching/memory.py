"""What is remembered of a watched folder, in the data folder of its job."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from wjtui.engine.watching.sightings import Mark
from wjtui.engine.watching.spool import Fate
from wjtui.model.base import Value
from wjtui.support.files import read_whole, write_atomic

log = logging.getLogger(__name__)

BASELINE, SPOOL = "watch.json", "spool.json"
LOCK = "watch.lock"


class Baseline(Value, frozen=True):
    """What lay in a folder when a start was last decided."""

    path: str
    pattern: str
    files: dict[str, Mark]


class Taken(Value, frozen=True):
    """The message that a run was last asked for with, as it was then."""

    path: str
    mark: Mark
    at: datetime


class Ended(Value, frozen=True):
    """A message whose run has ended and that could not be moved away."""

    mark: Mark
    fate: Fate


class Spool(Value, frozen=True):
    """The state of a spool."""

    taken: Taken | None = None
    unmoved: dict[str, Ended] = msgspec.field(default_factory=dict)
    """By path."""


V = TypeVar("V", bound=Value)


def load(folder: Path, name: str, kind: type[V]) -> V | None:
    """What a file says; None: nothing that can be read."""
    try:
        return msgspec.json.decode(read_whole(folder / name), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        log.warning("%s counts as absent: %s", folder / name, error)
        return None


def save(folder: Path, name: str, value: Value) -> None:
    """Write it whole. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / name, msgspec.json.encode(value))
