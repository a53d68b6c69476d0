"""How the screen's options come about: command line, environment, configuration, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from wjtui.cli.main import run
from wjtui.cli.options import Given
from wjtui.launch import screen
from wjtui.launch.personal import config_file, memory_file, themes_folder
from wjtui.launch.place import Place, find_place
from wjtui.launch.screen import ScreenWish, screen_options
from wjtui.model.preferences import Preferences

FILE = 'theme = "from-file"\nascii = true\nmouse = false\nwrong = 1\n'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return find_place(str(tmp_path / "root"), "one", environment={})


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(FILE)
    for name in ("WJTUI_THEME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WJTUI_CONFIG", str(path))
    return path


def test_the_file_counts_where_nothing_else_speaks(place: Place, config: Path) -> None:
    options = screen_options(place, ScreenWish(), brought_engine=True)
    assert (options.theme, options.ascii, options.mouse) == ("from-file", True, False)
    assert options.preferences == Preferences(theme="from-file", ascii=True, mouse=False)
    assert (
        len(options.troubles) == 1 and "mine.toml" in options.troubles[0] and "'wrong'" in options.troubles[0]
    )


def test_without_a_file_everything_is_as_ever(place: Place, config: Path) -> None:
    config.unlink()
    options = screen_options(place, ScreenWish(), brought_engine=False)
    assert (options.theme, options.ascii, options.mouse) == ("", False, True)
    assert options.preferences == Preferences() and options.troubles == ()


@pytest.mark.parametrize(
    ("wish", "environment", "theme"),
    [
        ("given", {"WJTUI_THEME": "set", "NO_COLOR": "1"}, "given"),
        ("", {"WJTUI_THEME": "set", "NO_COLOR": "1"}, "set"),
        ("", {"NO_COLOR": "1"}, ""),
        ("", {"NO_COLOR": ""}, "from-file"),
    ],
)
def test_command_line_before_environment_before_file(
    place: Place,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    wish: str,
    environment: dict[str, str],
    theme: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screen_options(place, ScreenWish(theme=wish), brought_engine=False).theme == theme


def test_the_command_line_overrules_the_file_both_ways(place: Place, config: Path) -> None:
    options = screen_options(place, ScreenWish(ascii=False, mouse=True), brought_engine=False)
    assert (options.ascii, options.mouse) == (False, True)
    config.unlink()
    options = screen_options(place, ScreenWish(ascii=True, mouse=False), brought_engine=False)
    assert (options.ascii, options.mouse) == (True, False)


@pytest.mark.parametrize("command", [[], ["demo", "{}"]])
@pytest.mark.parametrize(
    ("given", "wish"),
    [
        ([], ("", None, None)),
        (["--ascii", "--no-mouse", "--theme", "dusk"], ("dusk", True, False)),
        (["--no-ascii", "--mouse"], ("", False, True)),
    ],
)
def test_the_options_of_the_commands(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    given: list[str],
    wish: tuple[str, bool | None, bool | None],
) -> None:
    shown: list[ScreenWish] = []
    monkeypatch.setattr(screen, "show_screen", lambda place, wish: shown.append(wish))
    monkeypatch.setattr(screen, "need_terminal", lambda: None)
    words = [each.format(tmp_path) for each in command]
    assert run(Given(), [*words, *given, "--root", str(tmp_path)]) == 0
    assert [(each.theme, each.ascii, each.mouse) for each in shown] == [wish]


def test_where_a_persons_files_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config_file({}) == tmp_path / "config" / "wjtui" / "config.toml"
    assert config_file({"WJTUI_CONFIG": "~/other.toml"}) == tmp_path / "other.toml"
    assert config_file({"WJTUI_CONFIG": "~nobody-of-that-name/x"}).name == "x"
    assert themes_folder() == tmp_path / "config" / "wjtui" / "themes"
    one, two = memory_file(Path("/srv/one")), memory_file(Path("/srv/two"))
    assert one.parent == two.parent == tmp_path / "state" / "wjtui" / "roots"
    assert one != two and one == memory_file(Path("/srv/one")) and one.suffix == ".json"
