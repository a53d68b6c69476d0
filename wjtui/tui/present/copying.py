"""What can be copied of a job: names, places, and the lines that do the same without the screen."""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple
from urllib.parse import quote

from wjtui.model.identity import JobType
from wjtui.model.jobs import Job
from wjtui.model.runs import RunId

_API = "http://localhost/api/wjtui"
"""Over the Unix socket any host does; this one makes the line read as it should."""


class Copyable(NamedTuple):
    """One thing, and what it is called."""

    label: str
    text: str


def copyable(job: Job, again: str, socket: str, run: RunId | None = None) -> list[Copyable]:
    """What can be copied of a job or of one of its runs.

    ``again``: what opens this screen again, so that the lines mean this root. ``socket``: the engine's.
    """
    run = run or (job.latest_run.ref.run if job.latest_run is not None else None)
    if job.id.type is JobType.CONTINUOUS:
        run = None
    found = [Copyable("name", job.id.name), Copyable("log path", job.output_path(run))]
    name = f"{job.id.type.value}/{_quoted(job.id.name)}"
    path, log = f"/jobs/{name}", f"/logs/{name}" + (f"?run={run}" if run is not None else "")
    found.append(Copyable("log URL", f"{_API}{log}"))
    if run is not None:
        found.append(Copyable("run id", run))
    named = shlex.quote(f"{job.id.type.value}/{job.id.name}")
    if job.id.type is JobType.CONTINUOUS:
        found.append(Copyable("wjtui line", f"{again} logs -f {named}"))
        found.append(Copyable("curl line", _curl(socket, f"{path}/start")))
    else:
        logs = f"{again} logs {named}" + (f" --run {run}" if run is not None else "")
        found.append(Copyable("wjtui line", f"{again} run {named}"))
        found.append(Copyable("wjtui logs line", logs))
        found.append(Copyable("curl line", _curl(socket, f"{path}/run")))
    return found


def _quoted(name: str) -> str:
    """A name as it stands on the disk, which need not be text."""
    try:
        return quote(os.fsencode(name), safe="")
    except UnicodeEncodeError:
        return quote(name, safe="", errors="replace")


def _curl(socket: str, path: str) -> str:
    by = f"--unix-socket {shlex.quote(socket)} " if socket else ""
    return f"curl {by}-X POST {_API}{path}"
