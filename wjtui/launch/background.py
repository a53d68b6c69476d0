"""An engine in a process of its own: started behind the guardian, waited for, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import IO, TYPE_CHECKING

from wjtui.client.probe import EngineFile, find_engine
from wjtui.engine.process.guardian import guardian_argv
from wjtui.launch.place import Place
from wjtui.model.errors import EngineBusy, WjtuiError
from wjtui.support.locks import is_locked

if TYPE_CHECKING:
    from wjtui.api.tcp_socket import Listen

START_SECONDS = 15.0
"""How long a new engine may take to answer."""
_LOOK_SECONDS = 0.01


class EngineFailed(WjtuiError):
    """An engine was started and does not serve."""

    code = "engine-failed"


class Start:
    """An engine that is starting: its guardian, and what it says on standard error."""

    def __init__(self, guardian: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._guardian = guardian
        self._errors = errors

    def status(self) -> int | None:
        """The exit status if it has ended, else None."""
        return self._guardian.poll()

    def said(self) -> str:
        """The last line of its standard error: the sentence of a start that failed."""
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


def engine_command(
    place: Place,
    *,
    attended: bool = False,
    debug: bool = False,
    foreground: bool = False,
    listen: Listen | None = None,
) -> list[str]:
    """The program and arguments of guardian and engine; in the ``foreground`` it logs to standard error.

    ``listen``: on TCP too; there is no password among the arguments.
    """
    # -P: a json.py in the current folder must not become the engine's.
    engine = [sys.executable, "-P", "-m", "wjtui.launch.host", *place.arguments]
    switches = ["--attended"] * attended + ["--debug"] * debug + ["--foreground"] * foreground
    return guardian_argv([*engine, *switches, *(listen.arguments if listen is not None else ())])


def start_engine(
    place: Place, *, attended: bool = False, debug: bool = False, listen: Listen | None = None
) -> Start:
    """Start an engine that outlives this process and its terminal; returns at once."""
    # A file without a name, not a pipe: an engine that outlives its reader must still be able to write.
    errors = tempfile.TemporaryFile()  # noqa: SIM115
    guardian = subprocess.Popen(
        engine_command(place, attended=attended, debug=debug, listen=listen),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
        cwd="/",
    )
    return Start(guardian, errors)


def running_engine(place: Place) -> EngineFile | None:
    """The engine of this place, if one takes connections."""
    found = _engine_there(place)
    return found if found is not None and _is_of(place, found) and _answers(str(found.socket)) else None


async def serving(place: Place, start: Start, seconds: float = START_SECONDS) -> EngineFile:
    """Wait for the engine that was started, or for another one that was quicker.

    Raises EngineFailed or EngineBusy with what it said when it ended, EngineFailed after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := _serving(place, start)) is not None:
            return found
        await asyncio.sleep(_LOOK_SECONDS)
    raise EngineFailed(
        f"The engine on '{place.root}' does not answer after {seconds:.0f} s: see '{place.site.engine_log}'."
    )


def stop_engine(place: Place) -> EngineFile | None:
    """Ask the place's engine to stop every job and end; returns it once it is gone, None when none runs.

    Waits as long as the jobs' own waiting times allow. Raises EngineBusy where another instance's engine has
    the place: six characters of its name are all that tells them apart on disk (contract: instance).
    """
    found = _engine_there(place)
    if found is None:
        return None
    if not _is_of(place, found):
        raise EngineBusy(
            f"The engine on '{place.root}' (pid {found.pid}) is that of instance '{found.instance}', not of "
            f"'{place.site.instance}': name it with --instance {found.instance}."
        )
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        return None
    while _still_there(place, found):
        time.sleep(_LOOK_SECONDS)
    return found


def _serving(place: Place, start: Start) -> EngineFile | None:
    """The engine that serves by now. Raises EngineFailed or EngineBusy when the start has failed."""
    # Asked before the look at the lock: the engine that took it has said so by then.
    status = start.status()
    if (found := running_engine(place)) is not None:
        return found
    there = _engine_there(place)
    slower = status == EngineBusy.exit_status and is_locked(place.site.engine_lock)
    if status is not None and not (slower and (there is None or _is_of(place, there))):
        sentence = start.said() or f"The engine on '{place.root}' ended with status {status}."
        raise EngineBusy(sentence) if status == EngineBusy.exit_status else EngineFailed(sentence)
    return None


def _engine_there(place: Place) -> EngineFile | None:
    return find_engine(place.site.engine_lock, place.site.engine_file)


def _is_of(place: Place, engine: EngineFile) -> bool:
    return engine.instance == place.site.instance


def _still_there(place: Place, engine: EngineFile) -> bool:
    # The lock goes last; a successor may have taken it meanwhile.
    now = _engine_there(place)
    return is_locked(place.site.engine_lock) if now is None else now.pid == engine.pid


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
