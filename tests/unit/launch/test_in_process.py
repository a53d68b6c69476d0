"""The engine inside the screen's process, when the screen has just ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder

PROGRAM = """
import asyncio, os, signal, sys
import wjtui.launch.in_process as in_process
from wjtui.launch.place import find_place
from wjtui.launch.screen import ScreenWish
from wjtui.model.jobs import Running
from wjtui.tui.options import Leave

async def screen(service, options):
    while not isinstance((await service.snapshot()).jobs[0].phase, Running):
        await asyncio.sleep(0.05)
    for number in sys.argv[2:]:
        os.kill(os.getpid(), int(number))
    return Leave.HUNG_UP

in_process.open_screen = screen
in_process.show_in_process(find_place(sys.argv[1], "one"), ScreenWish())
"""


@pytest.mark.parametrize(
    "numbers",
    [(signal.SIGTERM,), (signal.SIGHUP, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM)],
    ids=["term", "hang-up then interrupt", "twice"],
)
def test_a_signal_as_the_screen_ends_stops_the_engine_in_order(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, numbers: tuple[int, ...]
) -> None:
    root = tmp_path / "root"
    SiteBuilder(root).continuous("worker", {"run.sh": "exec sleep 600\n"}, {"stopping_wait_time": 1})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root), *(str(int(number)) for number in numbers)],
        env=os.environ | {"TMPDIR": str(tmp_path_factory.mktemp("t"))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (root / "data/jobs/continuous/worker/status_one").read_text() == '{"Status":"Stopped"}'
    assert not (root / "data/wjtui/one/engine.json").exists()
