"""Options that every command has, given before or after its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wjtui.client.remote import Remote
    from wjtui.launch.place import Place

F = TypeVar("F", bound=Callable[..., Any])


class Given:
    """What was given of them; the last one counts."""

    def __init__(self) -> None:
        self.connect: str | None = None
        self.ca: str | None = None
        self.root: str | None = None
        self.instance: str | None = None
        self.json = False
        self.debug = False

    def place(self) -> Place:
        """The root and instance that are meant. Raises InvalidRequest where an engine elsewhere is."""
        from wjtui.launch.place import find_place

        if self.connect is not None:
            from wjtui.model.errors import InvalidRequest

            raise InvalidRequest(
                "--connect is for what an engine elsewhere is asked; this command is about an engine on this"
                " machine: run it there."
            )
        return find_place(self.root, self.instance)

    def remote(self) -> Remote | None:
        """The engine that ``--connect`` means, credentials asked for; None: the one of ``place``."""
        if self.connect is None:
            if self.ca is not None:
                from wjtui.model.errors import InvalidRequest

                raise InvalidRequest("--ca says whom to trust with --connect: give --connect URL too.")
            return None
        import os

        from wjtui.launch.remote import find_remote

        return find_remote(self.connect, self.ca, os.environ)


def given(context: click.Context) -> Given:
    """The options of the running command."""
    found = context.find_root().ensure_object(Given)
    assert isinstance(found, Given)
    return found


def common(function: F) -> F:
    """Add ``--root``, ``--instance``, ``--connect``, ``--ca``, ``--json``, ``--debug``; for ``given``."""
    for option in (
        click.option("--debug", is_flag=True, help="Show where an error comes from.", **_KEPT),
        click.option("--json", is_flag=True, help="Print JSON, with the REST API's field names.", **_KEPT),
        click.option("--ca", metavar="FILE", help="Certificates to trust with --connect, PEM.", **_KEPT),
        click.option("--connect", metavar="URL", help="Ask the engine there, over https.", **_KEPT),
        click.option("--instance", metavar="NAME", help="Name of the engine on this root.", **_KEPT),
        click.option("--root", metavar="DIR", help="Folder that holds site/wwwroot.", **_KEPT),
    ):
        function = option(function)
    return function


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value:
        setattr(given(context), str(parameter.name), value)


_KEPT: dict[str, Any] = {"expose_value": False, "callback": _keep}
