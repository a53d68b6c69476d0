#!/usr/bin/env python3
"""Ten thousand lines a second for five seconds, one in a thousand on standard error.

A job that writes so much had better write blocks than lines: each flush is a system call.
"""

import os
import sys
import time

LINES_PER_SECOND = 10_000
SLICES_PER_SECOND = 10
SECONDS = float(os.environ.get("NOISY_SECONDS", "5"))


def main() -> int:
    slices = round(SECONDS * SLICES_PER_SECOND)
    lines = LINES_PER_SECOND // SLICES_PER_SECOND
    started = time.monotonic()
    for slice_number in range(slices):
        first = slice_number * lines + 1
        sys.stdout.write("".join(f"line {n:06} of a busy program\n" for n in range(first, first + lines)))
        sys.stdout.flush()
        print(f"{first + lines - 1} lines so far", file=sys.stderr, flush=True)
        # The time of the next slice counts from the start, so that a late one is caught up with.
        time.sleep(max(0.0, started + (slice_number + 1) / SLICES_PER_SECOND - time.monotonic()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
