"""demo: a root with sample jobs, and the screen on it."""

from __future__ import annotations

from pathlib import Path

import click

from wjtui.cli.look import look
from wjtui.cli.options import common, given


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@look
@common
@click.pass_context
def demo(
    context: click.Context, folder: Path | None, theme: str, ascii: bool | None, mouse: bool | None
) -> None:
    """Make a root with sample jobs of every kind and open the screen on it.

    DIR that is there already is opened as it is.
    """
    from wjtui.launch.place import user_data
    from wjtui.launch.screen import ScreenWish, need_terminal, show_screen

    need_terminal()
    options = given(context)
    root = (folder or user_data().with_name("wjtui-demo")).absolute()
    if not root.exists():
        from wjtui.samples import make_demo

        make_demo(root)
    options.root = str(root)
    wish = ScreenWish(debug=options.debug, theme=theme, ascii=ascii, mouse=mouse, lasting=False)
    show_screen(options.place(), wish)
