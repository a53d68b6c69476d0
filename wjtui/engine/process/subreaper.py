"""Orphans of jobs come to the engine, and the engine reaps them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Collection

from wjtui.engine.process.proc import own_children

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Have every descendant that loses its parent become our child, whatever it did; False if refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def reap_orphans(leaders: Collection[int]) -> int:
    """Reap adopted children that have ended, each by its own pid; returns how many.

    ``leaders`` belong to their ``ProcessGroup``. Children of our own session belong to another part of this
    process, such as the screen's editor, which waits for them itself. Call it now and then: one system call
    when nobody has ended.
    """
    if not _somebody_ended():
        return 0
    own_session = os.getsid(0)
    reaped = 0
    for pid in own_children():
        try:
            if pid not in leaders and os.getsid(pid) != own_session:
                reaped += os.waitpid(pid, os.WNOHANG)[0] == pid
        except (ProcessLookupError, ChildProcessError):
            continue  # reaped meanwhile by the part of this process that it belongs to
    return reaped


def _somebody_ended() -> bool:
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return False
