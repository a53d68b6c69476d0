"""Surroundings: what routes need to know beside the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from wjtui.archives.limits import Limits
from wjtui.support.clock import Clock

if TYPE_CHECKING:
    from wjtui.service import Vitals
    from wjtui.service.hooks import HookService

MAX_UPLOAD = 100 << 20
"""Bytes of an upload (spec 9.2), where nothing else is configured."""


def _default_limit() -> int:
    return MAX_UPLOAD


@dataclass(frozen=True)
class Surroundings:
    """Where an engine lives; the same as long as it does."""

    root: Path
    iid: str
    """``{iid}`` of spec 1: how this instance is called in answers."""
    clock: Clock
    staging: Path
    """A folder for uploads on their way in; it is made when it is needed, and emptied by a new engine."""
    hooks: HookService | None = None
    max_upload: Callable[[], int] = _default_limit
    """Bytes of an upload that are taken; asked each time, since settings may change it."""
    vitals: Vitals | None = None
    """The engine's health and figures; None: nobody knows them."""
    limits: Callable[[], Limits] = Limits
    """What an archive may not exceed; asked each time."""


def surroundings(request: Request) -> Surroundings:
    """Those of the application that a request is for."""
    found: Surroundings = request.app.state.surroundings
    return found
