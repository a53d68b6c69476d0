"""The steps of the deploy wizard, and what is decided in them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from rich.cells import cell_len

from wjtui.model.deploys import DeployPlan, FoundJob, PlannedJob, WhenRunning
from wjtui.model.errors import InvalidName
from wjtui.model.identity import JobId, JobType, check_new_name
from wjtui.model.jobs import Job
from wjtui.settings.edit import REMOVED, CannotEdit, set_keys
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_draft import draft_of


class Step(IntEnum):
    """Where the wizard is."""

    SOURCE = 1
    NAME = 2
    SETTINGS = 3
    REVIEW = 4


STEP_WORDS = {
    Step.SOURCE: "Source",
    Step.NAME: "Name and type",
    Step.SETTINGS: "Settings",
    Step.REVIEW: "Review",
}


class How(StrEnum):
    """How a job is to run."""

    DEMAND = "demand"
    SCHEDULE = "schedule"
    CONTINUOUS = "continuous"

    @property
    def type(self) -> JobType:
        """The kind of job that this is."""
        return JobType.CONTINUOUS if self is How.CONTINUOUS else JobType.TRIGGERED


class Wish(NamedTuple):
    """What was filled in about one job."""

    name: str
    how: How
    schedule: str = ""
    recurrence: dict[str, Any] | None = None
    time_zone: str = ""
    arguments: str = ""
    singleton: bool = False


class NameSays(NamedTuple):
    """What there is to say of a name."""

    line: Line = ()
    error: str = ""
    there: Job | None = None
    """The job of that name and type that is in place."""


class Written(NamedTuple):
    """A ``settings.job`` as it is to be."""

    text: str | None
    """None: as it came."""
    warning: str = ""


def step_line(at: Step, skipped: frozenset[Step], width: int, head: str = "") -> Line:
    """``Deploy a job   ‹1 Source›  ── 2 Name …``: which steps there are, which are done, and where one is."""
    full = _steps(at, skipped, head, STEP_WORDS)
    if cell_len(plain_text(full)) <= width:
        return full
    short = {step: word.partition(" ")[0] for step, word in STEP_WORDS.items()}
    return _steps(at, skipped, "", short)


def _steps(at: Step, skipped: frozenset[Step], head: str, words: Mapping[Step, str]) -> Line:
    pieces = [Piece(f" {head}   " if head else " ", Ink.STRONG)]
    steps = [step for step in Step if step not in skipped]
    for number, step in enumerate(steps, 1):
        if number > 1:
            pieces.append(Piece(" ── ", Ink.DIM))
        if step is at:
            pieces.append(Piece(f"‹{number} {words[step]}›", Ink.ACCENT))
        else:
            done = " ✓" if step < at else ""
            pieces.append(Piece(f"{number} {words[step]}{done}", Ink.PLAIN if done else Ink.DIM))
    return tuple(pieces)


def following(at: Step, skipped: frozenset[Step], by: int) -> Step | None:
    """The next step, or with -1 the one before; None: there is none."""
    steps = [step for step in Step if step not in skipped]
    place = steps.index(at) + by
    return steps[place] if 0 <= place < len(steps) else None


def how_of(found: FoundJob, hint: JobType | None = None) -> How:
    """How a job that was found most likely is to run."""
    if hint is JobType.CONTINUOUS or found.settings.run_mode == "continuous":
        return How.CONTINUOUS
    scheduled = not draft_of(found.settings).is_manual
    return How.SCHEDULE if scheduled and found.settings.run_mode != "on_demand" else How.DEMAND


def wish_of(found: FoundJob, hint: JobType | None = None) -> Wish:
    """What the package itself says: the fields are filled in with it."""
    settings, draft = found.settings, draft_of(found.settings)
    return Wish(
        found.name,
        how_of(found, hint),
        draft.schedule or "",
        draft.recurrence or None,
        draft.time_zone or "",
        settings.arguments,
        bool(settings.is_singleton),
    )


def judge_name(name: str, kind: JobType, jobs: Mapping[JobKey, Job], version: int | None = None) -> NameSays:
    """Whether a job can be called this, and which one it would replace; ``version``: its number, if known."""
    if not name:
        return NameSays((Piece("Letters, digits, - and _, at most 63.", Ink.DIM),), "A job needs a name.")
    try:
        check_new_name(name)
    except InvalidName as error:
        there = jobs.get(JobId(kind, name).key)
        if there is None:
            return NameSays(error=plain(error.message))
    there = jobs.get(JobId(kind, name).key)
    if there is None:
        return NameSays((Piece("✓ ", Ink.SUCCESS), Piece(f"a new {kind.value} job", Ink.DIM)))
    known = plain(there.id.name)
    other = f"Names that differ only in case are one job: this is {known}. " if there.id.name != name else ""
    place = f"version {version}" if version is not None else "the one in place"
    text = f"! {other}A job of this name exists: it replaces {place}, which is kept for undo."
    return NameSays((Piece(text, Ink.WARNING),), there=there)


def another_name(name: str, kind: JobType, jobs: Mapping[JobKey, Job]) -> str:
    """A name like this one that no job has: ``report-2``."""
    number = 2
    while (tried := f"{name[: 62 - len(str(number))]}-{number}") and JobId(kind, tried).key in jobs:
        number += 1
    return tried


def write_settings(found: FoundJob, wish: Wish) -> Written:
    """The package's ``settings.job`` with what was filled in: other keys, comments and order stay."""
    changes = settings_changes(found, wish)
    if not changes:
        return Written(None)
    try:
        return Written(set_keys(found.settings_text, changes))
    except CannotEdit as error:
        kept = {key: value for key, value in changes.items() if value is not REMOVED}
        text = f"The package's settings.job is left out, as it cannot be edited: {plain(str(error))}."
        return Written(set_keys("", kept) if kept else "", text)


