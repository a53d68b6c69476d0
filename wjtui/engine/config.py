"""``WEBJOBS_*`` settings and their defaults (spec 3.1): site settings over the environment over defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from wjtui.support.files import read_whole

KNOWN = frozenset(
    {
        "WEBJOBS_RESTART_TIME",
        "WEBJOBS_IDLE_TIMEOUT",
        "WEBJOBS_HISTORY_SIZE",
        "WEBJOBS_STOPPED",
        "WEBJOBS_DISABLE_SCHEDULE",
        "WEBJOBS_ROOT_PATH",
        "WEBJOBS_LOG_TRIGGERED_JOBS_TO_APP_LOGS",
    }
)
LARGEST = 2**31 - 1
"""What is larger means "for ever" and is cut to this: 68 years in seconds, which a date can still bear."""
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")


def is_true(text: str | None) -> bool:
    """Whether a setting is switched on: ``1`` or ``true`` in any case; everything else is off."""
    return text is not None and text.lower() in ("1", "true")


def integer(text: str | None, default: int) -> int:
    """A whole number with blanks and a sign allowed around it; ``default`` for anything else."""
    if text is None or not _INTEGER.fullmatch(text):
        return default
    return max(-LARGEST, min(LARGEST, int(text)))


class Config:
    """The settings in force. Values are read at each use, so a change needs no engine restart (spec 3.1)."""

    def __init__(self, environment: Mapping[str, str], site_settings: Path | None = None) -> None:
        self._environment = dict(environment)
        self._file = site_settings
        self._stamp: tuple[int, int] | None = None
        self.site: dict[str, str] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Read the site settings again if their file changed; True when a value changed.

        A file that cannot be read or is no object of strings leaves the values as they were.
        """
        if self._file is None:
            return False
        try:
            found = self._file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp == self._stamp:
                return False
            values = msgspec.json.decode(read_whole(self._file), type=dict[str, str])
        except FileNotFoundError:
            stamp, values = (0, 0), {}
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        self._stamp = stamp
        changed = values != self.site
        self.site = values
        return changed

    def get(self, key: str) -> str | None:
        """A setting's text: site setting, else environment."""
        return self.site.get(key, self._environment.get(key))

    @property
    def environment(self) -> dict[str, str]:
        """The engine's environment as it was when it started."""
        return self._environment

    @property
    def restart_time(self) -> timedelta:
        """Delay before a relaunch after a launch shorter than two minutes; default 60 s."""
        return timedelta(seconds=max(0, integer(self.get("WEBJOBS_RESTART_TIME"), 60)))

    @property
    def idle_timeout(self) -> timedelta:
        """Silence after which a triggered run is aborted; default 120 s, zero: never (D-33)."""
        return timedelta(seconds=max(0, integer(self.get("WEBJOBS_IDLE_TIMEOUT"), 120)))

    @property
    def history_size(self) -> int:
        """Runs kept a job; default 50 (D-06)."""
        size = integer(self.get("WEBJOBS_HISTORY_SIZE"), 50)
        return size if size > 0 else 50

    @property
    def stopped(self) -> bool:
        """``WEBJOBS_STOPPED``: no job may run (D-13)."""
        return is_true(self.get("WEBJOBS_STOPPED"))

    @property
    def disable_schedule(self) -> bool:
        """``WEBJOBS_DISABLE_SCHEDULE``: no schedule waits; jobs run by hand all the same."""
        return is_true(self.get("WEBJOBS_DISABLE_SCHEDULE"))

    @property
    def time_zone(self) -> str | None:
        """``WEBSITE_TIME_ZONE``: the zone of schedules that name none (spec 7.4)."""
        return self.get("WEBSITE_TIME_ZONE")

    @property
    def triggered_to_app_log(self) -> bool:
        """Whether triggered output is copied to the application log too."""
        return is_true(self.get("WEBJOBS_LOG_TRIGGERED_JOBS_TO_APP_LOGS"))

    @property
    def always_on_off(self) -> bool:
        """Exactly ``0``: Always On is off, which each log file says once."""
        return self.get("WEBSITE_SCM_ALWAYS_ON_ENABLED") == "0"

    @property
    def source_read_only(self) -> bool:
        """The package is mounted read-only: every write goes to the secondary source (spec 1.1)."""
        value = self.get("WEBSITE_RUN_FROM_PACKAGE")
        return is_true(value) or bool(value and value.lower().startswith(("http://", "https://")))

    def unknown_keys(self) -> list[str]:
        """Keys that look like WebJobs settings and are none: mistyped ones cost users jobs (spec 10)."""
        names = {*self._environment, *self.site}
        return sorted(
            name for name in names if name.upper().startswith(("WEBJOB_", "WEBJOBS_")) and name not in KNOWN
        )
