"""How far a package has come, on one line of standard error that is overwritten; only on a terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from wjtui.model.deploys import Progress
from wjtui.model.errors import WjtuiError
from wjtui.model.events import DeployProgressed, Envelope
from wjtui.service import JobService
from wjtui.tui.present.times import file_size

_CLEAR = "\r\x1b[K"


@asynccontextmanager
async def showing_progress(service: JobService, token: str) -> AsyncIterator[None]:
    """Show the progress of a package while something is done with it."""
    if not sys.stderr.isatty():
        yield
        return
    listening = asyncio.Event()
    task = asyncio.get_running_loop().create_task(_show(service, token, listening), name="progress")
    try:
        # Else the work is half done, or all of it, by the time somebody listens.
        await listening.wait()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        click.echo(_CLEAR, nl=False, err=True)


def words(progress: Progress) -> str:
    """``Unpacking 45 MB of 100 MB``; ``Looking`` where there is nothing to count."""
    if not progress.done and not progress.total:
        return progress.step
    of = f" of {file_size(progress.total)}" if progress.total else ""
    return f"{progress.step} {file_size(progress.done)}{of}"


async def _show(service: JobService, token: str, listening: asyncio.Event) -> None:
    try:
        async for item in service.events():
            listening.set()  # the first one is a snapshot
            if not isinstance(item, Envelope) or not isinstance(item.event, DeployProgressed):
                continue
            if item.event.progress.token == token:
                click.echo(f"{_CLEAR}{words(item.event.progress)}", nl=False, err=True)
    except WjtuiError:
        pass  # what is being done says so itself
    finally:
        listening.set()
