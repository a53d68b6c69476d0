"""Messages and a real engine that is killed again and again: none is lost, none is begun twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.bench.hosting import add_job, clean_environment
from tests.support.patience import PATIENCE
from wjtui.client.probe import find_engine
from wjtui.launch.background import engine_command
from wjtui.launch.place import find_place

MESSAGES, KILLS = 30, 4
SCRIPT = 'cat "$WEBJOBS_INPUT_FILE" >> "$WEBROOT_PATH/../../begun"; sleep 0.05\n'


def until(state: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not state():
        assert time.monotonic() < deadline, "the state did not come"
        time.sleep(0.01)


def test_no_message_is_lost_or_begun_twice(tmp_path: Path) -> None:
    root, inbox = tmp_path / "root", tmp_path / "root" / "inbox"
    watch = {"path": "inbox", "spool": True, "quiet": 0}
    add_job(root, "triggered", "orders", SCRIPT, {"watch": watch, "history_size": 100})
    inbox.mkdir()
    names = [f"order-{number:02}" for number in range(MESSAGES)]
    for name in names:
        (inbox / name).write_text(f"{name}\n")
    environment = clean_environment(HOME=str(tmp_path))
    place = find_place(str(root), None, environment=environment)
    site, begun = place.site, root / "begun"

    def count() -> int:
        return len(begun.read_text().split()) if begun.exists() else 0

    def waits() -> bool:
        return any(path.is_file() for path in inbox.iterdir())

    engine = subprocess.Popen(engine_command(place), env=environment, cwd="/", start_new_session=True)
    try:
        for kill in range(1, KILLS + 1):
            until(lambda kill=kill: count() >= 4 * kill)  # type: ignore[misc]
            card = find_engine(site.engine_lock, site.engine_file)
            assert card is not None
            os.kill(card.pid, signal.SIGKILL)
            engine.wait(PATIENCE)
            engine = subprocess.Popen(engine_command(place), env=environment, cwd="/", start_new_session=True)
        until(lambda: not waits())
    finally:
        engine.terminate()
        engine.wait(PATIENCE)
    done, dead = set(os.listdir(inbox / "done")), set(os.listdir(inbox / "dead"))
    assert done | dead == set(names) and not done & dead
    assert len(dead) <= KILLS
    assert max(Counter(begun.read_text().split()).values()) == 1
    for name in names:
        assert (inbox / ("done" if name in done else "dead") / name).read_text() == f"{name}\n"
