"""Web hooks told by a real engine: what they get, and what becomes of ones that hang, fail, or are gone."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end, until
from tests.support.hook_server import CUT, ENDLESS, HANG, hook_server
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.engine import Engine
from wjtui.engine.hooks.lane import WAITING
from wjtui.engine.hooks.service import LocalHooks
from wjtui.model.errors import EngineStopping
from wjtui.model.events import Notice
from wjtui.model.hooks import CRASH_LOOP, JOB_FAILED, RUN_FAILED, RUN_FINISHED, Subscription
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunStatus

ECHO = JobId(JobType.TRIGGERED, "echo")
BAD = JobId(JobType.TRIGGERED, "bad")
FAILS = "echo 'the disk is full' >&2\nexit 3\n"
SECRET = "hunter2"


async def started(rig: Rig) -> tuple[Engine, LocalHooks]:
    """An engine that waits for nothing between tries."""
    engine = await rig.start()
    engine.service.hooks.delivery.pauses = (0.0, 0.0)
    return engine, engine.service.hooks


async def settled(hooks: LocalHooks, id: str, status: str, context: str | None = None) -> Subscription:
    """The subscription, once its last delivery came to this."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await hooks.find(id)
            if found.last_status == status and context in (None, found.last_context):
                return found
            await asyncio.sleep(0.01)


def notices(engine: Engine) -> list[str]:
    return [each.text for each in _notices(engine) if each.code == "hooks"]


def _notices(engine: Engine) -> tuple[Notice, ...]:
    return engine._rooms.state.snapshot().notices


async def test_the_end_of_a_run_is_told_to_who_wants_to_know(rig: Rig, tmp_path: Path) -> None:
    rig.site.triggered("echo", {"run.sh": "echo done\n"})
    rig.site.triggered("bad", {"run.sh": FAILS})
    rig.environment["WJTUI_BASE_URL"] = "https://jobs.example.org/"
    async with hook_server() as good, hook_server() as failed:
        engine, hooks = await started(rig)
        login = f"$me:{SECRET}%40"
        first, _ = await hooks.subscribe(good.url("/finished?a=b", login), "triggeredjobFINISHED")
        await hooks.subscribe(failed.url(), RUN_FAILED)
        run = await run_to_end(engine, ECHO, await engine.service.run(ECHO))
        [post] = await good.until(1)
        assert (post.method, post.path) == ("POST", "/finished?a=b")
        assert post.headers["content-type"] == "application/json; charset=utf-8"
        assert base64.b64decode(post.headers["authorization"].removeprefix("Basic ")) == (
            f"$me:{SECRET}@".encode()
        )
        body = post.json
        assert (body["id"], body["status"], body["job_name"]) == (run.ref.run, "Success", "echo")
        assert body["url"] == f"https://jobs.example.org/api/triggeredwebjobs/echo/history/{run.ref.run}"
        assert None not in body.values()
        told = await settled(hooks, first.id, "OK")
        assert told.last_reason == "Said So" and told.last_datetime is not None
        assert told.last_context is not None and json.loads(told.last_context) == body
        assert failed.posts == []

        await run_to_end(engine, BAD, await engine.service.run(BAD))
        assert (await good.until(2))[1].json["status"] == "Failed"
        [post] = await failed.until(1)
        assert post.json["text"] == "bad failed: exit 3"
        assert any("the disk is full" in line for line in post.json["error"])
        assert "authorization" not in post.headers


async def test_a_job_that_crashes_again_and_again_is_told_of(rig: Rig) -> None:
    rig.site.continuous("worker", {"run.sh": FAILS})
    async with hook_server() as each, hook_server() as loops:
        engine = rig.make()
        rig._started.append(engine)
        await engine.read()
        await engine.service.hooks.subscribe(each.url(), JOB_FAILED)
        await engine.service.hooks.subscribe(loops.url(), CRASH_LOOP)
        await engine.start()
        [post] = await loops.until(1)
        assert (post.json["event"], post.json["count"], post.json["exit_code"]) == (CRASH_LOOP, 3, 3)
        assert post.json["url"] == "/api/continuouswebjobs/worker"
        await each.until(5)
        assert len(loops.posts) == 1


