"""What a person brings in as a job, what was found in it, and what putting it in place will change."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.jobs import Problem, Script
from wjtui.model.settings import JobSettings


class SourceKind(StrEnum):
    """What a package was made from."""

    ZIP = "zip"
    FOLDER = "folder"
    SCRIPT = "script"


class Weight(StrEnum):
    """How much a finding matters."""

    PASSED = "passed"
    """Looked at, and in order."""
    WARNING = "warning"
    """It can be deployed; somebody should know."""
    REFUSED = "refused"
    """It cannot be deployed like this."""


class Finding(Value, frozen=True):
    """One result of the checks: a sentence that names the thing, and where it is refused what to change."""

    code: str
    text: str
    weight: Weight = Weight.WARNING
    path: str = ""
    """The file that it is about, relative to the package, with ``/``; empty: the whole."""


class FoundJob(Value, frozen=True):
    """One job in a package."""

    at: str = ""
    """Its folder inside the package, with ``/``; empty: the package itself is the job."""
    id: JobId | None = None
    """What a package with ``app_data/jobs/TYPE/NAME`` in it says; None: a person has to say."""
    name: str = ""
    """The name that the source suggests, as far as the rule of spec 9.1 allows it; may be empty."""
    script: Script | None = None
    also: tuple[str, ...] = ()
    """Other scripts beside it, which do not run."""
    settings_text: str = ""
    """``settings.job`` as it lies in the package; empty: there is none."""
    settings: JobSettings = msgspec.field(default_factory=JobSettings)
    problems: tuple[Problem, ...] = ()
    """What the engine would say of it once it is in place."""
    files: int = 0
    size: int = 0
    """Bytes, unpacked."""


class Package(Value, frozen=True):
    """What was staged: nothing of it is in place yet."""

    token: str
    """Names it until it is put in place or discarded."""
    kind: SourceKind
    name: str
    """Of the source, for example ``nightly.zip``; empty for a stream."""
    jobs: tuple[FoundJob, ...] = ()
    files: int = 0
    size: int = 0
    """Bytes, unpacked."""
    findings: tuple[Finding, ...] = ()
    """All of them at once, in the order in which to show them."""

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Why it cannot be put in place; empty: it can."""
        return tuple(each for each in self.findings if each.weight is Weight.REFUSED)

    @property
    def ok(self) -> bool:
        """Whether it can be put in place."""
        return bool(self.jobs) and not self.refusals


class WhenRunning(StrEnum):
    """What to do where the job runs."""

    NOW = "now"
    """Switch at once: a run goes on from its working copy, a continuous job is refreshed."""
    AFTER = "after"
    """Switch when the run that is going has ended."""
    STOP = "stop"
    """Stop the run first, with its grace, then switch."""


class PlannedJob(Value, frozen=True):
    """One job of a package that is to be put in place."""

    id: JobId
    at: str = ""
    """``FoundJob.at``."""
    settings_text: str | None = None
    """``settings.job`` as it is to be; None: as it came, empty: none."""


class DeployPlan(Value, frozen=True):
    """What is to be put in place, and how. All of its jobs, or none."""

    jobs: tuple[PlannedJob, ...]
    running: WhenRunning = WhenRunning.NOW
    fix_line_ends: bool = False
    """Turn CRLF into LF, and leave a byte order mark out, in the file that runs."""


class FileState(StrEnum):
    """What becomes of a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


class FileChange(Value, frozen=True):
    """One file of two versions."""

    path: str
    """Relative to the job's folder, with ``/``."""
    state: FileState
    size: int = 0
    """Bytes it will have; of a removed one, bytes it had."""
    added: int | None = None
    """Lines; None: it is no text, or too large to be compared line by line."""
    removed: int | None = None


class JobPreview(Value, frozen=True):
    """What putting one job in place would do."""

    id: JobId
    at: str = ""
    replaces: int | None = None
    """The version in place, which is kept; None: there is no such job."""
    changes: tuple[FileChange, ...] = ()
    """Files that would come, change or go, by path; those that stay as they are left out."""
    same: int = 0
    """How many files stay as they are."""
    findings: tuple[Finding, ...] = ()
    """About the name, the place, the disk; all of them."""
    run: str = ""
    """The run that is going; empty: none."""
    live: bool = False
    """Whether a process of the job runs now."""
    in_place: bool = False
    """Whether it runs in its folder, so that a run that is going forbids to switch at once."""


class Preview(Value, frozen=True):
    """What a plan would do."""

    jobs: tuple[JobPreview, ...]

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Why the plan cannot be carried out; empty: it can."""
        return tuple(f for job in self.jobs for f in job.findings if f.weight is Weight.REFUSED)


class DeployedJob(Value, frozen=True):
    """One job that was put in place."""

    id: JobId
    version: int
    replaced: int | None = None
    """The version before it, which can be gone back to."""


class Deployed(Value, frozen=True):
    """The end of a deploy."""

    jobs: tuple[DeployedJob, ...]
    waiting: bool = False
    """It is settled and outlives the engine, but waits for a run to end."""


class Progress(Value, frozen=True):
    """How far a long piece of work on a package has come."""

    token: str
    step: str
    """What is being done, for example ``Unpacking``."""
    done: int = 0
    """Bytes."""
    total: int = 0
    """Bytes; 0: not known."""
