"""Settings of jobs and of the site, over HTTP."""

from __future__ import annotations

from wjtui.client.connection import LONG_SECONDS, Connection, read_answer, to_body
from wjtui.client.paths import job_path
from wjtui.model.identity import JobId
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.wire.changes import SaveBody


class HttpSettings:
    """A ``SettingsService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def read(self, job: JobId) -> SettingsDocument:
        """The file as it lies on the disk now."""
        answer = await self._wire.ask("GET", f"/jobs/{job_path(job)}/settings")
        return read_answer(answer.content, SettingsDocument)

    async def save(self, job: JobId, text: str, *, etag: str | None = None, by: str = "") -> SettingsDocument:
        """Replace the file and act on it."""
        body = to_body(SaveBody(text, etag, by))
        path = f"/jobs/{job_path(job)}/settings"
        answer = await self._wire.ask("PUT", path, body=body, patience=LONG_SECONDS)
        return read_answer(answer.content, SettingsDocument)

    async def site(self) -> SiteSettings:
        """The settings of the site, secrets included."""
        return read_answer((await self._wire.ask("GET", "/site")).content, SiteSettings)

    async def change_site(self, change: SiteChange) -> SiteSettings:
        """Change them, all of it or none."""
        answer = await self._wire.ask("POST", "/site", body=to_body(change))
        return read_answer(answer.content, SiteSettings)
