"""Settling: what becomes of a message when its run has ended. On the disk: for threads."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from wjtui.engine.watching.folder import move_message, read_mark
from wjtui.engine.watching.memory import SPOOL, Ended, Spool, load, save
from wjtui.engine.watching.spool import Fate, fate_of
from wjtui.model.base import Value
from wjtui.model.runs import Run

log = logging.getLogger(__name__)


class Settled(Value, frozen=True):
    """What has become of a message."""

    path: str
    fate: Fate
    trouble: str = ""
    """Why it could not be moved, in one sentence."""


def settle_message(data: Path, run: Run, retried: bool) -> Settled | None:
    """Put the message of an ended run where it belongs; None: the run had none, or that was done before.

    ``data``: the job's data folder, which says what was taken. A message that was written anew while its run
    went is another one, and stays. Twice is as once.
    """
    spool = load(data, SPOOL, Spool)
    taken = spool.taken if spool is not None else None
    # An earlier run may have had a message of the same name.
    if spool is None or taken is None or taken.path != run.input or run.started < taken.at or retried:
        return None
    fate, path, trouble, unmoved = fate_of(run, retried), Path(taken.path), "", dict(spool.unmoved)
    if fate is not Fate.STAY and read_mark(path) == taken.mark:
        ended = Ended(taken.mark, fate)
        if trouble := _move(path, fate):
            unmoved[taken.path] = ended
    _save(data, Spool(None, unmoved))
    return Settled(taken.path, fate, trouble)


def move_again(data: Path, spool: Spool, path: Path) -> bool:
    """Try once more to move a message whose run has ended; False: it is still in the way."""
    if _move(path, spool.unmoved[str(path)].fate):
        return False
    left = {name: ended for name, ended in spool.unmoved.items() if os.path.lexists(name)}
    _save(data, Spool(spool.taken, left))
    return True


def _move(path: Path, fate: Fate) -> str:
    """Why it could not be moved; empty: it was, or has gone."""
    try:
        move_message(path, fate)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return (
            f"The message '{path}' could not be moved to '{fate.value}' ({error.strerror}): it is not run"
            " again, but moved as soon as that is possible."
        )
    return ""


def _save(data: Path, spool: Spool) -> None:
    try:
        save(data, SPOOL, spool)
    except OSError as error:
        log.warning("the state of the spool in %s was not written: %s", data, error)
