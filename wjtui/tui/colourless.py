"""Colourless: the screen under NO_COLOR, in the terminal's two colours, with bold, underline and reverse."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from wjtui.tui.present.ink import DEFAULT_VARIABLES

MARKED = "ansi_bright_white"
"""Stands for "reversed" until a line is filtered; a job seldom paints on it."""
_REVERSED = frozenset(
    ("cursor-background", "screen-selection-background", "input-selection-background", "warning-muted",
     "error-muted", "block-cursor-background")
)  # fmt: skip
_ALL = (
    *DEFAULT_VARIABLES, *_REVERSED, "border", "border-blurred", "block-cursor-foreground",
    "input-cursor-background", "input-cursor-foreground", "input-selection-foreground",
    "screen-selection-foreground",
)  # fmt: skip
_DEFAULT = "ansi_default"

COLOURLESS = Theme(
    name="colourless",
    primary=_DEFAULT,
    foreground=_DEFAULT,
    background=_DEFAULT,
    ansi=True,
    variables={
        **{name: MARKED if name in _REVERSED else _DEFAULT for name in _ALL},
        "input-cursor-text-style": "none",
    },
)
"""What every theme is where no colour is wanted."""


def wants_no_colour(environment: Mapping[str, str]) -> bool:
    """Whether NO_COLOR is set to anything (no-color.org); set but empty means nothing."""
    return bool(environment.get("NO_COLOR"))
