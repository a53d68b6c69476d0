"""ShellDesk: what the keys do that count on every screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.theme import BUILTIN_THEMES

from wjtui.model.events import Tone
from wjtui.tui.commands.command import Command, Section, Step
from wjtui.tui.commands.table import BY_ID
from wjtui.tui.desks.undo import Undo
from wjtui.tui.options import Leave
from wjtui.tui.present.header import at_work
from wjtui.tui.present.jobs import JobKey, newest_failure
from wjtui.tui.present.palette import Choice, Give, GoTo, Show, Wear, elsewhere
from wjtui.tui.present.plain import plain
from wjtui.tui.refusals import engine_why_not
from wjtui.tui.screens.leaving import leave_question, shut_down_question
from wjtui.tui.screens.question import Question
from wjtui.tui.store import Link

if TYPE_CHECKING:
    from wjtui.tui.app import WjtuiApp
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

    @property
    def can_undo(self) -> bool:
        """Whether something was done that can be taken back."""
        return self._session.undo.next is not None

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
        """Every key, beginning with those of this place."""
        from wjtui.tui.present.help import section_of
        from wjtui.tui.screens.help import Help

        help = Help(self._session.keys, section_of(self._view.places), ascii_only=self._session.options.ascii)
        self._view.app.push_screen(help, self._chosen_in_help)

    def help_anywhere(self) -> None:
        """The same over whatever is open: over a dialog only to look at, over itself to close it."""
        from wjtui.tui.screens.form import Form
        from wjtui.tui.screens.help import Help
        from wjtui.tui.screens.view import View

        app, screen = self._view.app, self._view.app.screen
        if isinstance(screen, Help):
            screen.dismiss(None)
        elif isinstance(screen, View):
            screen.shell.help()
        elif isinstance(screen, Form):
            screen.action_field_help()
        else:
            ascii_only = self._session.options.ascii
            app.push_screen(Help(self._session.keys, Section.JOBS, can_run=False, ascii_only=ascii_only))

    def palette(self) -> None:
        """Every command and every job by name."""
        from wjtui.tui.screens.palette import Palette

        self._view.app.push_screen(Palette(self._view), self._chosen)

    def choose_theme(self) -> None:
        """Try themes on."""
        from wjtui.tui.screens.themes import ThemePicker

        app, session = self._view.app, self._session
        ours = sorted(
            app.available_themes.values(), key=lambda theme: (theme.name in BUILTIN_THEMES, theme.name)
        )
        picker = ThemePicker(
            app.theme,
            ours,
            session.theme_troubles,
            session.options.preferences.theme,
            ascii_only=session.options.ascii,
        )
        app.push_screen(picker, self._wear)

    def keymap(self) -> None:
        """What is bound to what."""
        from wjtui.tui.screens.keymap import KeymapView

        options = self._session.options
        self._view.app.push_screen(KeymapView(self._session.keys, options.config, ascii_only=options.ascii))

    def why_no_site_settings(self) -> str | None:
        """They can be changed, and are secret, so it takes what every change takes."""
        return engine_why_not(self._session.store)

    def site_settings(self) -> None:
        """What is set for the whole site."""
        from wjtui.tui.screens.site_settings import SiteSettingsForm

        self._view.app.push_screen(SiteSettingsForm(self._session))

    def why_no_shut_down(self) -> str | None:
        """It is a command to the engine."""
        return engine_why_not(self._session.store)

    def shut_down(self) -> None:
        """Ask, then stop every job and the engine."""
        shell = self.main.shell
        lines, answers = shut_down_question(self._session.store)
        self._view.app.push_screen(Question("Stop the engine?", lines, answers), shell._leave_answered)

    def why_no_engine_log(self) -> str | None:
        """The file must lie here."""
        store = self._session.store
        if self._session.options.engine_log is None or (store.engine and not store.engine.shares_files):
            return "The engine's log lies on another machine."
        return None

    def engine_log(self) -> None:
        """The engine's own log in the pager."""
        path = self._session.options.engine_log
        assert path is not None  # why_no_engine_log has seen to it
        self._session.dispatch.tasks.start("engine log", self._show_file(path))

    async def _show_file(self, path: Path) -> None:
        from wjtui.tui.pager import show_in_pager

        app = cast("WjtuiApp", self._view.app)
        trouble = await show_in_pager(app, path, self._session.options.environment)
        if trouble is not None:
            self._session.tell(plain(trouble), tone=Tone.WARNING)

    def why_no_undo(self) -> str | None:
        """Something must have been done here."""
        return Undo(self._view).why_not()

    def undo(self) -> None:
        """Take back what was done last."""
        Undo(self._view).begin()

    def trash(self) -> None:
        """Deleted jobs."""
        from wjtui.tui.screens.trash import TrashScreen

        if not isinstance(self._view, TrashScreen):
            self._view.app.push_screen(TrashScreen(self._session))

    def copy(self) -> None:
        """Copy what the mouse selected."""
        keys, chosen = self._session.keys, self._view.app.screen.get_selected_text()
        if chosen:
            self._view.app.copy_to_clipboard(chosen)
            self._session.tell(f"Copied {len(chosen):,} characters.")
        else:
            self._session.tell(
                "Nothing is selected to copy.",
                f"{keys.name('app.copy')} never stops a job."
                f" {keys.name('job.stop')} stops one, {keys.name('app.leave')} leaves.",
            )

    def refresh(self) -> None:
        """Look for the engine at once; with a live link everything is drawn anew."""
        self._session.try_again()
        self._view.look_again()

    def redraw(self) -> None:
        """Draw every cell again, after something else wrote on the terminal."""
        self._session.redraw()

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
        if self is not self.main.shell:
            # That one is told when the engine has ended.
            self.main.shell.quit()
            return
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

    def _chosen_in_help(self, id: str | None) -> None:
        if id is not None:
            self._chosen(Give(id))

    def _chosen(self, choice: Choice | None) -> None:
        """Do what was chosen in the palette, exactly as its key would."""
        match choice:
            case None:
                return
            case Give(id=id, job=None):
                command = BY_ID[id]
                if self._view.takes(command):
                    self._view.give(command)
                else:
                    self._session.tell(elsewhere(command), tone=Tone.WARNING, group=f"refused {id}")
            case Give(id=id, job=(_, _) as key):
                self._give_for(BY_ID[id], key)
            case GoTo(job=key):
                self.main.go_to(key)
            case Show(chip=chip):
                self._to_the_front()
                self.main.action_chip(chip.value)
            case Wear(theme=theme):
                self._wear(theme)

    def _give_for(self, command: Command[Any], key: JobKey) -> None:
        """Go to a job and give a command for it alone, whatever is marked."""
        from wjtui.tui.desks.one import OneJobDesk

        if key not in self._session.store.jobs:
            self._session.tell(f"{plain(key[1])} is gone.", tone=Tone.WARNING)
            return
        self.main.go_to(key)
        desk = OneJobDesk(self.main, key)
        reason = command.why_not(desk)
        if reason is not None:
            self._session.tell(reason, tone=Tone.WARNING, group=f"refused {command.id}")
        else:
            command.act(desk)

    def _to_the_front(self) -> None:
        app, main = self._view.app, self.main
        while app.screen is not main:
            app.pop_screen()

    def _wear(self, theme: str | None) -> None:
        """Use a theme, and remember it for the next time; what ``config.toml`` names comes before that."""
        if theme is None:
            return
        self._view.app.theme = theme
        self._session.memory.put("theme", theme)

    def _leave_answered(self, answer: str | None) -> None:
        if answer == "leave":
            self._session.leave(Leave.LEFT)
        elif answer == "stop":
            self._shutting_down = True
            self._session.tell(
                "Stopping all jobs and the engine",
                f"{self._session.keys.name('app.leave')} leaves without waiting.",
                Tone.WARNING,
            )
            self._session.dispatch.shut_down()
