"""The client of an engine on another machine: over TCP and TLS, with credentials, without its files."""

from __future__ import annotations

import asyncio
import io
import os
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService, make_engine
from tests.support.patience import PATIENCE
from tests.support.tcp import PASSWORD, USER, make_certificate, serve_on_tcp
from wjtui.api.tcp_socket import Listen
from wjtui.api.tls import server_context
from wjtui.client.logs import RemoteLog
from wjtui.client.packing import pack_folder
from wjtui.client.remote import Remote, read_url
from wjtui.client.service import HttpJobService
from wjtui.model.deploys import Package, SourceKind
from wjtui.model.errors import AccessDenied, Conflict, DeployRejected, EngineUnreachable, InvalidRequest
from wjtui.model.events import DeployProgressed, EngineChanged, Envelope, LogKind, LogRef, Snapshot
from wjtui.model.identity import JobId, JobType

TOKEN = "4f1c09aa53b2e7d8"


@pytest.fixture
async def client(service: FakeJobService, tmp_path: Path) -> AsyncIterator[HttpJobService]:
    async with serve_on_tcp(service, tmp_path) as served:
        found = HttpJobService(Remote(served.url, USER, PASSWORD))
        yield found
        await found.aclose()


async def test_files_of_an_engine_elsewhere_are_not_looked_for(
    client: HttpJobService, service: FakeJobService
) -> None:
    await client.check()
    assert service.info.shares_files
    assert not (await client.snapshot()).engine.shares_files
    events = client.events()
    first = await anext(events)
    assert isinstance(first, Snapshot) and not first.engine.shares_files
    service.tell(EngineChanged(make_engine(stopping=True)))
    async with asyncio.timeout(PATIENCE):
        second = await anext(events)
    assert isinstance(second, Envelope) and isinstance(second.event, EngineChanged)
    assert second.event.info.stopping and not second.event.info.shares_files
    await events.aclose()  # type: ignore[attr-defined]


async def test_wrong_credentials_are_a_sentence_without_the_password(
    service: FakeJobService, tmp_path: Path
) -> None:
    async with serve_on_tcp(service, tmp_path) as served:
        client = HttpJobService(Remote(served.url, USER, "geheim"))
        with pytest.raises(AccessDenied) as refusal:
            await client.check()
        assert USER in refusal.value.message and "geheim" not in refusal.value.message
        with pytest.raises(AccessDenied):
            await anext(client.events())
        await client.aclose()
    with pytest.raises(EngineUnreachable, match="see whether it runs there"):
        await HttpJobService(Remote(served.url, USER, PASSWORD)).check()
    assert "geheim" not in repr(Remote(served.url, USER, "geheim"))


