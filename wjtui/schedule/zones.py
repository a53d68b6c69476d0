"""Time zones by name: the one that a schedule means, and what to say when there is none such (spec 7.4)."""

from __future__ import annotations

import re
from datetime import tzinfo
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from wjtui.model.base import Value
from wjtui.model.events import EngineInfo
from wjtui.model.jobs import Job, Problem
from wjtui.schedule.windows_zones import WINDOWS_ZONES

UTC_ZONE = ZoneInfo("UTC")
UNKNOWN_ZONE = "schedule-zone"
"""Code of the problem of a zone's name that nobody knows."""

_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_ZONES.items()}
_IANA_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_NOT_ZONES = ("right/", "posix/", "localtime", "posixrules")
"""Files of a zone folder that no one means: ``right/`` counts leap seconds, so it is 27 s off."""
_AS_OFFSET = re.compile(r"(?:utc|gmt) ?([+-])0?([0-9]{1,2})(?::?00)?")
_CLOSE = 0.75
_SHOWN = 60


class ZoneChoice(Value, frozen=True):
    """The zone of a schedule's wall times, and where it comes from."""

    zone: ZoneInfo
    source: str
    """``job``, ``site`` or ``default``."""
    problem: Problem | None = None
    """Set where the name is unknown; the zone is UTC then."""


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA or Windows name, in any case; None: there is no such zone."""
    wanted = name.strip()
    folded = wanted.casefold()
    if folded in _WINDOWS:
        return ZoneInfo(_WINDOWS[folded])
    # Only a name that is not written as the database has it costs the listing of all names, some 60 ms once.
    return _load(wanted) or _load(_iana_names().get(folded, ""))


def pick_zone(job: str | None, site: str | None) -> ZoneChoice:
    """The job's ``time_zone``, else the site's ``WEBSITE_TIME_ZONE``, else UTC; an empty name is none."""
    for name, source, key in ((job, "job", "time_zone"), (site, "site", "WEBSITE_TIME_ZONE")):
        if name is None or not name.strip():
            continue
        if zone := find_zone(name):
            return ZoneChoice(zone, source)
        return ZoneChoice(UTC_ZONE, source, Problem(UNKNOWN_ZONE, _unknown(name.strip(), key)))
    return ZoneChoice(UTC_ZONE, "default")


def zone_of(job: Job, engine: EngineInfo | None) -> tzinfo:
    """The zone whose wall time counts for a job, whether it has a schedule or not."""
    names = (job.schedule and job.schedule.zone, job.settings.time_zone, engine and engine.zone)
    return next((zone for name in names if name and (zone := find_zone(name))), UTC_ZONE)


def suggest_zone(name: str) -> str | None:
    """The known name that an unknown one most likely stands for: ``Berlin`` is ``Europe/Berlin``.

    ``GMT+2`` is ``Etc/GMT-2``: the sign of those names counts from the other side.
    """
    if offset := _AS_OFFSET.fullmatch(name.strip().casefold()):
        return _iana_names().get(f"etc/gmt{'-' if offset[1] == '+' else '+'}{offset[2]}")
    iana = sorted(_iana_names().values(), key=lambda zone: (zone.count("/") != 1, zone))
    spelled = {zone.rpartition("/")[2].casefold(): zone for zone in reversed(iana)}
    spelled |= {zone.casefold(): zone for zone in iana}
    spelled |= {windows.casefold().replace(" ", "_"): windows for windows in WINDOWS_ZONES}
    close = get_close_matches(name.strip().casefold().replace(" ", "_")[:_SHOWN], spelled, n=1, cutoff=_CLOSE)
    return spelled[close[0]] if close else None


def complete_zone(begun: str) -> str | None:
    """The first name that goes on as ``begun`` does, those of the IANA before those of Windows."""
    wanted = begun.casefold()
    iana = sorted(_iana_names().values(), key=lambda name: (name.count("/") != 1, name))
    return next((name for name in (*iana, *WINDOWS_ZONES) if name.casefold().startswith(wanted)), None)


def zone_hint(name: str) -> str | None:
    """The question whether another name was meant than an unknown one; None: no name is close."""
    meant = suggest_zone(name)
    if meant is None:
        return None
    sign = " (its sign is the other way round)" if meant.startswith("Etc/GMT") else ""
    return f"did you mean '{meant}'{sign}?"


def _unknown(name: str, key: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in name[:_SHOWN])
    hint = zone_hint(name) or "a zone is called for example 'Europe/Berlin'."
    return f"'{key}' names no time zone: '{shown}' is unknown, so the schedule runs in UTC; {hint}"


def _load(name: str) -> ZoneInfo | None:
    if not _IANA_NAME.fullmatch(name) or name.startswith(_NOT_ZONES):
        return None
    try:
        return ZoneInfo(name)
    # An OSError is a folder (Europe) or a name longer than a file's may be.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
