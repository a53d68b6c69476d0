#!/usr/bin/env python3
"""A long batch that can be ended at any moment and goes on where it stopped.

After each item the checkpoint is replaced in one step. It holds the number of items done *and* the result so
far, so that the two never disagree: killed between two items or in the middle of one, no item is lost and
none counts twice. Running it again after the end starts a new batch.
"""

import json
import os
import sys
import time
from pathlib import Path

ITEMS = int(os.environ.get("BATCH_ITEMS", "200"))
SECONDS_PER_ITEM = float(os.environ.get("BATCH_DELAY", "0.2"))
DATA = Path(os.environ.get("WEBJOBS_DATA_PATH", "."))
CHECKPOINT = DATA / "checkpoint.json"
RESULT = DATA / "result.json"
SHUTDOWN_FILE = os.environ.get("WEBJOBS_SHUTDOWN_FILE", "")


def asked_to_stop() -> bool:
    return bool(SHUTDOWN_FILE) and os.path.exists(SHUTDOWN_FILE)


def save(file: Path, state: dict[str, int]) -> None:
    """Replace the file in one step; on the disk before the next item begins."""
    unfinished = file.with_suffix(".part")
    with open(unfinished, "w", encoding="utf-8") as stream:
        json.dump(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(file)


def load() -> dict[str, int]:
    try:
        state: dict[str, int] = json.loads(CHECKPOINT.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"done": 0, "sum": 0}
    print(f"going on after item {state['done']}", flush=True)
    return state


def work(item: int) -> int:
    time.sleep(SECONDS_PER_ITEM)
    return item * item


def main() -> int:
    DATA.mkdir(parents=True, exist_ok=True)
    state = load()
    while state["done"] < ITEMS:
        if asked_to_stop():
            print(
                f"asked to stop: {state['done']} of {ITEMS} items are safe, the next run goes on", flush=True
            )
            return 0
        item = state["done"] + 1
        state = {"done": item, "sum": state["sum"] + work(item)}
        save(CHECKPOINT, state)
        if item % 10 == 0:
            print(f"{item} of {ITEMS} items", flush=True)
    # In this order: killed in between, the next run finds every item done and writes the same result.
    save(RESULT, state)
    CHECKPOINT.unlink(missing_ok=True)
    print(f"all {ITEMS} items done, the sum is {state['sum']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
