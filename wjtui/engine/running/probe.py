"""Probe: asks a continuous job whether it is well. Imported with the first one: its library takes 8 ms."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

import h11

from wjtui import __version__
from wjtui.engine.catalog.hosts import Hosts
from wjtui.engine.catalog.script import extension_of
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.spawn import LaunchFailed, is_shortage
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.program import Program
from wjtui.model.settings import Probe
from wjtui.support.tasks import first

ANSWER_BYTES = 64 * 1024
"""What is read of an answer: its status counts, but a small server that is cut off tells of it in its log."""
_LITERAL = "/?:@!$&'()*+,;=~%-._[]"
"""Of a path these go out as they are written."""


class Finding(NamedTuple):
    """What one look found."""

    fault: str = ""
    """What is wrong, in one sentence; empty: the job is well."""
    curable: bool = True
    """Whether another process of the job may do better."""


WELL = Finding()


class _NoRoom(Exception):
    """Engine or machine had no room for a look, which says nothing of the job."""


class Prober:
    """Looks at one launch of a job."""

    def __init__(
        self,
        rooms: Rooms,
        probe: Probe,
        program: Program,
        start: Callable[[Sequence[str]], ProcessGroup],
    ) -> None:
        """``start`` starts a command beside the process, its output dropped. Raises LaunchFailed."""
        self._rooms = rooms
        self._probe = probe
        self._program = program
        self._start = start

    async def find(self) -> Finding:
        """Wait an interval, then look; longer only where there is no room for a look."""
        while True:
            await self._rooms.clock.sleep(self._probe.interval)
            try:
                return await self._look()
            except _NoRoom:
                continue

    async def _look(self) -> Finding:
        probe, program = self._probe, self._program
        if probe.command:
            return await self._run(shlex.split(probe.command))
        if probe.file:
            now = self._rooms.clock.now().timestamp()
            return Finding(fault_of_file(str(program.definition.data), probe.file, probe.max_age, now))
        assert program.port is not None, "a continuous job that was launched has a port"
        return Finding(await fault_of_http(program.port, probe.http, probe.timeout))

    async def _run(self, words: Sequence[str]) -> Finding:
        """Run a command to its end or to its timeout; nothing of it is left then."""
        argv = command_line(words, self._program.folder, self._rooms.hosts)
        try:
            group = self._start(argv)
        except LaunchFailed as error:
            if error.shortage:
                raise _NoRoom from None
            return Finding(error.message, curable=False)
        try:
            await first(group.exited, self._rooms.clock.sleep(self._probe.timeout))
            exit = group.exit
        finally:
            await group.sweep()
            await group.drain(0.0)
        if exit is None:
            return Finding(f"{words[0]} did not end within {self._probe.timeout:g} s")
        return WELL if exit.ok else Finding(f"{words[0]} ended with {exit}")


def command_line(words: Sequence[str], folder: str, hosts: Hosts) -> tuple[str, ...]:
    """A command as it is started: a file of the job's ``folder`` by its script host, else as it stands."""
    name, *arguments = words
    path = os.path.join(folder, name)
    if os.path.isabs(name) or not os.path.isfile(path):
        return tuple(words)
    extension = extension_of(name)
    host = next((each.command for each in hosts.usable if each.extension == extension), ())
    return (*host, path, *arguments)


def fault_of_file(data: str, name: str, max_age: float, now: float) -> str:
    """What is wrong with a file that must be young; empty: nothing.

    ``name`` is absolute or below the folder ``data``; ``max_age`` in seconds, ``now`` in those of the epoch.
    """
    try:
        age = now - os.stat(os.path.join(data, name)).st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return f"{name} does not exist"
    except (OSError, ValueError) as error:  # ValueError: a name that no disk can have
        return f"{name} cannot be looked at: {getattr(error, 'strerror', None) or error}"
    return f"{name} is {age:.0f} s old" if age > max_age else ""


async def fault_of_http(port: int, path: str, limit_seconds: float) -> str:
    """What is wrong with the answer to a GET; empty: it is below 400. Redirects are not followed."""
    asked = f"GET {path} on port {port}"
    try:
        status = await _get(port, path, limit_seconds)
    except TimeoutError:
        return f"{asked} did not answer within {limit_seconds:g} s"
    except ConnectionRefusedError:
        return f"{asked} was refused: nothing listens there"
    except h11.RemoteProtocolError:
        return f"{asked} was not answered as a web server does"
    except OSError as error:
        if is_shortage(error):
            raise _NoRoom from None
        return f"{asked} failed: {error.strerror or error}"
    return f"{asked} answered {status}" if status >= 400 else ""


async def _get(port: int, path: str, limit_seconds: float) -> int:
    """The status of the answer. Raises OSError (TimeoutError too) and ``h11.RemoteProtocolError``."""
    wire = h11.Connection(h11.CLIENT)
    request = h11.Request(
        method="GET",
        target=quote(path, safe=_LITERAL),
        headers=[
            ("Host", f"127.0.0.1:{port}"),
            ("User-Agent", f"wjtui/{__version__}"),
            ("Accept", "*/*"),
            ("Connection", "close"),
        ],
    )
    status = 0
    try:
        async with asyncio.timeout(limit_seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write((wire.send(request) or b"") + (wire.send(h11.EndOfMessage()) or b""))
                room = ANSWER_BYTES
                while True:
                    event = wire.next_event()
                    if event is h11.NEED_DATA and room:
                        data = await reader.read(room)
                        room -= len(data)
                        wire.receive_data(data)
                    elif isinstance(event, h11.Response):
                        status = event.status_code
                    elif not isinstance(event, h11.InformationalResponse | h11.Data):
                        break
            finally:
                writer.transport.abort()
    except (OSError, h11.RemoteProtocolError):
        if not status:
            raise
    if not status:
        raise h11.RemoteProtocolError("it ended before there was a status")
    return status
