"""What changes the files of jobs, on the loop of another thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

from wjtui.model.deploys import Deployed, DeployPlan, FileChange, Package, PlannedJob, Preview, WhenRunning
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobId
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.versions import Trashed, Version
from wjtui.service import JobService

T = TypeVar("T")


class Call(Protocol):
    """Does work on the service's loop, to its end, whoever waits: ``ThreadBridge.call``."""

    async def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns, or raises."""


class Bridged:
    """A part of a service elsewhere."""

    def __init__(self, service: JobService, call: Call) -> None:
        self._service = service
        self._call = call


class BridgedDeploys(Bridged):
    """A ``DeployService`` elsewhere."""

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        """Unpack or copy a source; leaving it in the middle ends and undoes the work."""
        try:
            return await self._call(self._service.deploys.stage(source, token, name=name))
        except asyncio.CancelledError:
            with contextlib.suppress(WjtuiError):
                await self.discard(token)
            raise

    async def preview(self, token: str, plan: DeployPlan) -> Preview:
        """What a plan would do."""
        return await self._call(self._service.deploys.preview(token, plan))

    async def diff(self, token: str, job: PlannedJob, path: str) -> str:
        """A file as it is in place against as it would be."""
        return await self._call(self._service.deploys.diff(token, job, path))

    async def commit(self, token: str, plan: DeployPlan, *, by: str = "") -> Deployed:
        """Put the jobs in place, all or none."""
        return await self._call(self._service.deploys.commit(token, plan, by=by))

    async def discard(self, token: str) -> None:
        """Throw away what is staged, or being staged."""
        await self._call(self._service.deploys.discard(token))


class BridgedVersions(Bridged):
    """A ``VersionService`` elsewhere."""

    async def of(self, job: JobId) -> list[Version]:
        """Versions that there are, newest first."""
        return await self._call(self._service.versions.of(job))

    async def compare(self, job: JobId, number: int) -> list[FileChange]:
        """What going back to a version would change."""
        return await self._call(self._service.versions.compare(job, number))

    async def diff(self, job: JobId, number: int, path: str) -> str:
        """A file as it is in place against as it is in a version."""
        return await self._call(self._service.versions.diff(job, number, path))

    async def roll_back(
        self,
        job: JobId,
        number: int | None = None,
        *,
        running: WhenRunning = WhenRunning.NOW,
        by: str = "",
    ) -> Version:
        """Put an earlier version in place."""
        return await self._call(self._service.versions.roll_back(job, number, running=running, by=by))


class BridgedTrash(Bridged):
    """A ``TrashService`` elsewhere."""

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        """Stop a job, then move it to the trash."""
        return await self._call(self._service.trash.delete(job, keep_history=keep_history))

    async def contents(self) -> list[Trashed]:
        """What lies there, newest first."""
        return await self._call(self._service.trash.contents())

    async def restore(self, id: str) -> JobId:
        """Bring a job back."""
        return await self._call(self._service.trash.restore(id))


class BridgedSettings(Bridged):
    """A ``SettingsService`` elsewhere."""

    async def read(self, job: JobId) -> SettingsDocument:
        """The file as it lies on the disk now."""
        return await self._call(self._service.settings.read(job))

    async def save(self, job: JobId, text: str, *, etag: str | None = None, by: str = "") -> SettingsDocument:
        """Replace the file and act on it."""
        return await self._call(self._service.settings.save(job, text, etag=etag, by=by))

    async def site(self) -> SiteSettings:
        """The settings of the site, secrets included."""
        return await self._call(self._service.settings.site())

    async def change_site(self, change: SiteChange) -> SiteSettings:
        """Change them, all of it or none."""
        return await self._call(self._service.settings.change_site(change))
