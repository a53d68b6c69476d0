"""Session: what every screen of one sitting shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.signal import Signal

from wjtui.model.events import Notice, Tone
from wjtui.service import JobService
from wjtui.tui.bindings import Keys
from wjtui.tui.changes import Changes
from wjtui.tui.dispatch import Dispatch
from wjtui.tui.inquiry import Inquiry
from wjtui.tui.memory import Memory
from wjtui.tui.options import Leave, ScreenOptions
from wjtui.tui.present.toasts import ToastQueue
from wjtui.tui.store import Change, Store, Topic
from wjtui.tui.undo import UndoStack

REMARK = "remark"
"""The code of what this screen noticed by itself."""


@dataclass(frozen=True)
class Session:
    """The engine's door, what is known, who gives commands, and who listens."""

    service: JobService
    store: Store
    options: ScreenOptions
    topics: Mapping[Topic, Signal[Change]]
    frames: Signal[int]
    """One number a frame; none while the terminal lags."""
    dispatch: Dispatch
    inquiry: Inquiry
    toasts: ToastQueue
    memory: Memory
    """What is remembered of this root from one time to the next."""
    leave: Callable[[Leave], None]
    try_again: Callable[[], None]
    """Look for the engine at once."""
    publish: Callable[[Change], None]
    """Tell whoever listens what changed."""
    wake: Callable[[], None]
    """Have frames shown again: there may be something new."""
    lagging: Callable[[], bool]
    """Whether the terminal has not drawn what was painted last."""
    redraw: Callable[[], None]
    """Send every cell again, whatever the terminal shows."""
    place_toasts: Callable[[], None]
    changes: Changes
    """Brings in, saves, deletes; what has succeeded is noted in ``undo``."""
    undo: UndoStack
    """What was deployed, saved or deleted here, and can be taken back."""
    theme_troubles: Sequence[str] = ()
    """Sentences about theme files that cannot be used."""

    @property
    def keys(self) -> Keys:
        """Which keys give which command."""
        return self.store.keys

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self.options.clock.now()

    def remark(self, sentence: str) -> None:
        """Tell a trouble of this sitting: shortly, together with its like, and kept in the event list."""
        self.publish(self.store.remark(Notice(self.now, sentence, Tone.WARNING, code=REMARK)))

    def tell(
        self,
        title: str,
        body: str = "",
        tone: Tone = Tone.INFO,
        *,
        group: str = "",
        name: str = "",
        brief: bool = False,
    ) -> None:
        """Show a short message."""
        self.toasts.add(
            title, body, tone, self.options.clock.monotonic(), group=group, name=name, brief=brief
        )
        self.place_toasts()
