"""Everything that the schedule view shows of one job."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from wjtui.model.errors import InvalidSchedule
from wjtui.model.events import EngineInfo
from wjtui.model.jobs import Job
from wjtui.model.schedules import Missed
from wjtui.schedule.preview import Preview


class Sight(NamedTuple):
    """One job at one moment, with what was worked out and asked for."""

    job: Job
    engine: EngineInfo | None
    now: datetime
    ahead: Preview | None
    failure: InvalidSchedule | None
    missed: tuple[Missed, ...] | None
    """Newest first; None: not known yet."""
    durations: tuple[timedelta, ...] = ()
    pending: str | None = None
    """The word of a command that is on its way."""
