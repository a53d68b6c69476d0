"""Themes: one TOML file each, checked before the screen library sees them."""

from __future__ import annotations

import math
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console
from textual.color import Color, ColorParseError
from textual.css.constants import VALID_STYLE_FLAGS
from textual.theme import Theme

import wjtui
from wjtui.tui.present.ink import DEFAULT_VARIABLES
from wjtui.tui.present.plain import plain

DARK, LIGHT, ANSI, ANSI_LIGHT = "wjtui-dark", "wjtui-light", "wjtui-ansi", "wjtui-ansi-light"
LARGEST = 64 * 1024
"""Bytes of a theme file; ours have less than two thousand."""
_COLOURS = frozenset(
    ("primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface",
     "panel", "boost")
)  # fmt: skip
_SHARES = frozenset(("luminosity_spread", "text_alpha"))
_KINDS: Mapping[str, type] = {
    "name": str, "dark": bool, "ansi": bool, "variables": dict, **dict.fromkeys(_COLOURS, str),
}  # fmt: skip
_KNOWN = frozenset(field.name for field in fields(Theme))
# The library makes a style class of it, and reads a comma as "or else".
_NAME = re.compile(r"[\w-]{1,60}")
_STYLE_NAME = re.compile(r".*-style(-hover)?")
_FLAG = rf"(?:not )?(?:{'|'.join(sorted(VALID_STYLE_FLAGS - {'not', 'none'}))})"
_STYLE = re.compile(rf"none|{_FLAG}(?: {_FLAG})*")
_SHADE = re.compile(r".*-(darken|lighten)-\d")
_SHARE = re.compile(r" (100|\d{1,2})%$")
_AUTO = frozenset(("text", "text-muted", "text-disabled"))
_SHOWN = 40


class BadTheme(ValueError):
    """A theme file that cannot be used; the sentence names the file and the key."""


def theme_folders(user: Path | None) -> list[Path]:
    """Where theme files lie: the user's, then those that came with the program."""
    package = Path(wjtui.__file__).resolve().parent
    shipped = package / "_themes"
    # An editable install has no _themes: there the checkout's folder is the one.
    ours = shipped if shipped.is_dir() else package.parent / "themes"
    return [folder for folder in (user, ours) if folder is not None]


def load_themes(folders: Iterable[Path]) -> tuple[dict[str, Theme], list[str]]:
    """All themes by name, the first folder's winning, and a sentence for each file that cannot be used.

    Eleven of them take 3 ms, so all are read before the first paint.
    """
    themes: dict[str, Theme] = {}
    troubles = []
    for folder in folders:
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
                if (other := here.setdefault(theme.name, path)) is not path:
                    raise BadTheme(f"Theme {_said(path.name)} is not used: {_said(other.name)} has its name.")
            except BadTheme as error:
                troubles.append(str(error))
            else:
                themes.setdefault(theme.name, theme)
    return themes, troubles


def read_theme(path: Path) -> Theme:
    """One theme. Raises BadTheme."""
    try:
        data = _parse(_contents(path))
        data.setdefault("name", path.stem)
        _check(data)
    except BadTheme as error:
        raise BadTheme(f"Theme {_said(path.name)}{error}") from None
    return Theme(**data)


def default_variables(theme: Theme, find: Callable[[str], Theme | None]) -> dict[str, str]:
    """Our variables for a theme that does not set them: those of ours that is most like it.

    ``find`` gives a theme by name. Inks made for a dark background cannot be read on a light one.
    """
    dark, light = (ANSI, ANSI_LIGHT) if theme.ansi else (DARK, LIGHT)
    ours = find(dark if theme.dark else light)
    return DEFAULT_VARIABLES | (ours.variables if ours is not None else {})


def choose(wanted: str, environment: Mapping[str, str], themes: Iterable[str]) -> str:
    """The theme to use: the wanted one if it is there; without a wish, what NO_COLOR asks for or dark.

    On sixteen colours a theme of 24 bits has text and cursor row in one grey.
    """
    if wanted in themes:
        return wanted
    return ANSI if environment.get("NO_COLOR") or has_few_colours(environment) else DARK


def has_few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the library will paint in sixteen colours; where no terminal is named nothing is known."""
    if not environment.get("TERM"):
        return False
    # As the library asks, so that both are always of one opinion.
    return Console(force_terminal=True, _environ=environment).color_system == "standard"


def _contents(path: Path) -> bytes:
    try:
        # Opening a named pipe would wait for somebody who writes into it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadTheme(" cannot be read: it is no file.")
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BadTheme(f" cannot be read: {error.strerror or error}.") from None
    if len(raw) > LARGEST:
        raise BadTheme(f" cannot be read: it is larger than {LARGEST // 1024} KiB.")
    return raw


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadTheme(" cannot be read: it is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: a number of 5,000 digits is a ValueError, a thousand brackets the other.
        raise BadTheme(f" cannot be read: {plain(str(error)).rstrip('.')}.") from None


def _check(data: Mapping[str, Any]) -> None:
    """Whether the library can use it: what it cannot use ends the app, and only when the theme is chosen."""
    if unknown := sorted(set(data) - _KNOWN):
        raise BadTheme(f" has unknown keys: {_said(', '.join(unknown))}.")
    if "primary" not in data:
        raise BadTheme(" has no 'primary' colour, which is the one that must be there.")
    for key, value in data.items():
        if key in _SHARES:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise BadTheme(f": '{key}' has the wrong type.")
            if not (math.isfinite(value) and 0 <= value <= 1):
                raise BadTheme(f": '{key}' must be between 0 and 1.")
        elif not isinstance(value, _KINDS[key]):
            raise BadTheme(f": '{key}' has the wrong type.")
    if not _NAME.fullmatch(data["name"]):
        raise BadTheme(f": its name '{_said(data['name'])}' may have letters, digits, '-' and '_' only.")
    for key in sorted(_COLOURS & set(data)):
        _check_colour(key, data[key])
    for key, value in data.get("variables", {}).items():
        if not isinstance(value, str):
            raise BadTheme(f": variable '{_said(key)}' must be a text.")
        _check_variable(key, value)


def _check_variable(key: str, value: str) -> None:
    """A colour, or a share of one, as in '#ff8800 40%', where nobody reckons with it; for a style, its words.

    Nothing else: the library reads '$primary' in a theme as a word, and 'auto' as a colour of text only.
    """
    if _STYLE_NAME.fullmatch(key):
        if not _STYLE.fullmatch(value):
            raise BadTheme(f": '{_said(key)}' is no style: '{_said(value)}'.")
        return
    if key not in DEFAULT_VARIABLES and not _SHADE.fullmatch(key):
        value = _SHARE.sub("", value)
        if key in _AUTO and value == "auto":
            return
    _check_colour(key, value)


def _check_colour(key: str, value: str) -> None:
    try:
        Color.parse(value)
    except ColorParseError:
        raise BadTheme(f": '{_said(key)}' is no colour: '{_said(value)}'.") from None


def _said(text: str) -> str:
    """Text of a file as it can stand in a sentence."""
    text = plain(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
