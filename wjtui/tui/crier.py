"""Crier: makes short messages of what the engine tells, a storm of them one."""

from __future__ import annotations

from collections.abc import Callable

from wjtui.model.events import Tone
from wjtui.tui.present.plain import plain
from wjtui.tui.present.toasts import RECURRING, from_notice
from wjtui.tui.session import Session
from wjtui.tui.store import Change


class Crier:
    """``briefly``: whether another line of the screen says the newest notice in full."""

    def __init__(self, session: Session, briefly: Callable[[], bool]) -> None:
        self._session = session
        self._briefly = briefly

    def on_notices(self, change: Change) -> None:
        """Something happened."""
        session, brief = self._session, self._briefly()
        for notice in change.notices:
            if notice.tone is Tone.INFO:
                continue
            title, body = from_notice(notice)
            name = plain(notice.job.name) if notice.job is not None else ""
            recurs = notice.code in RECURRING and bool(name)
            now = session.options.clock.monotonic()
            if recurs and session.toasts.is_repeated(notice.code, name, now):
                continue
            session.tell(title, body, notice.tone, group=notice.code, name=name, brief=brief)
