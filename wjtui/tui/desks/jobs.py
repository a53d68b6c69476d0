"""JobDesk: what the keys do to the chosen job, or to all that are marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wjtui.model.jobs import Job
from wjtui.schedule.zones import zone_of
from wjtui.tui.desks.deleting import Deleting
from wjtui.tui.present.bulk import bulk_question
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import local_moment, resumes, waiting
from wjtui.tui.present.why import why_not_running
from wjtui.tui.refusals import (
    JobWhyNot,
    change_why_not,
    kill_why_not,
    pause_why_not,
    restart_why_not,
    run_why_not,
    start_why_not,
    stop_why_not,
)
from wjtui.tui.screens.question import CANCEL, Answer, Arguments, Question
from wjtui.tui.store import Change, Store

if TYPE_CHECKING:
    from wjtui.tui.screens.later import Wish
    from wjtui.tui.screens.view import View


class JobDesk:
    """Asks where something may be lost, and hands the rest to dispatch."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session
        self._dispatch = view.session.dispatch
        self._why: tuple[JobKey, Question] | None = None

    @property
    def store(self) -> Store:
        """What is known."""
        return self._session.store

    @property
    def targets(self) -> tuple[Job, ...]:
        """The marked jobs, or else the chosen one."""
        return self._view.targets

    def run(self) -> None:
        """Run triggered jobs, and show what the chosen one prints."""
        for job in self._able(run_why_not):
            self._dispatch.run(job)
        self._view.started()

    def run_with_arguments(self) -> None:
        """Ask for arguments, then run."""
        job = self.targets[0]

        def answered(arguments: str | None) -> None:
            if arguments is not None:
                self._dispatch.run(job, arguments)
                self._view.started()

        self._view.app.push_screen(Arguments(plain(job.id.name), self.usual_arguments(job)), answered)

    def usual_arguments(self, job: Job) -> str:
        """Those that the field for arguments begins with."""
        return job.settings.arguments

    def start(self) -> None:
        """Start continuous jobs."""
        for job in self._able(start_why_not):
            self._dispatch.start(job)
        self._view.started()

    def stop(self) -> None:
        """Stop them gracefully; ask when they are several."""
        self._each("Stop", self._able(stop_why_not), self._dispatch.stop, "Keep running")

    def restart(self) -> None:
        """Stop and start them; ask when they are several."""
        self._each("Restart", self._able(restart_why_not), self._dispatch.restart, "Leave them")
        self._view.started()

    def pause(self) -> None:
        """Pause the schedules, or resume them: whichever the first one needs."""
        jobs = self._able(pause_why_not)
        resume = resumes(jobs[0])
        for job in jobs:
            if resumes(job) is resume:
                (self._dispatch.resume if resume else self._dispatch.pause)(job)

    def kill(self) -> None:
        """Ask, then stop without grace."""
        jobs = self._able(kill_why_not)
        if len(jobs) > 1:
            self._ask("Kill", jobs, self._dispatch.kill, "Keep running")
            return
        job = jobs[0]
        grace, gently = job.settings.grace_seconds(job.id.type), self.store.keys.name("job.stop")
        lines: list[Line] = [
            (Piece("Its processes get no time to end by themselves; what they were doing may be lost."),),
            (Piece(f"To let it end by itself first, use {gently}: it gets {grace} s.", Ink.DIM),),
        ]
        answers = [Answer(CANCEL, "Keep running", "c"), Answer("kill", "Kill now", "k", dangerous=True)]

        def answered(answer: str | None) -> None:
            if answer == "kill":
                self._dispatch.kill(job)

        self._view.app.push_screen(Question(f"Kill {plain(job.id.name)}?", lines, answers), answered)

    def schedule(self) -> None:
        """The schedule of a job, in full."""
        # Here and not above, as with the next one: together 15 ms, which the first paint need not wait for.
        from wjtui.tui.screens.schedule import ScheduleScreen

        self._view.app.push_screen(ScheduleScreen(self._session, self.targets[0].id.key))

    def details(self) -> None:
        """Details of the chosen job."""
        self._view.show_details()

    def history(self) -> None:
        """The runs of a job, or its launches."""
        from wjtui.tui.screens.runs import RunsScreen

        self._view.app.push_screen(RunsScreen(self._session, self.targets[0].id.key))

    def edit(self) -> None:
        """The settings of a job, to be changed."""
        from wjtui.tui.screens.settings import SettingsForm

        self._view.app.push_screen(SettingsForm(self._session, self.targets[0].id.key))

    def later(self) -> None:
        """Put a start off; where one is already, change it or take it back."""
        job = self.targets[0]
        if job.later is None:
            self._ask_when(job)
            return
        at = local_moment(job.later.at, zone_of(job, self.store.engine))
        left = waiting(job.later.at, self._session.now)
        lines: list[Line] = [(Piece("It starts once at "), Piece(at, Ink.STRONG), Piece(f", {left}."))]
        answers = [
            Answer(CANCEL, "Keep it", "k"),
            Answer("change", "Another time", "t"),
            Answer("back", "Take it back", "b"),
        ]

        def answered(answer: str | None) -> None:
            if answer == "change":
                self._ask_when(job)
            elif answer == "back":
                self._dispatch.cancel_later(job)

        title = f"{plain(job.id.name)}: a start is put off"
        self._view.app.push_screen(Question(title, lines, answers), answered)

    def why(self) -> None:
        """Say why a job is not running."""
        self.explain(self.targets[0])

    def explain(self, job: Job) -> None:
        """Say it, and say it anew when more is known."""
        title = f"{plain(job.id.name)}: " + ("it runs" if job.live else "why it is not running")
        question = Question(title, self._reasons(job), [Answer(CANCEL, "Close", "c")])
        self._why = job.id.key, question
        self._view.app.push_screen(question)
        self._session.inquiry.ask(job)

    def waiting(self) -> None:
        """The starts of a job that wait."""
        from wjtui.tui.screens.waiting import WaitingScreen

        self._view.app.push_screen(WaitingScreen(self._session, self.targets[0].id.key))

    def versions(self) -> None:
        """The versions of a job, to look at and to go back to."""
        from wjtui.tui.screens.versions import VersionsScreen

        self._view.app.push_screen(VersionsScreen(self._session, self.targets[0].id.key))

    def roll_back(self) -> None:
        """Back to the version before; asks first."""
        from wjtui.tui.desks.versions import GoBack

        GoBack(self._view, self.targets[0]).look()

    def delete(self) -> None:
        """Ask for the name, then move jobs to the trash."""
        jobs = self._able(change_why_not)
        Deleting(self._view, jobs, len(self.targets) - len(jobs)).ask()

    def shell(self) -> None:
        """A shell as the job finds the world; asks first when that shows secrets."""
        from wjtui.tui.desks.shell_out import ShellOut

        ShellOut(self._view, self.targets[0]).open()

    def _able(self, why_not: JobWhyNot) -> tuple[Job, ...]:
        """Those of the targets to which it can be done: a bulk command leaves the others alone."""
        return tuple(job for job in self.targets if why_not(self.store, job) is None)

    def _each(self, verb: str, jobs: tuple[Job, ...], give: Callable[[Job], None], keep: str) -> None:
        if len(jobs) == 1:
            give(jobs[0])
        else:
            self._ask(verb, jobs, give, keep)

    def _ask(self, verb: str, jobs: tuple[Job, ...], give: Callable[[Job], None], keep: str) -> None:
        left_out = len(self.targets) - len(jobs)
        lines = bulk_question(jobs, left_out, self._session.now)
        answers = [
            Answer(CANCEL, keep, "c"),
            Answer("all", f"{verb} all {len(jobs)}", verb[0].lower(), dangerous=True),
        ]

        def answered(answer: str | None) -> None:
            if answer == "all":
                for job in jobs:
                    give(job)

        self._view.app.push_screen(Question(f"{verb} {len(jobs)} jobs?", lines, answers), answered)

    def _ask_when(self, job: Job) -> None:
        from wjtui.tui.screens.later import RunLater

        def answered(wish: Wish | None) -> None:
            if wish is not None:
                self._dispatch.run_later(job, wish.at, wish.arguments)

        options, zone = self._session.options, zone_of(job, self.store.engine)
        dialog = RunLater(
            plain(job.id.name), job.settings.arguments, zone, options.clock, ascii_only=options.ascii
        )
        self._view.app.push_screen(dialog, answered)

    def past_changed(self, change: Change) -> None:
        """More is known of what happened: the reasons that are on the screen may be others now."""
        if self._why is not None and self._why[0] in change.jobs:
            key, question = self._why
            if (job := self.store.jobs.get(key)) is not None:
                question.say(self._reasons(job))

    def _reasons(self, job: Job) -> list[Line]:
        past = self.store.past.get(job.id.key)
        missed = past.missed if past is not None else ()
        reasons = why_not_running(job, self.store.engine, self._session.now, missed, self.store.keys)
        return [(Piece(reason),) for reason in reasons]
