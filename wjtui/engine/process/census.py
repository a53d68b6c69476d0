"""Census: which process belonged to which launch when one scan of the machine came past it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from wjtui.engine.process.environment import LAUNCH
from wjtui.engine.process.mark import Mark, marked
from wjtui.engine.process.proc import own_children, read_environment, read_stat


class Census:
    """Filled by ``visit`` with every process there is; ``settle`` then places the strangers.

    A process is of a launch when it carries the launch's mark, or is in the session of its leader. A
    stranger, which has changed both, is placed by its ancestors, and an adopted orphan by its environment.
    Nobody finds a process that changed mark and session, wiped its environment and outlived its parents.

    A visit costs 1 us, placing a stranger 10 us: that is left out while there is no sign of one.
    """

    def __init__(self, engine: int, sessions: Mapping[int, int]) -> None:
        """``sessions``: the launch of each session that has one."""
        self.began = time.monotonic()
        self.strangers: list[int] = []
        self.missed = False
        """A process ended before its visit: what it started meanwhile may have been missed with it."""
        self._engine = engine
        self._sessions = sessions
        self._launch_of: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._own_pid = os.getpid()
        self._own_session = os.getsid(0)
        self._parents: dict[int, int] = {}
        self._adopted: frozenset[int] | None = None

    def visit(self, pid: int) -> None:
        """Look at one process."""
        try:
            session = os.getsid(pid)
        except ProcessLookupError:
            self.missed = True
            return
        # 0: a kernel thread, or led from outside of this container. Ours: the engine, or a child of the
        # screen that lives in the same process; a process of a launch can never come back into our session.
        if session in (0, self._own_session):
            return
        mark = marked(pid)
        launch = (
            mark.launch if mark is not None and mark.engine == self._engine else self._sessions.get(session)
        )
        if launch is None:
            self.strangers.append(pid)
        else:
            self._place(pid, launch)

    def members(self, launch: int) -> list[int]:
        """The processes of a launch."""
        return self._members.get(launch, [])

    def adopted(self) -> frozenset[int]:
        """Strangers that are children of ours: their parents have ended."""
        if self._adopted is None:
            self._adopted = frozenset(self.strangers).intersection(own_children())
        return self._adopted

    def look_up(self, pid: int) -> None:
        """Find the parent of one stranger."""
        if (stat := read_stat(pid)) is not None:
            self._parents[pid] = stat.parent

    def settle(self) -> None:
        """Place the strangers, once each of them has been looked up."""
        strangers, self.strangers = self.strangers, []
        for pid in strangers:
            if (launch := self._launch_above(pid)) is not None:
                self._place(pid, launch)

    def _place(self, pid: int, launch: int) -> None:
        self._launch_of[pid] = launch
        self._members.setdefault(launch, []).append(pid)

    def _launch_above(self, pid: int) -> int | None:
        for _ in range(len(self._parents)):
            parent = self._parents.get(pid)
            if parent is None:
                return None
            if parent == self._own_pid:
                return self._launch_in_environment(pid)
            if (launch := self._launch_of.get(parent)) is not None:
                return launch
            pid = parent
        return None

    def _launch_in_environment(self, pid: int) -> int | None:
        mark = Mark.from_text(read_environment(pid).get(LAUNCH.encode(), b"").decode("ascii", "replace"))
        return mark.launch if mark is not None and mark.engine == self._engine else None
