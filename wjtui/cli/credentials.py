"""credentials: who may use the API over TCP."""

from __future__ import annotations

import click

from wjtui.cli.options import common, given


@click.command()
@click.option("--reset", is_flag=True, help="Make a new password; the old one counts no more.")
@common
@click.pass_context
def credentials(context: click.Context, reset: bool) -> None:
    """Make, or name, the credentials for the API over TCP.

    Only a hash of the password is kept, so it is shown when it is made and never again. An engine that runs
    takes a new one at once. Where WJTUI_USER and WJTUI_PASSWORD are set for the engine, those count instead.
    """
    from wjtui.api.credentials import ensure_credentials, read_credentials, reset_credentials
    from wjtui.cli.listening import credentials_lines
    from wjtui.cli.output import print_json
    from wjtui.launch.listening import credentials_file

    options = given(context)
    file = credentials_file(options.place())
    made = reset_credentials(file) if reset else ensure_credentials(file)
    user = made.user if made is not None else read_credentials(file).user
    if options.json:
        password = made.password if made is not None else None
        print_json({"user": user, "password": password, "file": str(file)})
    elif made is not None:
        for line in credentials_lines(made):
            click.echo(line)
    else:
        click.echo(f"The user is {user}; the password is known as a hash alone, in {file}.")
        click.echo("wjtui credentials --reset makes a new one.")
