"""Layer and Dialog: screens among others; nothing of one is painted while another one lies over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

from wjtui.support.tasks import TaskSet

T = TypeVar("T")


class Layer(Screen[T]):
    """What every screen of ours is.

    The library takes the screen under an opaque one for visible, and paints the whole of what is on top anew
    for each change below. Worse, the one below then asks for its own repaint again: once something under a
    form or a dialog had changed, both were painted sixty times a second for as long as they were open.
    """

    _clicked = False

    @property
    def is_open(self) -> bool:
        """Whether it has its widgets; one that is being closed loses them before its last task has ended."""
        return self.is_mounted and self in self.app.screen_stack

    def task_set(self, on_failure: Callable[[str, BaseException], None]) -> TaskSet:
        """Tasks of this screen. One that misses a widget because all are being taken down has not failed."""

        def failed(name: str, error: BaseException) -> None:
            if self.is_open:
                on_failure(name, error)

        return TaskSet(failed)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close it, once: the second click of two comes when it is closed already.

        The library would close the screen under it then, and end over the last one.
        """
        if self.is_active and len(self.app.screen_stack) > 1:
            return super().dismiss(result)
        return AwaitComplete()

    def on_screen_suspend(self) -> None:
        self._clicked = False

    def _forward_event(self, event: events.Event) -> None:
        """The second click of two is for nobody when the first one closed or opened a screen.

        Twice on a row of the help opened the log of the job that lay under it.
        """
        if isinstance(event, events.Click):
            self._clicked = self._clicked or event.chain == 1
            if not self._clicked:
                return
        super()._forward_event(event)

    def _compositor_refresh(self) -> None:
        above = self._above()
        if any(screen.styles.background.a == 1 for screen in above):
            # Nothing of it is in sight; it is painted whole when it comes back.
            self._compositor._dirty_regions.clear()
            self._dirty_widgets.clear()
            return
        super()._compositor_refresh()
        if above:
            self._repaint_required = False

    def _above(self) -> list[Screen[object]]:
        stack = self.app.screen_stack
        return stack[stack.index(self) + 1 :] if self in stack else []


class Dialog(ModalScreen[T], Layer[T]):
    """A layer that what is below shines through. The library takes styles from the first base alone."""
