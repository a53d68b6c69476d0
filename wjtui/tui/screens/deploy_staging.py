"""Staging: one source on its way to lie beside the jobs, or lying there; a later one takes its place."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from wjtui.model.deploys import Package, Progress
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobType
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.deploy_samples import Sample
from wjtui.tui.screens.deploy_files import copied_sample, written_script

_GOODBYE_SECONDS = 2.0
"""The engine gets so long to hear, at the end, that nothing comes of what is staged; it cleans up anyway."""


class Source(NamedTuple):
    """Where a package is to come from."""

    path: Path | None = None
    sample: Sample | None = None
    script: str = ""
    name: str = ""
    """Of a pasted script."""

    def opened(self) -> AbstractContextManager[Path]:
        """The path to stage, for a thread; what was written for it is gone at the end. Raises OSError."""
        if self.sample is not None:
            return copied_sample(self.sample)
        if self.path is not None:
            return nullcontext(self.path)
        return written_script(self.script, self.name)

    @property
    def hint(self) -> JobType | None:
        """The type that it is known to be of."""
        return self.sample.type if self.sample is not None else None


class Staging:
    """Tells by ``changed`` that it got further."""

    def __init__(self, service: JobService, tasks: TaskSet, changed: Callable[[], None]) -> None:
        """``tasks``: of the form; they end with it."""
        self._service = service
        self._tasks = tasks
        self._changed = changed
        self.source: Source | None = None
        self.token = ""
        """Empty: nothing is staged or being staged."""
        self.package: Package | None = None
        self.progress: Progress | None = None
        self.trouble = ""
        """Why the last source could not be staged."""

    @property
    def busy(self) -> bool:
        """Whether it is on its way."""
        return bool(self.token) and self.package is None

    def begin(self, source: Source) -> None:
        """Stage this one, and nothing else any more."""
        self.stop()
        self.source, self.trouble = source, ""
        self.token = secrets.token_hex(16)
        self._tasks.start("staging", self._stage(source, self.token))
        self._changed()

    def stop(self) -> None:
        """End the work and throw away what there is of it."""
        token = self.forget()
        if token:
            self._tasks.start("discarding", self._discard(token))
        self._changed()

    def forget(self) -> str:
        """It was put in place, or somebody else discards it: its token, empty if there was none."""
        token, self.token = self.token, ""
        self.package = self.progress = self.source = None
        return token

    def progressed(self, progress: Progress) -> None:
        """The engine told how far it has come."""
        if progress.token == self.token:
            self.progress = progress
            self._changed()

    async def aclose(self) -> None:
        """The form is left: nothing stays behind."""
        token = self.forget()
        if token:
            try:
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._discard(token)
            except TimeoutError:
                pass

    async def _stage(self, source: Source, token: str) -> None:
        package, trouble = None, ""
        opening = source.opened()
        opened = asyncio.ensure_future(asyncio.to_thread(opening.__enter__))
        try:
            path = await asyncio.shield(opened)
            if token == self.token:
                package = await self._service.deploys.stage(path, token, name=source.name)
        except WjtuiError as error:
            trouble = error.message
        except OSError as error:
            trouble = f"{error.filename or 'The source'} cannot be used: {error.strerror or error}."
        finally:
            await asyncio.shield(_close(opening, opened))
        if token == self.token:
            self.package, self.progress, self.trouble = package, None, trouble
            if package is None:
                self.token = ""
            self._changed()
        elif package is not None:
            await self._discard(token)

    async def _discard(self, token: str) -> None:
        try:
            await self._service.deploys.discard(token)
        except WjtuiError:
            pass  # an engine that is gone throws it away when it starts


async def _close(opening: AbstractContextManager[Path], opened: asyncio.Future[Path]) -> None:
    """Remove what was written for it, once it is written."""
    try:
        await opened
    except OSError:
        return
    await asyncio.to_thread(opening.__exit__, None, None, None)
