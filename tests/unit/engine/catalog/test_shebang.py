from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wjtui.engine.catalog.shebang import Shebang, launcher_for, parse_shebang

Programs = Callable[..., str]
BASH = ("/bin/bash",)


@pytest.mark.parametrize(
    ("head", "program", "arguments", "exact"),
    [
        (b"#!/bin/sh\necho", "/bin/sh", (), True),
        (b"#! /bin/sh", "/bin/sh", (), True),
        (b"#!/bin/sh\r\necho", "/bin/sh", (), False),
        (b"\xef\xbb\xbf#!/bin/sh\n", "/bin/sh", (), False),
        (b"#!/usr/bin/awk -f\n", "/usr/bin/awk", ("-f",), True),
        (b"#!/usr/bin/env python3\n", "python3", (), True),
        (b"#!/usr/bin/env python3\r\n", "python3", (), False),
        (b"#!/usr/bin/env -S python3 -u\n", "python3", ("-u",), True),
        (b"#!/usr/bin/env python3 -u\n", "python3", ("-u",), False),
        (b"#!/usr/bin/env -i python3\n", "/usr/bin/env", ("-i", "python3"), False),
        (b"#!/usr/bin/env -S A=1 sh\n", "/usr/bin/env", ("-S", "A=1", "sh"), True),
    ],
)
def test_parse(head: bytes, program: str, arguments: tuple[str, ...], exact: bool) -> None:
    assert parse_shebang(head) == Shebang(program, arguments, exact)


@pytest.mark.parametrize("head", [b"", b"echo hello\n", b"#!\n", b"#! \r\n", b"\n#!/bin/sh", b"# !/bin/sh"])
def test_no_shebang(head: bytes) -> None:
    assert parse_shebang(head) is None


def script(folder: Path, first_line: str, *, executable: bool = False) -> Path:
    path = folder / "run.sh"
    path.write_bytes(first_line.encode() + b"echo\n")
    path.chmod(0o755 if executable else 0o644)
    return path


@pytest.mark.parametrize(
    "line", ["", "echo hi\n", "#!/bin/bash\n", "#!/usr/bin/env bash\r\n", "#!/opt/bash\n"]
)
@pytest.mark.parametrize("executable", [False, True])
def test_bash_runs_what_asks_for_nothing_else(tmp_path: Path, line: str, executable: bool) -> None:
    found = launcher_for(script(tmp_path, line, executable=executable), BASH, "")
    assert (found.command, found.warning, found.note) == (BASH, "", "")


def test_options_for_bash_have_no_effect_which_is_noted(tmp_path: Path) -> None:
    found = launcher_for(script(tmp_path, "#!/bin/bash -eu\n"), BASH, "")
    assert found.command == BASH
    assert "'-eu'" in found.note
    assert found.warning == ""


def test_another_interpreter_is_called_with_the_file(tmp_path: Path, programs: Programs) -> None:
    path = programs("python3")
    found = launcher_for(script(tmp_path, "#!/usr/bin/env -S python3 -u\n"), BASH, path)
    assert found.command == (f"{path}/python3", "-u")


def test_an_executable_file_is_started_directly(tmp_path: Path, programs: Programs) -> None:
    path = programs("python3")
    found = launcher_for(script(tmp_path, "#!/usr/bin/env python3\n", executable=True), BASH, path)
    assert found.command == ()
    assert found.warning == ""


@pytest.mark.parametrize("line", ["#!/usr/bin/env python3\r\n", "\ufeff#!/usr/bin/env python3\n"])
def test_an_executable_file_that_the_kernel_would_misread_is_not(
    tmp_path: Path, programs: Programs, line: str
) -> None:
    path = programs("python3")
    found = launcher_for(script(tmp_path, line, executable=True), BASH, path)
    assert found.command == (f"{path}/python3",)


@pytest.mark.parametrize("executable", [False, True])
def test_a_missing_interpreter_gives_bash_and_one_warning(tmp_path: Path, executable: bool) -> None:
    found = launcher_for(script(tmp_path, "#!/opt/none/zsh\n", executable=executable), BASH, "")
    assert found.command == BASH
    assert "'/opt/none/zsh'" in found.warning
    assert "'run.sh'" in found.warning


def test_a_script_that_cannot_be_read_is_left_to_bash(tmp_path: Path) -> None:
    assert launcher_for(tmp_path / "gone.sh", BASH, "").command == BASH
