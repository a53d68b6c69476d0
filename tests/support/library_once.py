"""What the library does for each screen, done once a process: a program opens one, its tests hundreds."""

from __future__ import annotations

from typing import Any

from textual import strip
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_KEPT = 4096
"""Sheets. Those of all our screens and of the library's widgets are some 60 a theme."""
_parse = Stylesheet._parse_rules
_known: dict[tuple[Any, ...], list[RuleSet]] = {}


def once() -> None:
    """From now on the same style sheet with the same variables gives the same rules, which nobody changes.

    The library keeps them likewise, but with one sheet of one app. What cannot be parsed is not kept.

    And the seven caches of each painted strip are plain dictionaries, which forget nothing while the strip
    lives: to make the library's own takes a tenth of the time of a test.
    """
    Stylesheet._parse_rules = _parse_rules  # type: ignore[method-assign]
    strip.FIFOCache = _no_limit  # type: ignore[assignment, misc]


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
