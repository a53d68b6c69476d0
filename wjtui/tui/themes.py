"""Themes: one TOML file each, checked before the screen library sees them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

import wjtui
from wjtui.tui.present.ink import DEFAULT_VARIABLES

DARK, LIGHT, ANSI = "wjtui-dark", "wjtui-light", "wjtui-ansi"
_COLOURS = frozenset(
    ("primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface",
     "panel", "boost")
)  # fmt: skip
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "name": str, "dark": bool, "ansi": bool, "luminosity_spread": (int, float), "text_alpha": (int, float),
    "variables": dict, **dict.fromkeys(_COLOURS, str),
}  # fmt: skip


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
    """All themes by name, the first folder's winning, and a sentence for each file that cannot be used."""
    themes: dict[str, Theme] = {}
    troubles = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except BadTheme as error:
                troubles.append(str(error))
            else:
                themes.setdefault(theme.name, theme)
    return themes, troubles


def read_theme(path: Path) -> Theme:
    """One theme. Raises BadTheme."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTheme(f"Theme {path.name} cannot be read: {error}.") from None
    _check(path.name, data)
    data.setdefault("name", path.stem)
    return Theme(**data)


def _check(name: str, data: dict[str, Any]) -> None:
    known = {field.name for field in fields(Theme)}
    if unknown := sorted(set(data) - known):
        raise BadTheme(f"Theme {name} has unknown keys: {', '.join(unknown)}.")
    if "primary" not in data:
        raise BadTheme(f"Theme {name} has no 'primary' colour, which is the one that must be there.")
    for key, value in data.items():
        if not isinstance(value, _KINDS[key]):
            raise BadTheme(f"Theme {name}: '{key}' has the wrong type.")
    variables = data.get("variables", {})
    for key, value in variables.items():
        if not isinstance(value, str):
            raise BadTheme(f"Theme {name}: variable '{key}' must be a text.")
    ours = {key: variables[key] for key in DEFAULT_VARIABLES if key in variables}
    literal = {key: value for key, value in variables.items() if value.startswith("#")}
    for key, value in {**{key: data[key] for key in _COLOURS & set(data)}, **ours, **literal}.items():
        try:
            Color.parse(value)
        except ColorParseError:
            raise BadTheme(f"Theme {name}: '{key}' is no colour: '{value}'.") from None


def choose(wanted: str, environment: Mapping[str, str], themes: Iterable[str]) -> str:
    """The theme to use: the wanted one if it is there; without a wish, what NO_COLOR asks for or dark."""
    if wanted in themes:
        return wanted
    # The library maps NO_COLOR to greys in 24 bits unless the theme is an ansi one.
    return ANSI if environment.get("NO_COLOR") else DARK
