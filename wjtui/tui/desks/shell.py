"""ShellDesk: what the keys do that count on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.model.events import Tone
from wjtui.tui.commands.command import Step
from wjtui.tui.options import Leave
from wjtui.tui.present.jobs import newest_failure
from wjtui.tui.screens.leaving import at_work, leave_question
from wjtui.tui.screens.question import Question
from wjtui.tui.store import Link

if TYPE_CHECKING:
    from wjtui.tui.screens.main import MainScreen
    from wjtui.tui.screens.view import View


class ShellDesk:
    """Moves about, shows help, copies, leaves; what depends on the screen is the screen's."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session
        self._shutting_down = False

    @property
    def at_the_top(self) -> bool:
        """Whether no screen is under this one."""
        return self._view is self._view.app.screen_stack[0]

    def why_no_panes(self) -> str | None:
        """Without jobs there are none."""
        return None if self._session.store.jobs else "There are no jobs yet."

    def move(self, step: Step) -> None:
        """Move in the pane that has the focus."""
        self._view.move(step)

    def next_pane(self, step: int) -> None:
        """Focus the next pane."""
        self._view.next_pane(step)

    def zoom(self) -> None:
        """The pane with the focus alone, and back."""
        self._view.zoom()

    def resize(self, by: int) -> None:
        """More room for one pane."""
        self._view.resize_panes(by)

    def back(self) -> None:
        """Close, clear, back; messages go with it."""
        # A message comes unasked: a key that only took it away would seem to do nothing.
        self._session.toasts.clear()
        self._session.place_toasts()
        self._view.back()

    def leave(self) -> None:
        """Back; at the top leave."""
        self._view.leave()

    def newest_failure(self) -> None:
        """Put the cursor on the job that failed last."""
        job = newest_failure(self._session.store.jobs.values())
        if job is None:
            self._session.tell("No job is failing.")
        else:
            self.main.go_to(job.id.key)

    def help(self) -> None:
        """Every key."""
        from wjtui.tui.screens.help import Help

        self._view.app.push_screen(Help())

    def copy(self) -> None:
        """Copy what the mouse selected."""
        chosen = self._view.app.screen.get_selected_text()
        if chosen:
            self._view.app.copy_to_clipboard(chosen)
            self._session.tell(f"Copied {len(chosen):,} characters.")
        else:
            self._session.tell(
                "Nothing is selected to copy.", "ctrl+c never stops a job. x stops one, q leaves."
            )

    def refresh(self) -> None:
        """Look for the engine at once; with a live link everything is drawn anew."""
        self._session.try_again()
        self._view.look_again()

    def redraw(self) -> None:
        """Draw every cell again, after something else wrote on the terminal."""
        self._view.app.refresh(layout=True)

    def suspend(self) -> None:
        """Back to the shell. A stopped process would stop the schedules, so in-process this is leaving."""
        if self._session.options.in_process:
            self.quit()
        else:
            self._view.app.action_suspend_process()

    @property
    def main(self) -> MainScreen:
        """The screen under all others."""
        from wjtui.tui.screens.main import MainScreen

        screen = self._view.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def quit(self) -> None:
        """Leave; ask first when this screen brought the engine and it has something to do."""
        session, app = self._session, self._view.app
        options = session.options
        if self._shutting_down:
            session.leave(Leave.STOP_ALL)
        elif not options.brought_engine or session.store.link is not Link.LIVE or not at_work(session.store):
            session.leave(Leave.LEFT)
        elif not isinstance(app.screen, Question):
            lines, answers = leave_question(session.store, in_process=options.in_process, again=options.again)
            app.push_screen(Question("Leave wjtui", lines, answers), self._leave_answered)

    def engine_changed(self) -> None:
        """Once asked to end, the engine's end is the screen's."""
        if self._shutting_down and self._session.store.link in (Link.LOST, Link.ENDED):
            self._session.leave(Leave.STOP_ALL)

    def _leave_answered(self, answer: str | None) -> None:
        if answer == "leave":
            self._session.leave(Leave.LEFT)
        elif answer == "stop":
            self._shutting_down = True
            self._session.tell("Stopping all jobs and the engine", "q leaves without waiting.", Tone.WARNING)
            self._session.dispatch.shut_down()
