"""Deployments of the whole site: an archive sent, and what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import empty, json_body, trouble
from wjtui.api.kudu.caller import author
from wjtui.api.kudu.deployment_book import CUT_SHORT, Deployment, DeploymentBook, Status
from wjtui.api.kudu.file_errors import Refused, as_refusal, telling
from wjtui.api.kudu.intake import received
from wjtui.api.kudu.origin import base_url
from wjtui.api.kudu.vfs import check_plain
from wjtui.api.kudu.zip_deploy import ZipDeploy
from wjtui.api.surroundings import Surroundings, surroundings
from wjtui.model.base import iso
from wjtui.model.errors import WjtuiError
from wjtui.service import JobService

MOST_AT_ONCE = 8
"""Deployments that wait for each other; each has an archive on the disk."""
_LONGEST = 512
_BUG = "The engine failed at this deployment; engine.log says why."

log = logging.getLogger(__name__)


class DeploymentDesk:
    """Takes deployments of one application, and carries them out one after the other."""

    def __init__(self, around: Surroundings) -> None:
        # Each instance has its own: two that write one file would forget each other's deployments.
        self.book = DeploymentBook(
            around.root / "data" / "wjtui" / around.iid / "deployments.json", around.clock
        )
        self.taken = 0
        """Those that are received, or wait, or are carried out."""
        self._one_at_a_time = asyncio.Lock()

    async def carry_out(self, deployment: Deployment, work: Callable[[], Awaitable[str]]) -> None:
        """Do the work when it is its turn, and write down what became of it. Raises what ``work`` raises."""
        async with self._one_at_a_time:
            deployment = await self.book.begin(deployment)
            status, text = Status.FAILED, _BUG
            try:
                text = await work()
                status = Status.SUCCESS
            except asyncio.CancelledError:
                text = CUT_SHORT
                raise
            except OSError as error:
                text = as_refusal(error).text
                raise
            except Refused as error:
                text = error.text
                raise
            except WjtuiError as error:
                text = error.message
                raise
            finally:
                await self.book.end(deployment, status, text)


@telling
async def deploy(service: JobService, request: Request) -> Response:
    """Unpack an archive over ``site/wwwroot``; with ``isAsync`` the answer comes before that is done."""
    check_plain(request)
    kind = request.query_params.get("type", "zip")
    if kind.lower() != "zip":
        raise Refused(400, f"type is '{kind}', and a zip alone can be deployed: send type=zip.")
    desk = desk_of(request)
    if desk.taken >= MOST_AT_ONCE:
        raise Refused(409, f"{desk.taken} deployments are under way: wait until one of them has ended.")
    async with AsyncExitStack() as stack:
        desk.taken += 1
        stack.callback(_let_go, desk)
        body = await stack.enter_async_context(received(request))
        if body.size == 0:
            raise Refused(400, "The body is empty: send a zip.")
        deployment = await desk.book.add(author(request), *_said(request))
        name = f"deployment {deployment.id[:8]}"
        work = ZipDeploy(service, surroundings(request), body.path, name, author(request)).carry_out
        answer = empty(200)
        if _is_async(request):
            answer = empty(202)
            answer.headers["Location"] = _url(request, deployment)
            kept = stack.pop_all()
            answer.background = BackgroundTask(_carry_out_later, kept, desk, deployment, work)
        else:
            await desk.carry_out(deployment, work)
    answer.headers["SCM-DEPLOYMENT-ID"] = deployment.id
    return answer


async def list_all(service: JobService, request: Request) -> Response:
    """The last deployments, the newest first."""
    every = await desk_of(request).book.every()
    return json_body([_json(request, each, every) for each in reversed(every)])


async def get(service: JobService, request: Request) -> Response:
    """One deployment, or the ``latest``."""
    book = desk_of(request).book
    found = await book.find(request.path_params["id"])
    if found is None:
        return trouble("There is no such deployment.", 404)
    return json_body(_json(request, found, await book.every()))


async def get_log(service: JobService, request: Request) -> Response:
    """What happened in a deployment, the earliest first."""
    found = await desk_of(request).book.find(request.path_params["id"])
    if found is None:
        return trouble("There is no such deployment.", 404)
    lines = [(found.received, "The archive was received.", 0)]
    if found.ended is not None:
        lines.append((found.ended, found.text, 2 if found.status is Status.FAILED else 0))
    return json_body(
        [
            {
                "log_time": iso(at),
                "id": f"{found.id}-{number}",
                "message": text,
                "type": kind,
                "details_url": None,
            }
            for number, (at, text, kind) in enumerate(lines)
        ]
    )


def desk_of(request: Request) -> DeploymentDesk:
    """That of the application which a request is for."""
    state = request.app.state
    if not hasattr(state, "deployments"):
        state.deployments = DeploymentDesk(surroundings(request))
    desk: DeploymentDesk = state.deployments
    return desk


async def _carry_out_later(
    kept: AsyncExitStack, desk: DeploymentDesk, deployment: Deployment, work: Callable[[], Awaitable[str]]
) -> None:
    """Carry out what was answered already: who wants to know asks for it."""
    async with kept:
        try:
            await desk.carry_out(deployment, work)
        except (Refused, WjtuiError, OSError) as error:
            log.info("deployment %s failed: %s", deployment.id, error)


def _let_go(desk: DeploymentDesk) -> None:
    desk.taken -= 1


def _is_async(request: Request) -> bool:
    asked = [value for name, value in request.query_params.items() if name.lower() in ("isasync", "async")]
    return any(value.lower() in ("true", "1") for value in asked)


def _said(request: Request) -> tuple[str, str]:
    """Deployer and message, as the query tells them."""
    query = request.query_params
    deployer = query.get("deployer") or "Push-Deployer"
    return deployer[:_LONGEST], (query.get("message") or "Deployed from a zip")[:_LONGEST]


def _url(request: Request, deployment: Deployment) -> str:
    return f"{base_url(request)}/api/deployments/{deployment.id}"


def _json(request: Request, shown: Deployment, every: list[Deployment]) -> dict[str, Any]:
    url = _url(request, shown)
    good = [each.id for each in every if each.status is Status.SUCCESS]
    ended = iso(shown.ended) if shown.ended is not None else None
    return {
        "id": shown.id,
        "status": shown.status.value,
        "status_text": shown.text,
        "author_email": "N/A",
        "author": shown.author,
        "deployer": shown.deployer,
        "message": shown.message,
        "progress": "" if shown.ended is not None else "Deploying.",
        "received_time": iso(shown.received),
        "start_time": iso(shown.started or shown.received),
        "end_time": ended,
        "last_success_end_time": ended if shown.status is Status.SUCCESS else None,
        "complete": shown.ended is not None,
        "active": good[-1:] == [shown.id],
        "is_temp": False,
        "is_readonly": True,
        "url": url,
        "log_url": f"{url}/log",
        "site_name": surroundings(request).root.name,
    }
