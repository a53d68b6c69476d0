"""serve, up, down: an engine without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.listening import listening, make_ready
from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.api.tcp_socket import Listen
    from wjtui.client.probe import EngineFile
    from wjtui.launch.place import Place


@click.command()
@listening
@click.option("--print-unit", is_flag=True, help="Print a systemd unit that runs this command, and end.")
@click.option("--user", is_flag=True, help="With --print-unit: one of your own service manager.")
@common
@click.pass_context
def serve(context: click.Context, listen: Listen | None, print_unit: bool, user: bool) -> None:
    """Run the engine in the foreground, for systemd and containers.

    SIGTERM or ctrl+c stops every job gracefully, then the engine; a second one skips the waiting.

    With --listen the API is on TCP too, with credentials: those in WJTUI_USER and WJTUI_PASSWORD, else some
    that are made at the first time and printed on standard error once. Beyond this machine it needs
    --tls-cert and --tls-key.

    \b
    wjtui serve --listen 127.0.0.1:8080
    wjtui serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem
    """
    import os

    from wjtui.launch.background import engine_command, running_engine

    options = given(context)
    if print_unit:
        from wjtui.cli import boot

        boot.print_unit(options, listen, user=user)
        return
    place = options.place()
    if running_engine(place) is None:
        make_ready(place, listen)
    command = engine_command(place, debug=options.debug, foreground=True, listen=listen)
    os.execv(command[0], command)


@click.command()
@listening
@click.option("--at-boot", is_flag=True, help="Have systemd run it, and start it at boot.")
@click.option("--off", is_flag=True, help="With --at-boot: take that back.")
@click.option("--yes", is_flag=True, help="With --at-boot: let your services outlive log-outs, do not ask.")
@common
@click.pass_context
def up(context: click.Context, listen: Listen | None, at_boot: bool, off: bool, yes: bool) -> None:
    """Start the engine in the background; --listen is as for serve."""
    import asyncio

    from wjtui.cli.output import print_json
    from wjtui.launch.background import running_engine, serving, start_engine

    options = given(context)
    if at_boot or off:
        from wjtui.cli import boot

        boot.at_boot(options, listen, off=off, yes=yes)
        return
    place = options.place()
    was_there = running_engine(place)
    if was_there is None:
        make_ready(place, listen)
        engine = asyncio.run(serving(place, start_engine(place, debug=options.debug, listen=listen)))
    else:
        engine = was_there
        _check_same(place, engine, listen)
    if options.json:
        print_json({"root": str(place.root), "started": was_there is None, **_card(engine)})
    else:
        what = "runs already" if was_there else "runs"
        click.echo(f"The engine on {place.root} {what}: pid {engine.pid}, instance {engine.instance}.")
        for url in engine.urls:
            click.echo(f"It listens on {url}.")


@click.command()
@common
@click.pass_context
def down(context: click.Context) -> None:
    """Stop every job gracefully, then the engine; waits for the end."""
    from wjtui.cli.output import print_json
    from wjtui.launch.background import stop_engine

    options = given(context)
    place = options.place()
    engine = stop_engine(place)
    if options.json:
        stopped = {"stopped": engine is not None, **(_card(engine) if engine is not None else {})}
        print_json({"root": str(place.root), **stopped})
    elif engine is None:
        click.echo(f"No engine runs on {place.root}.")
    else:
        click.echo(f"The engine on {place.root} has ended: pid {engine.pid}.")


def _check_same(place: Place, engine: EngineFile, listen: Listen | None) -> None:
    """Raise EngineBusy where an engine runs that does not listen as it was asked to."""
    from wjtui.model.errors import EngineBusy

    if listen is not None and engine.listen != listen.address:
        now = f"listens on '{engine.listen}'" if engine.listen else "does not listen on TCP"
        raise EngineBusy(
            f"The engine on '{place.root}' runs already and {now}, not on '{listen.address}': end it with"
            f" 'wjtui down {place.hint}', then start it again."
        )


def _card(engine: EngineFile) -> dict[str, object]:
    return {
        "pid": engine.pid,
        "instance": engine.instance,
        "version": engine.version,
        "socket": str(engine.socket),
        "urls": engine.urls,
    }
