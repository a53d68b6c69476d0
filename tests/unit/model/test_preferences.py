"""config.toml: everything right counts, everything wrong is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wjtui.model.preferences import Preferences, parse_preferences
from wjtui.wire.preferences import LARGEST, read_preferences

DEEP = "keys." + "a." * 2_000 + "b = 1"
WHOLE = """\
theme = "wjtui-light"
ascii = true
mouse = false
time_zone = "Europe/Berlin"
columns = ["name", "status", "next"]
sort = "status"
bell = false
notify = false
notify_command = ["notify-send", "a job failed", ""]

[keys]
run = "ctrl+r"
stop = ["x", "delete"]
kill = []
"""


def test_every_key_counts() -> None:
    assert parse_preferences(WHOLE) == (
        Preferences(
            theme="wjtui-light",
            ascii=True,
            mouse=False,
            time_zone="Europe/Berlin",
            columns=("name", "status", "next"),
            sort="status",
            bell=False,
            notify=False,
            notify_command=("notify-send", "a job failed", ""),
            keys={"run": ("ctrl+r",), "stop": ("x", "delete"), "kill": ()},
        ),
        (),
    )


def test_an_empty_file_leaves_everything_as_it_is() -> None:
    assert parse_preferences("") == (Preferences(), ())


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("\"mail -s 'a job failed' me\"", ("mail", "-s", "a job failed", "me")),
        ("'echo $HOME; ls * | cat'", ("echo", "$HOME;", "ls", "*", "|", "cat")),
        ('""', ()),
        ("[]", ()),
    ],
)
def test_a_command_is_taken_apart_and_not_interpreted(text: str, argv: tuple[str, ...]) -> None:
    assert parse_preferences(f"notify_command = {text}")[0].notify_command == argv


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("theme = 1", ("'theme' is 1", "name of a theme")),
        ('theme = ""', ("'theme' is \"\"", "name of a theme")),
        ('ascii = "yes"', ("'ascii' is \"yes\"", "true or false")),
        ("mouse = 0", ("'mouse' is 0", "true or false")),
        ("bell = []", ("'bell' is []", "true or false")),
        ("notify = 1.5", ("'notify' is 1.5", "true or false")),
        ('time_zone = "Mars/Olympus"', ("'time_zone' is \"Mars/Olympus\"", "Europe/Berlin")),
        ('time_zone = "Europe"', ("'time_zone'", "Europe/Berlin")),
        ('time_zone = "../../etc/passwd"', ("'time_zone'", "Europe/Berlin")),
        (f'time_zone = "{"x" * 300}"', ("'time_zone'", "Europe/Berlin")),
        ('time_zone = "a\\u0000b"', ("'time_zone' is \"a?b\"", "Europe/Berlin")),
        ('columns = "name"', ("'columns' is \"name\"", "list of texts")),
        ("columns = [1]", ("'columns' is [1]", "list of texts")),
        ("sort = true", ("'sort' is true", "name of a column")),
        ("notify_command = 3", ("'notify_command' is 3", "program")),
        ('notify_command = "sh -c \'open"', ("'notify_command'", "program")),
        ('notify_command = ["", "x"]', ("'notify_command'", "program")),
        ("keys = 1", ("'keys' is 1", "[keys]")),
        ("sort = {a = 1}", ("'sort' is a table", "name of a column")),
        ("columns = [[1], 2, 3, 4, 5, 6]", ("'columns' is [a list, 2, 3, 4, 5, …]", "list of texts")),
        ('thme = "x"', ("unknown key 'thme'", "theme")),
        ('"\\u001b[31m" = "x"', ("unknown key '?[31m'", "theme")),
    ],
)
def test_one_wrong_key_is_one_sentence_and_the_rest_counts(line: str, says: tuple[str, ...]) -> None:
    found, troubles = parse_preferences(f'{line}\n[keys]\nrun = "r"\n' if "keys" not in line else line)
    assert len(troubles) == 1
    assert troubles[0].startswith("config.toml") and troubles[0].isprintable()
    for words in says:
        assert words in troubles[0]
    assert found == Preferences(keys={} if "keys" in line else {"run": ("r",)})


def test_an_action_with_a_dot_needs_no_quotation_marks() -> None:
    text = '[keys]\njob.run = "r"\n"job.stop" = ["x"]\njob.kill = []\n[keys.log]\nopen = "l"\n'
    found, troubles = parse_preferences(text)
    assert found.keys == {"job.run": ("r",), "job.kill": (), "job.stop": ("x",), "log.open": ("l",)}
    assert troubles == ()


def test_one_wrong_action_leaves_the_others() -> None:
    found, troubles = parse_preferences('[keys]\nrun = 1\nstop = "x"\nkill = ["a", 2]\n')
    assert found.keys == {"stop": ("x",)}
    assert len(troubles) == 2 and "'run'" in troubles[0] and "'kill'" in troubles[1]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('theme = "x"\nsort =\nbell = false\n', 2),
        ('theme = "x"\n\ncolumns = ["a",\nsort = "y"\nbell = false\n', 4),
        ('theme = "x"\ncolumns = ["a",\n"b",\n\n', 5),
        ('theme = "x"\nsort = """\nbell = false\nascii = true', 4),
        ('theme = "x"\ntheme = "y"\n', 2),
        ('theme = "x"\nsort = 2026-13-44\n', 2),
        ('theme = "x"\r\nsort = "a\nbell = false\n', 2),
    ],
)
def test_what_stands_above_a_broken_line_counts(text: str, number: int) -> None:
    found, troubles = parse_preferences(text, "mine.toml")
    assert found == Preferences(theme="x")
    assert len(troubles) == 1
    assert troubles[0].startswith(f"mine.toml is no TOML: line {number}: ")


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5000, "x = " + "9" * 5000, "\n" * 5000 + 'x = """', "\0", DEEP, f"theme = [{{{DEEP}}}]"],
)
def test_the_worst_of_files_is_one_sentence(text: str) -> None:
    found, troubles = parse_preferences(text)
    assert found == Preferences() and len(troubles) == 1


def test_a_missing_file_is_no_trouble(tmp_path: Path) -> None:
    assert read_preferences(tmp_path / "config.toml") == (Preferences(), ())
    (tmp_path / "file").touch()
    assert read_preferences(tmp_path / "file" / "config.toml") == (Preferences(), ())


def test_a_file_is_read_with_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert read_preferences(path) == parse_preferences(WHOLE)


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.mkdir()
    assert read_preferences(path)[1][0].startswith(f"{path} cannot be read (Is a directory)")
    path.rmdir()
    path.write_bytes(b'theme = "x"\nsort = "\xff"\n')
    assert read_preferences(path) == (
        Preferences(),
        (f"{path} is no UTF-8 text (line 2), so it does not count: save it as such.",),
    )
    os.truncate(path, LARGEST + 1)
    assert "1 MiB" in read_preferences(path)[1][0]
    path.unlink()
    os.mkfifo(path)
    assert read_preferences(path) == (Preferences(), ())