async def test_a_certificate_is_always_checked(service: FakeJobService, tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    tls = server_context(Listen("127.0.0.1", 0, str(made.certificate), str(made.key)))
    async with serve_on_tcp(service, tmp_path, tls=tls) as served:
        strict = HttpJobService(Remote(served.url, USER, PASSWORD))
        with pytest.raises(AccessDenied, match="--ca FILE"):
            await strict.check()
        await strict.aclose()
        trusting = HttpJobService(Remote(served.url, USER, PASSWORD, str(made.certificate)))
        assert len((await trusting.snapshot()).jobs) == 2
        events = trusting.events()
        assert isinstance(await anext(events), Snapshot)
        await events.aclose()  # type: ignore[attr-defined]
        assert (await trusting.settings.site()) is not None
        await trusting.aclose()
        other = HttpJobService(
            Remote(served.url.replace("127.0.0.1", "127.0.0.2"), USER, PASSWORD, str(made.certificate))
        )
        with pytest.raises((AccessDenied, EngineUnreachable)):
            await other.check()
        await other.aclose()
    with pytest.raises(InvalidRequest, match="--ca"):
        HttpJobService(Remote("https://a", USER, PASSWORD, str(tmp_path / "missing")))
    with pytest.raises(InvalidRequest, match="--ca"):
        HttpJobService(Remote("https://a", USER, PASSWORD, str(made.key)))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://jobs.example", "https://jobs.example"),
        ("https://jobs.example:8443/", "https://jobs.example:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_urls(text: str, url: str) -> None:
    assert read_url(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "", "jobs.example", "ftp://a", "http://jobs.example", "http://10.0.0.1:80", "http://localhost.evil:1",
        "https://", "https://a:99999", "https://a/path", "https://a?x=1", "https://[a",
        "https://user:geheim@a", "https://user@a",
    ],
)  # fmt: skip
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_url(text)
    assert "geheim" not in refusal.value.message


class Taking:
    """A ``stage`` that keeps what came."""

    def __init__(self, service: FakeJobService, monkeypatch: pytest.MonkeyPatch) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        self.refuse: Exception | None = None
        monkeypatch.setattr(service.deploys, "stage", self.stage)

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        self.got.append((token, name, source.read_bytes()))
        if self.refuse is not None:
            raise self.refuse
        return Package(token, SourceKind.ZIP, name)


async def test_a_package_is_sent_and_leaves_nothing_behind(
    client: HttpJobService, service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = Taking(service, monkeypatch)
    data = os.urandom(3_000_000)
    (tmp_path / "nightly ä.zip").write_bytes(data)
    package = await client.deploys.stage(tmp_path / "nightly ä.zip", TOKEN)
    assert taking.got == [(TOKEN, "nightly ä.zip", data)] and package.name == "nightly ä.zip"
    await client.deploys.stage(tmp_path / "nightly ä.zip", TOKEN, name="other.zip")
    assert taking.got[1][1] == "other.zip"
    (tmp_path / "empty.sh").write_bytes(b"")
    await client.deploys.stage(tmp_path / "empty.sh", TOKEN)
    assert taking.got[2] == (TOKEN, "empty.sh", b"")
    taking.refuse = DeployRejected("It is none.")
    with pytest.raises(DeployRejected, match="It is none"):
        await client.deploys.stage(tmp_path / "empty.sh", TOKEN)
    assert list((tmp_path / "uploads").iterdir()) == []


async def test_a_folder_is_packed_here_and_says_how_far_it_is(
    client: HttpJobService, service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = Taking(service, monkeypatch)
    folder = tmp_path / "report"
    (folder / "sub" / "empty").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "run.sh").write_text("echo hi\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "sub" / "big").write_bytes(b"a" * 2_000_000)
    (folder / "link").symlink_to("run.sh")
    events = client.events()
    await anext(events)
    package = await client.deploys.stage(folder, TOKEN)
    assert package.name == "report.zip"
    ((_, name, data),) = taking.got
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["link", "run.sh", "sub/", "sub/big", "sub/empty/"]
        assert archive.read("link") == archive.read("run.sh") == b"echo hi\n"
        assert archive.getinfo("run.sh").external_attr >> 16 & 0o777 == 0o755
    async with asyncio.timeout(PATIENCE):
        told = await anext(events)
    assert isinstance(told, Envelope) and isinstance(told.event, DeployProgressed)
    assert told.event.progress.token == TOKEN and 0 < told.event.progress.done <= told.event.progress.total
    await events.aclose()  # type: ignore[attr-defined]
    assert name == "report.zip"


async def test_what_cannot_be_sent_is_told_before_anything_is(
    client: HttpJobService, service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = Taking(service, monkeypatch)
    outside = tmp_path / "outside"
    outside.write_text("secret")
    wrong: tuple[Callable[[Path], object], ...] = (
        lambda path: (path / "link").symlink_to(outside),
        lambda path: (path / "link").symlink_to(tmp_path),
        lambda path: (path / "link").symlink_to("nowhere"),
        lambda path: os.mkfifo(path / "pipe"),
        lambda path: Path(os.fsdecode(os.fsencode(path) + b"/\xff")).write_text("x"),
    )
    for number, make in enumerate(wrong):
        folder = tmp_path / f"folder{number}"
        folder.mkdir()
        (folder / "run.sh").write_text("x")
        make(folder)
        with pytest.raises(InvalidRequest):
            await client.deploys.stage(folder, TOKEN)
    with pytest.raises(InvalidRequest, match="There is no"):
        await client.deploys.stage(tmp_path / "missing", TOKEN)
    with pytest.raises(InvalidRequest, match="no file and no folder"):
        await client.deploys.stage(Path("/dev/null"), TOKEN)
    with pytest.raises(InvalidRequest, match="token"):
        await client.deploys.stage(outside, "../x")
    assert taking.got == []


async def test_an_upload_over_the_limit_is_refused_with_the_sentence(
    client: HttpJobService, tmp_path: Path
) -> None:
    with (tmp_path / "big.zip").open("wb") as file:
        file.truncate(101 << 20)
    with pytest.raises(InvalidRequest, match="100 MiB"):
        await client.deploys.stage(tmp_path / "big.zip", TOKEN)
    assert not (tmp_path / "uploads").exists() or list((tmp_path / "uploads").iterdir()) == []


async def test_leaving_in_the_middle_ends_the_work_there(
    client: HttpJobService, service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, discarded, hold = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stage(source: Path, token: str, *, name: str = "") -> Package:
        begun.set()
        await hold.wait()
        raise Conflict("It was discarded.")

    async def discard(token: str) -> None:
        discarded.set()
        hold.set()

    monkeypatch.setattr(service.deploys, "stage", stage)
    monkeypatch.setattr(service.deploys, "discard", discard)
    (tmp_path / "a.sh").write_text("x")
    task = asyncio.create_task(client.deploys.stage(tmp_path / "a.sh", TOKEN))
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await discarded.wait()


def test_packing_stops_when_nobody_wants_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "big").write_bytes(b"x" * 1_000_000)
    calls = []

    def meter(done: int, total: int) -> None:
        calls.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack_folder(tmp_path / "folder", tmp_path / "out.zip", meter)
    assert len(calls) == 1


async def test_logs_come_as_ranges(client: HttpJobService) -> None:
    source = await client.open_log(LogRef(JobId(JobType.TRIGGERED, "report"), None, LogKind.SCHEDULER))
    assert isinstance(source, RemoteLog)
