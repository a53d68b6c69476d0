"""The real program on a root of its own: every command, every exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 40.0
SCRIPTS = {
    "triggered/good": '#!/bin/bash\nfor each in "$@"; do echo "<$each>"; done\necho oops >&2\n',
    "triggered/bad": "#!/bin/bash\nexit 3\n",
    "triggered/slow": "#!/bin/bash\nexec sleep 600\n",
    "triggered/both": "#!/bin/bash\ntrue\n",
    "continuous/both": "#!/bin/bash\nexec sleep 600\n",
    "continuous/worker": "#!/bin/bash\nfor n in 1 2 3; do echo tick $n; done\nexec sleep 600\n",
}


class Program:
    """``python -m wjtui`` on one root."""

    def __init__(self, root: Path, temp: Path) -> None:
        self.root = root
        self._environment = os.environ | {"WJTUI_ROOT": str(root), "TMPDIR": str(temp)}

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Run a command and return its standard output; on a refusal its one line on standard error."""
        done = subprocess.run(
            [sys.executable, "-m", "wjtui", *arguments], env=self._environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        if status in (0, 1):
            return done.stdout
        assert done.stdout == "" and done.stderr.count("\n") == 1
        return done.stderr

    def open(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "wjtui", *arguments], env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def status(self, name: str) -> str:
        facts = dict(line.split(": ", 1) for line in self("show", name).splitlines())
        return facts["status"]

    def engine_files(self) -> list[Path]:
        return list((self.root / "data" / "wjtui").glob("*/engine.json"))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def wjtui(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    root = tmp_path / "root"
    for name, script in SCRIPTS.items():
        folder = root / "site" / "wwwroot" / "app_data" / "jobs" / name
        folder.mkdir(parents=True)
        (folder / "run.sh").write_text(script)
        (folder / "settings.job").write_text('{"stopping_wait_time": 1}')
    # Short, because a socket's path is.
    temp = tmp_path_factory.mktemp("t")
    program = Program(root, temp)
    yield program
    program("down")


@pytest.mark.timeout(120)
def test_a_day_with_the_engine(wjtui: Program) -> None:
    assert "wjtui up" in wjtui("list", status=3)
    assert "No engine runs" in wjtui("down")
    assert f"The engine on {wjtui.root} runs" in wjtui("up")
    assert "runs already" in wjtui("up")
    until(lambda: wjtui.status("worker") == "Running")

    titles, *rows = wjtui("list").splitlines()
    assert titles.split() == ["NAME", "KIND", "STATUS", "SCHEDULE", "LAST", "RUN", "NEXT", "RUN"]
    assert [row.split()[0] for row in rows] == ["bad", "both", "both", "good", "slow", "worker"]
    by_name = {job["name"]: job for job in json.loads(wjtui("list", "--json"))}
    assert by_name["good"]["run_command"] == "run.sh" and by_name["good"]["latest_run"] is None

    assert "Success" in wjtui("run", "good", "--wait", "--", "a b", 'c"d', "")
    assert "Failed" in wjtui("run", "bad", "--wait", status=1)
    assert "<again>" in wjtui("run", "good", "--follow", "--", "again")
    run = json.loads(wjtui("run", "good", "--wait", "--json"))
    assert run["status"] == "Success" and run["trigger"].startswith("CLI - ")

    runs = json.loads(wjtui("history", "good", "--json"))["runs"]
    assert len(runs) == 3 and runs[0]["id"] == run["id"]
    everything = json.loads(wjtui("history", "--json"))["runs"]
    assert [each["job_name"] for each in everything] == ["good", "good", "bad", "good"]
    assert [each["errors"] for each in everything] == [1, 1, 1, 1]
    _, day, bad = wjtui("history", "--status", "failed", "--since", "1h").splitlines()
    assert day.endswith(" UTC") and bad.split()[1] == "Failed" and " bad " in bad
    assert wjtui("history", "--trigger", "schedule").count("\n") == 1
    assert "7d" in wjtui("history", "--since", "soon", status=2)
    log = wjtui("logs", "good", "--run", runs[2]["id"])
    assert [line.split("] ")[1] for line in log.splitlines() if ": INFO]" in line] == ["<a b>", '<c"d>', "<>"]
    assert "oops" not in wjtui("logs", "good", "--raw")
    assert wjtui("logs", "good", "--level", "error").endswith("] oops\n")
    until(lambda: wjtui("logs", "worker", "-n", "1", "--level", "info", "--raw") == "tick 3\n")

    assert "worker" in wjtui("stop", "worker")
    until(lambda: wjtui.status("worker") == "Stopped")
    wjtui("stop", "worker")
    wjtui("start", "worker")
    until(lambda: wjtui.status("worker") == "Running")
    assert len(json.loads(wjtui("history", "worker", "--json"))["launches"]) == 2

    wjtui("run", "slow")
    assert "already running" in wjtui("run", "slow", status=5)
    wjtui("stop", "slow", "--now")
    until(lambda: wjtui.status("slow") == "Aborted")
    wjtui("stop", "slow", status=5)

    both = wjtui("start", "both", status=2)
    assert "triggered/both" in both and "continuous/both" in both
    assert "Running" in wjtui("show", "continuous/both")
    assert "wjtui run" in wjtui("start", "good", status=2)
    assert "'absent'" in wjtui("show", "absent", status=4)
    wjtui("logs", "good", "--run", "201601010000000000", status=4)
    assert "wjtui run bad" not in wjtui("logs", "bad")

    assert "has ended" in wjtui("down")
    assert wjtui.engine_files() == []
    wjtui("list", status=3)


@pytest.mark.timeout(120)
def test_serve_ends_by_a_signal_and_leaves_nothing_behind(wjtui: Program) -> None:
    with wjtui.open("serve") as engine:
        until(lambda: wjtui.engine_files() != [])
        until(lambda: wjtui.status("worker") == "Running")
        card = json.loads(wjtui.engine_files()[0].read_bytes())
        with wjtui.open("serve") as second:
            _, said = second.communicate(timeout=PATIENCE)
            assert second.returncode == 5 and "--instance" in said and said.count("\n") == 1
        engine.send_signal(signal.SIGTERM)
        out, err = engine.communicate(timeout=PATIENCE)
    assert (engine.returncode, out) == (0, "")
    # Its log, in which nothing is amiss.
    assert [line.split()[1] for line in err.splitlines()] == ["INFO"] * err.count("\n") and "serving" in err
    assert wjtui.engine_files() == [] and not Path(card["socket"]).exists()
    assert not Path(f"/proc/{card['pid']}").exists()


@pytest.mark.timeout(120)
def test_following_a_log_ends_with_ctrl_c(wjtui: Program) -> None:
    wjtui("up")
    until(lambda: wjtui.status("worker") == "Running")
    with wjtui.open("logs", "worker", "-f", "--raw") as following:
        assert following.stdout is not None
        seen = ""
        while "tick 3" not in seen:
            seen += following.stdout.readline()
        wjtui("stop", "worker")
        while "Stopped" not in seen:
            seen += following.stdout.readline()
        following.send_signal(signal.SIGINT)
        _, err = following.communicate(timeout=PATIENCE)
    assert (following.returncode, err) == (0, "")


@pytest.mark.timeout(120)
def test_a_reader_that_has_enough_ends_the_command_quietly(wjtui: Program) -> None:
    wjtui("up")
    with wjtui.open("logs", "worker", "-f") as following:
        assert following.stdout is not None
        following.stdout.readline()
        following.stdout.close()
        wjtui("stop", "worker")
        assert following.wait(PATIENCE) == 0
        assert following.stderr is not None and following.stderr.read() == ""


def test_a_root_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "wjtui", "up", "--root", str(tmp_path / "file")],
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "cannot be used" in done.stderr
