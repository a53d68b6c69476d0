"""Having systemd start the engine at boot, from a unit of the user's own, and taking that back."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wjtui.launch.background import running_engine
from wjtui.launch.logind import lingers, user_units
from wjtui.launch.place import Place
from wjtui.launch.programs import Answer, ask_program
from wjtui.launch.unit import Wanted, serve_command, unit_text
from wjtui.model.errors import InvalidRequest, WjtuiError
from wjtui.support.files import write_atomic

_START_SECONDS = 310.0
"""A little longer than the unit gives the engine to start."""
_NAME_LENGTH = 40


class BootFailed(WjtuiError):
    """systemd refused."""

    code = "boot-failed"


@dataclass(frozen=True)
class AtBoot:
    """What was set up."""

    unit: Path
    lingers: bool
    """Whether the engine is started at boot; else at the first log-in."""
    started: bool
    """Whether systemd runs the engine now; else another one has the root."""


@dataclass(frozen=True)
class Leave:
    """What the user's services may do."""

    user: str
    stays: bool
    """They outlive log-outs already."""
    wanted: bool
    """They are to from now on."""


def unit_name(place: Place) -> str:
    """The unit's name: after the root's folder, and told from that of any other root and instance."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", place.root.name).strip("-")[:_NAME_LENGTH] or "root"
    return f"wjtui-{readable}-{place.socket.stem[:8]}.service"


def own_program() -> list[str]:
    """The words that run this program from anywhere."""
    # -P: a json.py in the current folder must not become the engine's.
    return [os.path.abspath(sys.executable), "-P", "-m", "wjtui"]


def longest_wait_of(place: Place, environment: Mapping[str, str]) -> int:
    """Seconds that the most patient job of the root gets to end by itself; at least the default's."""
    from wjtui.engine.catalog.discover import define, list_jobs
    from wjtui.engine.catalog.hosts import find_hosts
    from wjtui.engine.engine import EngineOptions, make_site
    from wjtui.model.settings import DEFAULT_GRACE

    site = make_site(EngineOptions(place.root, place.instance, dict(environment)))
    hosts = find_hosts(environment)
    jobs = [define(site, folder, hosts) for folder in list_jobs(site).jobs.values()]
    return max((*DEFAULT_GRACE.values(), *(job.settings.grace_seconds(job.id.type) for job in jobs)))


def make_unit(
    place: Place, environment: Mapping[str, str], options: Sequence[str] = (), *, user: bool
) -> str:
    """The text of a unit for this place; ``options`` are those of ``serve``."""
    return unit_text(
        Wanted(
            serve_command(place, own_program(), options),
            place.root,
            environment,
            longest_wait_of(place, environment),
            "" if user else _account(),
        )
    )


def ask_leave(environment: Mapping[str, str], may_linger: Callable[[str], bool]) -> Leave:
    """See to it that systemd is there, and whether the user's services may outlive log-outs.

    ``may_linger`` is asked, with the user's name, unless they do already. Raises what it raises, and
    InvalidRequest where no systemd is there for users.
    """
    _need_manager(environment)
    user = _account()
    stays = lingers(user, environment)
    return Leave(user, stays, not stays and may_linger(user))


def set_up(place: Place, environment: Mapping[str, str], options: Sequence[str], leave: Leave) -> AtBoot:
    """Write the unit, enable it and start it, unless an engine is there already; BootFailed.

    ``options`` are those of ``serve``.
    """
    folder, name = user_units(environment), unit_name(place)
    path, was_there = folder / name, (folder / name).exists()
    text = make_unit(place, environment, options, user=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise BootFailed(f"The unit '{path}' cannot be written: {error.strerror}.") from None
    busy = running_engine(place) is not None
    try:
        _order(environment, "daemon-reload")
        _order(environment, "enable", *([] if busy else ["--now"]), name)
    except BootFailed:
        if not was_there:
            _remove(path, environment)
        raise
    if leave.wanted:
        allowed = ask_program("loginctl", "enable-linger", leave.user, environment=environment)
        if not allowed.ok:
            raise BootFailed(
                f"'{name}' starts the engine at your log-in, but lingering was refused ({_said(allowed)}): "
                f"have an administrator say 'loginctl enable-linger {leave.user}': it starts at boot then."
            )
    return AtBoot(path, leave.stays or leave.wanted, not busy)


def take_back(place: Place, environment: Mapping[str, str]) -> Path | None:
    """Disable and remove the unit; an engine that runs goes on. None: there was no unit.

    Lingering stays as it is, since other services of the user may need it. Raises InvalidRequest, BootFailed.
    """
    path = user_units(environment) / unit_name(place)
    if not path.exists():
        return None
    _need_manager(environment)
    _order(environment, "disable", path.name)
    _remove(path, environment)
    return path


def _need_manager(environment: Mapping[str, str]) -> None:
    """Raise InvalidRequest where no service manager of the user's answers."""
    asked = ask_program("systemctl", "--user", "show", "--property=Version", environment=environment)
    if not asked.ok:
        raise InvalidRequest(
            f"No systemd runs here for your user ({_said(asked)}): have the machine's own init system or "
            "the container start 'wjtui serve', or give an administrator the unit that "
            "'wjtui serve --print-unit' prints."
        )


def _order(environment: Mapping[str, str], *words: str) -> None:
    done = ask_program("systemctl", "--user", *words, environment=environment, seconds=_START_SECONDS)
    if not done.ok:
        raise BootFailed(
            f"'systemctl --user {' '.join(words)}' failed ({_said(done)}): "
            "'journalctl --user -n 50' may tell more."
        )


def _remove(path: Path, environment: Mapping[str, str]) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BootFailed(f"The unit '{path}' cannot be removed: {error.strerror}.") from None
    _order(environment, "daemon-reload")


def _said(answer: Answer) -> str:
    """The last line that a program said, without its full stop."""
    lines = answer.error.splitlines() or [f"status {answer.status}"]
    return lines[-1].rstrip(". ")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
