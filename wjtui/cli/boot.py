"""``up --at-boot`` and ``serve --print-unit``: the engine as a service of systemd."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from wjtui.cli.listening import make_ready
from wjtui.cli.options import Given

if TYPE_CHECKING:
    from wjtui.api.tcp_socket import Listen


def print_unit(options: Given, listen: Listen | None, *, user: bool) -> None:
    """Print a unit that runs this very command."""
    from wjtui.launch.boot import make_unit, unit_name
    from wjtui.launch.logind import user_units

    place, environment = options.place(), dict(os.environ)
    text = make_unit(place, environment, _words(options, listen), user=user)
    name = unit_name(place)
    folder = str(user_units(environment)) if user else "/etc/systemd/system"
    manager = "systemctl --user" if user else "systemctl"
    click.echo(f"# {folder}/{name}; then: {manager} daemon-reload && {manager} enable --now {name}")
    if listen is not None:
        click.echo(f"# Before its first start, as its user: wjtui credentials {place.hint}")
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def at_boot(options: Given, listen: Listen | None, *, off: bool, yes: bool) -> None:
    """Have systemd start the engine at boot, or no more."""
    from wjtui.cli.output import print_json
    from wjtui.launch.boot import ask_leave, set_up, take_back

    place, environment = options.place(), dict(os.environ)
    if off:
        removed = take_back(place, environment)
        if options.json:
            print_json({"root": str(place.root), "unit": None if removed is None else str(removed)})
        elif removed is None:
            click.echo(f"No unit of yours starts an engine on {place.root} at boot.")
        else:
            click.echo(
                f"{removed} is gone: nothing starts the engine at boot. One that runs goes on, 'wjtui down' "
                "ends it. Lingering stays as it is; 'loginctl disable-linger' ends it."
            )
        return
    leave = ask_leave(environment, lambda user: yes or _may_linger(user))
    # Before systemd starts it, so that new credentials are told here and not in the journal.
    make_ready(place, listen)
    done = set_up(place, environment, _words(options, listen), leave)
    if options.json:
        print_json(
            {
                "root": str(place.root),
                "unit": str(done.unit),
                "lingers": done.lingers,
                "started": done.started,
            }
        )
        return
    when = "at boot" if done.lingers else "at your first log-in; 'loginctl enable-linger' makes that the boot"
    click.echo(f"{done.unit} starts the engine on {place.root} {when}.")
    if done.started:
        click.echo(f"It runs now: 'systemctl --user status {done.unit.name}' says how it is.")
    else:
        click.echo(
            "An engine runs on this root already; to have systemd run it now: wjtui down && "
            f"systemctl --user start {done.unit.name}"
        )


def _words(options: Given, listen: Listen | None) -> list[str]:
    """The options of ``serve`` as they were given; files by their absolute paths."""
    return [*(listen.arguments if listen is not None else ()), *["--debug"] * options.debug]


def _may_linger(user: str) -> bool:
    """Ask on the terminal. Raises InvalidRequest where there is none."""
    from wjtui.model.errors import InvalidRequest

    if not sys.stdin.isatty():
        raise InvalidRequest(
            f"For a start at boot the services of '{user}' have to outlive log-outs "
            "(loginctl enable-linger), which is asked for on a terminal: say so with --yes."
        )
    return click.confirm(
        f"Services of '{user}' end with the last log-out and begin with the first log-in. "
        "Let them run without one (loginctl enable-linger)?",
        default=True,
        err=True,
    )
