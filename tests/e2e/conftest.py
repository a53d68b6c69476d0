"""The installed program on a root of its own, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import Installed


@pytest.fixture
def program(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    # A short folder of its own for the socket: a socket's path has 107 bytes at most.
    found = Installed(tmp_path, tmp_path_factory.mktemp("t"))
    yield found
    found.close()
