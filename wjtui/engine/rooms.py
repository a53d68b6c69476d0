"""Rooms: what every runner of an engine shares, handed over as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from wjtui.engine.catalog.hosts import Hosts
from wjtui.engine.config import Config
from wjtui.engine.history.store import RunStore
from wjtui.engine.process.bounds import Bounds
from wjtui.engine.process.launches import Launches
from wjtui.engine.site import Site
from wjtui.engine.state import State
from wjtui.support.clock import Clock

DRAIN = timedelta(seconds=5)
"""Silence after which the output of an ended process counts as over (spec 5.2)."""
LONGEST_DRAIN = timedelta(minutes=1)
"""The same for a process left behind that is never silent: else its job would look alive for ever."""


@dataclass
class Rooms:
    """One engine's site, settings, clock, state and registers. ``hosts`` is replaced when it changes."""

    site: Site
    config: Config
    clock: Clock
    state: State
    store: RunStore
    launches: Launches
    hosts: Hosts
    drain: timedelta = DRAIN
    bounds: Bounds = field(init=False)

    def __post_init__(self) -> None:
        self.bounds = Bounds(self.site.mark, self.site.own / "cgroups")
