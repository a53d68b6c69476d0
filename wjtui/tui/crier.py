"""Crier: tells of what happens, in short messages on the screen and in the terminal around it."""

from __future__ import annotations

from collections.abc import Callable

from wjtui.model.events import Notice, Tone
from wjtui.model.identity import JobId
from wjtui.tui.herald import Herald
from wjtui.tui.outside import has_title, set_title, title_text
from wjtui.tui.present.failures import FAILED
from wjtui.tui.present.jobs import Chip, count_chips
from wjtui.tui.present.plain import plain
from wjtui.tui.present.toasts import RECURRING, from_notice
from wjtui.tui.session import Session
from wjtui.tui.store import Change


class Crier:
    """A storm of failures is one message, one bell and one note."""

    def __init__(self, session: Session, briefly: Callable[[], bool], write: Callable[[str], None]) -> None:
        """``briefly``: whether another line of the screen says the newest notice in full.

        ``write`` sends what is no part of the picture to the terminal.
        """
        options = session.options
        preferences, environment = options.preferences, options.environment
        self._session = session
        self._briefly = briefly
        self._write = write
        self._herald = Herald(environment, bell=preferences.bell, notify=preferences.notify)
        self._has_title = has_title(environment)
        self._title = ""

    def on_notices(self, change: Change) -> None:
        """Something happened."""
        for notice in change.notices:
            failed = notice.job if notice.code == FAILED else None
            if notice.tone is not Tone.INFO and (failed is None or self._tells(failed, "toast")):
                self._show(notice)
            if failed is not None and self._tells(failed, "bell"):
                how = notice.text.removeprefix("failed: ")
                self._ring(self._herald.failed(plain(failed.name), how, self._now))

    def on_jobs(self, change: Change) -> None:
        """Jobs changed: the title of the terminal counts them."""
        store = self._session.store
        if not self._has_title or store.engine is None:
            return
        counts = count_chips(store.jobs)
        title = title_text(
            counts[Chip.FAILING],
            counts[Chip.RUNNING],
            plain(store.engine.instance),
            ascii_only=self._session.options.ascii,
        )
        if title != self._title:
            self._title = title
            self.say_title()

    def say_title(self) -> None:
        """Give the terminal its title: at each change, and when it was another program's for a while."""
        if self._title:
            self._write(set_title(self._title))

    def on_frame(self, number: int) -> None:
        """What was held back may be due."""
        self._ring(self._herald.due(self._now))

    @property
    def waiting(self) -> bool:
        """Whether something is held back that will be due."""
        return self._herald.waiting

    @property
    def _now(self) -> float:
        return self._session.options.clock.monotonic()

    def _tells(self, job: JobId, way: str) -> bool:
        """Whether failures of a job are told so: its ``notify`` says (spec 3.2)."""
        found = self._session.store.jobs.get(job.key)
        return found is None or found.settings.tells(way)

    def _ring(self, written: str | None) -> None:
        if written is not None:
            self._write(written)

    def _show(self, notice: Notice) -> None:
        session, now = self._session, self._now
        title, body = from_notice(notice)
        name = plain(notice.job.name) if notice.job is not None else ""
        recurs = notice.code in RECURRING and bool(name)
        if recurs and session.toasts.is_repeated(notice.code, name, now):
            return
        session.tell(title, body, notice.tone, group=notice.code, name=name, brief=self._briefly())
