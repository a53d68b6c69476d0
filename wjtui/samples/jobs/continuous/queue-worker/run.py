#!/usr/bin/env python3
"""Takes orders from a folder that serves as a queue, four at a time, until it is asked to end.

The queue is ``WEBJOBS_DATA_PATH/queue``, an order is a JSON file in it. The shutdown file is looked at
between two batches: an order that was begun is finished, which takes two seconds at most.
"""

import json
import os
import sys
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path

BATCH = 4
SECONDS_PER_ORDER = float(os.environ.get("QUEUE_DELAY", "0.5"))
QUEUE = Path(os.environ.get("WEBJOBS_DATA_PATH", ".")) / "queue"
SHUTDOWN_FILE = os.environ.get("WEBJOBS_SHUTDOWN_FILE", "")


def asked_to_stop() -> bool:
    return bool(SHUTDOWN_FILE) and os.path.exists(SHUTDOWN_FILE)


def fill(first: int) -> None:
    """Put a batch of orders into the queue, so that there is something to see; every ninth is a bad one."""
    for number in range(first, first + BATCH):
        amount = "12,50" if number % 9 == 0 else f"{number % 40 + 1}.95"
        # Written under a name that no worker looks for, then renamed: nobody ever reads half an order.
        unfinished = QUEUE / f"{number:06}.part"
        unfinished.write_text(json.dumps({"order": number, "amount": amount}), encoding="utf-8")
        unfinished.rename(unfinished.with_suffix(".json"))


def handle(file: Path) -> Decimal:
    """The order's amount with tax. ValueError when the file is no order."""
    order: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    time.sleep(SECONDS_PER_ORDER)
    try:
        return (Decimal(order["amount"]) * Decimal("1.19")).quantize(Decimal("0.01"))
    except (InvalidOperation, KeyError, TypeError) as error:
        raise ValueError(f"{file.name} is no order: its amount cannot be read") from error


def waiting() -> list[Path]:
    return sorted(QUEUE.glob("*.json"))


def main() -> int:
    QUEUE.mkdir(parents=True, exist_ok=True)
    done = failed = 0
    print(f"worker is up, {len(waiting())} orders wait in the queue", flush=True)
    while not asked_to_stop():
        if not waiting():
            fill(done + failed + 1)
        for file in waiting()[:BATCH]:
            try:
                total = handle(file)
            except ValueError as error:
                failed += 1
                print(f"left out: {error}", file=sys.stderr, flush=True)
            else:
                done += 1
                print(f"order {file.stem} booked, {total} with tax", flush=True)
            # Only now: a worker that is killed before this line finds the order again.
            file.unlink()
    print(f"asked to stop: {done} orders booked, {failed} left out, {len(waiting())} wait", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
