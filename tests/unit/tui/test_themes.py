"""Themes: each can be read in every place, and a file that cannot be used is one sentence."""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import Theme
from textual.widgets import Button, Footer, Input, OptionList, Static

from wjtui.tui.present.ink import DEFAULT_VARIABLES, MARKUP_STYLE
from wjtui.tui.themes import (
    ANSI,
    ANSI_LIGHT,
    DARK,
    LARGEST,
    LIGHT,
    BadTheme,
    choose,
    default_variables,
    has_few_colours,
    load_themes,
    read_theme,
    theme_folders,
)

SHIPPED, TROUBLES = load_themes(theme_folders(None))
PAINTED = {name: theme for name, theme in SHIPPED.items() if not theme.ansi}
ANSI_THEMES = {name: theme for name, theme in SHIPPED.items() if theme.ansi}
GROUNDS = ("cursor-background", "cursor-background-blurred")
QUIET = ("ink-dim", "log-time")
FRAMES = ("pane-border",)
OF_ANSI = ("ansi-background", "ansi-foreground")
TEXT_AT_LEAST, QUIET_AT_LEAST = 4.5, 3.0


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (part / 255 for part in RichColor.parse(colour).get_truecolor())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def of_256(colour: str) -> str:
    """What becomes of a colour where COLORTERM is not set, as over most SSH connections."""
    return RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


def grounds(theme: Theme) -> dict[str, str]:
    found = {name: getattr(theme, name) for name in ("background", "surface", "panel")}
    return found | {name: theme.variables[name] for name in GROUNDS}


def too_faint(theme: Theme) -> Iterator[str]:
    behind = grounds(theme)
    inks = {"foreground": theme.foreground or "", **theme.variables}
    for name, colour in inks.items():
        if name in (*GROUNDS, *OF_ANSI):
            continue
        least = QUIET_AT_LEAST if name in (*QUIET, *FRAMES) else TEXT_AT_LEAST
        for place, ground in behind.items():
            if name in FRAMES and place in GROUNDS:
                continue  # a frame stands around rows, not on one
            for how, seen in (("", str), (" in 256 colours", of_256)):
                found = contrast(seen(colour), seen(ground))
                if found < least:
                    yield f"{name} on {place}{how}: {found:.2f}, not {least}"


def test_there_are_themes_for_everybody() -> None:
    assert TROUBLES == [] and len(SHIPPED) >= 8
    assert sum(not theme.dark for theme in PAINTED.values()) >= 2
    assert set(ANSI_THEMES) == {ANSI, ANSI_LIGHT} and {DARK, LIGHT} <= set(PAINTED)


def test_every_ink_is_a_variable_with_a_default() -> None:
    used = {style.partition("$")[2].partition(" ")[0] for style in MARKUP_STYLE.values() if "$" in style}
    assert used <= set(DEFAULT_VARIABLES)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_variable_is_set(name: str) -> None:
    theme = SHIPPED[name]
    assert set(DEFAULT_VARIABLES) <= set(theme.variables)
    assert all((theme.foreground, theme.background, theme.surface, theme.panel))


@pytest.mark.parametrize("name", PAINTED)
def test_every_ink_can_be_read_on_every_ground(name: str) -> None:
    assert list(too_faint(PAINTED[name])) == []


def test_the_rule_finds_what_is_too_faint() -> None:
    faint = Theme("faint", "#808080", foreground="#777777", background="#666666", surface="#666666",
                  panel="#666666", variables=SHIPPED[DARK].variables)  # fmt: skip
    assert any(line.startswith("foreground on background:") for line in too_faint(faint))


@pytest.mark.parametrize("name", PAINTED)
def test_the_cursor_row_stands_out_in_256_colours_too(name: str) -> None:
    theme = PAINTED[name]
    cursor, behind = theme.variables["cursor-background"], theme.background or ""
    assert of_256(cursor) != of_256(behind) and cursor != behind


def test_high_contrast_is_high() -> None:
    theme = SHIPPED["contrast"]
    inks = [value for name, value in theme.variables.items() if name not in (*GROUNDS, *FRAMES, *OF_ANSI)]
    assert min(contrast(*pair) for pair in product(inks, grounds(theme).values())) >= 7


@pytest.mark.parametrize("name", ANSI_THEMES)
def test_an_ansi_theme_names_the_sixteen_colours_only(name: str) -> None:
    theme = ANSI_THEMES[name]
    colours = [theme.primary, theme.secondary, theme.accent, theme.success, theme.warning, theme.error]
    colours += [theme.foreground, theme.background, theme.surface, theme.panel, theme.boost]
    colours += [value for key, value in theme.variables.items() if not key.endswith("-style")]
    for colour in colours:
        assert colour is not None and colour.startswith("ansi_") and Color.parse(colour).ansi is not None


