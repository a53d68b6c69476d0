"""WjtuiApp: a switchboard of screen, themes and errors; no job logic."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Protocol, cast, runtime_checkable
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from textual import events
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.signal import Signal

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.service import JobService
from wjtui.support.collector import let_go
from wjtui.support.tasks import TaskSet
from wjtui.tui.bindings import Keys, clashes
from wjtui.tui.changes import Changes
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.crier import Crier
from wjtui.tui.dispatch import Dispatch
from wjtui.tui.dressed import Dressed
from wjtui.tui.frames import Frames
from wjtui.tui.inquiry import Inquiry
from wjtui.tui.key_names import types
from wjtui.tui.memory import Memory
from wjtui.tui.options import Leave, ScreenFailed, ScreenOptions
from wjtui.tui.outlasting import ask_what_ends_it
from wjtui.tui.outlet import Outlet
from wjtui.tui.outside import copied
from wjtui.tui.picture import Picture
from wjtui.tui.present.times import show_times_in
from wjtui.tui.present.toasts import ToastQueue
from wjtui.tui.pump import FRAME, Pump
from wjtui.tui.screens.main import MainScreen
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Store, Topic
from wjtui.tui.taken_down import is_of_the_end
from wjtui.tui.terminal import ContinuedDriver
from wjtui.tui.type_ahead import TypeAhead
from wjtui.tui.undo import UndoStack

log = logging.getLogger(__name__)

LOW = 30
"""Under so many rows a message that the event line repeats is a short one."""
UNSEEN = 50
"""Of so many frames one is shown while another window has the focus."""


@runtime_checkable
class Telling(Protocol):
    """A screen that shows messages: views and forms, of which the latter are imported when one is opened."""

    def place_toasts(self) -> None: ...


@runtime_checkable
class Explaining(Protocol):
    """A screen with a help of its own: the library asks the app for a key of both first."""

    def action_field_help(self) -> None: ...


class WjtuiApp(Dressed, inherit_bindings=False):
    """Ends with why it was left; None when it crashed, then ``crash`` says what it was.

    ``refusal``: there was no engine to show.
    """

    TITLE = "wjtui"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar = [
        "styles/main.tcss",
        "styles/dialogs.tcss",
        "styles/schedule.tcss",
        "styles/log.tcss",
        "styles/runs.tcss",
        "styles/forms.tcss",
        "styles/deploy.tcss",
        "styles/builder.tcss",
        "styles/settings.tcss",
        "styles/versions.tcss",
    ]

    def __init__(
        self,
        service: JobService,
        options: ScreenOptions,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``ready`` is awaited before the service is asked; what it refuses with ends the app."""
        super().__init__(options)
        # A form that scrolls to a field is one frame, and not sixty a second for as long as it glides there.
        self.animation_level = "none"
        if found := clashes(COMMANDS):
            raise ScreenFailed(f"The screen cannot open by a bug of its own: {'; '.join(found)}.")
        self.keys = Keys(options.preferences.keys)
        self.set_keymap(self.keys.keymap)
        self._bind_for_dialogs()
        self.store = Store(read_only=options.read_only, keys=self.keys)
        self.crash: BaseException | None = None
        self.refusal: WjtuiError | None = None
        self.frame_number = 0
        self._beats = 0
        self._engine_is_up = ready
        self._picture = Picture()
        self.outlet = Outlet(lambda: self._driver)
        self._frames = Frames(self.frame)
        self.pump = Pump(
            service,
            self.store,
            options.clock,
            publish=self.publish,
            lagging=lambda: self.outlet.lagging,
            arrived=self._frames.wake,
        )
        user, undo = _user(), UndoStack()
        self.dispatch = Dispatch(service, self.store, publish=self.publish, tell=self._tell, user=user)
        show_times_in(ZoneInfo(options.preferences.time_zone))
        self._memory = Memory(options.memory, options.clock)
        self._memory.load()
        self.session = Session(
            service=service,
            store=self.store,
            options=options,
            topics={topic: Signal(self, topic.value) for topic in Topic},
            frames=Signal(self, "frame"),
            dispatch=self.dispatch,
            inquiry=Inquiry(service, self.store, self.dispatch.tasks, publish=self.publish),
            toasts=ToastQueue(),
            memory=self._memory,
            leave=self.end,
            try_again=self.pump.try_again,
            publish=self.publish,
            wake=self._frames.wake,
            redraw=self.redraw,
            lagging=lambda: self.outlet.lagging,
            place_toasts=self._place_toasts,
            changes=Changes(service, undo, user),
            undo=undo,
            theme_troubles=self.wear(self._memory),
        )
        self._crier = Crier(self.session, self._says_newest_event, self.outlet.write)
        self.type_ahead = TypeAhead(self)
        self._tasks = TaskSet(self._task_failed)

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self.session)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return ContinuedDriver if found is LinuxDriver else found

    @property
    def main_screen(self) -> MainScreen:
        """The one screen that is always there, under whatever dialog is open."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def _opened(self) -> list[Screen[Any]]:
        """The screens that have their widgets; one that was pushed just now has none."""
        return [screen for screen in self.screen_stack if screen.is_mounted]

    def publish(self, change: Change) -> None:
        """Tell whoever listens what changed."""
        self._frames.wake()
        if Topic.ENGINE in change.topics:
            self.call_after_refresh(let_go)
        for topic in change.topics:
            self.session.topics[topic].publish(change)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, cast(Any, self._picture.less(renderable)))

    def _come_back(self) -> None:
        """After fg the terminal is empty, and the library believes it still shows what it did."""
        self._crier.say_title()
        self.redraw()

    def redraw(self) -> None:
        """Send every cell again, whatever the terminal shows."""
        self._picture.forget()
        self.refresh(layout=True)

    def end(self, why: Leave) -> None:
        """Leave the screen."""
        self.exit(why)

    def on_mount(self) -> None:
        self._tasks.start("events", self._receive())
        self._tasks.start("keys", self.type_ahead.run())
        if (ask := self.options.what_ends_it) is not None:
            self._tasks.start("outlasting", ask_what_ends_it(ask, self.store, self._memory, self.publish))
        self.session.topics[Topic.NOTICES].subscribe(self, self._crier.on_notices)
        self.session.topics[Topic.JOBS].subscribe(self, self._crier.on_jobs)
        self.session.frames.subscribe(self, self._crier.on_frame)
        self._frames.start(self.set_interval(FRAME, self._frames.beat, name="frames"))
        self.app_resume_signal.subscribe(self, lambda _: self.call_later(self._come_back))
        for trouble in (*self.options.troubles, *self.keys.troubles, *self.session.theme_troubles):
            self.call_after_refresh(self.session.remark, trouble)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.CursorPosition):
            self.outlet.answered()
        elif isinstance(event, events.InputEvent | events.Paste) and not self._screen_stack:
            log.debug("%s came while the screen was being closed", type(event).__name__)
        elif isinstance(event, events.Key) and event.is_forwarded and not self.screen.is_mounted:
            log.debug("a key came back from a screen over which another one opens: it is not for that one")
        elif self.type_ahead.admits(event):
            await super().on_event(event)

    async def on_unmount(self) -> None:
        await self.dispatch.tasks.cancel()
        await self._tasks.cancel()
        await self._memory.aclose()

    async def action_quit(self) -> None:
        """ctrl+q, also where a dialog or a field has the focus."""
        self.main_screen.shell.quit()

    def action_help(self) -> None:
        """F1, likewise; a second one closes the help. A form says what the field with the focus means."""
        if isinstance(self.screen, Explaining):
            self.screen.action_field_help()
        else:
            self.main_screen.shell.help_anywhere()

    def action_copy(self) -> None:
        """ctrl+c where no screen of ours takes it."""
        self.main_screen.shell.copy()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy to the clipboard of the person's terminal, through tmux and over SSH."""
        self._clipboard = text
        written = copied(text, self.options.environment)
        if written is None:
            self._tell("That is too long to copy", "Terminals take 75 kB; save it to a file.", Tone.WARNING)
        else:
            self.outlet.write(written)

    def on_resize(self) -> None:
        """A terminal of another size shows what it likes until all is painted anew."""
        self._picture.forget()

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Another window has the focus. The library would take it from our widgets and paint all anew."""
        event.prevent_default()
        self.set_reactive(WjtuiApp.app_focus, False)

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Somebody looks again: what was held back is shown at once."""
        event.prevent_default()
        self.set_reactive(WjtuiApp.app_focus, True)
        self.frame()
        for screen in self._opened:
            if isinstance(screen, View):
                screen.tick()

    def frame(self) -> None:
        """The one frame clock: apply what came in and let the views catch up, unless the terminal lags.

        While another window has the focus, only each ``UNSEEN`` th: it may still be in sight.
        """
        self._beats += 1
        if not self.app_focus and self._beats % UNSEEN:
            return
        if self.pump.frame():
            self.frame_number += 1
            self.session.frames.publish(self.frame_number)
            # After the refreshes that this frame has asked for.
            self.call_after_refresh(self.outlet.ask)
        else:
            self.outlet.ask()
        if self.store.pending or self._crier.waiting or self.outlet.lagging:
            self._frames.wake()

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
        for screen in self._opened:
            if isinstance(screen, Telling):
                screen.place_toasts()

    def _tell(self, title: str, body: str, tone: Tone) -> None:
        self.session.tell(title, body, tone)

    def _bind_for_dialogs(self) -> None:
        """The keys that count in dialogs and fields too: of help and quit those that type nothing."""
        for id, action in (("app.quit", "quit"), ("app.help", "help")):
            for key in self.keys.of(id):
                if not types(key):
                    self._bindings.bind(key, action, priority=True)
        for key in self.keys.of("app.copy"):
            self._bindings.bind(key, "copy")

    def _task_failed(self, name: str, error: BaseException) -> None:
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        if is_of_the_end(error, self):
            log.debug("something came too late for a screen: %s", error)
            return
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
