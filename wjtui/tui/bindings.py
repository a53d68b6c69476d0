"""Keys from the command table; a clash is an error at start."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from wjtui.tui.commands import COMMANDS, Command, Where

_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "vertical_line": "|",
    "exclamation_mark": "!",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "shift+tab": "shift+Tab",
}


def shown_key(key: str) -> str:
    """A key as people write it."""
    return _SHOWN.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


def shown_keys(command: Command) -> str:
    """All keys of a command."""
    return " ".join(shown_key(key) for key in command.keys)


def bindings(where: Where) -> list[BindingType]:
    """The keys that count in one part of the screen."""
    return bindings_of(command for command in COMMANDS if command.where is where)


def bindings_of(commands: Iterable[Command]) -> list[BindingType]:
    """The keys of these commands."""
    return [
        Binding(",".join(command.keys), f"screen.command('{command.id}')", command.title, id=command.id)
        for command in commands
    ]


def clashes(commands: Iterable[Command]) -> list[str]:
    """A sentence for each key that two commands claim in one place."""
    found: dict[str, None] = {}
    taken: dict[tuple[Where, str], str] = {}
    for command in commands:
        for place in Where if command.where is Where.SCREEN else (command.where,):
            for key in command.keys:
                other = taken.setdefault((place, key), command.id)
                if other != command.id:
                    found[f"{shown_key(key)} is claimed by {other} and by {command.id}"] = None
    return list(found)
