"""QueueStore: waiting starts on the disk, a file each, called like the run that will come of it."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import quote

import msgspec

from wjtui.engine.damage import Aside, is_no_file
from wjtui.engine.site import Site
from wjtui.model.identity import JobId
from wjtui.model.runs import is_run_id
from wjtui.model.starts import Waiting
from wjtui.support.files import read_whole, write_atomic

log = logging.getLogger(__name__)

_SUFFIX = ".json"


class QueueStore:
    """``data/wjtui/queue/JOB/RUNID.json``. Its methods read and write the disk: call them in threads."""

    def __init__(self, site: Site) -> None:
        self._folder = site.shared / "queue"

    def put(self, waiting: Waiting) -> None:
        """Write a start down, durably: who asked for it is told that it will be made. Raises OSError."""
        path = self._path(waiting)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, msgspec.json.encode(waiting), durable=True)

    def remove(self, waiting: Waiting) -> None:
        """Forget a start that was made, or taken back. Raises OSError."""
        path = self._path(waiting)
        path.unlink(missing_ok=True)

    def load(self, aside: Aside) -> list[Waiting]:
        """Every start that waits, in the order of their runs' ids; what is damaged is set aside."""
        found: list[Waiting] = []
        for folder in _entries(self._folder):
            for path in _entries(folder):
                if not path.name.endswith(_SUFFIX) or not is_run_id(path.stem):
                    continue
                try:
                    found.append(msgspec.json.decode(read_whole(path), type=Waiting))
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    aside.put(path)
                except OSError as error:
                    if not (is_no_file(error) and aside.put(path)):
                        log.warning("the waiting start %s cannot be read: %s", path, error)
        return sorted(found, key=lambda waiting: waiting.id)

    def _path(self, waiting: Waiting) -> Path:
        return self._folder / _name(waiting.job) / f"{waiting.id}{_SUFFIX}"


def _name(job: JobId) -> str:
    """One folder for each job, whatever the case of the name it was asked by."""
    return quote(job.name.lower(), safe="")


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder))]
    except OSError:
        return []
