#!/usr/bin/env python3
"""Works for some seconds and fails with exit code 3: shows how a job is started again and again.

``restart_time`` in settings.job says how long the engine waits before the next start.
"""

import os
import sys
import time

SECONDS = float(os.environ.get("CRASH_AFTER_SECONDS", "6"))
SHUTDOWN_FILE = os.environ.get("WEBJOBS_SHUTDOWN_FILE", "")


def main() -> int:
    print(f"up, pid {os.getpid()}; this will go wrong in {SECONDS:g} s", flush=True)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if SHUTDOWN_FILE and os.path.exists(SHUTDOWN_FILE):
            print("asked to stop: ended in order", flush=True)
            return 0
        time.sleep(min(0.5, SECONDS))
        print("working", flush=True)
    print("the third bolt is loose, giving up with exit code 3", file=sys.stderr, flush=True)
    return 3


if __name__ == "__main__":
    sys.exit(main())
