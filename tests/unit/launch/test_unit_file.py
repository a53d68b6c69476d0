"""The unit that keeps an engine running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wjtui.launch.unit import Wanted, passed_on, unit_text

ODD = '/srv/we ird %n "$HOME"\\'
SECRET = "hunter2"


def wanted(root: str = "/srv/jobs", account: str = "") -> Wanted:
    environment = {
        "PATH": "/usr/bin:/opt/my tools", "HOME": "/home/me", "WJTUI_PASSWORD": SECRET, "WJTUI_USER": "me",
        "WJTUI_HOST_PY": "/srv/venv/bin/python", "WEBJOBS_RESTART_TIME": "5", "WJTUI_ROOT": "/elsewhere",
    }  # fmt: skip
    return Wanted(
        [sys.executable, "-m", "wjtui", "serve", "--root", root], Path(root), environment, 90, account
    )


def test_what_it_says() -> None:
    lines = unit_text(wanted()).splitlines()
    for line in (
        "Type=notify", "NotifyAccess=all", "KillMode=mixed", "TimeoutStopSec=120", "Restart=on-failure",
        "RestartPreventExitStatus=2 5", "OOMPolicy=continue", "WatchdogSec=120", "WantedBy=default.target",
        f"ExecStart={sys.executable} -m wjtui serve --root /srv/jobs", "RequiresMountsFor=/srv/jobs",
    ):  # fmt: skip
        assert line in lines, line
    assert not any(line.startswith(("User=", "ProtectHome", "PrivateTmp", "Delegate")) for line in lines)


def test_one_of_the_system_names_the_user_and_waits_for_the_network() -> None:
    lines = unit_text(wanted(account="jobs")).splitlines()
    assert "User=jobs" in lines and "WantedBy=multi-user.target" in lines
    assert "After=network-online.target" in lines


def test_no_secret_is_in_it() -> None:
    text = unit_text(wanted())
    assert SECRET not in text and "WJTUI_USER" not in text and "/elsewhere" not in text
    assert 'Environment="PATH=/usr/bin:/opt/my tools"' in text
    assert 'Environment="WJTUI_HOST_PY=/srv/venv/bin/python"' in text
    assert "HOME" not in passed_on({"HOME": "/home/me"})


def test_dollars_stand_for_themselves() -> None:
    lines = unit_text(wanted(ODD)).splitlines()
    [command] = [line for line in lines if line.startswith("ExecStart=")]
    assert command.startswith(f"ExecStart=:{sys.executable} ")
    assert command.endswith(r'"/srv/we ird %%n \"$HOME\"\\"')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ['q"uote', "it's", "back\\slash"])
def test_a_program_whose_path_systemd_does_not_take(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "wjtui-test.service"
    unit.write_text(unit_text(replace(wanted(), command=[str(program), "serve"])))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("root", ["/srv/jobs", ODD, "/srv/ünï"])
@pytest.mark.parametrize("account", ["", "root"])
def test_systemd_has_nothing_against_it(tmp_path: Path, root: str, account: str) -> None:
    unit = tmp_path / "wjtui-test.service"
    unit.write_text(unit_text(wanted(root, account)))
    done = subprocess.run(
        ["systemd-analyze", "verify", *([] if account else ["--user"]), str(unit)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    # Of units that are not ours it may say anything.
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []
