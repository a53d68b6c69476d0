"""How a screen is opened, and how it was left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wjtui.model.errors import WjtuiError
from wjtui.support.clock import Clock, SystemClock


class Leave(StrEnum):
    """Why the screen is gone; the engine's host decides what follows."""

    LEFT = "left"
    """The person left; whatever runs goes on."""
    STOP_ALL = "stop-all"
    """The person asked for the end of all jobs and of the engine; ``shut_down`` was called."""
    HUNG_UP = "hung-up"
    """The terminal went away; whatever runs goes on."""
    TERMINATED = "terminated"
    """SIGTERM; in-process that is meant for the engine too."""


@dataclass(frozen=True)
class ScreenOptions:
    """What the screen cannot find out by itself."""

    theme: str = ""
    """A theme's name; empty: ``ansi`` where NO_COLOR is set, else ``wjtui-dark``."""
    read_only: bool = False
    brought_engine: bool = False
    """This screen started the engine, so leaving it is a question."""
    in_process: bool = False
    """The engine lives in this process."""
    again: str = "wjtui"
    """What a person types to open this screen again."""
    ascii: bool = False
    mouse: bool = True
    debug: bool = False
    clock: Clock = field(default_factory=SystemClock)
    user_themes: Path | None = None
    """A folder of theme files of the user's."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where NO_COLOR and TERM are looked up."""


class ScreenFailed(WjtuiError):
    """The screen could not be opened, or ended by a bug of its own."""

    code = "screen-failed"
