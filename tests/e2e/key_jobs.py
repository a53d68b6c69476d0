"""The jobs on which every key is tried: each is there for what some key needs to see."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.installed import PROMPT, Installed

REPORT = """
import json, sys, time
print("opening the books", *sys.argv[1:])
for number in range(1, 61):
    print(f"entry {number:02}", end=", paid in full\\n" if number % 3 else ", open\\n", flush=True)
print(json.dumps({"event": "totals", "sums": {"net": 1200, "gross": 1428}}))
print("a long line of " + "many words " * 30 + "with its end here", flush=True)
if "bad" in sys.argv:
    time.sleep(1.1)
    raise RuntimeError("the sums do not agree")
print("warning: two entries are open", file=sys.stderr, flush=True)
for number in range(61, 81):
    print(f"entry {number:02}, paid in full", flush=True)
"""
"""Lines for several pages, one of JSON, one that is too long, and errors in the middle or at the end.

The failing one waits, since the log is opened at the second of the first error.
"""
FAILS = 'def climb():\n    raise OSError("the ladder is missing")\n\nclimb()\n'
PUMP = """
import sys, time
number = 0
while True:
    number += 1
    print("stroke", number, flush=True)
    if number % 5 == 0:
        print("pressure is low", file=sys.stderr, flush=True)
    time.sleep(0.5)
"""
SPARE = 'echo "awake as $$"\nexec sleep 300\n'
"""Says its process id, so that one sees whether it is another process."""
LADLE = 'echo "ladle: $*"\n'
READER = 'echo "$1 has $2"\nread answer\n'
"""Stands for pager and editor: says what it was given, and waits for Enter."""


def furnish(program: Installed) -> None:
    """Put the jobs there, let some of them run, and leave an engine running."""
    site = program.site
    site.triggered("fails", {"run.py": FAILS})
    site.triggered("ladle", {"run.sh": LADLE})
    site.triggered("nightly", {"run.sh": LADLE}, {"schedule": "0 0 2 * * *"})
    site.continuous("pump", {"run.py": PUMP}, PROMPT)
    site.triggered("report", {"run.py": REPORT})
    site.continuous("spare", {"run.sh": SPARE}, PROMPT)
    home = Path(program.environment["HOME"])
    (home / ".config" / "wjtui").mkdir(parents=True)
    (home / ".config" / "wjtui" / "config.toml").write_text('sort = "name"\n')
    reader = home / "reader"
    reader.write_text(READER)
    program.environment |= {"PAGER": f"sh {reader} pager", "EDITOR": f"sh {reader} editor"}
    program("up")
    for arguments in ("first", "second", "bad", "last"):
        program("run", "--wait", "report", "--", arguments, status=1 if arguments == "bad" else 0)
    program("run", "--wait", "fails", status=1)
