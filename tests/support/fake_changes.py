"""Fakes of what changes the files of jobs: tests script their answers and look at what was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from wjtui.model.deploys import (
    Deployed,
    DeployedJob,
    DeployPlan,
    FileChange,
    Finding,
    FoundJob,
    JobPreview,
    Package,
    PlannedJob,
    Preview,
    SourceKind,
    Weight,
    WhenRunning,
)
from wjtui.model.errors import (
    DeployRejected,
    InvalidRequest,
    SettingsChanged,
    TrashNotFound,
    VersionNotFound,
    WjtuiError,
)
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job, Script
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.versions import Cause, Trashed, Version
from wjtui.settings.parse import parse_settings

Command = Callable[..., Awaitable[None]]
"""Records the words of a command, and waits, refuses or fails as the test wants."""
SCRIPT = Script("run.py", "PythonScriptHost", ("/usr/bin/python3",), "run.py is the only script.")


def make_package(name: str = "nightly.zip", **fields: object) -> Package:
    """A package with one job that can be deployed."""
    findings = (Finding("inside", "No file leaves the job's folder.", Weight.PASSED),)
    found = FoundJob(name=name.partition(".")[0], script=SCRIPT, files=14, size=3_800_000)
    package = Package("0" * 16, SourceKind.ZIP, name, (found,), 14, 3_800_000, findings)
    return msgspec.structs.replace(package, **fields)


class FakeDeploys:
    """Implements ``DeployService``."""

    def __init__(self, command: Command, adopt: Callable[[JobId, str], int]) -> None:
        self._command = command
        self._adopt = adopt
        self.packages: dict[str, Package] = {}
        """What ``stage`` answers, by the name of the source; made up for others."""
        self.previews: dict[JobId, JobPreview] = {}
        self.diffs: dict[str, str] = {}
        """What ``diff`` answers, by path."""
        self.staged: dict[str, Package] = {}
        self.committed: list[DeployPlan] = []
        self.waiting = False
        self.refusal: WjtuiError | None = None
        """What ``stage`` raises."""

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        await self._command("stage", name or source.name)
        if self.refusal is not None:
            raise self.refusal
        package = self.packages.get(name or source.name) or make_package(name or source.name)
        self.staged[token] = package = msgspec.structs.replace(package, token=token)
        return package

    async def preview(self, token: str, plan: DeployPlan) -> Preview:
        self._staged(token)
        return Preview(tuple(self.previews.get(job.id) or JobPreview(job.id, job.at) for job in plan.jobs))

    async def diff(self, token: str, job: PlannedJob, path: str) -> str:
        self._staged(token)
        return self.diffs.get(path, "")

    async def commit(self, token: str, plan: DeployPlan, *, by: str = "") -> Deployed:
        await self._command("deploy", *(str(job.id) for job in plan.jobs))
        package = self._staged(token)
        preview = await self.preview(token, plan)
        if refusals := (*package.refusals, *preview.refusals):
            raise DeployRejected(" ".join(each.text for each in refusals))
        self.committed.append(plan)
        del self.staged[token]
        done = []
        for job in plan.jobs:
            before = self.previews.get(job.id)
            text = job.settings_text
            version = self._adopt(job.id, text if text is not None else package.jobs[0].settings_text)
            done.append(DeployedJob(job.id, version, before.replaces if before is not None else None))
        return Deployed(tuple(done), self.waiting)

    async def discard(self, token: str) -> None:
        if self.staged.pop(token, None) is not None:
            await self._command("discard")

    def _staged(self, token: str) -> Package:
        if token not in self.staged:
            raise InvalidRequest("Nothing is staged under this token.")
        return self.staged[token]


class FakeVersions:
    """Implements ``VersionService``."""

    def __init__(self, command: Command, known: Callable[[JobId], Job], now: datetime) -> None:
        self._command = command
        self._known = known
        self._now = now
        self.made: dict[tuple[str, str], list[Version]] = {}
        """Versions by ``JobId.key``, newest first."""
        self.changes: dict[int, list[FileChange]] = {}
        """What ``compare`` answers, by number."""
        self.diffs: dict[tuple[int, str], str] = {}

    def add(
        self, job: JobId, cause: Cause, note: str = "", by: str = "", *, existed: bool = False
    ) -> Version:
        """A new version is in place; of a job that ``existed`` before anybody counted it is the second."""
        unknown = [Version(1, None, Cause.UNKNOWN, files=3)] if existed else []
        before = self.made.setdefault(job.key, unknown)
        number = before[0].number + 1 if before else 1
        made = Version(number, self._now, cause, note, by, current=True, files=14, size=3_800_000)
        self.made[job.key] = [made, *(msgspec.structs.replace(each, current=False) for each in before)][:6]
        return made

    async def of(self, job: JobId) -> list[Version]:
        self._known(job)
        return list(self.made.get(job.key) or [Version(1, None, Cause.UNKNOWN, current=True, files=3)])

    async def compare(self, job: JobId, number: int) -> list[FileChange]:
        await self._find(job, number)
        return list(self.changes.get(number, []))

    async def diff(self, job: JobId, number: int, path: str) -> str:
        await self._find(job, number)
        return self.diffs.get((number, path), "")

    async def roll_back(
        self,
        job: JobId,
        number: int | None = None,
        *,
        running: WhenRunning = WhenRunning.NOW,
        by: str = "",
    ) -> Version:
        await self._command("roll_back", job.name, *(() if number is None else (str(number),)))
        there = await self.of(job)
        if number is None:
            if len(there) < 2:
                raise VersionNotFound(f"'{job.name}' has no earlier version.")
            number = there[1].number
        await self._find(job, number)
        return self.add(job, Cause.ROLLBACK, f"version {number}", by, existed=True)

    async def _find(self, job: JobId, number: int) -> Version:
        found = next((each for each in await self.of(job) if each.number == number), None)
        if found is None:
            raise VersionNotFound(f"'{job.name}' has no version {number}.")
        return found


class FakeTrash:
    """Implements ``TrashService``."""

    def __init__(
        self,
        command: Command,
        known: Callable[[JobId], Job],
        remove: Callable[[Job], None],
        bring: Callable[[Job], None],
        now: datetime,
    ) -> None:
        self._command = command
        self._known = known
        self._remove = remove
        self._bring = bring
        self._now = now
        self.lying: list[Trashed] = []
        self._jobs: dict[str, Job] = {}

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        await self._command("delete", job.name, *(["keep history"] if keep_history else []))
        found = self._known(job)
        until = self._now + timedelta(days=7)
        id, history = f"{job.type}.{job.name}.1", not keep_history
        entry = Trashed(id, job, self._now, until, 14, 3_800_000, 50, history=history)
        self.lying.insert(0, entry)
        self._jobs[entry.id] = found
        self._remove(found)
        return entry

    async def contents(self) -> list[Trashed]:
        return list(self.lying)

    async def restore(self, id: str) -> JobId:
        await self._command("restore", id)
        found = next((each for each in self.lying if each.id == id), None)
        if found is None:
            raise TrashNotFound(f"There is no '{id}' in the trash.")
        self.lying.remove(found)
        if id in self._jobs:
            self._bring(self._jobs.pop(id))
        return found.job


class FakeSettings:
    """Implements ``SettingsService``; ``texts`` are the files."""

    def __init__(
        self,
        command: Command,
        known: Callable[[JobId], Job],
        changed: Callable[[JobId, str, str], int],
    ) -> None:
        self._command = command
        self._known = known
        self._changed = changed
        self.texts: dict[tuple[str, str], str] = {}
        """``settings.job`` by ``JobId.key``; a test that edits one plays somebody else."""
        self.documents: dict[tuple[str, str], SettingsDocument] = {}
        """What else ``read`` answers, by ``JobId.key``: text, tag and settings are put in."""
        self.site_settings = SiteSettings(etag="0")

    async def read(self, job: JobId) -> SettingsDocument:
        found = self._known(job)
        text = self.texts.get(job.key, "")
        document = self.documents.get(job.key) or SettingsDocument(found.id, "", "")
        parsed = parse_settings(text, found.id.type) if text.strip() else None
        return msgspec.structs.replace(
            document,
            text=text,
            etag=str(hash(text)),
            settings=parsed.settings if parsed is not None else document.settings,
            problems=parsed.problems if parsed is not None else (),
        )

    async def save(self, job: JobId, text: str, *, etag: str | None = None, by: str = "") -> SettingsDocument:
        await self._command("save", job.name, text)
        if etag is not None and etag != (await self.read(job)).etag:
            raise SettingsChanged(f"settings.job of '{job.name}' was changed by somebody else meanwhile.")
        self.texts[job.key] = text
        version = self._changed(job, text, by)
        document = await self.read(job)
        self.documents[job.key] = document = msgspec.structs.replace(document, version=version)
        return document

    async def site(self) -> SiteSettings:
        return self.site_settings

    async def change_site(self, change: SiteChange) -> SiteSettings:
        await self._command("change_site", *sorted(change.put), *change.remove)
        known = self.site_settings
        if change.etag and change.etag != known.etag:
            raise SettingsChanged("The site settings were changed by somebody else meanwhile.")
        values = {name: value for name, value in known.values.items() if name not in change.remove}
        gone = {*change.disconnect, *(each.variable for each in change.connect)}
        kept = [each for each in known.connections if each.variable not in gone]
        connections = tuple(sorted([*kept, *change.connect], key=lambda each: each.name))
        self.site_settings = SiteSettings(
            values | change.put, connections, known.inherited, str(int(known.etag) + 1)
        )
        return self.site_settings
