"""web: the screen in a browser of this machine."""

from __future__ import annotations

import click

from wjtui.cli.options import common, given


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Of 127.0.0.1.")
@common
@click.pass_context
def web(context: click.Context, port: int) -> None:
    """Serve the screen to a browser on this machine; needs the extra 'web', and an engine that runs.

    It listens on 127.0.0.1 alone, and lets in whoever opens the address that it prints. From elsewhere:
    ssh -L 8000:127.0.0.1:8000 HOST.
    """
    from wjtui.launch.web import serve_web

    serve_web(
        given(context).place(),
        port,
        lambda address: click.echo(f"Open {address}; ctrl+c ends this.", err=True),
    )
