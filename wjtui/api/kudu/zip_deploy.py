"""An archive over the whole site: jobs through the service, whole and with versions, the rest as files."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from wjtui.api.kudu.file_errors import Refused
from wjtui.api.kudu.merge import Plan, carry_out, plan_merge, unpacked
from wjtui.api.kudu.shown import find_job
from wjtui.api.kudu.vfs_paths import Ground
from wjtui.api.kudu.zip import in_thread
from wjtui.api.surroundings import Surroundings
from wjtui.archives.zip_directory import Entry
from wjtui.model.base import Value
from wjtui.model.deploys import DeployPlan, FoundJob, PlannedJob
from wjtui.model.errors import DeployRejected
from wjtui.model.identity import JobType, is_safe_component
from wjtui.service import JobService

TARGET = "site/wwwroot/"
_JOBS = ["app_data", "jobs"]


class Split(Value, frozen=True):
    """What an archive holds: jobs, and everything else."""

    jobs: Mapping[str, str]
    """Files of jobs: path in the archive -> path in a package of jobs alone."""
    job_folders: tuple[str, ...]
    """Folders of jobs, by their path in that package."""
    files: Mapping[str, Entry]
    folders: Mapping[str, Entry]


class _Ready(Value, frozen=True):
    """An archive that can be put in place."""

    split: Split
    plan: Plan
    folder: Path
    package: Path


def split_archive(files: Mapping[str, Entry], folders: Mapping[str, Entry]) -> Split:
    """Tell jobs from the rest: what lies in ``app_data/jobs/TYPE/NAME``, in any case, with a file in it."""
    names: dict[tuple[str, str], str] = {}
    for path in files:
        if (key := _job_key(path)) is not None:
            # One name in two spellings is one job.
            names.setdefault(key, path.split("/")[3])

    def in_package(path: str) -> str | None:
        key = _job_key(f"{path}/")
        if key is None or key not in names:
            return None
        return "/".join([*_JOBS, key[0], names[key], *path.split("/")[4:]])

    jobs = {path: inside for path in files if (inside := in_package(path)) is not None}
    return Split(
        jobs,
        tuple(inside for path in folders if (inside := in_package(path)) is not None),
        {path: entry for path, entry in files.items() if path not in jobs},
        {path: entry for path, entry in folders.items() if in_package(path) is None},
    )


@dataclass(frozen=True)
class ZipDeploy:
    """One archive on its way into the site."""

    service: JobService
    around: Surroundings
    archive: Path
    name: str
    """Where versions of jobs say they came from."""
    by: str

    async def carry_out(self) -> str:
        """Put it in place; returns in words what was deployed.

        Every check comes first, then the jobs, all or none, then the other files. Raises Refused, WjtuiError
        and OSError.
        """
        stack = ExitStack()
        try:
            ready = await in_thread(lambda stop: self._prepare(stack, stop))
            if ready.split.jobs:
                await self._deploy_jobs(ready.package)
            # Begun is ended: what is unpacked goes away below.
            await in_thread(lambda stop: carry_out(ready.plan, ready.folder, ready.split.folders))
        finally:
            await asyncio.to_thread(stack.close)
        jobs = len({inside.split("/")[3] + inside.split("/")[2] for inside in ready.split.jobs.values()})
        files = len(ready.split.files)
        return f"Deployed {jobs} job{'s' * (jobs != 1)} and {files} other file{'s' * (files != 1)}."

    def _prepare(self, stack: ExitStack, stop: threading.Event) -> _Ready:
        ground = Ground(self.around)
        target = ground.find(TARGET).real
        if os.path.lexists(target) and not target.is_dir():
            raise Refused(409, f"{TARGET} is a file: remove it.")
        limits = self.around.limits()
        found = stack.enter_context(unpacked(self.archive, self.around.staging, limits, stop))
        split = split_archive(found.contents.files, found.contents.folders)
        plan = plan_merge(ground, target, split.files, split.folders)
        package = self.around.staging / secrets.token_hex(16)
        stack.callback(shutil.rmtree, package, ignore_errors=True)
        for folder in split.job_folders:
            (package / folder).mkdir(parents=True, exist_ok=True)
        for path, inside in split.jobs.items():
            (package / inside).parent.mkdir(parents=True, exist_ok=True)
            os.replace(found.folder / path, package / inside)
        return _Ready(split, plan, found.folder, package)

    async def _deploy_jobs(self, folder: Path) -> None:
        deploys, token = self.service.deploys, secrets.token_hex(16)
        try:
            package = await deploys.stage(folder, token, name=self.name)
            if package.refusals:
                raise DeployRejected(" ".join(dict.fromkeys(each.text for each in package.refusals)))
            plan = DeployPlan(tuple([await self._planned(job) for job in package.jobs]))
            await deploys.commit(token, plan, by=self.by)
        except BaseException:
            await deploys.discard(token)
            raise

    async def _planned(self, found: FoundJob) -> PlannedJob:
        """A job of the package, called as the one that is there already."""
        assert found.id is not None, found.at
        known = await find_job(self.service, found.id)
        return PlannedJob(found.id if known is None else known.id, found.at)


def _job_key(path: str) -> tuple[str, str] | None:
    """Type and lower-case name of the job that a path lies in."""
    parts = path.split("/")
    low = [part.lower() for part in parts[:4]]
    if len(parts) < 5 or low[:2] != _JOBS or low[2] not in list(JobType) or not is_safe_component(parts[3]):
        return None
    return low[2], low[3]
