"""Site: where everything lives under a root, for one instance (spec 1.1, 1.2; README: files)."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Mapping
from pathlib import Path

from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef
from wjtui.support.any_case import child_in_any_case, resolve_in_any_case

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)


def instance_of(environment: dict[str, str], given: str | None = None) -> str:
    """The instance id: given, else ``WEBSITE_INSTANCE_ID``, else the host name (spec 1)."""
    return given or environment.get("WEBSITE_INSTANCE_ID") or socket.gethostname()


def short_instance(instance: str, environment: dict[str, str], given: str | None = None) -> str:
    """``{iid}``: the first six characters of a given id; the host name whole where it serves as the id."""
    chosen = given or environment.get("WEBSITE_INSTANCE_ID")
    text = chosen[:6] if chosen else instance
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text).lstrip(".") or "_"


def expand_variables(text: str, environment: Mapping[str, str]) -> str:
    """``$NAME`` and ``${NAME}`` replaced by what this environment says; unknown ones stay as they are."""
    return _VARIABLE.sub(lambda found: environment.get(found[1] or found[2], found[0]), text)


class Site:
    """Paths of one root as seen by one instance. Nothing here is created by asking for it."""

    def __init__(self, root: Path, instance: str, iid: str, *, jobs_root: str = "", temp: str = "") -> None:
        """``jobs_root`` is ``WEBJOBS_ROOT_PATH``, its variables expanded: absolute, or under ``site/wwwroot``
        (spec 3.1).
        """
        self.root = root
        self.instance = instance
        self.iid = iid
        self._jobs_root = jobs_root
        self.own = root / "data" / "wjtui" / iid
        """This instance's own files: lock, engine.json, engine.log, temp."""
        self.shared = root / "data" / "wjtui"
        """wjtui's files that all instances of the root share."""
        self.temp = Path(temp) / f"{self.mark[:12]}" if temp else self.own / "temp"
        self.uploads = self.temp / "uploads"
        """Files that clients are sending."""
        self.engine_lock = self.own / "engine.lock"
        self.engine_file = self.own / "engine.json"
        self.engine_log = self.own / "engine.log"
        self.site_settings = self.shared / "site_settings.json"
        self.connection_strings = self.shared / "connection_strings.json"
        self.data = root / "data" / "jobs"
        self.app_logs = root / "LogFiles" / "Application"

    @property
    def mark(self) -> str:
        """``WJTUI_ENGINE``: hash of root and instance, the second half of the marker of spec 5.3."""
        return hashlib.sha256(f"{self.root}\0{self.instance}".encode("utf-8", "surrogateescape")).hexdigest()[
            :32
        ]

    @property
    def wwwroot(self) -> Path:
        """``site/wwwroot`` as it is spelt on disk."""
        return resolve_in_any_case(self.root, "site", "wwwroot")

    @property
    def primary(self) -> Path:
        """The primary source folder, which holds ``triggered`` and ``continuous``."""
        if self._jobs_root:
            # An absolute path stays absolute: trimming its slash, as the original did, would break it (3.1).
            return self.wwwroot / self._jobs_root
        return resolve_in_any_case(self.wwwroot, "app_data", "jobs")

    @property
    def secondary(self) -> Path:
        """The source folder for a read-only wwwroot; a name in ``primary`` hides the one here."""
        return resolve_in_any_case(self.root, "site", "jobs")

    def sources(self, kind: JobType) -> tuple[Path, Path]:
        """The folders that may hold jobs of this type, primary first; either may not exist."""
        return child_in_any_case(self.primary, kind.value), child_in_any_case(self.secondary, kind.value)

    def job_data(self, job: JobId) -> Path:
        """The job data dir."""
        return self.data / job.type.value / job.name

    def run_folder(self, ref: RunRef) -> Path:
        """One run's folder."""
        return self.job_data(ref.job) / ref.run

    def run_status(self, job: JobId, run: RunId) -> Path:
        """The status file of one run."""
        return self.job_data(job) / run / "status"

    def job_temp(self, job: JobId) -> Path:
        """The folder that holds the job's working copies."""
        return self.temp / "jobs" / job.type.value / job.name

    def shutdown_folder(self, job: JobId) -> Path:
        """The folder of the job's shutdown notification file."""
        return self.temp / "JobsShutdown" / job.type.value / job.name

    def application_log(self, job: JobId) -> Path:
        """The rolling application log of this job and instance (spec 5.6)."""
        return self.app_logs / f"webjob-{job.type.value}-{job.name}-{self.iid}.log"

    def log_path(self, ref: LogRef) -> Path:
        """The file behind a log reference."""
        if ref.kind is LogKind.JOB:
            return self.job_data(ref.job) / "job_log.txt"
        if ref.kind is LogKind.SCHEDULER:
            return self.job_data(ref.job) / "job_scheduler.log"
        if ref.run is not None:
            return self.job_data(ref.job) / ref.run / "output_log.txt"
        return self.application_log(ref.job)
