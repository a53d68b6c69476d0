"""Book of deployments: the last ones of this instance, which outlive the engine that carried them out."""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import datetime
from enum import IntEnum
from pathlib import Path

import msgspec

from wjtui.model.base import Value
from wjtui.support.clock import Clock
from wjtui.support.files import read_whole, write_atomic

KEPT = 20
CUT_SHORT = "The engine ended during this deployment: deploy again."

log = logging.getLogger(__name__)


class Status(IntEnum):
    """What clients wait for: they ask again as long as it is neither of the last two."""

    PENDING = 0
    DEPLOYING = 2
    FAILED = 3
    SUCCESS = 4


class Deployment(Value, frozen=True):
    """One archive that was sent for the whole site."""

    id: str
    received: datetime
    author: str
    """Who sent it: the user agent."""
    deployer: str
    message: str
    status: Status = Status.PENDING
    text: str = ""
    """Why it failed; what was deployed."""
    started: datetime | None = None
    ended: datetime | None = None


class DeploymentBook:
    """Every deployment that is known, the newest last. Its methods run in the loop."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._known: dict[str, Deployment] | None = None
        self._reading = asyncio.Lock()
        self._writing = asyncio.Lock()

    async def every(self) -> list[Deployment]:
        """Those that are kept."""
        return list((await self._read()).values())

    async def find(self, id: str) -> Deployment | None:
        """One by its id, or ``latest``; None: it is not known."""
        known = await self._read()
        if id.lower() == "latest":
            return next(reversed(known.values()), None)
        return known.get(id.lower())

    async def add(self, author: str, deployer: str, message: str) -> Deployment:
        """A new one, which waits."""
        deployment = Deployment(secrets.token_hex(16), self._clock.now(), author, deployer, message)
        await self._keep(deployment)
        return deployment

    async def begin(self, deployment: Deployment) -> Deployment:
        """It is being carried out."""
        begun = msgspec.structs.replace(deployment, status=Status.DEPLOYING, started=self._clock.now())
        await self._keep(begun)
        return begun

    async def end(self, deployment: Deployment, status: Status, text: str) -> Deployment:
        """It has ended."""
        ended = msgspec.structs.replace(deployment, status=status, text=text, ended=self._clock.now())
        await self._keep(ended)
        return ended

    async def _read(self) -> dict[str, Deployment]:
        async with self._reading:
            if self._known is None:
                found = await asyncio.to_thread(_load, self._path)
                self._known = {each.id: _ended(each) for each in found}
            return self._known

    async def _keep(self, deployment: Deployment) -> None:
        known = await self._read()
        known[deployment.id] = deployment
        over = [id for id, each in known.items() if each.ended is not None][: max(0, len(known) - KEPT)]
        for id in over:
            del known[id]
        async with self._writing:
            data = msgspec.json.encode(list(known.values()))
            try:
                await asyncio.to_thread(_save, self._path, data)
            except OSError as error:
                # The deployment matters more: it is known as long as this engine lives.
                log.warning("'%s' could not be written: %s", self._path, error)


def _load(path: Path) -> list[Deployment]:
    try:
        return msgspec.json.decode(read_whole(path), type=list[Deployment])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        log.warning("earlier deployments are not known: '%s' cannot be read: %s", path, error)
        return []


def _save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, data)


def _ended(deployment: Deployment) -> Deployment:
    """As it is in a new engine: none goes on."""
    if deployment.ended is not None:
        return deployment
    return msgspec.structs.replace(
        deployment, status=Status.FAILED, text=CUT_SHORT, ended=deployment.started or deployment.received
    )
