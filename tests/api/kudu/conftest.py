"""A real engine behind a loopback socket, shared by the tests of one worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kudu import LOOPING, SERVER, Kudu, serve_kudu
from tests.support.site_builder import SiteBuilder


def build(site: SiteBuilder) -> None:
    """What is there from the beginning; no test changes these, each makes jobs of its own beside them."""
    site.triggered("nightly", {"run.sh": 'echo "args:$*"\n'}, {"schedule": "0 0 2 * * *", "extra": [1]})
    site.triggered("broken", {"readme.txt": "no script\n"})
    site.continuous("worker", {"run.sh": LOOPING}, {"is_singleton": False})
    # Names and files that no upload can bring; each of these belongs to one test.
    in_place = {"is_in_place": True, "stopping_wait_time": 0}
    site.triggered("inplace", {"run.sh": "exec sleep 60\n"}, in_place)
    site.triggered("Acme.Job", {"run.sh": "echo one\n"})
    site.continuous("ext(Acme.Worker)", {"run.sh": "exec sleep 60\n"}, {"stopping_wait_time": 0})
    site.triggered("damaged", {"run.sh": "true\n", "settings.job": "<p> no JSON"})
    site.triggered("<b>&'x'", {"run.sh": "echo x\n"}, {"schedule": "<script>"})
    site.continuous("echo", {"run.py": SERVER}, {"stopping_wait_time": 0})


@pytest.fixture(scope="session")
def kudu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    """The engine, and a client without credentials."""
    with serve_kudu(tmp_path_factory.mktemp("kudu"), build) as served:
        yield served


@pytest.fixture
def folder(kudu: Kudu, request: pytest.FixtureRequest) -> Path:
    """An empty folder of the site for one test, which is called like it."""
    name = str(request.node.name).partition("[")[0]
    found = kudu.root / "site" / "wwwroot" / name
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    return found
