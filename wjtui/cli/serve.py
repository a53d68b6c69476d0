"""serve, up, down: an engine without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.client.probe import EngineFile


@click.command()
@common
@click.pass_context
def serve(context: click.Context) -> None:
    """Run the engine in the foreground, for systemd and containers.

    SIGTERM or ctrl+c stops every job gracefully, then the engine; a second one skips the waiting.
    """
    import os

    from wjtui.launch.background import engine_command

    options = given(context)
    command = engine_command(options.place(), debug=options.debug)
    os.execv(command[0], command)


@click.command()
@common
@click.pass_context
def up(context: click.Context) -> None:
    """Start the engine in the background."""
    import asyncio

    from wjtui.cli.output import print_json
    from wjtui.launch.background import running_engine, serving, start_engine

    options = given(context)
    place = options.place()
    was_there = running_engine(place)
    engine = was_there or asyncio.run(serving(place, start_engine(place, debug=options.debug)))
    if options.json:
        print_json({"root": str(place.root), "started": was_there is None, **_card(engine)})
    else:
        what = "runs already" if was_there else "runs"
        click.echo(f"The engine on {place.root} {what}: pid {engine.pid}, instance {engine.instance}.")


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


def _card(engine: EngineFile) -> dict[str, object]:
    return {
        "pid": engine.pid,
        "instance": engine.instance,
        "version": engine.version,
        "socket": str(engine.socket),
    }
