"""SiteBuilder: real job folders under a root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wjtui.model.identity import JobId, JobType

Files = Mapping[str, str]
"""Path in the job's folder -> content."""
Settings = Mapping[str, Any] | None


class SiteBuilder:
    """Writes jobs where an engine of this root looks for them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.jobs = root / "site" / "wwwroot" / "app_data" / "jobs"

    def continuous(self, name: str, files: Files, settings: Settings = None) -> JobId:
        """A continuous job of these files and its ``settings.job``."""
        return self._add(JobId(JobType.CONTINUOUS, name), files, settings)

    def triggered(self, name: str, files: Files, settings: Settings = None) -> JobId:
        """A triggered job of these files and its ``settings.job``."""
        return self._add(JobId(JobType.TRIGGERED, name), files, settings)

    def folder(self, job: JobId) -> Path:
        """Where a job's files are."""
        return self.jobs / job.type.value / job.name

    def _add(self, job: JobId, files: Files, settings: Settings) -> JobId:
        folder = self.folder(job)
        folder.mkdir(parents=True)
        if settings is not None:
            (folder / "settings.job").write_text(json.dumps(settings), "utf-8")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return job
