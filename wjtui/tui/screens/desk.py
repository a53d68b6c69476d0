"""MainDesk: what the commands do on the main screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.schedule.zones import zone_of
from wjtui.tui.commands import Step
from wjtui.tui.dispatch import Dispatch
from wjtui.tui.inquiry import Inquiry
from wjtui.tui.options import Leave
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import Chip, JobKey, newest_failure
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import local_moment, resumes, waiting
from wjtui.tui.present.why import why_not_running
from wjtui.tui.screens.help import Help
from wjtui.tui.screens.leaving import at_work, leave_question
from wjtui.tui.screens.question import CANCEL, Answer, Arguments, Question
from wjtui.tui.store import Change, Link

if TYPE_CHECKING:
    from wjtui.tui.screens.later import Wish
    from wjtui.tui.screens.main import MainScreen


class MainDesk:
    """Moves focus, asks questions, and hands job commands to dispatch; knows no job logic."""

    def __init__(
        self,
        screen: MainScreen,
        dispatch: Dispatch,
        inquiry: Inquiry,
        leave: Callable[[Leave], None],
        try_again: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._dispatch = dispatch
        self._inquiry = inquiry
        self._why: tuple[JobKey, Question] | None = None
        self._leave = leave
        self._try_again = try_again
        self._shutting_down = False

    # Moving about

    def act_move(self, step: Step) -> None:
        """Move in the pane that has the focus."""
        screen = self._screen
        if not screen.lower_has_focus:
            screen.table.move(step)
        elif screen.showing_details:
            screen.details_pane.move(step)
        else:
            screen.log_pane.move(step)

    def act_next_pane(self, step: int) -> None:
        """Focus the next pane; in the split log there are two."""
        screen = self._screen
        panes = [screen.table, *self._lower_panes()]
        if screen.layout_now.classes & {"-zoom-list", "-zoom-lower"}:
            if "-one-pane" in screen.layout_now.classes and screen.zoomed != "lower":
                self.act_open_log()
                return
            panes = panes[1:] if screen.zoomed == "lower" else panes[:1]
        at = next((number for number, pane in enumerate(panes) if pane.has_focus), -1)
        panes[(at + step) % len(panes)].focus()

    def act_open_log(self) -> None:
        """The log in full height."""
        screen = self._screen
        screen.showing_details = False
        self._zoom("lower")

    def act_zoom(self) -> None:
        """The pane with the focus alone, and back."""
        screen = self._screen
        if screen.zoomed:
            self._zoom("")
        else:
            self._zoom("lower" if screen.lower_has_focus else "list")

    def act_back(self) -> None:
        """Undo what was done last: zoom of the log, filter, zoom of the list, focus; messages go with it."""
        screen = self._screen
        # A message comes unasked: a key that only took it away would seem to do nothing.
        screen.toasts.clear()
        screen.place_toasts()
        if screen.zoomed == "lower":
            self._unzoom()
        elif screen.filter_field.display or screen.filter_field.value or screen.chip is not Chip.ALL:
            screen.filter_field.value = ""
            screen.chip = Chip.ALL
            self.leave_filter()
        elif screen.zoomed:
            self._unzoom()
        elif screen.lower_has_focus:
            screen.table.focus()

    def act_details(self) -> None:
        """Details in place of the log, or the log again."""
        screen = self._screen
        had_focus = screen.lower_has_focus
        screen.showing_details = not screen.showing_details
        screen.lay_out()
        if "-one-pane" in screen.layout_now.classes:
            self._zoom("lower")
        elif had_focus:
            self._lower_panes()[0].focus()
        screen.say_pane()
        screen.say_footer()

    def act_schedule(self, job: Job) -> None:
        """The schedule of a job, in full."""
        # Here and not above, as with the next one: together 15 ms, which the first paint need not wait for.
        from wjtui.tui.screens.schedule import ScheduleScreen

        screen = self._screen
        screen.app.push_screen(ScheduleScreen(job.id.key, screen, screen.topics, self._inquiry))

    def act_filter(self) -> None:
        """Type a filter."""
        field = self._screen.filter_field
        field.display = True
        field.focus()
        self._screen.refresh_rows()

    def leave_filter(self) -> None:
        """The filter is typed; it stays in force."""
        screen = self._screen
        screen.table.focus()
        screen.filter_field.display = False
        screen.refresh_rows()

    def act_follow(self) -> None:
        """Follow the log's end."""
        self._screen.log_pane.follow()

    def act_split(self) -> None:
        """One view, or two."""
        self._screen.log_pane.toggle_split()

    def act_newest_failure(self) -> None:
        """Put the cursor on the job that failed last."""
        screen = self._screen
        job = newest_failure(screen.store.jobs.values())
        if job is None:
            screen.tell("No job is failing.")
            return
        if job.id.key not in screen.table.rows:
            screen.filter_field.value = ""
            screen.chip = Chip.ALL
            self.leave_filter()
        screen.table.choose(job.id.key)

    # Commands for the engine

    def act_run(self, job: Job) -> None:
        """Run a triggered job, and show what it prints."""
        self._dispatch.run(job)
        self._screen.log_pane.follow()

    def act_run_with_arguments(self, job: Job) -> None:
        """Ask for arguments, then run."""

        def answered(arguments: str | None) -> None:
            if arguments is not None:
                self._dispatch.run(job, arguments)
                self._screen.log_pane.follow()

        self._screen.app.push_screen(Arguments(plain(job.id.name), job.settings.arguments), answered)

    def act_start(self, job: Job) -> None:
        """Start a continuous job."""
        self._dispatch.start(job)
        self._screen.log_pane.follow()

    def act_stop(self, job: Job) -> None:
        """Stop it gracefully."""
        self._dispatch.stop(job)

    def act_restart(self, job: Job) -> None:
        """Stop and start it."""
        self._dispatch.restart(job)
        self._screen.log_pane.follow()

    def act_pause(self, job: Job) -> None:
        """Pause the schedule, or resume it."""
        if resumes(job):
            self._dispatch.resume(job)
        else:
            self._dispatch.pause(job)

    def act_later(self, job: Job) -> None:
        """Put a start off; where one is already, change it or take it back."""
        if job.later is None:
            self._ask_when(job)
            return
        screen = self._screen
        at = local_moment(job.later.at, zone_of(job, screen.store.engine))
        left = waiting(job.later.at, screen.options.clock.now())
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

        screen.app.push_screen(
            Question(f"{plain(job.id.name)}: a start is put off", lines, answers), answered
        )

    def _ask_when(self, job: Job) -> None:
        from wjtui.tui.screens.later import RunLater

        def answered(wish: Wish | None) -> None:
            if wish is not None:
                self._dispatch.run_later(job, wish.at, wish.arguments)

        screen = self._screen
        options, zone = screen.options, zone_of(job, screen.store.engine)
        dialog = RunLater(
            plain(job.id.name), job.settings.arguments, zone, options.clock, ascii_only=options.ascii
        )
        screen.app.push_screen(dialog, answered)

    def act_kill(self, job: Job) -> None:
        """Ask, then stop it without grace."""
        name, grace = plain(job.id.name), job.settings.grace_seconds(job.id.type)
        lines: list[Line] = [
            (Piece("Its processes get no time to end by themselves; what they were doing may be lost."),),
            (Piece(f"To let it end by itself first, use x: it gets {grace} s.", Ink.DIM),),
        ]
        answers = [Answer(CANCEL, "Keep running", "c"), Answer("kill", "Kill now", "k", dangerous=True)]

        def answered(answer: str | None) -> None:
            if answer == "kill":
                self._dispatch.kill(job)

        self._screen.app.push_screen(Question(f"Kill {name}?", lines, answers), answered)

    # Asking and telling

    def act_why(self, job: Job) -> None:
        """Say why a job is not running."""
        title = f"{plain(job.id.name)}: " + ("it runs" if job.live else "why it is not running")
        question = Question(title, self._reasons(job), [Answer(CANCEL, "Close", "c")])
        self._why = job.id.key, question
        self._screen.app.push_screen(question)
        self.look_closely(job)

    def look_closely(self, job: Job) -> None:
        """Ask the engine what happened to a job; ``past_changed`` is called when it has answered."""
        self._inquiry.ask(job)

    def past_changed(self, change: Change) -> None:
        """More is known of what happened: the reasons that are on the screen may be others now."""
        if self._why is not None and self._why[0] in change.jobs:
            key, question = self._why
            if (job := self._screen.store.jobs.get(key)) is not None:
                question.say(self._reasons(job))

    def _reasons(self, job: Job) -> list[Line]:
        screen = self._screen
        past = screen.store.past.get(job.id.key)
        now, missed = screen.options.clock.now(), past.missed if past is not None else ()
        return [(Piece(reason),) for reason in why_not_running(job, screen.store.engine, now, missed)]

    def act_help(self) -> None:
        """Every key."""
        self._screen.app.push_screen(Help())

    def act_copy(self) -> None:
        """Copy what the mouse selected."""
        screen = self._screen
        chosen = screen.app.screen.get_selected_text()
        if chosen:
            screen.app.copy_to_clipboard(chosen)
            screen.tell(f"Copied {len(chosen):,} characters.")
        else:
            screen.tell("Nothing is selected to copy.", "ctrl+c never stops a job. x stops one, q leaves.")

    def act_refresh(self) -> None:
        """Look for the engine at once; with a live link everything is drawn anew."""
        self._try_again()
        self._screen.refresh_rows()
        self._screen.follow_job()
        self._screen.refresh()

    def act_redraw(self) -> None:
        """Draw every cell again, after something else wrote on the terminal."""
        self._screen.app.refresh(layout=True)

    def act_suspend(self) -> None:
        """Back to the shell. A stopped process would stop the schedules, so in-process this is leaving."""
        if self._screen.options.in_process:
            self.leave()
        else:
            self._screen.app.action_suspend_process()

    # Leaving

    def act_leave(self) -> None:
        """Back; at the top leave."""
        if self._screen.zoomed:
            self._unzoom()
        else:
            self.leave()

    def leave(self) -> None:
        """Leave; ask first when this screen brought the engine and it has something to do."""
        screen = self._screen
        if self._shutting_down:
            self._leave(Leave.STOP_ALL)
        elif (
            not screen.options.brought_engine
            or screen.store.link is not Link.LIVE
            or not at_work(screen.store)
        ):
            self._leave(Leave.LEFT)
        elif not isinstance(screen.app.screen, Question):
            options = screen.options
            lines, answers = leave_question(screen.store, in_process=options.in_process, again=options.again)
            screen.app.push_screen(Question("Leave wjtui", lines, answers), self._leave_answered)

    def engine_changed(self) -> None:
        """Once asked to end, the engine's end is the screen's."""
        if self._shutting_down and self._screen.store.link in (Link.LOST, Link.ENDED):
            self._leave(Leave.STOP_ALL)

    def _leave_answered(self, answer: str | None) -> None:
        if answer == "leave":
            self._leave(Leave.LEFT)
        elif answer == "stop":
            self._shutting_down = True
            self._screen.tell("Stopping all jobs and the engine", "q leaves without waiting.", Tone.WARNING)
            self._dispatch.shut_down()

    def _unzoom(self) -> None:
        self._zoom("")
        self._screen.table.focus()

    def _zoom(self, pane: str) -> None:
        screen = self._screen
        screen.zoomed = pane
        screen.lay_out()
        if pane == "lower":
            self._lower_panes()[0].focus()
        elif pane == "list" or "-one-pane" in screen.layout_now.classes:
            screen.table.focus()
        screen.say_footer()

    def _lower_panes(self) -> list[Widget]:
        screen = self._screen
        return [screen.details_pane] if screen.showing_details else list(screen.log_pane.views)