async def test_tries_again_where_that_may_help(rig: Rig) -> None:
    async with hook_server() as server:
        engine, hooks = await started(rig)
        hook, _ = await hooks.subscribe(server.url(), "Ours")
        server.answers.extend((500, CUT, 200))
        assert await hooks.publish("ours", '{"n": 1}') == 1
        await settled(hooks, hook.id, "OK", '{"n": 1}')
        assert [post.json for post in server.posts] == [{"n": 1}] * 3
        assert notices(engine) == []

        server.answers.extend((503, 503, 503, 200))
        await hooks.publish("Ours", '{"n": 2}')
        await settled(hooks, hook.id, "ServiceUnavailable")
        [text] = notices(engine)
        assert hook.id in text and "ServiceUnavailable" in text
        # The next one is told all the same, and what is wrong with the request is not tried again.
        await hooks.publish("Ours", '{"n": 3}')
        await settled(hooks, hook.id, "OK", '{"n": 3}')
        server.answers.append(404)
        await hooks.publish("Ours", '{"n": 4}')
        await settled(hooks, hook.id, "NotFound", '{"n": 4}')
        assert [post.json["n"] for post in server.posts] == [1, 1, 1, 2, 2, 2, 3, 4]


async def test_redirects_are_not_followed(rig: Rig) -> None:
    async with hook_server() as server:
        _, hooks = await started(rig)
        hook, _ = await hooks.subscribe(server.url(login=f"me:{SECRET}"), "Ours")
        server.answers.append(302)
        await hooks.publish("Ours")
        await settled(hooks, hook.id, "Found")
        assert [post.path for post in server.posts] == ["/hook"]


async def test_who_is_gone_is_told_no_more(rig: Rig) -> None:
    async with hook_server(), hook_server() as server:
        engine, hooks = await started(rig)
        gone, _ = await hooks.subscribe(server.url("/gone"), "Ours")
        stays, _ = await hooks.subscribe(server.url("/stays"), "Ours")
        server.always = 410
        await hooks.publish("Ours")
        await eventually(lambda: len(notices(engine)) == 2)
        async with asyncio.timeout(PATIENCE):
            while await hooks.subscriptions():  # noqa: ASYNC110 (it is asked for, not told)
                await asyncio.sleep(0.01)
        assert await hooks.publish("Ours") == 0
        assert len(server.posts) == 2 and {gone.id, stays.id} <= {
            word for text in notices(engine) for word in text.split()
        }


async def test_a_hook_that_hangs_holds_up_nobody_and_never_more_than_so_much(rig: Rig) -> None:
    rig.site.triggered("echo", {"run.sh": "echo done\n"})
    async with hook_server() as server, hook_server() as quick:
        engine, hooks = await started(rig)
        hooks.delivery.limit_seconds = PATIENCE
        server.always = HANG
        hook, _ = await hooks.subscribe(server.url(), RUN_FINISHED)
        await hooks.publish(RUN_FINISHED, '{"n": 0}')
        await server.until(1)
        bodies = [json.dumps({"n": number}) for number in range(1, WAITING + 4)]
        await asyncio.gather(*(hooks.publish(RUN_FINISHED, body) for body in bodies))
        assert hooks.delivery.waiting == WAITING + 1
        [text] = notices(engine)
        assert hook.id in text and str(WAITING) in text
        await hooks.subscribe(quick.url(), RUN_FINISHED)
        run = await run_to_end(engine, ECHO, await engine.service.run(ECHO))
        assert run.status is RunStatus.SUCCESS
        await eventually(lambda: quick.posts and quick.posts[-1].json.get("job_name") == "echo")
        assert len(server.posts) == 1
        await hooks.unsubscribe(hook.id)
        await eventually(lambda: server.open == 0)
        assert await hooks.publish(RUN_FINISHED) == 1


