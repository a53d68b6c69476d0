"""Each sample job, started as the engine starts it, with a minimal environment and its waits shortened."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wjtui.samples import JOBS

SECONDS = 30.0
"""Upper bound of every wait; what is waited for takes well under one."""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def shutdown_file(tmp_path: Path) -> Path:
    return tmp_path / "shutdown"


@pytest.fixture
def start(data: Path, shutdown_file: Path) -> Iterator[Start]:
    """Starts a sample by its ``type/name``, in its own folder; ends what the test leaves running."""
    started: list[subprocess.Popen[str]] = []

    def start(job: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        folder = JOBS / job
        (script,) = folder.glob("run.*")
        kind, name = job.split("/")
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "WEBJOBS_NAME": name,
            "WEBJOBS_TYPE": kind,
            "WEBJOBS_PATH": str(folder),
            "WEBJOBS_DATA_PATH": str(data),
            "WEBJOBS_RUN_ID": "202601010000000000" if kind == "triggered" else "",
            "WEBJOBS_SHUTDOWN_FILE": str(shutdown_file),
            **variables,
        }
        # -I: nothing but the interpreter's own library, which is all a sample may need.
        program = {".py": [sys.executable, "-I"], ".sh": ["/bin/bash"], ".js": ["node"]}[script.suffix]
        process = subprocess.Popen(
            [*program, script.name, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"the job ended without a line that contains {text!r}")


def test_heartbeat_beats_until_it_is_asked_to_stop(start: Start, shutdown_file: Path) -> None:
    process = start("continuous/heartbeat", HEARTBEAT_SECONDS="0.01")
    wait_for_line(process, "beat 3,")
    shutdown_file.touch()
    code, out, err = end(process)
    assert (code, err) == (0, "")
    assert "asked to stop: ended in order after" in out


def test_heartbeat_without_a_shutdown_file_goes_on(start: Start) -> None:
    process = start("continuous/heartbeat", HEARTBEAT_SECONDS="0.01", WEBJOBS_SHUTDOWN_FILE="")
    wait_for_line(process, "beat 5,")
    assert process.poll() is None


def test_queue_worker_finishes_what_it_began(start: Start, shutdown_file: Path, data: Path) -> None:
    process = start("continuous/queue-worker", QUEUE_DELAY="0.01")
    wait_for_line(process, "order 000010 booked")
    shutdown_file.touch()
    code, out, err = end(process)
    assert code == 0
    assert "left out: 000009.json is no order" in err
    assert "asked to stop:" in out
    assert out.rstrip().endswith("0 wait")
    assert list((data / "queue").iterdir()) == []


def test_queue_worker_takes_orders_of_an_earlier_life_first(
    start: Start, shutdown_file: Path, data: Path
) -> None:
    queue = data / "queue"
    queue.mkdir(parents=True)
    (queue / "000777.json").write_text('{"order": 777, "amount": "100"}')
    (queue / "000778.json").write_text("half an ord")
    process = start("continuous/queue-worker", QUEUE_DELAY="0.01")
    wait_for_line(process, "order 000777 booked, 119.00 with tax")
    shutdown_file.touch()
    code, _, err = end(process)
    assert code == 0
    assert "left out:" in err
    assert not list(queue.iterdir())


def test_crash_loop_fails_with_three(start: Start) -> None:
    code, out, err = end(start("continuous/crash-loop", CRASH_AFTER_SECONDS="0.05"))
    assert code == 3
    assert out.startswith("up, pid")
    assert "exit code 3" in err


def test_crash_loop_ends_in_order_when_asked(start: Start, shutdown_file: Path) -> None:
    shutdown_file.touch()
    code, out, err = end(start("continuous/crash-loop"))
    assert (code, err) == (0, "")
    assert "ended in order" in out


def test_report_adds_up_and_names_the_bad_row(start: Start, data: Path) -> None:
    code, out, err = end(start("triggered/report", REPORT_DELAY="0"))
    assert code == 0
    assert err == "sales.csv line 14: 'n/a' is no amount, left out\n"
    assert "25 of 25 rows, 100 %" in out
    report = (data / "report.txt").read_text()
    assert out.endswith(report)
    assert [line.split()[0] for line in report.splitlines()] == ["east", "north", "south", "west"]
    assert [path.name for path in data.iterdir()] == ["report.txt"]


def test_fails_shows_a_traceback(start: Start) -> None:
    code, out, err = end(start("triggered/fails"))
    assert code == 1
    assert out == "reading config.json\n"
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith("KeyError: 'recipient'\n")


def test_noisy_writes_ten_thousand_lines_a_second(start: Start) -> None:
    code, out, err = end(start("triggered/noisy", NOISY_SECONDS="0.3"))
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 3_000
    assert (lines[0], lines[-1]) == ("line 000001 of a busy program", "line 003000 of a busy program")
    assert err.splitlines()[-1] == "3000 lines so far"


def test_checksums_are_those_of_the_files(start: Start, data: Path) -> None:
    code, _, err = end(start("triggered/checksums"))
    assert (code, err) == (0, "")
    folder = JOBS / "triggered/checksums/data"
    wanted = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in sorted(folder.iterdir())
    ]
    assert (data / "SHA256SUMS").read_text().splitlines() == wanted


def test_checksums_takes_another_folder_and_refuses_none(start: Start, data: Path, tmp_path: Path) -> None:
    (tmp_path / "mine/deep").mkdir(parents=True)
    (tmp_path / "mine/deep/file").write_bytes(b"abc")
    assert end(start("triggered/checksums", str(tmp_path / "mine")))[0] == 0
    assert (data / "SHA256SUMS").read_text().endswith("  deep/file\n")
    code, _, err = end(start("triggered/checksums", str(tmp_path / "none")))
    assert code == 2
    assert "is no folder" in err


def total(items: int) -> int:
    return sum(item * item for item in range(1, items + 1))


def test_batch_runs_through(start: Start, data: Path) -> None:
    code, out, err = end(start("triggered/batch", BATCH_DELAY="0"))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"all 200 items done, the sum is {total(200)}"
    assert json.loads((data / "result.json").read_text()) == {"done": 200, "sum": total(200)}
    assert [path.name for path in data.iterdir()] == ["result.json"], "the next run starts a new batch"


def test_batch_stops_in_order_and_goes_on(start: Start, data: Path, shutdown_file: Path) -> None:
    process = start("triggered/batch", BATCH_DELAY="0.01")
    wait_for_line(process, "10 of 200 items")
    shutdown_file.touch()
    code, out, _ = end(process)
    done = json.loads((data / "checkpoint.json").read_text())["done"]
    assert code == 0
    assert 10 <= done < 200
    assert f"asked to stop: {done} of 200 items are safe" in out

    shutdown_file.unlink()
    code, out, _ = end(start("triggered/batch", BATCH_DELAY="0"))
    assert code == 0
    assert out.startswith(f"going on after item {done}\n")
    assert json.loads((data / "result.json").read_text())["sum"] == total(200)


def test_batch_killed_at_any_moment_counts_nothing_twice(start: Start, data: Path) -> None:
    for _ in range(3):
        process = start("triggered/batch", BATCH_DELAY="0.002", BATCH_ITEMS="60")
        deadline = time.monotonic() + SECONDS
        while not (data / "checkpoint.json").exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait(SECONDS)
    assert end(start("triggered/batch", BATCH_DELAY="0", BATCH_ITEMS="60"))[0] == 0
    assert json.loads((data / "result.json").read_text()) == {"done": 60, "sum": total(60)}


@pytest.mark.skipif(shutil.which("node", path="/usr/local/bin:/usr/bin:/bin") is None, reason="needs Node.js")
def test_node_hello_shows_its_environment_and_arguments(start: Start, data: Path) -> None:
    code, out, err = end(start("triggered/node-hello", "one", "two words"))
    assert (code, err) == (0, "")
    assert "WEBJOBS_NAME=node-hello\n" in out
    assert f"WEBJOBS_DATA_PATH={data}\n" in out
    assert 'arguments: ["one","two words"]' in out
