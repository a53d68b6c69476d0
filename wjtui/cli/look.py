"""Options of the commands that open a screen: how it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def look(function: F) -> F:
    """Add ``--theme``, ``--ascii`` and ``--mouse``, each with its opposite; None or empty: not given."""
    for option in (
        click.option("--theme", metavar="NAME", default="", help="Colours: a theme's name."),
        click.option("--mouse/--no-mouse", default=None, help="Take the mouse, or leave it to the terminal."),
        click.option("--ascii/--no-ascii", default=None, help="Draw with ASCII characters alone."),
    ):
        function = option(function)
    return function
