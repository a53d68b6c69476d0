"""What a log-out and a boot do to an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from wjtui.launch import logind
from wjtui.launch.logind import (
    LoginFacts,
    boot_trouble,
    is_enabled,
    kills,
    log_out_trouble,
    one_line,
    starts,
    user_units,
)

SESSION = "/user.slice/user-1000.slice/session-3.scope"
MANAGER = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-term.scope"
SYSTEM = "/system.slice/wjtui.service"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (LoginFacts(True, SESSION, kills=True), "Logging out"),
        (LoginFacts(True, SESSION, kills=True, lingers=True), "Logging out"),
        (LoginFacts(True, SESSION, kills=False), ""),
        (LoginFacts(True, MANAGER, lingers=False), "enable-linger"),
        (LoginFacts(True, MANAGER, lingers=True, kills=True), ""),
        (LoginFacts(True, SYSTEM, kills=True), ""),
        (LoginFacts(False, "/"), ""),
    ],
)
def test_a_log_out(facts: LoginFacts, says: str) -> None:
    sentence = log_out_trouble(facts)
    assert says in sentence and bool(sentence) is bool(says)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (LoginFacts(True, system_unit="wjtui.service"), ""),
        (LoginFacts(True, own_unit="wjtui-a.service", lingers=True), ""),
        (LoginFacts(True, own_unit="wjtui-a.service"), "enable-linger"),
        (LoginFacts(True, lingers=True), "--at-boot"),
        (LoginFacts(False), "wjtui serve"),
    ],
)
def test_a_boot(facts: LoginFacts, says: str) -> None:
    sentence = boot_trouble(facts)
    assert says in sentence and bool(sentence) is bool(says)


def test_the_one_line_names_the_nearer_end_and_nothing_that_cannot_be_helped() -> None:
    assert "Logging out" in one_line(LoginFacts(True, SESSION, kills=True))
    assert "at boot" in one_line(LoginFacts(True, SESSION))
    assert one_line(LoginFacts(False)) == ""


@pytest.mark.parametrize(
    ("found", "killed"),
    [
        ({"KillUserProcesses": "yes"}, True),
        ({"KillUserProcesses": "no"}, False),
        ({}, False),
        ({"KillUserProcesses": "yes", "KillExcludeUsers": "root me"}, False),
        ({"KillUserProcesses": "yes", "KillOnlyUsers": "you"}, False),
        ({"KillUserProcesses": "yes", "KillOnlyUsers": "you me"}, True),
    ],
)
def test_whom_logind_kills(found: dict[str, str], killed: bool) -> None:
    assert kills(found, "me") is killed


def test_a_unit_is_enabled_by_a_link(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    folder = user_units(environment)
    assert folder == tmp_path / ".config/systemd/user"
    wants = folder / "default.target.wants"
    wants.mkdir(parents=True)
    (folder / "a.service").write_text("")
    assert not is_enabled("a.service", environment)
    (wants / "a.service").symlink_to("../a.service")
    assert is_enabled("a.service", environment)
    (folder / "a.service").unlink()
    assert not is_enabled("a.service", environment)
    assert user_units({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == Path("/c/systemd/user")
    assert user_units({"HOME": "/h", "XDG_CONFIG_HOME": "c"}) == Path("/h/.config/systemd/user")


def test_an_administrator_s_unit_is_found_by_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.service").write_text("[Service]\nExecStart=/usr/bin/true --root /srv/jobs\n")
    monkeypatch.setattr(logind, "_SYSTEM_UNITS", tmp_path)
    assert logind.system_unit_of(Path("/srv/jobs")) == ""
    text = "[Service]\nExecStart=/opt/bin/wjtui serve --root /srv/jobs\n"
    (tmp_path / "jobs.service").write_text(text)
    assert logind.system_unit_of(Path("/srv/jobs")) == "jobs.service"
    assert starts(text, Path("/srv/jobs")) and not starts(text, Path("/srv/other"))
