from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wjtui.engine.catalog.hosts import Hosts, find_hosts
from wjtui.engine.site import Site

EVERY_PROGRAM = ("pwsh", "bash", "php", "python3", "node", "java", "dotnet")


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., str]:
    """A PATH that holds executable files of the given names and nothing else."""

    def make(*names: str) -> str:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text("#!/bin/true\n")
            (folder / name).chmod(0o755)
        return str(folder)

    return make


@pytest.fixture
def every_host(programs: Callable[..., str]) -> Hosts:
    """A machine with every interpreter but those of Windows."""
    return find_hosts({"PATH": programs(*EVERY_PROGRAM)})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "root", "test", "test")