async def test_the_time_of_a_post_is_limited_whatever_comes(rig: Rig) -> None:
    async with hook_server() as server:
        _, hooks = await started(rig)
        hooks.delivery.limit_seconds = 0.2
        server.always = HANG
        hook, _ = await hooks.subscribe(server.url(), "Ours")
        await hooks.publish("Ours")
        told = await settled(hooks, hook.id, "Failure")
        assert told.last_reason == "no answer within 0.2 s"
        assert len(server.posts) == 3
        await eventually(lambda: server.open == 0)
        # Of an answer that never ends its first line is enough.
        server.always = ENDLESS
        hooks.delivery.limit_seconds = PATIENCE
        await hooks.publish("Ours", "[]")
        await settled(hooks, hook.id, "OK", "[]")
        await eventually(lambda: server.open == 0)


async def test_who_is_not_there_is_a_failure_that_names_its_reason(rig: Rig) -> None:
    async with hook_server() as server:
        port = server.port
    _, hooks = await started(rig)
    hook, _ = await hooks.subscribe(f"http://me:{SECRET}@127.0.0.1:{port}/", "Ours")
    told = await hooks.test(hook.id)
    assert (told.last_status, told.last_reason) == ("Failure", "Connection refused")


async def test_a_host_is_looked_up_and_its_addresses_are_tried_in_turn(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        if host == "nowhere.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(0, 0, 0, "", (address, 0)) for address in ("::1", "127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with hook_server() as server:
        _, hooks = await started(rig)
        hook, _ = await hooks.subscribe(f"http://hook.test:{server.port}/x", "Ours")
        assert (await hooks.test(hook.id)).last_ok
        assert server.posts[0].headers["host"] == f"hook.test:{server.port}"
        lost, _ = await hooks.subscribe("https://nowhere.test/", "Ours")
        assert (await hooks.test(lost.id)).last_reason == "Name or service not known"
        assert asked == ["hook.test", "nowhere.test"]


async def test_name_servers_that_do_not_answer_hold_up_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        answer.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    rig.site.triggered("echo", {"run.sh": "echo done\n"})
    try:
        engine, hooks = await started(rig)
        for number in range(40):
            await hooks.subscribe(f"http://host{number}.test/", RUN_FINISHED)
        await hooks.publish(RUN_FINISHED)
        # The loop's own threads are fewer than that.
        await eventually(lambda: sum(each.name == "hook-host" for each in threading.enumerate()) == 40)
        run = await run_to_end(engine, ECHO, await engine.service.run(ECHO))
        assert run.status is RunStatus.SUCCESS
        await engine.stop()
        assert not answer.is_set()
    finally:
        answer.set()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there to make a certificate")
async def test_a_certificate_is_that_of_the_host_in_the_url(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "DNS:hook.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.1", 0))])
    async with hook_server(certificate) as server:
        _, hooks = await started(rig)
        right, _ = await hooks.subscribe(f"https://hook.test:{server.port}/", "Ours")
        wrong, _ = await hooks.subscribe(f"https://other.test:{server.port}/", "Ours")
        assert (await hooks.test(right.id)).last_reason == "Said So"
        told = (await hooks.test(wrong.id)).last_reason
        assert told is not None and "certificate is not trusted" in told and "other.test" in told


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there to make a certificate")
async def test_a_certificate_is_checked_unless_it_is_not_to_be(rig: Rig, tmp_path: Path) -> None:
    async with hook_server(make_certificate(tmp_path)) as server:
        _, hooks = await started(rig)
        strict, _ = await hooks.subscribe(server.url("/strict"), "Ours")
        lax, _ = await hooks.subscribe(server.url("/lax", f"me:{SECRET}"), "Ours", True)
        await hooks.publish("Ours")
        told = await settled(hooks, strict.id, "Failure")
        assert told.last_reason is not None and "certificate is not trusted" in told.last_reason
        await settled(hooks, lax.id, "OK")
        assert [post.path for post in server.posts] == ["/lax"]


