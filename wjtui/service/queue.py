"""Starts that wait for their turn, as a front end may see them and take them back."""

from __future__ import annotations

from typing import Protocol

from wjtui.model.identity import JobId
from wjtui.model.runs import RunId
from wjtui.model.starts import Waiting


class QueueService(Protocol):
    """What waits of each job. Every method may raise what ``JobService`` says."""

    async def waiting(self, job: JobId) -> list[Waiting]:
        """Starts of a triggered job that wait, in the order in which they will begin. None: continuous."""

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        """Take one waiting start back, or all of a job; returns how many that were.

        NotRunning: none waits, or none that is called so.
        """
