"""completion: what a shell needs so that the tab key finishes commands, jobs and runs."""

from __future__ import annotations

import click

from wjtui.cli.options import common, given

_SHELLS = {
    "bash": ("~/.bashrc", 'eval "$(_WJTUI_COMPLETE=bash_source wjtui)"'),
    "zsh": ("~/.zshrc", 'eval "$(_WJTUI_COMPLETE=zsh_source wjtui)"'),
    "fish": ("~/.config/fish/completions/wjtui.fish", "_WJTUI_COMPLETE=fish_source wjtui | source"),
}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@common
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the line that makes SHELL complete commands, jobs and runs, and where to put it.

    \b
    wjtui completion bash >> ~/.bashrc
    """
    from wjtui.cli.output import print_json

    file, line = _SHELLS[shell]
    if given(context).json:
        print_json({"shell": shell, "file": file, "line": line})
        return
    more = "; after compinit" if shell == "zsh" else ""
    click.echo(f"# wjtui: completion of commands, jobs and runs; belongs into {file}{more}")
    click.echo(line)
