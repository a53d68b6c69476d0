"""``WEBJOBS_*`` settings and their defaults (spec 3.1): site settings over the environment over defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from wjtui.engine.site_file import CONNECTIONS, VALUES, SiteFile
from wjtui.model.site import ConnectionString, Inherited, SiteSettings
from wjtui.schedule.zones import pick_zone
from wjtui.settings import values
from wjtui.settings.keys import APP_SETTINGS

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
LARGEST = values.LARGEST
"""What is larger means "for ever" and is cut to this: 68 years in seconds, which a date can still bear."""


def is_true(text: str | None) -> bool:
    """Whether a setting is switched on: ``1`` or ``true`` in any case; everything else is off."""
    return text is not None and text.lower() in ("1", "true")


def integer(text: str | None, default: int) -> int:
    """A whole number with blanks and a sign allowed around it; ``default`` for anything else."""
    found = None if text is None else values.integer(text)
    return default if found is None else found


def _positive(text: str | None, default: int) -> int:
    """A whole number from 1 on; ``default`` for anything else."""
    found = integer(text, default)
    return found if found > 0 else default


class Config:
    """The settings in force. Values are read at each use, so a change needs no engine restart (spec 3.1)."""

    def __init__(
        self,
        environment: Mapping[str, str],
        site_settings: Path | None = None,
        connection_strings: Path | None = None,
    ) -> None:
        self._environment = dict(environment)
        self._values: SiteFile[dict[str, str]] = SiteFile(site_settings, VALUES)
        self._connections: SiteFile[tuple[ConnectionString, ...]] = SiteFile(connection_strings, CONNECTIONS)
        self.variables: dict[str, str] = {}
        """What every job finds in its environment: site settings and connection strings, all of it secret.

        Another mapping after each change: a process that runs keeps what it was started with.
        """
        self.refresh()

    def refresh(self, *, anew: bool = False) -> bool:
        """Read the settings of the site again if a file changed, or ``anew``; True: a value is another one.

        A file that cannot be read or does not hold what it should leaves the values as they were.
        """
        changed = [file.refresh(anew=anew) for file in (self._values, self._connections)]
        if any(changed):
            self.variables = {**self.site, **{each.variable: each.value for each in self.connections}}
        return any(changed)

    @property
    def site(self) -> dict[str, str]:
        """Site settings alone."""
        return self._values.value

    @property
    def connections(self) -> tuple[ConnectionString, ...]:
        """Connection strings."""
        return self._connections.value

    def get(self, key: str) -> str | None:
        """A setting's text: site setting, else environment."""
        return self.site.get(key, self._environment.get(key))

    @property
    def app_settings(self) -> dict[str, Inherited]:
        """App settings that ``settings.job`` overrides, as far as they are set, and who says so."""
        found = {}
        for name in APP_SETTINGS:
            if name in self.site:
                found[name] = Inherited(self.site[name], "site setting")
            elif name in self._environment:
                found[name] = Inherited(self._environment[name], "environment")
        return found

    @property
    def in_force(self) -> SiteSettings:
        """The settings of the site that count now; without a tag."""
        ours = ("WEBJOBS_", "WEBSITE_")
        inherited = {name: text for name, text in self._environment.items() if name.startswith(ours)}
        return SiteSettings(self.site, self.connections, inherited)

    @property
    def facts(self) -> dict[str, Any]:
        """What the settings say about the engine: fields of its EngineInfo."""
        choice = pick_zone(None, self.time_zone)
        notes = [f"{key} is no WebJobs setting: check its spelling." for key in self.unknown_keys()]
        if choice.problem is not None:
            notes.append(choice.problem.text)
        return {
            "stopped_by_setting": self.stopped,
            "schedules_off": self.disable_schedule,
            "zone": choice.zone.key,
            "notes": tuple(notes),
        }

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
        return _positive(self.get("WEBJOBS_HISTORY_SIZE"), 50)

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

    @property
    def versions_kept(self) -> int:
        """``WJTUI_VERSIONS_KEPT``: earlier versions kept of each job; default 5."""
        return _positive(self.get("WJTUI_VERSIONS_KEPT"), 5)

    @property
    def max_runs(self) -> int:
        """``WJTUI_MAX_RUNS``: runs of triggered jobs that go at the same time, at most; 0: any number."""
        return _positive(self.get("WJTUI_MAX_RUNS"), 0)

    @property
    def max_upload(self) -> int:
        """``WJTUI_MAX_UPLOAD_MB`` in bytes: the largest archive or script that is taken (spec 9.2)."""
        return _positive(self.get("WJTUI_MAX_UPLOAD_MB"), 100) << 20

    @property
    def max_entries(self) -> int:
        """``WJTUI_MAX_ENTRIES``: files and folders that a package may hold (spec 9.2)."""
        return _positive(self.get("WJTUI_MAX_ENTRIES"), 10_000)

    @property
    def max_unpacked(self) -> int:
        """``WJTUI_MAX_UNPACKED_MB`` in bytes: what a package may take on the disk (spec 9.2)."""
        return _positive(self.get("WJTUI_MAX_UNPACKED_MB"), 1024) << 20

    @property
    def max_ratio(self) -> int:
        """``WJTUI_MAX_RATIO``: how many times its size an archive may unpack to (spec 9.2)."""
        return _positive(self.get("WJTUI_MAX_RATIO"), 200)

    def unknown_keys(self) -> list[str]:
        """Keys that look like WebJobs settings and are none: mistyped ones cost users jobs (spec 10)."""
        names = {*self._environment, *self.site}
        return sorted(
            name for name in names if name.upper().startswith(("WEBJOB_", "WEBJOBS_")) and name not in KNOWN
        )
