"""Commands about the chosen job, or about all that are marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wjtui.model.identity import JobType
from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Command, Section, Where
from wjtui.tui.present.schedules import resumes
from wjtui.tui.refusals import (
    JobWhyNot,
    change_why_not,
    edit_why_not,
    kill_why_not,
    later_why_not,
    needs_job,
    pause_why_not,
    restart_why_not,
    run_why_not,
    schedule_why_not,
    shell_why_not,
    start_why_not,
    stop_why_not,
    waiting_why_not,
)
from wjtui.tui.store import Store


class JobDesk(Protocol):
    """What can be done to jobs."""

    @property
    def store(self) -> Store: ...
    @property
    def targets(self) -> tuple[Job, ...]:
        """The marked jobs, or else the one under the cursor."""
        ...

    def run(self) -> None: ...
    def run_with_arguments(self) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def pause(self) -> None: ...
    def later(self) -> None: ...
    def schedule(self) -> None: ...
    def details(self) -> None: ...
    def history(self) -> None: ...
    def why(self) -> None: ...
    def waiting(self) -> None: ...
    def versions(self) -> None: ...
    def roll_back(self) -> None: ...
    def delete(self) -> None: ...
    def edit(self) -> None: ...
    def shell(self) -> None: ...


def any_of(why_not: JobWhyNot) -> Callable[[JobDesk], str | None]:
    """Refused when it can be done to none of them, with the first one's reason."""

    def decide(desk: JobDesk) -> str | None:
        reasons = [why_not(desk.store, job) for job in desk.targets] or [why_not(desk.store, None)]
        return reasons[0] if None not in reasons else None

    return decide


def first_of(why_not: JobWhyNot) -> Callable[[JobDesk], str | None]:
    """Only the first of them counts: for what can be done to one job alone."""
    return lambda desk: why_not(desk.store, desk.targets[0] if desk.targets else None)


def _for(kind: JobType, word: str) -> Callable[[JobDesk], str]:
    """The word where one of them is of this kind, or none is chosen."""
    return lambda desk: word if not desk.targets or any(j.id.type is kind for j in desk.targets) else ""


def _start_word(desk: JobDesk) -> str:
    """To start what runs changes nothing, so the footer leaves its room to others."""
    return "Start" if not desk.targets or any(j.is_continuous and not j.live for j in desk.targets) else ""


def _pause_word(desk: JobDesk) -> str:
    job = next((job for job in desk.targets if job.schedule is not None), None)
    if job is None:
        return ""
    return "Resume" if resumes(job) else "Pause"


def _waiting_word(desk: JobDesk) -> str:
    return "Waiting" if desk.targets and desk.targets[0].hold is not None else ""


def _in_the_menu(desk: JobDesk) -> str:
    """The footer has no room for it."""
    return ""


_TRIGGERED, _CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS

COMMANDS: tuple[Command[JobDesk], ...] = (
    Command(
        "job.run", ("r",), "run now (triggered)", lambda d: d.run(), Section.JOBS, Where.JOB,
        any_of(run_why_not), "Run", _for(_TRIGGERED, "Run"),
    ),
    Command(
        "job.run_with", ("a",), "run with arguments", lambda d: d.run_with_arguments(), Section.JOBS,
        Where.JOB, first_of(run_why_not), "Args", _for(_TRIGGERED, "Args"),
    ),
    Command(
        "job.start", ("s",), "start (continuous)", lambda d: d.start(), Section.JOBS, Where.JOB,
        any_of(start_why_not), "Start", _start_word,
    ),
    Command(
        "job.stop", ("x",), "stop: asks it to end, then kills", lambda d: d.stop(), Section.JOBS, Where.JOB,
        any_of(stop_why_not), "Stop",
    ),
    Command(
        "job.kill", ("X",), "kill at once, asks first", lambda d: d.kill(), Section.JOBS, Where.JOB,
        any_of(kill_why_not), "Kill",
    ),
    Command(
        "job.restart", ("R",), "restart (continuous)", lambda d: d.restart(), Section.JOBS, Where.JOB,
        any_of(restart_why_not), "Restart", _for(_CONTINUOUS, "Restart"),
    ),
    Command(
        "job.pause", ("p",), "pause or resume the schedule", lambda d: d.pause(), Section.JOBS, Where.JOB,
        any_of(pause_why_not), "Pause", _pause_word,
    ),
    Command(
        "job.schedule", ("c",), "schedule, next runs, missed times", lambda d: d.schedule(), Section.JOBS,
        Where.JOB, first_of(schedule_why_not), "Schedule", _for(_TRIGGERED, "Schedule"),
    ),
    Command("job.details", ("d",), "details, and back", lambda d: d.details(), Section.JOBS,
            Where.JOB, first_of(needs_job), "Details"),
    Command("job.shell", (), "a shell in the job's folder, with its environment", lambda d: d.shell(),
            Section.JOBS, Where.JOB, first_of(shell_why_not)),
)  # fmt: skip
"""In the order of footer and help: those that count wherever a job is chosen."""

IN_THE_LIST: tuple[Command[JobDesk], ...] = (
    Command(
        "job.history", ("h",), "runs of this job, or its launches", lambda d: d.history(), Section.JOBS,
        Where.LIST, first_of(needs_job), "Runs",
    ),
    Command(
        "job.edit", ("e",), "edit its settings", lambda d: d.edit(), Section.JOBS, Where.LIST,
        first_of(edit_why_not), "Edit",
    ),
    Command(
        "job.later", ("t",), "run once at a later time", lambda d: d.later(), Section.JOBS, Where.LIST,
        first_of(later_why_not), "Later", _for(_TRIGGERED, "Later"),
    ),
    Command(
        "job.why", ("w",), "why is it not running?", lambda d: d.why(), Section.JOBS, Where.LIST,
        first_of(needs_job), "Why",
    ),
    Command(
        "job.waiting", ("W",), "starts that wait their turn", lambda d: d.waiting(), Section.JOBS,
        Where.LIST, first_of(waiting_why_not), "Waiting", _waiting_word,
    ),
    Command(
        "job.versions", ("V",), "versions, and back to one", lambda d: d.versions(), Section.JOBS,
        Where.LIST, first_of(needs_job), "Versions", _in_the_menu,
    ),
    Command(
        "job.delete", ("D",), "delete; asks for the name", lambda d: d.delete(), Section.JOBS,
        Where.LIST, any_of(change_why_not), "Delete", _in_the_menu,
    ),
    Command(
        "job.rollback", (), "to the version before", lambda d: d.roll_back(), Section.JOBS,
        Where.LIST, first_of(change_why_not),
    ),
)  # fmt: skip
"""Those whose keys mean something else in a log."""
