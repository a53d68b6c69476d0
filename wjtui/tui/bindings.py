"""Keys from the command table; a clash is an error at start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding, BindingType

from wjtui.tui.commands.command import TOGETHER, Command, Where
from wjtui.tui.commands.table import commands_of

_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "vertical_line": "|",
    "exclamation_mark": "!",
    "ampersand": "&",
    "asterisk": "*",
    "colon": ":",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "apostrophe": "'",
    "quotation_mark": '"',
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "shift+tab": "shift+Tab",
    "shift+up": "shift+↑",
    "shift+down": "shift+↓",
}


def shown_key(key: str) -> str:
    """A key as people write it."""
    return _SHOWN.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


def shown_keys(command: Command[Any]) -> str:
    """All keys of a command."""
    return " ".join(shown_key(key) for key in command.keys)


def bindings(*places: Where) -> list[BindingType]:
    """The keys that count in these parts of the screens."""
    return [
        Binding(",".join(command.keys), f"screen.command('{command.id}')", command.title, id=command.id)
        for command in commands_of(*places)
    ]


def clashes(commands: Iterable[Command[Any]]) -> list[str]:
    """A sentence for each key that two commands claim in one place."""
    found: dict[str, None] = {}
    for places in TOGETHER:
        taken: dict[str, str] = {}
        for command in commands:
            for key in command.keys if command.where in places else ():
                other = taken.setdefault(key, command.id)
                if other != command.id:
                    found[f"{shown_key(key)} is claimed by {other} and by {command.id}"] = None
    return list(found)
