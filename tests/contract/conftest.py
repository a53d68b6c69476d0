from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.harness import KINDS, Harness, Kind, open_service
from tests.support.site_builder import SiteBuilder

ECHO = """\
echo "arguments: $#"
for argument in "$@"; do echo "<$argument>"; done
echo "to stderr" >&2
"""
LOOP = "while :; do sleep 0.1; done\n"


def _jobs(site: SiteBuilder) -> None:
    quick = {"stopping_wait_time": 1}
    site.triggered("echo", {"run.sh": ECHO}, {"arguments": "from settings"})
    site.triggered("fails", {"run.sh": "exit 3\n"})
    site.triggered("long", {"run.sh": LOOP}, quick)
    site.triggered("empty", {"readme.txt": "no script here\n"})
    site.continuous("loop", {"run.sh": "echo begun; " + LOOP}, quick)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which way leads to the engine."""
    found: Kind = request.param
    return found


@pytest.fixture
async def engine(kind: Kind, tmp_path: Path) -> AsyncIterator[Harness]:
    """A service over an engine with a job of each sort."""
    async with open_service(kind, tmp_path, _jobs) as harness:
        yield harness
