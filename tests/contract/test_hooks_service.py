"""The definition of HookService."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.support.harness import Harness
from tests.support.hook_server import hook_server
from tests.support.patience import PATIENCE
from wjtui.model.errors import Conflict, EngineStopping, EngineUnreachable, HookNotFound, InvalidRequest
from wjtui.model.hooks import RUN_FINISHED, Subscription
from wjtui.model.identity import JobId, JobType

ECHO = JobId(JobType.TRIGGERED, "echo")
LOOP = JobId(JobType.CONTINUOUS, "loop")
URL = "https://me:hunter2@example.org/hooks/42?a=b"
NAMES_OF_NOTHING = ("", "635", "..", "../x", "a/b", "a%2Fb", "x" * 300, "publish", "line\nbreak", "\udcff")


async def test_who_wants_to_be_told_is_kept_and_taken_away(engine: Harness) -> None:
    hooks = engine.service.hooks
    assert await hooks.subscriptions() == []
    made, new = await hooks.subscribe(URL, "TriggeredJobFinished")
    assert new
    assert made == Subscription(made.id, URL, "TriggeredJobFinished")
    assert made.id.isdecimal()
    other, _ = await hooks.subscribe("http://127.0.0.1:9/cb", "Ours.v2", True)
    assert other.insecure_ssl and int(other.id) > int(made.id)
    assert await hooks.subscriptions() == [made, other]
    assert await hooks.find(other.id) == other

    assert await hooks.subscribe(URL, "triggeredjobFINISHED", True) == (made, False)
    with pytest.raises(Conflict, match=made.id):
        await hooks.subscribe(URL, "Ours")
    assert await hooks.subscriptions() == [made, other]

    for _ in range(2):
        await hooks.unsubscribe(made.id)
        assert await hooks.subscriptions() == [other]
    with pytest.raises(HookNotFound):
        await hooks.find(made.id)
    assert (await hooks.subscribe(URL, "Ours"))[1]
    file = engine.site.root / "site" / "deployments" / "hooks"
    assert {row["id"] for row in json.loads(file.read_bytes())} == {
        each.id for each in await hooks.subscriptions()
    }


async def test_what_cannot_be_told_is_refused_and_changes_nothing(engine: Harness) -> None:
    hooks = engine.service.hooks
    for url in (
        "",
        "x",
        "ftp://example.org/",
        "http://",
        "http://u:hunter2@/x",
        "http://e/\n",
        "http://\udcff",
    ):
        with pytest.raises(InvalidRequest) as caught:
            await hooks.subscribe(url, "Ours")
        assert "hunter2" not in caught.value.message
    for event in ("", "a b", "../x", "x" * 65, "a/b"):
        with pytest.raises(InvalidRequest):
            await hooks.subscribe(URL, event)
        with pytest.raises(InvalidRequest):
            await hooks.publish(event)
    for body in ("{", "no", "\udcff", "NaN", '"' + "x" * (64 << 10) + '"'):
        with pytest.raises(InvalidRequest):
            await hooks.publish("Ours", body)
    assert await hooks.subscriptions() == []


async def test_what_names_no_hook(engine: Harness) -> None:
    hooks = engine.service.hooks
    made, _ = await hooks.subscribe(URL, "Ours")
    for id in NAMES_OF_NOTHING:
        with pytest.raises(HookNotFound):
            await hooks.find(id)
        with pytest.raises(HookNotFound):
            await hooks.test(id)
        await hooks.unsubscribe(id)
    assert await hooks.subscriptions() == [made]


async def test_there_are_only_so_many(engine: Harness) -> None:
    hooks = engine.service.hooks
    for number in range(50):
        await hooks.subscribe(f"http://example.org/{number}", "Ours")
    with pytest.raises(Conflict, match="50"):
        await hooks.subscribe(URL, "Ours")
    assert not (await hooks.subscribe("http://example.org/7", "Ours"))[1]


async def test_what_is_published_and_what_happens_is_told(engine: Harness) -> None:
    hooks = engine.service.hooks
    async with hook_server() as server:
        mine, _ = await hooks.subscribe(server.url("/mine"), "Ours")
        await hooks.subscribe(server.url("/runs"), RUN_FINISHED)
        assert await hooks.publish("Nobodys") == 0
        assert await hooks.publish("OURS", '{"text": "ü"}') == 1
        assert [(post.path, post.body) for post in await server.until(1)] == [
            ("/mine", '{"text": "ü"}'.encode())
        ]
        run = await engine.service.run(ECHO)
        post = (await server.until(2))[1]
        assert (post.path, post.json["id"], post.json["job_name"]) == ("/runs", run, "echo")
        assert await told(engine, mine.id) == ("OK", '{"text": "ü"}')
        await hooks.publish("Ours")
        assert (await server.until(3))[2].json == {}


async def test_a_hook_is_tested(engine: Harness) -> None:
    hooks = engine.service.hooks
    async with hook_server() as server:
        mine, _ = await hooks.subscribe(server.url(), RUN_FINISHED)
        server.answers.append(404)
        found = await hooks.test(mine.id)
        assert (found.last_status, found.last_reason, found.last_ok) == ("NotFound", "Said So", False)
        assert (await hooks.test(mine.id)).last_ok
        assert [post.json["test"] for post in server.posts] == [True, True]
        assert (await hooks.find(mine.id)).last_ok


async def test_an_engine_that_stops_takes_no_hooks(engine: Harness) -> None:
    made, _ = await engine.service.hooks.subscribe(URL, "Ours")
    await engine.job(LOOP, lambda job: job.live)
    await engine.service.shut_down()
    for call in (
        engine.service.hooks.subscribe("http://example.org/", "Ours"),
        engine.service.hooks.unsubscribe(made.id),
        engine.service.hooks.publish("Ours"),
        engine.service.hooks.test(made.id),
    ):
        with pytest.raises((EngineStopping, EngineUnreachable)):
            await call


async def told(engine: Harness, id: str) -> tuple[str, str | None]:
    """What became of telling a hook last, once that is known."""
    async with asyncio.timeout(PATIENCE):
        while (found := await engine.service.hooks.find(id)).last_status is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found.last_status, found.last_context