def make_certificate(folder: Path, name: str = "IP:127.0.0.1") -> Path:
    """A certificate that nobody has signed, and its key, in one file."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test",
         "-addext", f"subjectAltName={name}"],
        check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


async def test_passwords_are_in_no_log_and_no_event(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = "T0ken" * 6
    async with hook_server() as server:
        engine, hooks = await started(rig)
        caplog.set_level(logging.DEBUG)
        login = f"me:{SECRET}"
        for path in (f"/{token}", f"/x?key={token}"):
            await hooks.subscribe(server.url(path, login), "Ours")
        server.answers.extend((404, 410, HANG, HANG))
        await hooks.publish("Ours")
        await eventually(lambda: len(notices(engine)) == 2)
        header = base64.b64encode(login.encode()).decode()
        kept = caplog.text + repr(_notices(engine)) + repr(await hooks.subscriptions())
        assert [each for each in (SECRET, token, header) if each in kept] == []
        assert server.posts[0].headers["authorization"] == f"Basic {header}"


async def test_a_test_is_told_at_once_and_says_what_it_came_to(rig: Rig) -> None:
    async with hook_server() as server:
        _, hooks = await started(rig)
        hook, _ = await hooks.subscribe(server.url(), RUN_FINISHED)
        server.answers.append(500)
        told = await hooks.test(hook.id)
        assert (told.last_status, told.last_ok, len(server.posts)) == ("InternalServerError", False, 1)
        told = await hooks.test(hook.id)
        assert told.last_ok and await hooks.find(hook.id) == told
        body = server.posts[-1].json
        assert (body["test"], body["job_name"], body["status"]) == (True, "wjtui-test", "Success")


async def test_the_end_of_the_engine_waits_for_no_hook_for_long(rig: Rig) -> None:
    rig.site.triggered("long", {"run.sh": "while :; do sleep 0.1; done\n"}, {"stopping_wait_time": 0})
    long = JobId(JobType.TRIGGERED, "long")
    async with hook_server() as hanging, hook_server() as failing, hook_server() as good:
        engine, hooks = await started(rig)
        hooks.delivery.pauses = (PATIENCE * 10, PATIENCE * 10)
        hanging.always, failing.always = HANG, 500
        for server in (hanging, failing, good):
            await hooks.subscribe(server.url(), RUN_FINISHED)
        tested = asyncio.create_task(hooks.test((await hooks.subscriptions())[0].id))
        await hanging.until(1)
        await engine.service.run(long)
        await job_when(engine, long, lambda job: job.live)
        async with asyncio.timeout(PATIENCE):
            await engine.stop()
        # What the end of the engine did to the run was told where that could be done.
        assert [post.json["status"] for post in good.posts] == ["Aborted"]
        assert [post.json["status"] for post in failing.posts] == ["Aborted"]
        with pytest.raises(EngineStopping):
            await tested
        await eventually(lambda: hanging.open == 0)
        with pytest.raises(EngineStopping):
            await hooks.publish(RUN_FINISHED)


async def test_subscriptions_outlive_the_engine_and_a_damaged_file(rig: Rig) -> None:
    async with hook_server() as server:
        engine, hooks = await started(rig)
        hook, _ = await hooks.subscribe(server.url(), "Ours")
        await engine.stop(now=True)
        engine, hooks = await started(rig)
        assert await hooks.subscriptions() == [hook]
        file = rig.root / "site" / "deployments" / "hooks"
        file.write_text("[{")
        assert await hooks.publish("Ours") == 0
        await until(engine, lambda state: any(each.code == "damaged" for each in state.notices))
        assert (await hooks.subscribe(server.url(), "Ours"))[1]
        assert file.stat().st_mode & 0o777 == 0o600


async def test_an_engine_without_hooks_imports_no_client(tmp_path: Path) -> None:
    look = "import wjtui.engine.engine, sys; print('httpx2' in sys.modules)"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", look], capture_output=True, text=True, timeout=50
    )
    assert done.stdout.strip() == "False", done.stderr
