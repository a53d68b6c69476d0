"""Doctor: the machine: interpreters, clock, file watching, processes, versions."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from wjtui import __version__
from wjtui.engine.catalog.hosts import WINDOWS_ONLY, Hosts, find_hosts, variable_for
from wjtui.launch.doctor import Case, Check, Part, error, ok, warning
from wjtui.launch.programs import ask_program

_LIBRARIES = ("textual", "uvicorn", "starlette", "msgspec", "watchfiles", "psutil")
_PR_GET_CHILD_SUBREAPER = 37
_SCAN_SECONDS = 2.0
_FEW_FILES = 256
_BUILT = datetime(2024, 1, 1, tzinfo=UTC)
"""A clock before this was never set."""


@dataclass(frozen=True)
class HostFacts:
    """What runs which files."""

    hosts: Hosts
    configured: frozenset[str] = frozenset()
    """Extensions whose interpreter ``WJTUI_HOST_EXT`` names."""


@dataclass(frozen=True)
class ClockFacts:
    """What time it is, as far as that can be known."""

    now: datetime
    newest_file: datetime | None = None
    """The latest time that a file of the root's engine has."""
    synchronised: bool | None = None
    """By NTP; None: nobody says."""


@dataclass(frozen=True)
class WatchFacts:
    """Inotify: limits of the user, and what of them is in use."""

    watches: int
    instances: int
    used_watches: int = 0
    used_instances: int = 0
    needed: int = 0
    """Folders of this root's jobs."""


@dataclass(frozen=True)
class ProcessFacts:
    """What an engine needs of the kernel."""

    subreaper: bool
    pidfd: bool
    proc: bool
    files: int
    """The most descriptors that a process may have."""


def gather_hosts(case: Case) -> HostFacts:
    """Look for every interpreter."""
    hosts = find_hosts(case.environment)
    named = {
        each.extension for each in hosts.interpreters if case.environment.get(variable_for(each.extension))
    }
    return HostFacts(hosts, frozenset(named))


def judge_hosts(facts: HostFacts) -> list[Check]:
    """A check an extension; those of Windows only where somebody has named a program for them."""
    checks = []
    for each in facts.hosts.interpreters:
        name = f"interpreter {each.extension}"
        if not each.missing:
            checks.append(ok(name, " ".join(each.command) or "started directly"))
        elif each.extension in facts.configured:
            checks.append(error(name, _sentence(each.missing)))
        elif each.extension not in WINDOWS_ONLY:
            checks.append(ok(name, _sentence(each.missing)))
    if all(each.missing for each in facts.hosts.interpreters):
        checks.append(error("interpreters", "Nothing here runs a script: install bash or python3."))
    return checks


def gather_clock(case: Case) -> ClockFacts:
    """The time, and what speaks against it."""
    times = []
    for path in (case.place.site.own, case.place.site.engine_log, case.place.site.engine_lock):
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue
    said = ask_program(
        "timedatectl", "show", "--property=NTPSynchronized", environment=case.environment, seconds=2.0
    ).fields.get("NTPSynchronized")
    newest = datetime.fromtimestamp(max(times), UTC) if times else None
    return ClockFacts(datetime.now(UTC), newest, None if said is None else said == "yes")


def judge_clock(facts: ClockFacts) -> list[Check]:
    """Whether schedules can be kept."""
    now = f"{facts.now:%Y-%m-%d %H:%M:%S} UTC"
    if facts.now < _BUILT:
        return [error("clock", f"It says {now}, which is over: set it, schedules go by it.")]
    if facts.newest_file is not None and facts.newest_file > facts.now + timedelta(minutes=1):
        return [
            warning(
                "clock",
                f"It says {now}, and files of the engine are from {facts.newest_file:%Y-%m-%d %H:%M:%S}: "
                "it was set back; check it, schedules go by it.",
            )
        ]
    if facts.synchronised is False:
        text = f"It says {now}; no NTP keeps it right: 'timedatectl set-ntp true' does, where it is there."
        return [warning("clock", text)]
    how = "kept right by NTP" if facts.synchronised else "nobody says whether NTP keeps it right"
    return [ok("clock", f"It says {now}; {how}.")]


def gather_watches(case: Case) -> WatchFacts:
    """Read the limits, and count what the processes of this user hold."""
    folder = Path("/proc/sys/fs/inotify")
    watches, instances = _count_watches(time.monotonic() + _SCAN_SECONDS)
    primary = case.place.site.primary
    return WatchFacts(
        _number(folder / "max_user_watches"),
        _number(folder / "max_user_instances"),
        watches,
        instances,
        _count_folders(primary, time.monotonic() + _SCAN_SECONDS),
    )


