"""The table of commands: id, keys, title, why not, action. Footer, help and bindings are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from wjtui.model.identity import JobType
from wjtui.model.jobs import Job
from wjtui.tui.present.schedules import resumes
from wjtui.tui.refusals import (
    WhyNot,
    always,
    kill_why_not,
    later_why_not,
    needs_job,
    needs_jobs,
    pause_why_not,
    restart_why_not,
    run_why_not,
    schedule_why_not,
    start_why_not,
    stop_why_not,
)


class Where(StrEnum):
    """In which part of the main screen a command's keys count."""

    SCREEN = "everywhere"
    LIST = "list"
    LOG = "log"


class Section(StrEnum):
    """Under which heading help shows a command."""

    JOBS = "Jobs"
    LOG = "Log"
    MOVE = "Move"
    LEAVE = "Leaving"


class Step(StrEnum):
    """A movement in whichever pane has the focus."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half-up"
    HALF_DOWN = "half-down"
    PAGE_UP = "page-up"
    PAGE_DOWN = "page-down"
    FIRST = "first"
    LAST = "last"
    LEFT = "left"
    RIGHT = "right"


class Desk(Protocol):
    """What an action can do: the main screen, seen from the table."""

    def act_move(self, step: Step) -> None: ...
    def act_next_pane(self, step: int) -> None: ...
    def act_open_log(self) -> None: ...
    def act_zoom(self) -> None: ...
    def act_back(self) -> None: ...
    def act_leave(self) -> None: ...
    def act_run(self, job: Job) -> None: ...
    def act_run_with_arguments(self, job: Job) -> None: ...
    def act_start(self, job: Job) -> None: ...
    def act_stop(self, job: Job) -> None: ...
    def act_kill(self, job: Job) -> None: ...
    def act_restart(self, job: Job) -> None: ...
    def act_schedule(self, job: Job) -> None: ...
    def act_pause(self, job: Job) -> None: ...
    def act_later(self, job: Job) -> None: ...
    def act_filter(self) -> None: ...
    def act_follow(self) -> None: ...
    def act_split(self) -> None: ...
    def act_details(self) -> None: ...
    def act_why(self, job: Job) -> None: ...
    def act_newest_failure(self) -> None: ...
    def act_help(self) -> None: ...
    def act_copy(self) -> None: ...
    def act_suspend(self) -> None: ...
    def act_refresh(self) -> None: ...
    def act_redraw(self) -> None: ...


Action = Callable[[Desk, Job | None], None]


@dataclass(frozen=True)
class Command:
    """One row of the table."""

    id: str
    keys: tuple[str, ...]
    title: str
    action: Action
    section: Section
    where: Where = Where.SCREEN
    why_not: WhyNot = always
    footer: str = ""
    """The word in the footer; empty: not there."""
    says: Callable[[Job], str] | None = None
    """Another word for some jobs; empty: not there for this one."""
    kind: JobType | None = None
    """The footer shows it only for jobs of this kind."""


def _with_job(act: Callable[[Desk, Job], None]) -> Action:
    def action(desk: Desk, job: Job | None) -> None:
        if job is not None:
            act(desk, job)

    return action


def _pause_word(job: Job) -> str:
    if job.schedule is None:
        return ""
    return "Resume" if resumes(job) else "Pause"


def _step(step: Step) -> Action:
    return lambda desk, _: desk.act_move(step)


COMMANDS: tuple[Command, ...] = (
    Command(
        "job.run", ("r",), "run now (triggered)", _with_job(lambda d, job: d.act_run(job)), Section.JOBS,
        why_not=run_why_not, footer="Run", kind=JobType.TRIGGERED,
    ),
    Command(
        "job.run_with", ("a",), "run with arguments", _with_job(lambda d, job: d.act_run_with_arguments(job)),
        Section.JOBS, why_not=run_why_not, footer="Args", kind=JobType.TRIGGERED,
    ),
    Command(
        "job.start", ("s",), "start (continuous)", _with_job(lambda d, job: d.act_start(job)), Section.JOBS,
        why_not=start_why_not, footer="Start", kind=JobType.CONTINUOUS,
    ),
    Command(
        "job.stop", ("x",), "stop: asks it to end, then kills", _with_job(lambda d, job: d.act_stop(job)),
        Section.JOBS, why_not=stop_why_not, footer="Stop",
    ),
    Command(
        "job.kill", ("X",), "kill at once, asks first", _with_job(lambda d, job: d.act_kill(job)),
        Section.JOBS, why_not=kill_why_not,
    ),
    Command(
        "job.restart", ("R",), "restart (continuous)", _with_job(lambda d, job: d.act_restart(job)),
        Section.JOBS, why_not=restart_why_not, footer="Restart", kind=JobType.CONTINUOUS,
    ),
    Command(
        "job.pause", ("p",), "pause or resume the schedule", _with_job(lambda d, job: d.act_pause(job)),
        Section.JOBS, why_not=pause_why_not, footer="Pause", says=_pause_word, kind=JobType.TRIGGERED,
    ),
    Command(
        "log.open", ("enter",), "open the log, full height", lambda d, _: d.act_open_log(), Section.JOBS,
        Where.LIST, needs_job, footer="Log",
    ),
    Command(
        "job.schedule", ("c",), "schedule, next runs, missed times",
        _with_job(lambda d, job: d.act_schedule(job)), Section.JOBS, why_not=schedule_why_not,
        footer="Schedule", kind=JobType.TRIGGERED,
    ),
    Command(
        "job.later", ("t",), "run once at a later time", _with_job(lambda d, job: d.act_later(job)),
        Section.JOBS, Where.LIST, later_why_not, footer="Later", kind=JobType.TRIGGERED,
    ),
    Command("job.details", ("d",), "details, or the log again", lambda d, _: d.act_details(), Section.JOBS,
            why_not=needs_job, footer="Details"),
    Command(
        "job.why", ("w",), "why is it not running?", _with_job(lambda d, job: d.act_why(job)), Section.JOBS,
        Where.LIST, needs_job, footer="Why",
    ),
    Command("job.newest_failure", ("exclamation_mark",), "go to the newest failure",
            lambda d, _: d.act_newest_failure(), Section.JOBS),
    Command("list.filter", ("slash",), "filter by name or status", lambda d, _: d.act_filter(), Section.JOBS,
            Where.LIST, needs_jobs, footer="Filter"),
    Command("log.follow", ("f",), "follow the end again", lambda d, _: d.act_follow(), Section.LOG, Where.LOG,
            footer="Follow"),
    Command("log.split", ("vertical_line",), "output and errors apart, and back",
            lambda d, _: d.act_split(), Section.LOG,
            why_not=needs_jobs, footer="Split"),
    Command("log.left", ("left", "h"), "to the left", _step(Step.LEFT), Section.LOG, Where.LOG),
    Command("log.right", ("right", "l"), "to the right", _step(Step.RIGHT), Section.LOG, Where.LOG),
    Command("move.up", ("k", "up"), "up; in the log this pauses", _step(Step.UP), Section.MOVE),
    Command("move.down", ("j", "down"), "down", _step(Step.DOWN), Section.MOVE),
    Command("move.half_up", ("ctrl+u",), "half a page up", _step(Step.HALF_UP), Section.MOVE),
    Command("move.half_down", ("ctrl+d",), "half a page down", _step(Step.HALF_DOWN), Section.MOVE),
    Command("move.page_up", ("pageup",), "a page up", _step(Step.PAGE_UP), Section.MOVE),
    Command("move.page_down", ("pagedown",), "a page down", _step(Step.PAGE_DOWN), Section.MOVE),
    Command("move.first", ("g", "home"), "to the first line", _step(Step.FIRST), Section.MOVE),
    Command("move.last", ("G", "end"), "to the end; follows in the log", _step(Step.LAST), Section.MOVE),
    Command("pane.next", ("tab",), "next pane", lambda d, _: d.act_next_pane(1), Section.MOVE,
            why_not=needs_jobs, footer="Pane"),
    Command("pane.previous", ("shift+tab",), "previous pane", lambda d, _: d.act_next_pane(-1), Section.MOVE),
    Command("pane.zoom", ("z",), "zoom this pane, and back", lambda d, _: d.act_zoom(), Section.MOVE,
            why_not=needs_jobs, footer="Zoom"),
    Command("view.refresh", ("f5",), "ask the engine again", lambda d, _: d.act_refresh(), Section.MOVE),
    Command("view.redraw", ("ctrl+l",), "draw the screen again", lambda d, _: d.act_redraw(), Section.MOVE),
    Command("app.help", ("question_mark", "f1"), "this help", lambda d, _: d.act_help(), Section.LEAVE,
            footer="Help"),
    Command("app.back", ("escape",), "close, clear, back", lambda d, _: d.act_back(), Section.LEAVE),
    Command("app.leave", ("q",), "back; at the top leave", lambda d, _: d.act_leave(), Section.LEAVE,
            footer="Leave"),
    Command("app.copy", ("ctrl+c",), "copy; never stops a job", lambda d, _: d.act_copy(),
            Section.LEAVE),
    Command("app.suspend", ("ctrl+z",), "to the shell; the jobs go on", lambda d, _: d.act_suspend(),
            Section.LEAVE),
)  # fmt: skip
"""Every command of the main screen, in the order of footer and help."""

BY_ID = {command.id: command for command in COMMANDS}
