"""What the library does for each screen, done once a process: a program opens one, its tests hundreds."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from textual import screen, strip
from textual._queue import Queue
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_KEPT = 4096
"""Sheets. Those of all our screens and of the library's widgets are some 60 a theme."""
_NEVER = 3600.0
"""Seconds between two beats of a screen that nobody drives."""
_parse = Stylesheet._parse_rules
_known: dict[tuple[Any, ...], list[RuleSet]] = {}


def once() -> None:
    """From now on the same style sheet with the same variables gives the same rules, which nobody changes.

    The library keeps them likewise, but with one sheet of one app. What cannot be parsed is not kept.

    Nor does it paint by the clock: a driver paints when it has done what was asked. Else a slow machine
    paints more frames in the middle of things, and a fifth of the time of these tests went there.

    And the seven caches of each painted strip are plain dictionaries, which forget nothing while the strip
    lives: to make the library's own takes a tenth of the time of a test.
    """
    screen.UPDATE_PERIOD = _NEVER  # type: ignore[misc]
    Stylesheet._parse_rules = _parse_rules  # type: ignore[method-assign]
    Queue.get, Queue.get_nowait, Queue.task_done = _get, _get_nowait, _task_done  # type: ignore[method-assign]
    strip.FIFOCache = _no_limit  # type: ignore[assignment, attr-defined]


def has_messages(app: App[Any]) -> bool:
    """Whether a widget has a message waiting or in work."""
    for pump in (app, *app._registry):
        queue = vars(pump).get("_message_queue")
        if queue is None or pump._closed:
            continue
        if queue.values or queue in _in_work or pump._next_callbacks or pump._pending_message is not None:
            return True
    return False


def is_at_rest(app: App[Any]) -> bool:
    """Whether no widget has a message waiting or in work, and none waits to be painted.

    Exact, and a hundredth of the cost of the library's way, which sends each widget a message and waits for
    all of them to come back: with the 200 widgets of a form that was half of the time of its tests.
    """
    if has_messages(app):
        return False
    screen = app.screen
    return not (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )


_in_work: WeakSet[Queue[Any]] = WeakSet()
"""Queues whose last message is not done with."""
_take, _take_nowait = Queue.get, Queue.get_nowait


async def _get(self: Queue[Any]) -> Any:
    found = await _take(self)
    _in_work.add(self)
    return found


def _get_nowait(self: Queue[Any]) -> Any:
    found = _take_nowait(self)
    _in_work.add(self)
    return found


def _task_done(self: Queue[Any]) -> None:
    _in_work.discard(self)


def _no_limit(maxsize: int) -> dict[Any, Any]:
    return {}


def _parse_rules(
    self: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    variables = frozenset(self._variables.items())
    key = (variables, css, read_from, is_default_rules, tie_breaker, scope)
    if (found := _known.get(key)) is None:
        if len(_known) >= _KEPT:
            _known.clear()
        found = _known[key] = _parse(self, css, read_from, is_default_rules, tie_breaker, scope)
    return list(found)
