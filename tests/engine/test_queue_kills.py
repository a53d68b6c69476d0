"""kill -9 of the engine while starts wait and runs go: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.kudu import T
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder

pytestmark = pytest.mark.timeout(180)

Runs = dict[str, list[dict[str, Any]]]
KILLS = 8
STARTS = 24
WORK = 'echo "$WEBJOBS_COMMAND_ARGUMENTS" >> "$WEBJOBS_DATA_PATH/began"\nsleep 0.04\n'


@contextmanager
def engine(site: SiteBuilder) -> Iterator[tuple[httpx2.Client, subprocess.Popen[str]]]:
    """An engine in a process of its own, killed at the end."""
    folder = site.root.parent
    given = json.dumps([str(site.root), {"PATH": os.environ["PATH"], "HOME": str(folder)}])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.kudu_process", given],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            port, _ = json.loads(process.stdout.readline())
            base = f"http://127.0.0.1:{port}"
            with httpx2.Client(base_url=base, trust_env=False, timeout=PATIENCE) as http:
                yield http, process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)


def runs_of(http: httpx2.Client, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"/api/wjtui/jobs/triggered/{name}/runs?limit=1000").json()
    return found


def is_done(http: httpx2.Client, name: str) -> bool:
    """Nothing of the job waits or goes."""
    waiting = http.get(f"/api/wjtui/jobs/triggered/{name}/waiting").json()
    return not waiting and not any(
        run["status"] in ("Initializing", "Running") for run in runs_of(http, name)
    )


def storm(site: SiteBuilder, name: str, also: tuple[str, ...] = ()) -> tuple[list[str], Runs]:
    """Starts among kills at random moments; the runs that were promised, and those there were in the end."""
    chance, promised, asked = random.Random(20261121), [], 0
    for kill in range(KILLS + 1):
        with engine(site) as (http, _):
            while asked < STARTS * (kill + 1) // (KILLS + 1):
                answer = http.post(f"{T}/{name}/run", params={"arguments": str(asked)})
                assert answer.status_code == 202, answer.text
                promised.append(answer.headers["location"].rpartition("/")[2])
                asked += 1
            if kill < KILLS:
                time.sleep(chance.uniform(0.0, 0.25))
                continue
            end = time.monotonic() + PATIENCE
            while not all(is_done(http, each) for each in (name, *also)):
                assert time.monotonic() < end, http.get(f"/api/wjtui/jobs/triggered/{name}/waiting").text
                time.sleep(0.05)
            return promised, {each: runs_of(http, each) for each in (name, *also)}
    raise AssertionError


def test_every_start_that_was_promised_is_made_once_and_in_its_order(tmp_path: Path) -> None:
    site = SiteBuilder(tmp_path / "root")
    keys = {"if_running": "queue", "queue_limit": 100, "history_size": 1000}
    site.triggered("pieces", {"run.sh": WORK}, keys)
    promised, runs = storm(site, "pieces")
    assert [run["ref"]["run"] for run in reversed(runs["pieces"])] == promised
    began = [int(line) for line in (site.root / "data/jobs/triggered/pieces/began").read_text().split()]
    assert began == sorted(set(began)), "in their order, none twice"


def test_retries_and_chains_happen_once(tmp_path: Path) -> None:
    site = SiteBuilder(tmp_path / "root")
    keys = {"if_running": "queue", "queue_limit": 1000, "history_size": 1000}
    more = {"retry": {"count": 100, "delay": 0}, "on_success": "next"}
    site.triggered("pieces", {"run.sh": WORK}, keys | more)
    site.triggered("next", {"run.sh": "true\n"}, keys)
    promised, runs = storm(site, "pieces", ("next",))
    made = Counter(run["ref"]["run"] for run in runs["pieces"])
    assert set(promised) <= set(made)
    done = Counter(run["arguments"] for run in runs["pieces"] if run["status"] == "Success")
    assert done == Counter(str(number) for number in range(STARTS)), "each start has succeeded, once"
    followed = Counter(run["origin"]["run"] for run in runs["next"])
    succeeded = {run["ref"]["run"] for run in runs["pieces"] if run["status"] == "Success"}
    assert followed == Counter(succeeded), "each success is followed, once"


def test_every_message_of_a_spool_is_done_once_or_dead(tmp_path: Path) -> None:
    site = SiteBuilder(tmp_path / "root")
    inbox = site.root / "inbox"
    inbox.mkdir(parents=True)
    watch = {"watch": {"path": "inbox", "quiet": 0, "spool": True}, "history_size": 1000}
    script = 'cat "$WEBJOBS_INPUT_FILE" >> "$WEBJOBS_DATA_PATH/began"\nsleep 0.04\n'
    site.triggered("pieces", {"run.sh": script}, watch)
    chance = random.Random(20261121)
    for kill in range(KILLS):
        with engine(site):
            for number in range(3 * kill, 3 * kill + 3):
                draft = inbox / f".{number}"
                draft.write_text(f"{number}\n")
                draft.rename(inbox / f"{number:03}")
            time.sleep(chance.uniform(0.1, 0.6))
    with engine(site) as (http, _):
        end = time.monotonic() + PATIENCE
        while [path for path in inbox.iterdir() if path.is_file()] or not is_done(http, "pieces"):
            assert time.monotonic() < end, [path.name for path in inbox.iterdir()]
            time.sleep(0.05)
        runs = runs_of(http, "pieces")
    names = {f"{number:03}" for number in range(3 * KILLS)}
    done, dead = ({path.name for path in (inbox / each).glob("*")} for each in ("done", "dead"))
    assert done | dead == names and not done & dead, "each is somewhere, none twice"
    by_status = {
        status: {Path(run["input"]).name for run in runs if run["status"] == status}
        for status in ("Success", "Aborted")
    }
    assert by_status["Success"] == done and by_status["Aborted"] == dead
    began = [int(line) for line in (site.root / "data/jobs/triggered/pieces/began").read_text().split()]
    assert began == sorted(set(began)), "in their order, none twice"
