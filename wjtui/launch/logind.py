"""What a log-out does to an engine, and what starts one at boot: facts of the machine, and what they mean."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wjtui.launch.programs import ask_program
from wjtui.support.files import read_whole

_BOOTED = Path("/run/systemd/system")
_LINGERING = Path("/var/lib/systemd/linger")
_SYSTEM_UNITS = Path("/etc/systemd/system")
_UNITS_READ = 500
_UNIT_BYTES = 64 * 1024
_SECONDS = 2.0
_SESSION = re.compile(r"/session-[^/]+\.scope(/|$)")
_MANAGER = re.compile(r"/user@\d+\.service(/|$)")
_SERVICE = re.compile(r"/system\.slice/([^/]+\.service)(/|$)")


@dataclass(frozen=True)
class LoginFacts:
    """What decides about an engine's life beyond its user's session."""

    systemd: bool
    """Whether systemd runs this machine."""
    cgroup: str = ""
    """Where the engine's process is, or one started from here would be: a path of the cgroup tree."""
    kills: bool = False
    """``KillUserProcesses``, as far as it concerns this user."""
    lingers: bool = False
    """Whether the user's service manager outlives log-outs, and is started at boot."""
    own_unit: str = ""
    """The unit of the user's that starts the engine; empty: none, or none that is enabled."""
    system_unit: str = ""
    """The unit of the system's that starts it."""
    is_root: bool = False


def gather_login_facts(root: Path, unit: str, pid: int | None, environment: Mapping[str, str]) -> LoginFacts:
    """Look and ask, for some seconds at most. ``pid``: the engine's; None: as if it were started here."""
    booted, cgroup = _BOOTED.is_dir(), _cgroup_of(pid)
    if not booted:
        return LoginFacts(False, cgroup, is_root=os.getuid() == 0)
    user = pwd.getpwuid(os.getuid()).pw_name if _has_name() else str(os.getuid())
    found = ask_program(
        "loginctl", "show-session", "--property=KillUserProcesses", "--property=KillOnlyUsers",
        "--property=KillExcludeUsers", environment=environment, seconds=_SECONDS,
    ).fields  # fmt: skip
    inside = _SERVICE.search(cgroup)
    return LoginFacts(
        True,
        cgroup,
        kills(found, user),
        lingers(user, environment),
        unit if is_enabled(unit, environment) else "",
        inside[1] if inside else system_unit_of(root),
        os.getuid() == 0,
    )


def lingers(user: str, environment: Mapping[str, str]) -> bool:
    """Whether a user's service manager is there without a log-in."""
    if (_LINGERING / user).exists():
        return True
    asked = ask_program(
        "loginctl", "show-user", user, "--property=Linger", environment=environment, seconds=_SECONDS
    )
    return asked.fields.get("Linger") == "yes"


def kills(found: Mapping[str, str], user: str) -> bool:
    """Whether logind ends the processes of this user's sessions (logind.conf: KillUserProcesses)."""
    only, never = (found.get(name, "").split() for name in ("KillOnlyUsers", "KillExcludeUsers"))
    return found.get("KillUserProcesses") == "yes" and user not in never and (not only or user in only)


def user_units(environment: Mapping[str, str]) -> Path:
    """The folder of a person's own units."""
    home = environment.get("HOME") or os.path.expanduser("~")
    # The specification of XDG has relative paths ignored.
    given = environment.get("XDG_CONFIG_HOME", "")
    return Path(given if given.startswith("/") else f"{home}/.config") / "systemd" / "user"


def is_enabled(unit: str, environment: Mapping[str, str]) -> bool:
    """Whether a unit of the person's starts with the service manager: enabling makes a link."""
    folder = user_units(environment)
    return (folder / unit).is_file() and any(
        os.path.lexists(folder / f"{target}.wants" / unit) for target in ("default.target", "basic.target")
    )


def system_unit_of(root: Path) -> str:
    """The unit that an administrator has written for an engine on this root; empty: none was found."""
    try:
        units = sorted(_SYSTEM_UNITS.glob("*.service"))[:_UNITS_READ]
    except OSError:
        return ""
    return next((unit.name for unit in units if starts(_text(unit), root)), "")


def starts(text: str, root: Path) -> bool:
    """Whether a unit's text starts wjtui on this root."""
    commands = (line for line in text.splitlines() if line.strip().startswith("ExecStart"))
    return any("wjtui" in line and str(root).replace("%", "%%") in line for line in commands)


# Sentences that with the key to hide them fit into 80 columns.


def log_out_trouble(facts: LoginFacts) -> str:
    """What a log-out would end, as a sentence with what to do; empty: it touches nothing."""
    if _SESSION.search(facts.cgroup) and facts.kills:
        return "Logging out ends the engine: 'wjtui up --at-boot' keeps it."
    if _MANAGER.search(facts.cgroup) and not facts.lingers:
        return "Your last log-out ends the engine: 'loginctl enable-linger'."
    return ""


def boot_trouble(facts: LoginFacts) -> str:
    """Why no engine is there after the machine has started, with what to do; empty: one is."""
    if facts.system_unit or (facts.own_unit and facts.lingers):
        return ""
    if facts.own_unit:
        return "The engine starts at log-in, not at boot: 'loginctl enable-linger'."
    if not facts.systemd:
        return (
            "Nothing that wjtui knows of starts the engine at boot (systemd does not run here): "
            "have your init system or container start 'wjtui serve'."
        )
    return "Nothing starts the engine at boot: 'wjtui up --at-boot' does."


def one_line(facts: LoginFacts) -> str:
    """What a person at the screen is to know, in one line; nothing where nothing can be done about it."""
    return (log_out_trouble(facts) or boot_trouble(facts)) if facts.systemd else ""


def _cgroup_of(pid: int | None) -> str:
    try:
        lines: Iterable[str] = read_whole(Path(f"/proc/{pid or 'self'}/cgroup")).decode().splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    # Of the older hierarchies, systemd's own has the session: ``1:name=systemd:/...``.
    paths = {line.split(":", 2)[1]: line.split(":", 2)[2] for line in lines if line.count(":") >= 2}
    named = paths.get("name=systemd", "")
    return paths.get("", "") if paths.get("", "/") not in ("", "/") else named or paths.get("", "")


def _has_name() -> bool:
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _UNIT_BYTES:
            return ""
        return read_whole(path).decode("utf-8", "replace")
    except OSError:
        return ""
