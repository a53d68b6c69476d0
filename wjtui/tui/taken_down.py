"""What is being taken down: its widgets go one by one, and what still happens to it misses some."""

from __future__ import annotations

from typing import Any

from textual._context import active_message_pump
from textual.app import App
from textual.css.query import NoMatches
from textual.message_pump import MessagePump
from textual.screen import Screen


def is_of_the_end(error: Exception, app: App[Any]) -> bool:
    """Whether an error is no more than a widget missed by a screen that was closed, or at the program's end.

    A callback that was asked for just before, after a resize for example, comes when the widgets have gone.
    """
    if not isinstance(error, NoMatches):
        return False
    return app._exit or _was_closed(active_message_pump.get(app), app)


def _was_closed(pump: MessagePump, app: App[Any]) -> bool:
    node: MessagePump | None = pump
    while node is not None and not isinstance(node, Screen | App):
        node = node._parent
    return not isinstance(node, App) and node not in app.screen_stack
