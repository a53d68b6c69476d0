"""Finished runs whose logs are written here, so that no process has to print a gigabyte."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from tests.bench.hosting import add_job
from wjtui.launch.place import Place
from wjtui.logs.line import Level, prefix
from wjtui.model.runs import make_run_id

_BLOCK_LINES = 100_000
_TEXT = b"as a worker would write it that says what it does"


def add_finished_run(place: Place, name: str) -> Path:
    """A triggered job with one successful run of an hour ago; the path of its log, which is empty."""
    add_job(place.root, "triggered", name, "true\n")
    began = datetime.now(UTC) - timedelta(hours=1)
    folder = place.root / "data" / "jobs" / "triggered" / name / make_run_id(began, None)
    folder.mkdir(parents=True)
    status = {
        "Trigger": "External - ",
        "Status": "Success",
        "StartTime": began.isoformat().replace("+00:00", "Z"),
        "EndTime": (began + timedelta(minutes=5)).isoformat().replace("+00:00", "Z"),
    }
    (folder / "status").write_bytes(msgspec.json.encode(status))
    log = folder / "output_log.txt"
    log.touch()
    return log


def write_lines(place: Place, log: Path, size: int = 0, lines: int = 0, last: bytes = b"") -> int:
    """Fill a log with numbered lines until it has ``size`` bytes or ``lines`` lines, then one with ``last``.

    Returns how many lines it has. What was written is on the disk then.
    """
    stamp = prefix(place.site.iid, Level.INFO, datetime.now(UTC) - timedelta(hours=1))
    written = 0
    with log.open("wb") as file:
        for first in count(0, _BLOCK_LINES):
            if (lines and first >= lines) or (size and written >= size):
                break
            numbers = range(first, min(first + _BLOCK_LINES, lines or first + _BLOCK_LINES))
            written += file.write(b"".join([b"%sline %09d %s\n" % (stamp, n, _TEXT) for n in numbers]))
        file.write(stamp + last + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return numbers.stop + 1


def forget_pages(log: Path) -> None:
    """Have the kernel forget what it holds of a file that is on the disk."""
    with log.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