@pytest.mark.parametrize("name", ANSI_THEMES)
def test_an_ansi_theme_puts_white_and_black_only_on_one_another(name: str) -> None:
    variables = ANSI_THEMES[name].variables
    plain = {"ansi_white", "ansi_black"}
    paired = [key for key, value in variables.items() if value in plain]
    for key in paired:
        other = (
            key.replace("background", "\0").replace("foreground", "background").replace("\0", "foreground")
        )
        assert (other != key and {variables[key], variables[other]} == plain) or "selection" in key, key


def seen_without(cone: str, colour: str) -> tuple[float, ...]:
    """A colour as it is seen without the long or the middle cone (Viénot, Brettel, Mollon 1999), linear."""
    parts = [part / 255 for part in RichColor.parse(colour).get_truecolor()]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    share, lost = (0.11238, 0.004) if cone == "long" else (0.29275, -0.02234)
    mixed = share * red + (1 - share) * green
    return mixed, mixed, lost * red - lost * green + blue


@pytest.mark.parametrize("cone", ["long", "middle"])
def test_well_and_failed_differ_without_red_and_green(cone: str) -> None:
    def distance(theme: Theme) -> float:
        pair = (theme.variables["status-success"], theme.variables["status-failed"])
        one, other = (seen_without(cone, colour) for colour in pair)
        return math.hypot(*(a ** (1 / 2.2) - b ** (1 / 2.2) for a, b in zip(one, other, strict=True)))

    assert distance(SHIPPED["blue-orange"]) > 0.5 > distance(Theme("x", "red", variables={
        "status-success": "#6cae4a", "status-failed": "#d0704a"}))  # fmt: skip


