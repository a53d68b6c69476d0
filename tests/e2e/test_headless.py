"""Life without a screen: under a service manager, at boot, for scripts and shells."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.patience import PATIENCE
from tests.support.service_manager import FakeManager, FakePrograms
from tests.support.terminal import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

WATCHDOG_SECONDS = 2
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z (INFO|WARNING|ERROR) [\w.]+: .+")


@pytest.fixture
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeManager]:
    found = FakeManager(str(tmp_path_factory.mktemp("n") / "notify"))
    yield found
    found.close()


def serve(program: Installed, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program.argv("serve", *arguments), env=program.environment | variables, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def end(engine: subprocess.Popen[bytes]) -> str:
    """Let it end; what it wrote on standard error."""
    engine.send_signal(signal.SIGTERM)
    _, said = engine.communicate(timeout=PATIENCE)
    assert engine.returncode == 0
    return said.decode()


def test_a_service_manager_hears_how_the_engine_is(program: Installed, manager: FakeManager) -> None:
    script = 'echo "[$NOTIFY_SOCKET$WATCHDOG_USEC]"\n' + SLEEPER
    program.site.continuous("worker", {"run.sh": script}, PROMPT | {"stopping_wait_time": 70})
    engine = serve(program, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC=str(WATCHDOG_SECONDS * 1_000_000))
    manager.until(lambda line: line == "READY=1")
    # Ready means that commands are answered.
    assert program.facts("list")[0]["name"] == "worker"
    manager.until(lambda line: line == "STATUS=1 jobs, 1 running, 0 scheduled")
    for _ in range(2):
        manager.until(lambda line: line == "WATCHDOG=1")
    until(lambda: b"[]" in program.log("worker"))
    engine.send_signal(signal.SIGTERM)
    extended = manager.until(lambda line: line.startswith("EXTEND_TIMEOUT_USEC="))
    assert manager.heard[-2] == "STOPPING=1" and extended == "EXTEND_TIMEOUT_USEC=100000000"
    engine.communicate(timeout=PATIENCE)
    assert engine.returncode == 0


def test_the_watchdog_of_another_process_is_not_ours(program: Installed, manager: FakeManager) -> None:
    engine = serve(program, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="1000000", WATCHDOG_PID="1")
    manager.until(lambda line: line.startswith("STATUS="))
    end(engine)
    manager.until(lambda line: line.startswith("EXTEND_TIMEOUT_USEC="))
    assert "WATCHDOG=1" not in manager.heard


def test_in_the_foreground_the_log_is_on_standard_error_with_its_time(program: Installed) -> None:
    engine = serve(program)
    until(lambda: program.engine_pid is not None)
    said = end(engine).splitlines()
    assert all(LOG_LINE.fullmatch(line) for line in said), said
    assert len([line for line in said if "serving" in line]) == 1
    [log] = (program.root / "data" / "wjtui").glob("*/engine.log")
    assert log.read_text().splitlines() == said


def test_the_journal_gets_priorities_and_no_time(program: Installed, tmp_path: Path) -> None:
    with open(tmp_path / "journal", "wb") as stream:
        found = os.fstat(stream.fileno())
        environment = program.environment | {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        engine = subprocess.Popen(program.argv("serve"), env=environment, stderr=stream)
        until(lambda: program.engine_pid is not None)
        second = subprocess.run(program.argv("serve"), env=environment, stderr=stream, timeout=PATIENCE)
        assert second.returncode == 5
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(PATIENCE) == 0
    lines = (tmp_path / "journal").read_text().splitlines()
    assert [line[:3] for line in lines if "--instance" in line] == ["<3>"]
    assert [line[:30] for line in lines if "serving" in line] == ["<6>wjtui.launch.host: serving "[:30]]
    assert all(re.match(r"<[3-6]>", line) for line in lines)


def test_a_reader_that_reads_nothing_holds_up_no_job(program: Installed) -> None:
    program.site.triggered("good", {"run.sh": "true\n"})
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    engine = subprocess.Popen(program.argv("serve", "--debug"), env=program.environment, stderr=writer)
    until(lambda: program.engine_pid is not None)
    until(lambda: [job["name"] for job in program.facts("list")] == ["good"])
    assert "Success" in program("run", "good", "--wait")
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(PATIENCE) == 0
    os.close(writer)
    os.close(reader)


def test_a_printed_unit_runs_this_very_program(program: Installed) -> None:
    program.site.continuous("worker", {"run.sh": SLEEPER}, {"stopping_wait_time": 200})
    unit = program("serve", "--print-unit", "--listen", "127.0.0.1:8099").splitlines()
    words = f"{sys.executable} -P -m wjtui serve --root {program.root} --listen 127.0.0.1:8099"
    assert f"ExecStart={words}" in unit
    assert f"# Before its first start, as its user: wjtui credentials --root {program.root}" in unit
    assert "TimeoutStopSec=230" in unit and "Type=notify" in unit and "WantedBy=multi-user.target" in unit
    assert program.engine_pid is None
    assert "WantedBy=default.target" in program("serve", "--print-unit", "--user").splitlines()


def test_no_password_is_printed_into_the_journal(program: Installed, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    found = os.open(journal, os.O_RDWR | os.O_CREAT)
    stream = {"JOURNAL_STREAM": f"{os.fstat(found).st_dev}:{os.fstat(found).st_ino}"}
    words = program.argv("serve", "--listen", "127.0.0.1:0")
    refused = subprocess.run(words, env=program.environment | stream, stderr=found, timeout=PATIENCE)
    os.close(found)
    said = journal.read_text()
    assert refused.returncode == 2 and "wjtui credentials --root" in said and said.count("\n") == 1
    assert not (program.root / "data" / "wjtui" / "credentials").exists()


def test_at_boot_and_no_more(program: Installed, tmp_path: Path) -> None:
    programs = FakePrograms(tmp_path / "bin")
    program.environment["PATH"] = programs.path
    said = program("up", "--at-boot", status=2)
    assert "--yes" in said and programs.orders == []
    done = program.facts("up", "--at-boot", "--yes")
    unit = Path(done["unit"])
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    assert unit.parent == Path(program.environment["HOME"], ".config/systemd/user")
    assert "WantedBy=default.target" in unit.read_text() and done["lingers"] and done["started"]
    assert programs.orders == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {unit.name}",
        f"loginctl enable-linger {user}",
    ]
    programs.forget()
    assert str(unit) in program("up", "--at-boot", "--off")
    assert programs.orders == [f"systemctl --user disable {unit.name}", "systemctl --user daemon-reload"]
    assert not unit.exists()
    assert "No unit" in program("up", "--at-boot", "--off")


def test_without_systemd_there_is_a_sentence(program: Installed, tmp_path: Path) -> None:
    programs = FakePrograms(tmp_path / "bin")
    programs.refuse("systemctl", "show", "Failed to connect to bus: No medium found")
    said = program("up", "--at-boot", "--yes", status=2, environment={"PATH": programs.path})
    assert "Failed to connect to bus" in said and "--print-unit" in said and said.count("\n") == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    said = program("up", "--at-boot", "--yes", status=2, environment={"PATH": str(empty)})
    assert "systemctl is not installed" in said
    assert not Path(program.environment["HOME"], ".config").exists()


def test_the_doctor_finds_what_is_wrong_and_changes_nothing(program: Installed) -> None:
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    program.site.triggered("broken", {"readme.md": "nothing to run"})
    program("up")
    until(lambda: program.status("worker") == "Running")
    secret = program.root / "data" / "wjtui" / "site_settings.json"
    secret.write_text("{}")
    secret.chmod(0o644)
    before = sorted(str(path) for path in program.root.rglob("*"))
    found = json.loads(
        subprocess.run(
            program.argv("doctor", "--json"),
            env=program.environment | {"WEBJOBS_RESTART_TIMES": "1", "WJTUI_HOST_PHP": "/nowhere/php"},
            capture_output=True, timeout=PATIENCE, check=False,
        ).stdout
    )  # fmt: skip
    levels = {(check["name"], check["level"]): check["text"] for check in found["checks"]}
    assert found["level"] == "error"
    assert "chmod 600" in levels["site settings", "error"]
    assert "triggered/broken" in levels["jobs", "error"]
    assert "WEBJOBS_RESTART_TIMES" in levels["settings", "warning"]
    assert "/nowhere/php" in levels["interpreter .php", "error"]
    assert f"pid {program.engine_pid}" in levels["engine", "ok"]
    assert sorted(str(path) for path in program.root.rglob("*")) == before


def test_the_doctor_s_exit_status(program: Installed) -> None:
    assert "0 errors" in program("doctor")
    done = subprocess.run(
        program.argv("doctor"), env=program.environment | {"WJTUI_HOST_PHP": "/nowhere/php"},
        capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and b"1 error," in done.stdout and done.stderr == b""


def test_a_shell_completes_jobs_and_runs(program: Installed) -> None:
    program.site.triggered("nightly", {"run.sh": "true\n"})
    program.site.triggered("$(touch gone)", {"run.sh": "true\n"})

    def complete(*words: str) -> list[str]:
        asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        done = subprocess.run(
            program.argv(), env=program.environment | asked | {"_WJTUI_COMPLETE": "bash_complete"},
            capture_output=True, text=True, timeout=PATIENCE, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return [line.partition(",")[2] for line in done.stdout.splitlines() if line]

    assert complete("wjtui", "run", "") == []
    program("up")
    until(lambda: len(program.facts("list")) == 2)
    # A shell waits for an answer for 0.3 s: on a busy machine a person presses the key again.
    until(lambda: complete("wjtui", "run", "") == ["nightly"])
    run = program.facts("run", "nightly", "--wait")["id"]
    until(lambda: complete("wjtui", "logs", "nightly", "--run", "") == [run])
    assert complete("wjtui", "--theme", "wjtui-d") == ["wjtui-dark"]
    assert complete("wjtui", "rol") == ["rollback"]
    assert complete("wjtui", "--connect", "http://127.0.0.1:1", "run", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_what_to_put_where(program: Installed, shell: str) -> None:
    assert f"_WJTUI_COMPLETE={shell}_source" in program("completion", shell)
    script = subprocess.run(
        program.argv(), env=program.environment | {"_WJTUI_COMPLETE": f"{shell}_source"},
        capture_output=True, text=True, timeout=PATIENCE, check=True,
    ).stdout  # fmt: skip
    assert "_WJTUI_COMPLETE" in script


def test_the_browser_needs_an_extra(program: Installed, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "textual_serve.py").write_text("raise ImportError\n")
    said = program("web", status=1, environment={"PYTHONPATH": str(hidden)})
    assert "wjtui[web]" in said and said.count("\n") == 1
