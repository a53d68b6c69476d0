"""How a screen is opened, and how it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wjtui.model.errors import WjtuiError
from wjtui.model.preferences import Preferences
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
    socket: str = ""
    """Where the engine listens, for the lines that a person copies; empty: nowhere outside."""
    ascii: bool = False
    mouse: bool = True
    debug: bool = False
    clock: Clock = field(default_factory=SystemClock)
    user_themes: Path | None = None
    """A folder of theme files of the user's."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where NO_COLOR and TERM are looked up."""
    preferences: Preferences = field(default_factory=Preferences)
    """What the person's file says. Of its ``theme``, ``ascii`` and ``mouse`` the fields above already tell
    what is to be done, since command line and environment come first."""
    troubles: tuple[str, ...] = ()
    """Sentences about the person's files, to be shown once the screen is up."""
    config: Path | None = None
    """The person's ``config.toml``, whether or not it is there."""
    engine_log: Path | None = None
    """The engine's own log, where it lies on this machine."""
    what_ends_it: Callable[[], str] | None = None
    """Looks what would end the engine behind the screen's back: a sentence, or nothing; may take seconds."""
    memory: Path | None = None
    """The file of what the screen remembers of this root; None: it remembers nothing."""


def in_browser(environment: Mapping[str, str]) -> bool:
    """Whether the screen is drawn by a server of web pages, which speaks to it over pipes."""
    return environment.get("TEXTUAL_DRIVER", "") == "textual.drivers.web_driver:WebDriver"


class ScreenFailed(WjtuiError):
    """The screen could not be opened, or ended by a bug of its own."""

    code = "screen-failed"