def settings_changes(found: FoundJob, wish: Wish) -> dict[str, Any]:
    """Keys of ``settings.job`` and what becomes of them, as far as the package says otherwise."""
    raw = found.settings.raw
    wanted: dict[str, Any] = {}
    if wish.how is How.CONTINUOUS:
        if wish.singleton is not bool(raw.get("is_singleton")):
            wanted["is_singleton"] = wish.singleton
    else:
        scheduled = wish.how is How.SCHEDULE
        recurrence = wish.recurrence if scheduled else None
        wanted["recurrence"] = recurrence or REMOVED
        wanted["schedule"] = wish.schedule.strip() if scheduled and not recurrence else REMOVED
        if scheduled:
            wanted["time_zone"] = wish.time_zone.strip() or REMOVED
    if wish.arguments != found.settings.arguments:
        wanted["arguments"] = wish.arguments or REMOVED
    if "run_mode" in raw:
        modes = {How.DEMAND: "on_demand", How.SCHEDULE: "scheduled", How.CONTINUOUS: "continuous"}
        wanted["run_mode"] = modes[wish.how]
    return {key: value for key, value in wanted.items() if not _is(raw, key, value)}


def plan_one(
    found: FoundJob, wish: Wish, there: Job | None, running: WhenRunning, *, fix_line_ends: bool
) -> DeployPlan:
    """One job, under the name it has already where there is one."""
    job = there.id if there is not None else JobId(wish.how.type, wish.name)
    planned = PlannedJob(job, found.at, write_settings(found, wish).text)
    return DeployPlan((planned,), running, fix_line_ends)


def plan_several(chosen: tuple[FoundJob, ...], running: WhenRunning, *, fix_line_ends: bool) -> DeployPlan:
    """Jobs whose names and types the package says."""
    jobs = tuple(PlannedJob(found.id, found.at) for found in chosen if found.id is not None)
    return DeployPlan(jobs, running, fix_line_ends)


def _is(raw: Mapping[str, Any], key: str, value: Any) -> bool:
    """Whether the file says that already."""
    if value is REMOVED:
        return key not in raw
    return key in raw and type(raw[key]) is type(value) and raw[key] == value
