"""``job_scheduler.log``: what the scheduler does for one job, in the lines of spec 7.6."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from wjtui.engine.rooms import Rooms
from wjtui.logs.line import Level, system_line
from wjtui.logs.writer import LogWriter, rolled_job_log
from wjtui.model.events import LogExtent, LogKind, LogRef, Tone
from wjtui.model.identity import JobId
from wjtui.wire.kudu import duration_text

Line = tuple[Level, str]


def info(text: str) -> Line:
    """A line that only tells."""
    return Level.INFO, text


def warning(text: str) -> Line:
    """A line about a run that does not come."""
    return Level.WARN, text


def error(text: str) -> Line:
    """A line about a schedule that cannot be used."""
    return Level.ERR, text


def local(at: datetime, zone: ZoneInfo) -> str:
    """An instant by the clocks of the schedule: ``2027-06-01T09:00:00+02:00``."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def expected(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``{ts}`` and when that is: ``00:14:59.6671203 (2027-06-01T09:00:00+02:00)``."""
    return f"{duration_text(at - now)} ({local(at, zone)})"


class SchedulerLog:
    """Appends whole lines; the file is closed in between, for there may be hundreds of jobs."""

    def __init__(self, rooms: Rooms, job: JobId) -> None:
        self._rooms = rooms
        self._ref = LogRef(job, kind=LogKind.SCHEDULER)
        path = rooms.site.log_path(self._ref)
        self._writer = LogWriter(
            path,
            rolling=rolled_job_log(path),
            lost_line=lambda text: system_line(rooms.site.iid, Level.WARN, text, rooms.clock.now()),
            on_trouble=lambda text: rooms.state.raise_notice(text, Tone.ERROR, job, "log-trouble"),
        )

    @property
    def troubled(self) -> bool:
        """Whether lines wait for room on the disk."""
        return self._writer.troubled is not None

    def write(self, *lines: Line) -> None:
        """Append these lines, told of once."""
        if not lines:
            return
        now, iid = self._rooms.clock.now(), self._rooms.site.iid
        self._writer.write(b"".join(system_line(iid, level, text, now) for level, text in lines))
        self._settle()

    def retry(self) -> None:
        """Try to write again what could not be written."""
        self._writer.retry()
        self._settle()

    def close(self) -> None:
        """Write no more."""
        self._writer.close()

    def _settle(self) -> None:
        if not self.troubled:
            self._writer.close()
            self._rooms.state.log_grew(self._ref, LogExtent(0, self._writer.position))
