"""Keys: those of the command table, changed by what a person's file says; a clash is never silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual.binding import Binding, BindingType

from wjtui.tui.commands.command import TOGETHER, Command, Where
from wjtui.tui.commands.table import COMMANDS, commands_of
from wjtui.tui.key_names import eaten, read_key
from wjtui.tui.key_names import shown_key as shown_key
from wjtui.tui.present.plain import plain

_SHOWN = 40
NEVER = "wjtui_never"
"""Stands for a key nobody can press: the library takes a command without keys for one it is to leave."""


class Keys:
    """Which keys give which command. What a person's file says wrongly does not count, and is told."""

    def __init__(
        self,
        wanted: Mapping[str, Sequence[str]] | None = None,
        commands: Sequence[Command[Any]] = COMMANDS,
        file: str = "config.toml",
    ) -> None:
        """``wanted``: command id -> keys, as the screen shows them or as the library calls them; none
        unbinds. ``file`` is what the sentences call the place where that stands.
        """
        self._commands = {command.id: command for command in commands}
        self._file = file
        self._troubles: dict[str, None] = {}
        self._keys = {command.id: command.keys for command in commands}
        self._own = dict(self._keys)
        self._settle({id: self._read(id, keys) for id, keys in (wanted or {}).items() if self._knows(id)})
        self._warn_of_eaten(wanted or {})

    @property
    def troubles(self) -> tuple[str, ...]:
        """A sentence for each thing in the file that does not count, or may not work."""
        return tuple(self._troubles)

    @property
    def keymap(self) -> dict[str, str]:
        """What has changed, as the library takes it."""
        return {id: ",".join(keys) or NEVER for id, keys in self._keys.items() if keys != self._own[id]}

    def of(self, id: str) -> tuple[str, ...]:
        """The keys of a command, by the library's names."""
        return self._keys[id]

    def is_changed(self, id: str) -> bool:
        """Whether the file gives the command other keys than the table."""
        return self._keys[id] != self._own[id]

    def name(self, id: str) -> str:
        """What a sentence calls the key of a command; one without keys is given by name: ``:stop``."""
        keys = self._keys[id]
        return shown_key(keys[0]) if keys else f":{self._commands[id].name}"

    def shown(self, id: str) -> str:
        """All keys of a command."""
        return " ".join(shown_key(key) for key in self._keys[id]) or f":{self._commands[id].name}"

    def _knows(self, id: str) -> bool:
        if id not in self._commands:
            self._say(f"[keys] names '{_said(id)}', which is no command: :keymap shows them all.")
        return id in self._commands

    def _read(self, id: str, keys: Sequence[str]) -> tuple[str, ...] | None:
        """The keys there are of those wanted; None: not one, so the table's own stay."""
        found: dict[str, None] = {}
        for text in keys:
            key = read_key(text)
            if key is None:
                self._say(f"'{_said(text)}' for {id} is no key: write it as the screen does, such as ctrl+r.")
            else:
                found[key] = None
        return tuple(found) if found or not keys else None

    def _settle(self, wished: Mapping[str, tuple[str, ...] | None]) -> None:
        """Give out the keys: the table's first, then those of the file in its order.

        A command of which no wish is left keeps its own keys, which may be what another one wishes: so all
        is given out again then.
        """
        wishes = {id: keys for id, keys in wished.items() if keys is not None}
        while True:
            self._keys = {id: () if id in wishes else keys for id, keys in self._own.items()}
            for id, keys in wishes.items():
                for key in keys:
                    if (other := self._holder(key, id)) is None:
                        self._keys[id] += (key,)
                    else:
                        self._say(f"{shown_key(key)} is wanted for {id}, but it is the key of {other}.")
            lost = [id for id, keys in wishes.items() if keys and not self._keys[id]]
            if not lost:
                return
            for id in lost:
                del wishes[id]

    def _holder(self, key: str, id: str) -> str | None:
        """Which other command has this key where it would count, too."""
        where = self._commands[id].where
        return next(
            (
                other
                for other, keys in self._keys.items()
                if key in keys and other != id and _meet(where, self._commands[other].where)
            ),
            None,
        )

    def _warn_of_eaten(self, wanted: Iterable[str]) -> None:
        for id in wanted:
            for key in self._keys.get(id, ()) if id in self._commands and self.is_changed(id) else ():
                if key not in self._own[id] and (why := eaten(key)):
                    self._say(f"{shown_key(key)} for {id} may not arrive: {why}.")

    def _say(self, sentence: str) -> None:
        self._troubles[f"{self._file}: {sentence}"] = None


OWN = Keys()
"""The keys of the table alone."""


def shown_keys(command: Command[Any]) -> str:
    """All keys that the table gives a command."""
    return " ".join(shown_key(key) for key in command.keys) or f":{command.name}"


def bindings(*places: Where) -> list[BindingType]:
    """The keys that count in these parts of the screens."""
    return [
        Binding(",".join(command.keys), f"screen.command('{command.id}')", command.title, id=command.id)
        for command in commands_of(*places)
        if command.keys
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


def _meet(one: Where, other: Where) -> bool:
    """Whether the keys of two places count at the same time."""
    return one is other or any({one, other} <= places for places in TOGETHER)


def _said(text: str) -> str:
    """Text of the file as it can stand in a sentence."""
    text = plain(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
