"""Names of keys: what the screen library calls them, how people write them, and who else takes them."""

from __future__ import annotations

import string

from textual.keys import _character_to_key

SHOWN = {
    **{_character_to_key(char): char for char in string.punctuation},
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}
"""The library's name of each key that is no letter or digit, and how the screen writes it."""

_NAMES = {
    **{shown.lower(): name for name, shown in SHOWN.items()},
    **{name: name for name in SHOWN},
    "return": "enter",
    "page_up": "pageup",
    "page_down": "pagedown",
}
_MODIFIERS = frozenset(("alt", "ctrl", "shift"))
_FOR_BACKSPACE, _FOR_TAB, _FOR_ENTER = (
    f"many terminals take it for {key}" for key in ("Backspace", "Tab", "Enter")
)
_EATEN = {
    "ctrl+a": "GNU screen waits for its commands with it",
    "ctrl+b": "tmux waits for its commands with it",
    "ctrl+s": "some terminals stop their output at it",
    "ctrl+h": _FOR_BACKSPACE,
    "ctrl+i": _FOR_TAB,
    "ctrl+j": _FOR_ENTER,
    "ctrl+m": _FOR_ENTER,
    "ctrl+space": "input methods are switched with it",
    "ctrl+at": "input methods are switched with it",
    "f10": "many terminals open their menu with it",
    "f11": "many terminals fill the display with it",
}


def shown_key(key: str) -> str:
    """A key as people write it."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, SHOWN.get(last, last)])


def read_key(text: str) -> str | None:
    """The library's name of a key, written as the screen shows it or as the library does; None: no key."""
    if len(text) == 1:
        return _NAMES.get(text) or _character(text)
    stem, plus, last = (text[:-2], "+", "+") if text.endswith("++") else text.rpartition("+")
    modifiers = {part.strip().lower() for part in stem.split("+")} if plus else set()
    if not modifiers <= _MODIFIERS:
        return None
    last = last.strip()
    key = _NAMES.get(last.lower()) or (_character(last) if len(last) == 1 else None)
    if key is None:
        return None
    if len(last) == 1 and last.isalpha() and modifiers:
        if modifiers == {"shift"}:
            return last.upper()
        key = last.lower()
    return "+".join([*sorted(modifiers), key])


def eaten(key: str) -> str:
    """Why this key may never arrive, to follow a colon; empty: it does (tui rule 4)."""
    if key in _EATEN:
        return _EATEN[key]
    modifiers = set(key.split("+")[:-1])
    if modifiers >= {"ctrl", "shift"}:
        return "few terminals tell it from the key without shift"
    return "over a slow line it arrives as Esc and another key" if "alt" in modifiers else ""


def types(key: str) -> bool:
    """Whether a field takes the key as text."""
    return len(key) == 1 or key == "space" or SHOWN.get(key, "--") in string.punctuation


def _character(char: str) -> str | None:
    return _character_to_key(char) if char.isprintable() else None
