from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wjtui.engine.catalog.hosts import EXTENSIONS, HOSTS, Hosts, Interpreter, find_hosts, variable_for

Programs = Callable[..., str]


def of(hosts: Hosts, extension: str) -> Interpreter:
    return next(each for each in hosts.interpreters if each.extension == extension)


def test_the_order_is_that_of_the_documentation() -> None:
    assert EXTENSIONS == (".cmd", ".bat", ".exe", ".ps1", ".sh", ".php", ".py", ".js", ".jar", ".fsx")
    assert [host.name for host in HOSTS] == [
        "WindowsScriptHost",
        "PowerShellScriptHost",
        "BashScriptHost",
        "PhpScriptHost",
        "PythonScriptHost",
        "NodeScriptHost",
        "JavaScriptHost",
        "FSharpScriptHost",
    ]


@pytest.mark.parametrize(
    ("extension", "program", "arguments"),
    [
        (".ps1", "pwsh", ("-NoProfile", "-File")),
        (".php", "php", ()),
        (".py", "python3", ()),
        (".js", "node", ()),
        (".jar", "java", ("-jar",)),
        (".fsx", "dotnet", ("fsi",)),
    ],
)
def test_command_lines(programs: Programs, extension: str, program: str, arguments: tuple[str, ...]) -> None:
    path = programs(program)
    found = of(find_hosts({"PATH": path}), extension)
    assert found.command == (f"{path}/{program}", *arguments)
    assert found.missing == ""


@pytest.mark.skipif(not os.access("/bin/bash", os.X_OK), reason="no /bin/bash on this machine")
def test_bash_is_the_one_of_the_specification_whatever_the_path_has(programs: Programs) -> None:
    assert of(find_hosts({"PATH": programs("bash")}), ".sh").command == ("/bin/bash",)


def test_python3_comes_before_python(programs: Programs) -> None:
    path = programs("python")
    assert of(find_hosts({"PATH": path}), ".py").command == (f"{path}/python",)
    programs("python3")
    assert of(find_hosts({"PATH": path}), ".py").command == (f"{path}/python3",)


def test_a_missing_interpreter_says_what_to_install_and_what_to_set(programs: Programs) -> None:
    php = of(find_hosts({"PATH": programs()}), ".php")
    assert php.command == ()
    assert "PHP" in php.missing
    assert "WJTUI_HOST_PHP" in php.missing


@pytest.mark.parametrize("extension", [".cmd", ".bat", ".exe"])
def test_windows_files_need_a_program_that_the_user_names(programs: Programs, extension: str) -> None:
    path = programs("wine")
    without = of(find_hosts({"PATH": path}), extension)
    assert "Windows only" in without.missing
    assert "run.sh" in without.missing
    named = of(find_hosts({"PATH": path, variable_for(extension): "wine"}), extension)
    assert named.command == (f"{path}/wine",)
    assert named.host == "WindowsScriptHost"


def test_a_configured_program_by_path_wins_and_its_arguments_stay(programs: Programs, tmp_path: Path) -> None:
    path = programs("java")
    mine = tmp_path / "jdk" / "bin" / "java"
    mine.parent.mkdir(parents=True)
    mine.symlink_to(f"{path}/java")
    found = of(find_hosts({"PATH": path, "WJTUI_HOST_JAR": str(mine)}), ".jar")
    assert found.command == (str(mine), "-jar")


def test_a_link_is_not_resolved() -> None:
    """A virtual environment's Python is a link and knows its environment by its own name."""
    found = of(find_hosts({"PATH": "", "WJTUI_HOST_PY": sys.executable}), ".py")
    assert found.command == (sys.executable,)


def test_a_configured_program_that_is_not_there_is_not_replaced(programs: Programs, tmp_path: Path) -> None:
    path = programs("python3")
    found = of(find_hosts({"PATH": path, "WJTUI_HOST_PY": f"{tmp_path}/gone"}), ".py")
    assert found.command == ()
    assert "WJTUI_HOST_PY" in found.missing
    assert f"{tmp_path}/gone" in found.missing


def test_a_file_that_is_not_executable_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "node").write_text("")
    assert of(find_hosts({"PATH": str(tmp_path)}), ".js").missing


def test_a_configured_relative_path_becomes_absolute(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job's working directory is not the engine's."""
    path = programs("php")
    monkeypatch.chdir(tmp_path)
    found = of(find_hosts({"PATH": "", "WJTUI_HOST_PHP": "./bin/php"}), ".php")
    assert found.command == (f"{path}/php",)


def test_an_empty_variable_is_as_none(programs: Programs) -> None:
    path = programs("node")
    assert of(find_hosts({"PATH": path, "WJTUI_HOST_JS": ""}), ".js").command == (f"{path}/node",)


def test_summary_names_every_extension(programs: Programs) -> None:
    path = programs("node")
    summary = find_hosts({"PATH": path}).summary()
    assert tuple(summary) == EXTENSIONS
    assert summary[".js"] == f"{path}/node"
    assert summary[".php"] == ""
    assert summary[".exe"] == ""


def test_usable_and_missing_are_complementary(programs: Programs) -> None:
    hosts = find_hosts({"PATH": programs("node", "php")})
    usable = [each.extension for each in hosts.usable]
    assert [e for e in usable if e not in ("", ".sh")] == [".php", ".js"]
    assert {*usable, *(each.extension for each in hosts.missing)} == {*EXTENSIONS, ""}
    assert usable[-1] == ""