def judge_watches(facts: WatchFacts) -> list[Check]:
    """Whether changes of files are noticed at once; without it a scan sees them every few seconds."""
    if not facts.watches or not facts.instances:
        text = (
            "The kernel offers no inotify: changed jobs are noticed within 5 to 30 s; jobs run all the same."
        )
        return [warning("file watching", text)]
    free = facts.watches - facts.used_watches
    used = (
        f"{facts.used_watches} of {facts.watches} watches and {facts.used_instances} of {facts.instances} "
        "instances are in use"
    )
    if facts.used_instances >= facts.instances:
        text = f"{used}: raise fs.inotify.max_user_instances with sysctl, or changes are noticed late."
        return [warning("file watching", text)]
    if free < facts.needed:
        text = f"{used}, {facts.needed} more are needed: raise fs.inotify.max_user_watches with sysctl."
        return [warning("file watching", text)]
    return [ok("file watching", f"{used}; jobs have {facts.needed} folders.")]


def gather_processes(case: Case) -> ProcessFacts:
    """Ask the kernel for what it has, without using it."""
    held = ctypes.c_int()
    asked = ctypes.CDLL(None).prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(held), 0, 0, 0)
    try:
        os.close(os.pidfd_open(os.getpid()))
        pidfd = True
    except OSError:
        pidfd = False
    return ProcessFacts(
        asked == 0, pidfd, Path("/proc/self/stat").exists(), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    )


def judge_processes(facts: ProcessFacts) -> list[Check]:
    """Whether no process of a job can get away."""
    checks = []
    if not facts.proc:
        checks.append(error("guardian", "/proc is not mounted: mount it, job processes are found there."))
    elif not facts.subreaper:
        text = "The kernel has no subreapers: what a killed engine leaves is ended at its next start."
        checks.append(warning("guardian", text))
    else:
        how = "" if facts.pidfd else "; ends of processes are noticed a little later (no pidfd)"
        checks.append(ok("guardian", f"Processes that a killed engine leaves are ended at once{how}."))
    most = facts.files
    if most != resource.RLIM_INFINITY and most < _FEW_FILES:
        text = f"A process may open {most} files: allow 1024 or more (ulimit -n), each job needs some."
        checks.append(warning("open files", text))
    else:
        many = "any number of" if most == resource.RLIM_INFINITY else str(most)
        checks.append(ok("open files", f"A process may open {many} files."))
    return checks


def gather_versions(case: Case) -> dict[str, str]:
    """What runs here, by name; empty: not installed."""
    found = {"wjtui": __version__, "Python": platform.python_version(), "Linux": platform.release()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def judge_versions(found: Mapping[str, str]) -> list[Check]:
    """Whether all of the program is there."""
    if missing := [name for name, number in found.items() if not number]:
        return [error("versions", f"{', '.join(missing)} cannot be found: install wjtui again.")]
    return [ok("versions", ", ".join(f"{name} {number}" for name, number in found.items()))]


def _sentence(half: str) -> str:
    return f"{half[:1].upper()}{half[1:]}." if not half.startswith("WJTUI") else f"{half}."


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _count_watches(until: float) -> tuple[int, int]:
    """Watches and instances of inotify that this user's processes hold, as far as they can be seen."""
    watches = instances = 0
    for process in _listed("/proc"):
        if time.monotonic() > until:
            break
        if not process.isdecimal() or not _is_own(f"/proc/{process}"):
            continue
        for fd in _listed(f"/proc/{process}/fd"):
            try:
                if os.readlink(f"/proc/{process}/fd/{fd}") != "anon_inode:inotify":
                    continue
                with open(f"/proc/{process}/fdinfo/{fd}", "rb") as file:
                    watches += file.read().count(b"inotify wd:")
            except OSError:
                continue
            instances += 1
    return watches, instances


def _count_folders(top: Path, until: float) -> int:
    count = 0
    for _ in os.walk(top):
        count += 1
        if time.monotonic() > until:
            break
    return count


def _listed(folder: str) -> Sequence[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return ()


def _is_own(path: str) -> bool:
    try:
        return os.stat(path).st_uid == os.getuid()
    except OSError:
        return False


PARTS: tuple[Part[Any], ...] = (
    Part("interpreters", gather_hosts, judge_hosts),
    Part("clock", gather_clock, judge_clock),
    Part("file watching", gather_watches, judge_watches),
    Part("guardian", gather_processes, judge_processes),
    Part("versions", gather_versions, judge_versions),
)
