"""The screen in a browser: who has the printed address sees it, and nobody else does."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.patience import PATIENCE
from tests.support.terminal import until

aiohttp: Any = pytest.importorskip("aiohttp", reason="the extra 'web' is not installed")
pytest.importorskip("textual_serve", reason="the extra 'web' is not installed")

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


@pytest.fixture
def page(program: Installed) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program that serves it, and the address that it has printed."""
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    program("up")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        program.argv("web", "--port", str(port)), env=program.environment, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\S+(?=;)", served.stderr.readline())
        assert address is not None
        yield served, address[0]
        served.send_signal(signal.SIGINT)
        assert served.wait(PATIENCE) == 0


async def test_the_address_opens_the_screen(page: tuple[subprocess.Popen[str], str]) -> None:
    served, address = page
    site = address.partition("/?")[0]
    async with aiohttp.ClientSession() as stranger:
        async with stranger.get(site) as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await stranger.ws_connect(f"{site}/ws")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as person:
        async with person.get(address) as answer:
            assert answer.status == 200 and "key=" not in str(answer.url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await person.ws_connect(f"{site}/ws", origin="http://evil.example")
        async with asyncio.timeout(PATIENCE):
            async with person.ws_connect(f"{site}/ws?width=100&height=30", origin=site) as screen:
                shown = b""
                while b"worker" not in shown:
                    message = await screen.receive()
                    shown += message.data if isinstance(message.data, bytes) else b""
                await screen.send_str(json.dumps(["stdin", "q"]))
                while not (await screen.receive()).type.name.startswith("CLOS"):
                    pass
    until(lambda: subprocess.run(["pgrep", "-P", str(served.pid)], capture_output=True).stdout == b"")


def test_a_port_that_is_taken_is_a_sentence(program: Installed) -> None:
    program("up")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = program("web", "--port", str(taken.getsockname()[1]), status=1)
    assert "--port" in said and said.count("\n") == 1


def test_without_an_engine_there_is_nothing_to_show(program: Installed) -> None:
    assert "wjtui up" in program("web", status=3)
