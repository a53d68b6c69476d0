"""Ink: what a piece of text means, so that themes can colour it and nothing here names a colour."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Ink(StrEnum):
    """The meanings; each has, in ``MARKUP_STYLE``, a theme variable for its colour, a weight, or both."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    ACCENT = "accent"
    KEY = "key"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPED = "stopped"
    SUCCESS = "success"
    FAILED = "failed"
    ABORTED = "aborted"
    NEVER = "never"
    WARNING = "warning"
    LOG_INFO = "log-info"
    LOG_WARN = "log-warn"
    LOG_ERROR = "log-error"
    LOG_SYSTEM = "log-system"
    LOG_TIME = "log-time"


class Piece(NamedTuple):
    """Some text in one ink."""

    text: str
    ink: Ink = Ink.PLAIN


Line = tuple[Piece, ...]
"""Pieces that stand side by side."""

MARKUP_STYLE = {
    Ink.PLAIN: "",
    Ink.DIM: "$ink-dim",
    Ink.STRONG: "bold",
    Ink.ACCENT: "$ink-accent",
    Ink.KEY: "$ink-accent bold",
    Ink.RUNNING: "$status-running",
    Ink.WAITING: "$status-waiting",
    Ink.STOPPED: "$status-stopped",
    Ink.SUCCESS: "$status-success",
    Ink.FAILED: "$status-failed bold",
    Ink.ABORTED: "$status-aborted",
    Ink.NEVER: "$status-never",
    Ink.WARNING: "$status-warning",
    Ink.LOG_INFO: "$log-info",
    Ink.LOG_WARN: "$log-warn",
    Ink.LOG_ERROR: "$log-error",
    Ink.LOG_SYSTEM: "$log-system",
    Ink.LOG_TIME: "$log-time",
}
"""How each ink is written as a style of the screen library."""

DEFAULT_VARIABLES = {
    "ink-accent": "#7aa2f7",
    "ink-dim": "#8089a8",
    "status-running": "#7dcfff",
    "status-waiting": "#e0af68",
    "status-stopped": "#97a0c0",
    "status-success": "#9ece6a",
    "status-failed": "#ff8196",
    "status-aborted": "#e59a63",
    "status-never": "#97a0c0",
    "status-warning": "#e0af68",
    "log-info": "#d5daee",
    "log-warn": "#e0af68",
    "log-error": "#ff8b9e",
    "log-system": "#7dcfff",
    "log-time": "#7881a1",
    # Both the row under the cursor and a field to type into.
    "cursor-background": "#2b3a63",
    "cursor-background-blurred": "#232a40",
    "cursor-foreground": "#d5daee",
    "pane-border": "#5f6784",
    # The library needs these two in every theme that calls itself ansi.
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
}
"""Our theme variables, for themes that do not set them."""


def plain_text(line: Line) -> str:
    """The text of a line without its inks."""
    return "".join(piece.text for piece in line)
