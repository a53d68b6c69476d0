"""Promises of the whole project that no single room can keep: size, docstrings, imports, files at the top."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "wjtui").rglob("*.py"))
LONGEST = 400

# One pin a line, with at most an environment marker: no index, no address, no path.
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==[0-9][0-9a-z.]*( ; [a-z_]+ [<>=!]+ '[^/:']+'( and .*| or .*)?)?")


@pytest.mark.parametrize("module", ["wjtui.engine.engine", "wjtui.api.app"])
def test_the_screen_library_stays_out_of(module: str) -> None:
    look = f"import {module}, sys; print(*(name for name in ('textual', 'rich') if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], f"{module} imports the screen's library"


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST} == {}


def test_every_module_says_what_it_is() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    assert [str(path.relative_to(ROOT)) for path, tree in trees.items() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "constraints.txt",
        "pyproject.toml",
        ".ci/run",
        "screenshots",
        "themes",
    ],
)
def test_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_ci_script_can_be_executed() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_constraints_hold_pins_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PIN.fullmatch(line)] == []


def test_constraints_pin_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for more in project["optional-dependencies"].values() for each in more),
    ]
    names = {re.split(r"[<>=!~ ;\[]", each)[0].lower().replace("_", "-") for each in wanted}
    pins = (
        PIN.fullmatch(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    )
    assert names - {pin["name"] for pin in pins if pin} == set()


def test_make_knows_what_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)`", readme)) <= targets
    assert "make test" in readme


def test_the_readme_has_every_difference_once() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (D-\d\d[a-z]?)(?: †)? \|", readme, re.MULTILINE)
    assert sorted(rows) == sorted({*(f"D-{n:02}" for n in range(1, 35)), "D-01a", "D-12a"})
