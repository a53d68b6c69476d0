"""The doctor's judgements over facts, and that nothing holds it up."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wjtui import __version__
from wjtui.client.probe import EngineFile
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.launch import doctor_life, doctor_machine, doctor_root
from wjtui.launch.doctor import Case, Check, Level, Part, error, examine, ok, warning, worst
from wjtui.launch.doctor_life import JobFacts, Secret, SettingFacts, judge_jobs, judge_secrets, judge_settings
from wjtui.launch.doctor_machine import (
    ClockFacts,
    HostFacts,
    ProcessFacts,
    WatchFacts,
    judge_clock,
    judge_hosts,
    judge_processes,
    judge_versions,
    judge_watches,
)
from wjtui.launch.doctor_root import (
    Folder,
    LockFacts,
    Room,
    SocketFacts,
    judge_folders,
    judge_lock,
    judge_room,
    judge_socket,
)
from wjtui.launch.place import find_place

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
GIB = 1 << 30
CARD = EngineFile(4711, "one", __version__, "/tmp/x.sock")


def found(checks: list[Check]) -> tuple[Level, str]:
    """The worst of some checks."""
    level = worst(checks)
    return level, " ".join(check.text for check in checks if check.level is level)


@pytest.mark.parametrize(
    ("checks", "level", "says"),
    [
        (judge_folders([Folder("/srv", True, True)]), Level.OK, "/srv"),
        (judge_folders([Folder("/srv", False, True)]), Level.OK, "first start"),
        (judge_folders([Folder("/srv", True, True), Folder("/srv/x", True, False)]), Level.ERROR, "/srv/x"),
        (judge_folders([Folder("/srv", False, False)]), Level.ERROR, "cannot be made"),
        (judge_lock(LockFacts(False)), Level.OK, "wjtui up"),
        (judge_lock(LockFacts(False, stale=("/srv/engine.json",))), Level.WARNING, "/srv/engine.json"),
        (judge_lock(LockFacts(True, "serve pid 7")), Level.WARNING, "pid 7"),
        (judge_lock(LockFacts(True, card=CARD)), Level.ERROR, "4711"),
        (judge_lock(LockFacts(True, card=CARD, answers=True)), Level.OK, "pid 4711"),
        (
            judge_lock(LockFacts(True, card=EngineFile(1, "one", "0.0.1", "/x"), answers=True)),
            Level.WARNING, "0.0.1",
        ),
        (judge_socket(SocketFacts("/tmp/w/x.sock", 13, temporary="/tmp")), Level.OK, "/tmp/w/x.sock"),
        (judge_socket(SocketFacts("/long", 108)), Level.ERROR, "TMPDIR"),
        (judge_socket(SocketFacts("/tmp/w/x.sock", 13, True, False)), Level.ERROR, "0700"),
        (
            judge_socket(SocketFacts("/t/x", 4, temporary="/t", temporary_usable=False)),
            Level.ERROR, "/t cannot",
        ),
        (judge_socket(SocketFacts("/t/x", 4, temporary="/t", temporary_given=True)), Level.WARNING, "/t"),
        (judge_room([Room("/", 50 * GIB, 1000, 900)]), Level.OK, "50.0 GiB"),
        (judge_room([Room("/", GIB // 2)]), Level.WARNING, "512 MiB"),
        (judge_room([Room("/", 1 << 20)]), Level.ERROR, "full"),
        (judge_room([Room("/", 50 * GIB, 1_000_000, 5000)]), Level.WARNING, "inodes"),
        (judge_room([Room("/", 50 * GIB, 1_000_000, 5)]), Level.ERROR, "inodes"),
        (judge_room([Room("/", 50 * GIB, 0, 0)]), Level.OK, "free"),
        (judge_clock(ClockFacts(NOW, None, True)), Level.OK, "by NTP"),
        (judge_clock(ClockFacts(NOW)), Level.OK, "nobody says"),
        (judge_clock(ClockFacts(NOW, None, False)), Level.WARNING, "set-ntp"),
        (judge_clock(ClockFacts(NOW, NOW + timedelta(hours=1), True)), Level.WARNING, "set back"),
        (judge_clock(ClockFacts(datetime(1970, 1, 2, tzinfo=UTC))), Level.ERROR, "1970"),
        (judge_watches(WatchFacts(8192, 128, 100, 5, 40)), Level.OK, "100 of 8192"),
        (judge_watches(WatchFacts(8192, 128, 8180, 5, 40)), Level.WARNING, "max_user_watches"),
        (judge_watches(WatchFacts(8192, 128, 10, 128, 4)), Level.WARNING, "max_user_instances"),
        (judge_watches(WatchFacts(0, 0)), Level.WARNING, "inotify"),
        (judge_processes(ProcessFacts(True, True, True, 1024)), Level.OK, "1024"),
        (judge_processes(ProcessFacts(True, False, True, 1024)), Level.OK, "pidfd"),
        (judge_processes(ProcessFacts(False, True, True, 1024)), Level.WARNING, "subreapers"),
        (judge_processes(ProcessFacts(True, True, False, 1024)), Level.ERROR, "/proc"),
        (judge_processes(ProcessFacts(True, True, True, 64)), Level.WARNING, "64"),
        (judge_versions({"wjtui": "1", "textual": ""}), Level.ERROR, "textual"),
        (judge_secrets([Secret("credentials", "/c", 0o600)]), Level.OK, "owner"),
        (judge_secrets([Secret("credentials", "/c", 0o640)]), Level.ERROR, "chmod 600"),
        (judge_secrets([Secret("credentials", "/c")]), Level.OK, "none"),
        (judge_settings(SettingFacts()), Level.OK, "unknown"),
        (judge_settings(SettingFacts(("WEBJOBS_RESTARTTIME",))), Level.WARNING, "WEBJOBS_RESTARTTIME"),
        (judge_settings(SettingFacts((), "No such zone.")), Level.WARNING, "No such zone"),
        (judge_jobs(JobFacts(False)), Level.OK, "No engine"),
        (judge_jobs(JobFacts(True, 3)), Level.OK, "3 jobs"),
        (judge_jobs(JobFacts(True, 3, (("triggered/a", "no script"),))), Level.ERROR, "no script"),
        (judge_jobs(JobFacts(True, refusal="it is deaf")), Level.ERROR, "deaf"),
    ],
)  # fmt: skip
def test_a_judgement(checks: list[Check], level: Level, says: str) -> None:
    assert found(checks)[0] is level
    assert says in found(checks)[1]


def test_many_broken_jobs_are_counted() -> None:
    checks = judge_jobs(JobFacts(True, 20, tuple((f"triggered/{n}", "no script") for n in range(14))))
    assert len(checks) == 11 and checks[-1].text.startswith("4 more")


def test_interpreters(tmp_path: Path) -> None:
    (tmp_path / "bash").write_text("#!/bin/sh\n")
    (tmp_path / "bash").chmod(0o755)
    environment = {
        "PATH": str(tmp_path),
        "WJTUI_HOST_PY": "/nowhere/python",
        "WJTUI_HOST_SH": f"{tmp_path}/bash",
    }
    facts = HostFacts(find_hosts(environment), frozenset({".py", ".sh"}))
    levels = {check.name: check.level for check in judge_hosts(facts)}
    assert levels["interpreter .sh"] is Level.OK and levels["interpreter .py"] is Level.ERROR
    assert levels["interpreter .php"] is Level.OK and "interpreter .cmd" not in levels
    nothing = judge_hosts(HostFacts(find_hosts({"PATH": str(tmp_path), "WJTUI_HOST_SH": "/nowhere/sh"})))
    assert nothing[-1].level is Level.ERROR


def test_a_look_that_hangs_is_an_error_and_the_others_are_there(tmp_path: Path) -> None:
    hold = threading.Event()
    case = Case(find_place(str(tmp_path), "one", environment={}), {})
    parts: list[Part[object]] = [
        Part("quick", lambda case: None, lambda facts: [ok("quick", "fine")]),
        Part("hung", lambda case: hold.wait(), lambda facts: [ok("hung", "fine")]),
        Part("last", lambda case: None, lambda facts: [warning("last", "so so")]),
    ]
    checks = examine(case, parts, seconds=0.05)
    hold.set()
    assert [(check.name, check.level) for check in checks] == [
        ("quick", Level.OK), ("hung", Level.ERROR), ("last", Level.WARNING),
    ]  # fmt: skip
    assert worst([ok("a", ""), warning("b", ""), error("c", "")]) is Level.ERROR


def test_a_folder_that_cannot_be_looked_at_is_an_error(tmp_path: Path) -> None:
    def fail(case: Case) -> None:
        raise PermissionError(13, "Permission denied", "/srv/secret")

    case = Case(find_place(str(tmp_path), "one", environment={}), {})
    [check] = examine(case, [Part("root", fail, lambda facts: [])])
    assert check.level is Level.ERROR and "/srv/secret" in check.text


def test_on_this_machine_every_part_has_an_answer_and_nothing_is_made(tmp_path: Path) -> None:
    root = tmp_path / "root"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    case = Case(find_place(str(root), "one", environment=environment), environment)
    parts = (*doctor_root.PARTS, *doctor_machine.PARTS, *doctor_life.PARTS)
    checks = examine(case, parts, seconds=30)
    assert all(
        check.text.endswith(".") or check.name.startswith(("interpreter", "versions")) for check in checks
    )
    assert {"root", "engine", "socket", "disk", "clock", "boot", "log-out", "jobs"} <= {
        check.name for check in checks
    }
    assert list(tmp_path.iterdir()) == []
