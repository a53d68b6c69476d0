"""WjtuiApp: a switchboard of screen, themes and errors; no job logic."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.signal import Signal

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.service import JobService
from wjtui.support.collector import let_go
from wjtui.support.tasks import TaskSet
from wjtui.tui.bindings import clashes
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.crier import Crier
from wjtui.tui.dispatch import Dispatch
from wjtui.tui.inquiry import Inquiry
from wjtui.tui.options import Leave, ScreenOptions
from wjtui.tui.present.ink import DEFAULT_VARIABLES
from wjtui.tui.present.toasts import ToastQueue
from wjtui.tui.pump import FRAME, Pump
from wjtui.tui.screens.main import MainScreen
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Store, Topic
from wjtui.tui.terminal import LAGGING, ContinuedDriver, queue_depth
from wjtui.tui.themes import choose, load_themes, theme_folders
from wjtui.tui.type_ahead import TypeAhead

log = logging.getLogger(__name__)

LOW = 30
"""Under so many rows a message that the event line repeats is a short one."""


class WjtuiApp(App[Leave]):
    """Ends with why it was left; None when it crashed, then ``crash`` says what it was.

    ``refusal``: there was no engine to show.
    """

    TITLE = "wjtui"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar = ["styles/main.tcss", "styles/dialogs.tcss", "styles/schedule.tcss"]

    def __init__(
        self,
        service: JobService,
        options: ScreenOptions,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``ready`` is awaited before the service is asked; what it refuses with ends the app."""
        super().__init__()
        if found := clashes(COMMANDS):
            raise ValueError("; ".join(found))
        self.options = options
        self.store = Store(read_only=options.read_only)
        self.crash: BaseException | None = None
        self.refusal: WjtuiError | None = None
        self.frame_number = 0
        self._engine_is_up = ready
        self.pump = Pump(service, self.store, options.clock, publish=self.publish, lagging=self.lagging)
        self.dispatch = Dispatch(service, self.store, publish=self.publish, tell=self._tell, user=_user())
        self.session = Session(
            service=service,
            store=self.store,
            options=options,
            topics={topic: Signal(self, topic.value) for topic in Topic},
            frames=Signal(self, "frame"),
            dispatch=self.dispatch,
            inquiry=Inquiry(service, self.store, self.dispatch.tasks, publish=self.publish),
            toasts=ToastQueue(),
            leave=self.end,
            try_again=self.pump.try_again,
            place_toasts=self._place_toasts,
        )
        self._crier = Crier(self.session, self._says_newest_event)
        self.type_ahead = TypeAhead(self)
        self._tasks = TaskSet(self._task_failed)
        self._set_themes()

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self.session)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return ContinuedDriver if found is LinuxDriver else found

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    @property
    def main_screen(self) -> MainScreen:
        """The one screen that is always there, under whatever dialog is open."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def lagging(self) -> bool:
        """Whether the terminal has not taken what was painted last."""
        return queue_depth(self._driver) > LAGGING

    def publish(self, change: Change) -> None:
        """Tell whoever listens what changed."""
        if Topic.ENGINE in change.topics:
            self.call_after_refresh(let_go)
        for topic in change.topics:
            self.session.topics[topic].publish(change)

    def end(self, why: Leave) -> None:
        """Leave the screen."""
        self.exit(why)

    def on_mount(self) -> None:
        self._tasks.start("events", self._receive())
        self._tasks.start("keys", self.type_ahead.run())
        self.session.topics[Topic.NOTICES].subscribe(self, self._crier.on_notices)
        self.set_interval(FRAME, self.frame, name="frames")
        # After fg the terminal is empty, and the library believes it still shows what it did.
        self.app_resume_signal.subscribe(self, lambda _: self.call_later(self.refresh, layout=True))
        for trouble in self._theme_troubles:
            self.call_after_refresh(self._tell, trouble, "", Tone.WARNING)

    async def on_event(self, event: events.Event) -> None:
        if self.type_ahead.admits(event):
            await super().on_event(event)

    async def on_unmount(self) -> None:
        await self.dispatch.tasks.cancel()
        await self._tasks.cancel()

    async def action_quit(self) -> None:
        """ctrl+q."""
        self.main_screen.shell.quit()

    def frame(self) -> None:
        """The one frame clock: apply what came in and let the views catch up, unless the terminal lags."""
        if self.pump.frame():
            self.frame_number += 1
            self.session.frames.publish(self.frame_number)

    async def _receive(self) -> None:
        try:
            if self._engine_is_up is not None:
                await self._engine_is_up()
        except WjtuiError as error:
            self.refusal = error
            # A screen that is taken down before it has its widgets fails over it.
            self.main_screen.call_after_refresh(self.end, Leave.LEFT)
        else:
            await self.pump.run()

    def _says_newest_event(self) -> bool:
        """Whether a message that the event line repeats can be a short one."""
        return self.main_screen.says_newest_event and self.size.height < LOW

    def _place_toasts(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, View):
                screen.place_toasts()

    def _tell(self, title: str, body: str, tone: Tone) -> None:
        self.session.tell(title, body, tone)

    def _set_themes(self) -> None:
        themes, troubles = load_themes(theme_folders(self.options.user_themes))
        for theme in themes.values():
            self.register_theme(theme)
        wanted = self.options.theme
        if wanted and wanted not in self.available_themes:
            troubles.append(f"There is no theme '{wanted}'; there are {', '.join(sorted(themes))}.")
        self.theme = choose(wanted, self.options.environment, self.available_themes)
        self._theme_troubles = troubles

    def _task_failed(self, name: str, error: BaseException) -> None:
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        # The library would print a traceback over the terminal that it has just restored, and needs an
        # exception that is being handled to do so; ours may come from a task.
        log.error("the screen ends by a bug", exc_info=error)
        if self.crash is None:
            self.crash = self._exception = error
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
