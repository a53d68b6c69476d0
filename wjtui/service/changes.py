"""What a front end may ask about the files of jobs: bring in, change, go back, take out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from wjtui.model.deploys import Deployed, DeployPlan, FileChange, Package, PlannedJob, Preview, WhenRunning
from wjtui.model.identity import JobId
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.versions import Trashed, Version


class DeployService(Protocol):
    """Staged first, then switched: until ``commit`` nothing of a job is touched."""

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        """Unpack or copy a .zip, a folder or one script beside the jobs, and check it.

        ``token``: 16 or more hexadecimal digits that the caller makes up; ``DeployProgressed`` events carry
        it, and ``discard`` ends the work at any moment. ``name``: what the source is called, where its path
        does not tell. A package that cannot be deployed comes back all the same, with every refusal.
        InvalidRequest: there is no such source, or it is none of the three kinds. Conflict: no room on the
        disk, it cannot be read, or it was discarded meanwhile. An engine on another machine gets the source
        over the network; links in a folder come as the files they lead to, and ``.git`` does not come.
        """

    async def preview(self, token: str, plan: DeployPlan) -> Preview:
        """What a plan would do. It changes nothing. InvalidRequest: nothing is staged under this token."""

    async def diff(self, token: str, job: PlannedJob, path: str) -> str:
        """A file as it is in place against as it would be: a unified diff of at most 256 KiB.

        Empty where they are equal; one sentence where they cannot be compared line by line.
        """

    async def commit(self, token: str, plan: DeployPlan, *, by: str = "") -> Deployed:
        """Put the jobs in place, all or none; the versions before them are kept.

        Once it has returned the switch outlives a crash. DeployRejected: every reason at once. Conflict: a
        run of a job that runs in place is going, or another deploy of it is under way.
        """

    async def discard(self, token: str) -> None:
        """Throw away what is staged, or being staged. Nothing happens where nothing is."""


class VersionService(Protocol):
    """The last versions of a job. Methods raise JobNotFound, and VersionNotFound where a number is given."""

    async def of(self, job: JobId) -> list[Version]:
        """Versions that there are, newest first; the first one is in place."""

    async def compare(self, job: JobId, number: int) -> list[FileChange]:
        """What going back to a version would change, by path; files that stay as they are left out."""

    async def diff(self, job: JobId, number: int, path: str) -> str:
        """A file as it is in place against as it is in a version, like ``DeployService.diff``."""

    async def roll_back(
        self,
        job: JobId,
        number: int | None = None,
        *,
        running: WhenRunning = WhenRunning.NOW,
        by: str = "",
    ) -> Version:
        """Put an earlier version in place, None: the one before. It gets a new number; nothing is lost.

        Refused like ``DeployService.commit``.
        """


class TrashService(Protocol):
    """Deleted jobs."""

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        """Stop a job gracefully, then move it to the trash for seven days (spec 9.4).

        Returns once it is gone. ``keep_history``: its data folder stays where it is. Conflict: its files
        cannot be moved; the job is then there as before, a continuous one stopped.
        """

    async def contents(self) -> list[Trashed]:
        """What lies there, newest first."""

    async def restore(self, id: str) -> JobId:
        """Bring a job back, its history too. TrashNotFound: it is not there. Conflict: its name is taken."""


class SettingsService(Protocol):
    """``settings.job`` of each job, and the settings of the site."""

    async def read(self, job: JobId) -> SettingsDocument:
        """The file as it lies on the disk now. Conflict: it cannot be read."""

    async def save(self, job: JobId, text: str, *, etag: str | None = None, by: str = "") -> SettingsDocument:
        """Replace the file, act on it, keep the version before; an empty text removes it.

        ``etag``: of what was edited; None: whatever is there. InvalidSettings: no JSON object.
        SettingsChanged: somebody else has changed the file meanwhile. Conflict: it cannot be written.
        """

    async def site(self) -> SiteSettings:
        """The settings of the site, secrets included. NotAllowed: asked over anything but the Unix socket."""

    async def change_site(self, change: SiteChange) -> SiteSettings:
        """Change them, durably and at once. InvalidRequest: a name that no environment takes.

        SettingsChanged: somebody else has changed them meanwhile.
        """