# What is refused


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("primary = 3", "'primary' has the wrong type"),
        ('primary = "red"\ndark = "yes"', "'dark' has the wrong type"),
        ('primary = "red"\nvariables = 3', "'variables' has the wrong type"),
        ('primary = "red"\ntext_alpha = true', "'text_alpha' has the wrong type"),
        ('primary = "red"\ntext_alpha = nan', "'text_alpha' must be between 0 and 1"),
        ('primary = "red"\nluminosity_spread = 7', "'luminosity_spread' must be between 0 and 1"),
        ('primary = "red"\nspeed = 1\nbold = 2', "unknown keys: bold, speed"),
        ("dark = true", "no 'primary' colour"),
        ("", "no 'primary' colour"),
        ('primary = "auto 80%"', "'primary' is no colour"),
        ('primary = "red"\npanel = ""', "'panel' is no colour"),
        ('primary = "red"\nname = "a,b"', "its name 'a,b' may have"),
        ('primary = "red"\nname = ""', "its name '' may have"),
        ('primary = "red"\n[variables]\nmine = 3', "variable 'mine' must be a text"),
        ('primary = "red"\n[variables]\nmine = "$primary"', "'mine' is no colour: '$primary'"),
        ('primary = "red"\n[variables]\nmine = "red 400%"', "'mine' is no colour"),
        ('primary = "red"\n[variables]\nmine = "red; }"', "'mine' is no colour"),
        ('primary = "red"\n[variables]\nmine = "auto 80%"', "'mine' is no colour"),
        ('primary = "red"\n[variables]\nink-dim = "#888888 50%"', "'ink-dim' is no colour"),
        ('primary = "red"\n[variables]\nlink-style = "loud"', "'link-style' is no style: 'loud'"),
        ('primary = "red"\n[variables]\nlink-style-hover = "bold none"', "is no style"),
        ('primary = "red"\n[variables]\nlink-style = "not"', "is no style"),
        ('primary = "\x1b[2J"', "cannot be read"),
        ('primary = "\\u001b[2J\\u202e"', "'primary' is no colour: '␛[2J�'"),
        (f'primary = "{"x" * 5000}"', "x…'."),
        ("not toml", "cannot be read"),
        (f"primary = {'[' * 9000}", "cannot be read"),
        (f"primary = {'9' * 9000}", "cannot be read"),
        ("primary = 2026-13-01", "cannot be read"),
        (f'primary = "red" #{"#" * LARGEST}', "larger than 64 KiB"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(content, "utf-8")
    (tmp_path / "other.toml").write_text('primary = "#123456"\n')
    themes, troubles = load_themes([tmp_path])
    assert list(themes) == ["other"] and len(troubles) == 1
    said = troubles[0]
    assert said.startswith("Theme mine.toml") and words in said
    assert said.endswith(".") and not said.endswith("..") and len(said) < 200 and said.isprintable()


def test_what_is_no_file_of_text(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'primary = "red" # \xe9\n')
    (tmp_path / "nowhere.toml").symlink_to(tmp_path / "gone")
    (tmp_path / "round.toml").symlink_to(tmp_path / "round.toml")
    (tmp_path / "good.toml").write_text('primary = "red"\n')
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    themes, troubles = load_themes([tmp_path])
    assert list(themes) == ["good"]
    assert [line.partition(" cannot")[0] for line in troubles] == [
        f"Theme {name}.toml" for name in ("endless", "folder", "latin", "nowhere", "pipe", "round")
    ]
    assert "is not UTF-8" in troubles[2] and "No such file" in troubles[3]


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the refusal is made up."""

    def refuse(*given: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "closed.toml").write_text('primary = "red"\n')
    monkeypatch.setattr(Path, "open", refuse)
    assert load_themes([tmp_path])[1] == ["Theme closed.toml cannot be read: Permission denied."]


def test_a_file_that_goes_while_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadTheme, match=r"^Theme gone\.toml cannot be read: No such file or directory\.$"):
        read_theme(tmp_path / "gone.toml")


def test_two_files_of_one_name(tmp_path: Path) -> None:
    for file, colour in (("a", "red"), ("b", "blue")):
        (tmp_path / f"{file}.toml").write_text(f'name = "mine"\nprimary = "{colour}"\n')
    themes, troubles = load_themes([tmp_path])
    assert themes["mine"].primary == "red"
    assert troubles == ["Theme b.toml is not used: a.toml has its name."]
    assert load_themes([tmp_path, tmp_path])[1] == troubles * 2


def test_a_name_no_class_can_have(tmp_path: Path) -> None:
    (tmp_path / "my theme.toml").write_text('primary = "red"\n')
    assert "its name 'my theme' may have" in load_themes([tmp_path])[1][0]


# What is accepted, the library accepts


class Sampler(App[None]):
    """Widgets of many kinds, and every variable of ours in a rule."""

    CSS = "\n".join(
        f"#of-{name} {{ background: ${name}; border: round ${name}; }}" for name in DEFAULT_VARIABLES
    )

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.register_theme(theme)
        self.theme = theme.name

    def compose(self) -> ComposeResult:
        for name in DEFAULT_VARIABLES:
            yield Static("[@click=app.bell]text[/]", id=f"of-{name}")
        yield Input("text", placeholder="nothing")
        yield OptionList("one", "two")
        yield Button("press", variant="primary")
        yield Footer()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_variables(self.current_theme, SHIPPED.get)


async def survives(theme: Theme) -> None:
    app = Sampler(theme)
    async with app.run_test() as pilot:
        await pilot.press("tab", "tab", "tab")
        assert app.theme == theme.name


@pytest.mark.parametrize("name", SHIPPED)
async def test_the_library_takes_what_we_ship(name: str) -> None:
    await survives(SHIPPED[name])


@pytest.mark.parametrize(
    "colour", ["#123", "#12345678", "rgb(1,2,3)", "rgba(1,2,3,0.4)", "hsl(10,50%,50%)", "red", "ansi_red",
               "ansi_default", "transparent"]
)  # fmt: skip
@pytest.mark.parametrize("head", ["", "dark = false\n", "ansi = true\n"])
async def test_the_library_takes_what_we_let_through(tmp_path: Path, colour: str, head: str) -> None:
    """Each colour everywhere: as every key and variable, of ours and of the library, and a share of it."""
    keys = ("primary", "secondary", "warning", "error", "success", "accent", "foreground", "background",
            "surface", "panel", "boost")  # fmt: skip
    theirs = [
        name for name in Theme("any", "red").to_color_system().generate() if not re.search("-style", name)
    ]
    lines = [f'{key} = "{colour}"' for key in keys]
    lines += ["luminosity_spread = 1", "text_alpha = 0.0", "[variables]"]
    lines += [f'{name} = "{colour}"' for name in DEFAULT_VARIABLES]
    lines += [
        f'{name} = "{colour}{"" if re.search("-(darken|lighten)-", name) else " 40%"}"'
        for name in theirs
        if name not in (*DEFAULT_VARIABLES, "text")
    ]
    lines += ['text = "auto 80%"', 'link-style = "not bold underline"', 'block-cursor-text-style = "none"']
    path = tmp_path / "mine.toml"
    path.write_text(head + "\n".join(lines))
    await survives(read_theme(path))


# Which theme


def test_a_theme_without_our_variables_gets_those_of_its_like() -> None:
    def like(dark: bool = True, ansi: bool = False) -> dict[str, str]:
        return default_variables(Theme("other", "red", dark=dark, ansi=ansi), SHIPPED.get)

    assert like() == SHIPPED[DARK].variables and like(dark=False) == SHIPPED[LIGHT].variables
    assert like(ansi=True)["ink-dim"] == "ansi_bright_black"
    assert like(ansi=True, dark=False)["status-running"] == SHIPPED[ANSI_LIGHT].variables["status-running"]
    assert default_variables(Theme("other", "red"), lambda name: None) == DEFAULT_VARIABLES


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "linux"}, True),
        ({"TERM": "vt100"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, False),
        ({}, False),
    ],
)
def test_sixteen_colours_are_used_as_such(environment: dict[str, str], few: bool) -> None:
    assert has_few_colours(environment) is few
    assert choose("", environment, SHIPPED) == (ANSI if few else DARK)
    assert choose(LIGHT, environment, SHIPPED) == LIGHT
