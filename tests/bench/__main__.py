"""``python -m tests.bench [NAME...]``: measure, and print each figure beside what it is held against."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.bench import (
    api,
    busy,
    capture,
    deploy,
    follow,
    garbage,
    hangup,
    huge,
    links,
    many,
    queue,
    restart,
    rows,
    schedule,
    spool,
    start,
    traffic,
)
from tests.bench.report import print_table

SUBJECTS = {
    "restart": restart,
    "many": many,
    "capture": capture,
    "start": start,
    "busy": busy,
    "schedule": schedule,
    "follow": follow,
    "huge": huge,
    "rows": rows,
    "bytes": traffic,
    "links": links,
    "hangup": hangup,
    "garbage": garbage,
    "deploy": deploy,
    "api": api,
    "spool": spool,
    "queue": queue,
}


def main(names: list[str]) -> int:
    """Run the named subjects, or all of them; the status is 1 where a goal is not met."""
    if unknown := [name for name in names if name not in SUBJECTS]:
        print(f"There is no benchmark {', '.join(unknown)}: choose from {', '.join(SUBJECTS)}.")
        return 2
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, Python {sys.version.split()[0]}", flush=True
    )
    figures = []
    for name in names or SUBJECTS:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix=f"wjtui-bench-{name}-") as folder:
            figures += SUBJECTS[name].measure(Path(folder))
    print_table(figures)
    return int(any(figure.verdict == "NOT MET" for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
