"""P14: how late scheduled runs begin; one job every second for a minute, and 200 jobs in one second."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.busy import screen
from tests.bench.hosting import add_job, clean_environment, engine, wait_until
from tests.bench.report import Figure, Limit, percentile_95
from wjtui.launch.place import find_place

SECONDS = 60
JOBS = 200
_EVERY_SECOND = "* * * * * *"


def measure(folder: Path) -> list[Figure]:
    """An engine in a process of its own, and one beside this program's own work."""
    return [
        *_each_second(folder / "second"),
        *_each_second(folder / "second-in-process", in_process=True),
        *_many(folder / "many"),
    ]


def _each_second(root: Path, *, in_process: bool = False) -> list[Figure]:
    starts = root / "starts"
    add_job(root, "triggered", "tick", f'echo "$EPOCHREALTIME" >> {starts}\n')
    _schedule(root, "tick", _EVERY_SECOND)

    def enough() -> bool:
        return starts.exists() and starts.read_bytes().count(b"\n") >= SECONDS + 2

    if in_process:
        environment = clean_environment(TERM="xterm-256color", WJTUI_ROOT=str(root))
        place = find_place(None, None, environment=environment)
        with screen(place, environment, root / "gaps", in_process=True):
            wait_until(enough, f"{SECONDS} runs")
    else:
        with engine(root):
            wait_until(enough, f"{SECONDS} runs")
    at = [float(line.replace(",", ".")) for line in starts.read_text().split()][1 : SECONDS + 1]
    late = [1000 * (instant % 1.0) for instant in at]
    seconds = Counter(int(instant) for instant in at)
    missed = int(at[-1]) - int(at[0]) + 1 - len(seconds)
    doubled = sum(count - 1 for count in seconds.values())
    where = "in-process" if in_process else "own process"
    return [
        Figure(
            "P14",
            f"lateness of a run each second, p95 ({where})",
            "ms",
            percentile_95(late),
            (Limit(15),),
            note=f"worst {max(late):.1f}; {missed} missed, {doubled} doubled in {SECONDS} s",
        ),
        Figure("P14", f"runs missed or doubled ({where})", "", missed + doubled, (Limit(0),)),
    ]


def _many(root: Path) -> list[Figure]:
    """All due in the same second: the first whole minute that is at least five seconds away."""
    starts = root / "starts"
    minute = int(time.time() + 10) // 60 + 1
    due = datetime.fromtimestamp(60 * minute, UTC)
    for number in range(JOBS):
        name = f"job-{number:03}"
        add_job(root, "triggered", name, f'echo "$EPOCHREALTIME" >> {starts}\n')
        _schedule(root, name, f"0 {due.minute} {due.hour} * * *")
    with engine(root):
        wait_until(lambda: starts.exists() and starts.read_bytes().count(b"\n") >= JOBS, f"{JOBS} runs")
    invoked = [_started(path) - due.timestamp() for path in root.glob("data/jobs/triggered/*/*/status")]
    first = [float(line.replace(",", ".")) - due.timestamp() for line in starts.read_text().split()]
    return [
        Figure(
            "P14",
            f"{JOBS} jobs due at once, the last one started",
            "ms",
            1000 * max(invoked),
            (Limit(250),),
            note=f"earliest {1000 * min(invoked):.1f}; first instruction of the last {1000 * max(first):.0f}",
        )
    ]


def _schedule(root: Path, name: str, expression: str) -> None:
    folder = root / "site" / "wwwroot" / "app_data" / "jobs" / "triggered" / name
    (folder / "settings.job").write_text(json.dumps({"schedule": expression}))


def _started(status: Path) -> float:
    text: str = json.loads(status.read_bytes())["StartTime"]
    return datetime.fromisoformat(text).timestamp()
