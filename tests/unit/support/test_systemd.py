"""What is told to a service manager, and words as a unit has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.support.service_manager import FakeManager
from wjtui.support.systemd import ServiceManager, is_journal, quote_word

US, GUARDIAN = 4711, 4710


@pytest.mark.parametrize("abstract", [False, True])
def test_notifications_arrive(tmp_path_factory: pytest.TempPathFactory, abstract: bool) -> None:
    path = str(tmp_path_factory.mktemp("n") / "notify")
    listening = FakeManager(f"@wjtui-{uuid.uuid4()}" if abstract else path)
    environment = {"NOTIFY_SOCKET": listening.address, "HOME": "/"}
    manager = ServiceManager.of(environment, (US,))
    manager.ready()
    manager.status("two\nlines  in one")
    manager.stopping(1.5)
    manager.alive()
    listening.until(lambda line: line == "WATCHDOG=1")
    assert listening.heard == [
        "READY=1", "STATUS=two lines in one", "STOPPING=1", "EXTEND_TIMEOUT_USEC=1500000", "WATCHDOG=1",
    ]  # fmt: skip
    assert environment == {"HOME": "/"} and manager.listens
    listening.close()
    manager.ready()  # nobody is there any more, and nothing happens


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(US)}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(GUARDIAN)}, 0.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_whose_watchdog_it_is(variables: dict[str, str], seconds: float) -> None:
    manager = ServiceManager.of({"NOTIFY_SOCKET": "/run/n"} | variables, (US, GUARDIAN))
    assert manager.watchdog_seconds == seconds
    assert ServiceManager.of(dict(variables), (US, GUARDIAN)).watchdog_seconds == 0.0


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_an_address_of_no_unix_socket_is_nobody(address: str) -> None:
    manager = ServiceManager.of({"NOTIFY_SOCKET": address}, (US,))
    manager.ready()
    assert not manager.listens


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    with open(tmp_path / "stream", "wb") as stream:
        found = os.fstat(stream.fileno())
        here = f"{found.st_dev}:{found.st_ino}"
        assert is_journal(stream.fileno(), {"JOURNAL_STREAM": here})
        assert not is_journal(stream.fileno(), {"JOURNAL_STREAM": f"{here}0"})
        assert not is_journal(stream.fileno(), {})
    assert not is_journal(-1, {"JOURNAL_STREAM": here})


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("", '""'),
        ("a b", '"a b"'),
        ("100%", "100%%"),
        ("%", '"%%"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("it's", '"it\'s"'),
        ("line\nbreak", r'"line\x0abreak"'),
        ("ü", r'"\xc3\xbc"'),
        ("\udcff", r'"\xff"'),
        ("$HOME", '"$HOME"'),
        (";", '";"'),
    ],
)
def test_a_word_of_a_unit(word: str, quoted: str) -> None:
    assert quote_word(word) == quoted


def test_a_word_where_variables_are_expanded() -> None:
    assert quote_word("$HOME", expands=True) == '"$$HOME"'


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["plain", "two words", "50%n", "ünï", "$HOME", "a;b", "#"])
def test_systemd_reads_the_word_as_it_was(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    def verified(path: Path) -> subprocess.CompletedProcess[str]:
        unit = tmp_path / "wjtui-test.service"
        colon = ":" if "$" in name else ""
        unit.write_text(f"[Service]\nExecStart={colon}{quote_word(str(path))} {quote_word(name)}\n")
        return subprocess.run(
            ["systemd-analyze", "verify", "--user", str(unit)],
            env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=50,
        )  # fmt: skip

    done = verified(program)
    assert (done.returncode, done.stderr) == (0, "")
    # It does look whether the program is there.
    assert "not executable" in verified(tmp_path / f"{name}-missing").stderr
