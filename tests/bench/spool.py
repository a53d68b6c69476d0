"""10,000 messages in a spool: how fast they are taken, and what it costs that they lie there."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from tests.bench.busy import screen
from tests.bench.hosting import BASH, add_job, clean_environment, engine, wait_until
from tests.bench.loop_watch import Gaps
from tests.bench.process import cpu_seconds, pss
from tests.bench.report import Figure, Limit
from wjtui.launch.place import find_place

FILES = 10_000
TAKEN = 200
"""Messages whose runs are timed."""
WATCHED = 1_000
"""Messages that are taken beside a screen."""
IDLE_SECONDS = 10.0
_SETTLE_SECONDS = 5.0
_SCRIPT = 'exec 3< "$WEBJOBS_INPUT_FILE"\n'
_BASELINE = Path("data/jobs/triggered/import/watch.json")


def measure(folder: Path) -> list[Figure]:
    """A few files first, then many."""
    few_taken, few_memory = _spool(folder / "few", TAKEN + 1)
    many_taken, many_memory = _spool(folder / "many", FILES)
    few_idle, many_idle = _watched(folder / "watched-few", 1), _watched(folder / "watched-many", FILES)
    return [
        Figure(
            "spool",
            f"a message, its run and the move, {FILES} wait",
            "ms",
            1000 * many_taken,
            (Limit(1.5, "peer"),),
            1000 * _floor(folder / "floor"),
            1000 * few_taken,
            f"with {TAKEN}",
            f"{1 / many_taken:.0f} a second",
        ),
        Figure(
            "spool",
            f"engine memory (PSS), {FILES} messages wait",
            "MiB",
            many_memory,
            (Limit(1, "peer", plus=10, plus_name="MiB"),),
            None,
            few_memory,
            f"with {TAKEN}",
        ),
        Figure(
            "spool",
            f"longest gap of the screen while {WATCHED} of {FILES} messages are taken",
            "ms",
            _beside_a_screen(folder / "screen", folder / "gaps"),
            (Limit(150),),
        ),
        Figure(
            "spool",
            f"CPU while nothing changes in a watched folder of {FILES}",
            "% of a core",
            many_idle,
            (Limit(3.0),),
            None,
            few_idle,
            "with 1",
        ),
    ]


def _spool(root: Path, count: int) -> tuple[float, float]:
    """Seconds a message, and MiB of the engine."""
    done = _make_spool(root, count)
    with engine(root) as host:
        wait_until(lambda: _count(done) > 0, "the first message is done")
        before, began = _count(done), time.monotonic()
        wait_until(lambda: _count(done) >= TAKEN, f"{TAKEN} messages are done")
        seconds = (time.monotonic() - began) / (_count(done) - before)
        return seconds, pss(host.pid)


def _beside_a_screen(root: Path, report: Path) -> float:
    """Milliseconds."""
    done = _make_spool(root, FILES)
    environment = clean_environment(TERM="xterm-256color", WJTUI_ROOT=str(root))
    place = find_place(None, None, environment=environment)
    with screen(place, environment, report, in_process=False):
        wait_until(lambda: _count(done) > 0, "the first message is done")
        before, began = _count(done), time.monotonic()
        wait_until(lambda: _count(done) >= before + WATCHED, f"{WATCHED} messages are done")
        return Gaps(report, began, time.monotonic()).longest


def _make_spool(root: Path, count: int) -> Path:
    """A job and so many messages for it; the folder where they are put then."""
    settings = {"watch": {"path": "inbox", "spool": True, "quiet": 0}}
    add_job(root, "triggered", "orders", _SCRIPT, settings)
    _fill(root / "inbox", count)
    return root / "inbox" / "done"


def _watched(root: Path, count: int) -> float:
    """Percent of a core of an engine that looks at files which do not change."""
    add_job(root, "triggered", "import", _SCRIPT, {"watch": {"path": "inbox"}})
    _fill(root / "inbox", count)
    with engine(root) as host:
        wait_until((root / _BASELINE).exists, "the folder was looked at")
        time.sleep(_SETTLE_SECONDS)
        before = cpu_seconds(host.pid)
        time.sleep(IDLE_SECONDS)
        return 100 * (cpu_seconds(host.pid) - before) / IDLE_SECONDS


def _floor(folder: Path) -> float:
    """Seconds of the script alone, and a rename."""
    _fill(folder, TAKEN)
    began = time.monotonic()
    for name in sorted(os.listdir(folder)):
        path = folder / name
        environment = {**os.environ, "WEBJOBS_INPUT_FILE": str(path)}
        subprocess.run([BASH, "-c", _SCRIPT], check=True, env=environment)
        path.rename(path.with_suffix(".done"))
    return (time.monotonic() - began) / TAKEN


def _fill(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"order-{number:06}.json").write_text('{"order": 1}')


def _count(folder: Path) -> int:
    try:
        return len(os.listdir(folder))
    except FileNotFoundError:
        return 0
