from __future__ import annotations

import asyncio
import io
import json
import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.support.kudu import LOOPING, C, Kudu, T, make_zip_bytes
from tests.support.zoo import Raw, make_zip
from wjtui.api.kudu.deployment_book import CUT_SHORT, KEPT, Deployment, DeploymentBook, Status
from wjtui.api.kudu.deployments import DeploymentDesk
from wjtui.api.kudu.zip_deploy import split_archive
from wjtui.api.surroundings import Surroundings
from wjtui.archives.zip_directory import Entry, read_directory
from wjtui.support.clock import SystemClock

DEPLOY = "/api/zipdeploy"
DEPLOYMENTS = "/api/deployments"


def site_zip(name: str, *, script: str = "echo hello\n", kind: str = "triggered") -> bytes:
    """A site of one job, and a page of its own."""
    return make_zip_bytes(
        {
            f"App_Data/jobs/{kind}/{name}/run.sh": script,
            f"App_Data/jobs/{kind}/{name}/lib/tool.txt": "tool",
            f"{name}/page.html": "<p>page</p>",
        }
    )


def deployed(kudu: Kudu, data: bytes, path: str = DEPLOY, **headers: str) -> dict[str, Any]:
    """Deploy and wait; returns what became of it."""
    answer = kudu.http.post(path, content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    found = kudu.http.get(f"{DEPLOYMENTS}/{answer.headers['scm-deployment-id']}")
    shown: dict[str, Any] = found.json()
    return shown


def leftovers(kudu: Kudu) -> list[str]:
    """What deployments have left on the disk."""
    staged, uploads = kudu.site.jobs / ".wjtui", kudu.uploads
    return [
        *(os.listdir(staged) if staged.exists() else []),
        *(os.listdir(uploads) if uploads.exists() else []),
    ]


def refused(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["Message"])


def test_a_site_of_jobs_and_files(kudu: Kudu) -> None:
    shown = deployed(kudu, site_zip("whole"), **{"Content-Type": "application/octet-stream"})
    assert (shown["status"], shown["complete"], shown["active"]) == (4, True, True)
    assert shown["status_text"] == "Deployed 1 job and 1 other file."
    root = kudu.root / "site" / "wwwroot"
    assert (root / "whole" / "page.html").read_text() == "<p>page</p>"
    # In the folder that is there, however the archive spells it, and at once.
    assert (root / "app_data" / "jobs" / "triggered" / "whole" / "lib" / "tool.txt").exists()
    assert not (root / "App_Data").exists()
    assert kudu.run("whole")["status"] == "Success"
    assert leftovers(kudu) == []


def test_a_job_is_replaced_whole_and_keeps_its_history_and_versions(kudu: Kudu) -> None:
    deployed(kudu, site_zip("twice"))
    run = kudu.run("twice")["id"]
    page = kudu.root / "site" / "wwwroot" / "twice" / "page.html"
    page.with_name("other.html").write_text("stays")
    data = make_zip_bytes({"app_data/jobs/triggered/TWICE/run.sh": "echo 2\n", "twice/page.html": "new"})
    deployed(kudu, data, "/api/publish?type=zip&deployer=me&message=second")
    folder = kudu.site.jobs / "triggered" / "twice"
    assert sorted(os.listdir(folder)) == ["run.sh"]
    assert (page.read_text(), page.with_name("other.html").read_text()) == ("new", "stays")
    assert run in [each["id"] for each in kudu.http.get(f"{T}/twice/history").json()["runs"]]
    versions = kudu.http.get("/api/wjtui/jobs/triggered/twice/versions").json()
    assert [each["number"] for each in versions] == [2, 1]
    latest = kudu.http.get(f"{DEPLOYMENTS}/latest").json()
    assert (latest["deployer"], latest["message"]) == ("me", "second")


def test_a_running_job_is_refreshed(kudu: Kudu) -> None:
    deployed(kudu, site_zip("steady", kind="continuous", script=LOOPING))
    kudu.until(f"{C}/steady", lambda job: job["status"] == "Running")
    said = kudu.root / "data" / "jobs" / "continuous" / "steady" / "said"
    script = f'echo new > "$WEBJOBS_DATA_PATH/said"\n{LOOPING}'
    deployed(kudu, site_zip("steady", kind="continuous", script=script))
    kudu.until(f"{C}/steady", lambda job: said.exists())


def test_the_answer_comes_first_when_it_is_asked_for(kudu: Kudu) -> None:
    for query in ("isAsync=true", "async=true"):
        answer = kudu.http.post(f"{DEPLOY}?{query}&api-version=1", content=site_zip("later"))
        assert (answer.status_code, answer.content) == (202, b"")
        location = answer.headers["location"]
        assert location == f"{kudu.base}{DEPLOYMENTS}/{answer.headers['scm-deployment-id']}"
        path = location.removeprefix(kudu.base)
        shown = kudu.until(path, lambda each: each["status"] in (3, 4))
        assert (shown["status"], shown["url"], shown["complete"]) == (4, location, True)
        assert kudu.http.get(f"{DEPLOYMENTS}/latest").json()["id"] == shown["id"]
    kudu.until(f"{T}/later", lambda job: not leftovers(kudu))


def test_what_is_refused_says_so_and_changes_nothing(kudu: Kudu) -> None:
    deployed(kudu, site_zip("safe"))
    good = make_zip_bytes(
        {
            "app_data/jobs/triggered/safe/run.sh": "echo changed\n",
            "app_data/jobs/triggered/hopeless/readme.txt": "no script\n",
            "safe/page.html": "changed",
        }
    )
    bodies = {
        "no script": good,
        "damaged": good[:-40],
        "no zip": b"no zip",
        "climbs": make_zip_bytes({"app_data/jobs/triggered/safe/run.sh": "echo 2\n", "../evil.txt": "x"}),
        "own": make_zip_bytes({"safe/page.html": "changed", "app_data/jobs/.wjtui/x": "x"}),
        "a bad name": make_zip_bytes({"app_data/jobs/triggered/a b/run.sh": "echo\n", "safe/page.html": "2"}),
    }
    for what, body in bodies.items():
        message = refused(kudu.http.post(DEPLOY, content=body), 400)
        latest = kudu.http.get(f"{DEPLOYMENTS}/latest").json()
        assert (latest["status"], latest["status_text"], latest["complete"]) == (3, message, True), what
        lines = kudu.http.get(latest["log_url"].removeprefix(kudu.base)).json()
        assert [each["message"] for each in lines][1:] == [message]
        answer = kudu.http.post(f"{DEPLOY}?isAsync=true", content=body)
        assert answer.status_code == 202
        path = answer.headers["location"].removeprefix(kudu.base)
        shown = kudu.until(path, lambda each: each["complete"])
        assert (shown["status"], shown["status_text"], shown["active"]) == (3, message, False)
        assert (kudu.site.jobs / "triggered" / "safe" / "run.sh").read_text() == "echo hello\n", what
        assert (kudu.root / "site/wwwroot/safe/page.html").read_text() == "<p>page</p>", what
        assert not (kudu.site.jobs / "triggered" / "hopeless").exists()
    refused(kudu.http.post(DEPLOY, content=b""), 400)
    refused(kudu.http.post("/api/publish?type=war", content=site_zip("safe")), 400)
    assert leftovers(kudu) == []


def test_files_alone_and_files_beside_jobs(kudu: Kudu) -> None:
    data = make_zip_bytes({"app_data/jobs/triggered/shared.sh": "echo shared\n", "alone/a.txt": "a"})
    assert deployed(kudu, data)["status_text"] == "Deployed 0 jobs and 2 other files."
    # It is no job: there is no folder.
    assert (kudu.site.jobs / "triggered" / "shared.sh").exists()
    (kudu.site.jobs / "triggered" / "shared.sh").unlink()


def test_several_at_once_are_carried_out_one_after_the_other(kudu: Kudu) -> None:
    paths = []
    for number in range(4):
        answer = kudu.http.post(f"{DEPLOY}?isAsync=true", content=site_zip(f"many{number}"))
        assert answer.status_code == 202
        paths.append(answer.headers["location"].removeprefix(kudu.base))
    ended = [kudu.until(path, lambda each: each["complete"]) for path in paths]
    assert [each["status"] for each in ended] == [4] * 4
    for before, after in pairwise(ended):
        assert before["end_time"] <= after["start_time"]
    listed = [each["id"] for each in kudu.http.get(DEPLOYMENTS).json()]
    assert listed[:4] == [each["id"] for each in reversed(ended)]


def test_what_is_not_known(kudu: Kudu) -> None:
    for path in (f"{DEPLOYMENTS}/nothing", f"{DEPLOYMENTS}/nothing/log", f"{DEPLOYMENTS}/..%2f..%2fetc"):
        refused(kudu.http.get(path), 404)
    assert kudu.http.get(DEPLOY).status_code == 405


def test_an_archive_is_split_into_jobs_and_the_rest() -> None:
    data = {
        "App_Data/JOBS/Triggered/One/run.sh": "app_data/jobs/triggered/One/run.sh",
        "app_data/jobs/triggered/ONE/lib/x": "app_data/jobs/triggered/One/lib/x",
        "app_data/jobs/continuous/one/run.sh": "app_data/jobs/continuous/one/run.sh",
        "app_data/jobs/triggered/shared.sh": None,
        "app_data/jobs/other/one/run.sh": None,
        "app_data/jobs/triggered/.hidden/run.sh": None,
        "lib/app_data/jobs/triggered/one/run.sh": None,
        "index.html": None,
    }
    entry = _entry()
    split = split_archive(
        dict.fromkeys(data, entry),
        dict.fromkeys(
            ["app_data", "app_data/jobs/triggered/one/empty", "app_data/jobs/triggered/two"], entry
        ),
    )
    assert split.jobs == {path: inside for path, inside in data.items() if inside is not None}
    assert set(split.files) == {path for path, inside in data.items() if inside is None}
    assert split.job_folders == ("app_data/jobs/triggered/One/empty",)
    assert set(split.folders) == {"app_data", "app_data/jobs/triggered/two"}


async def test_the_book_outlives_the_engine_and_ends_what_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "own" / "deployments.json"
    book = DeploymentBook(path, SystemClock())
    good = await book.end(await book.begin(await book.add("me", "d", "m")), Status.SUCCESS, "Done.")
    cut = await book.begin(await book.add("me", "d", "m"))
    after = DeploymentBook(path, SystemClock())
    assert await after.find(good.id.upper()) == good
    found = await after.find("latest")
    assert found is not None
    assert (found.id, found.status, found.ended) == (cut.id, Status.FAILED, cut.started)
    assert "engine ended" in found.text


async def test_the_book_keeps_the_last_ones_and_those_under_way(tmp_path: Path) -> None:
    book = DeploymentBook(tmp_path / "deployments.json", SystemClock())
    waiting = await book.add("me", "d", "waits")
    ended = [await book.end(await book.add("me", "d", str(n)), Status.SUCCESS, "") for n in range(KEPT + 5)]
    assert [each.id for each in await book.every()] == [waiting.id, *(each.id for each in ended[-KEPT + 1 :])]
    assert len(json.loads((tmp_path / "deployments.json").read_bytes())) == KEPT


@pytest.mark.parametrize("content", [b"", b"nothing", b"{}", b'[{"id":7}]', b"\xff"])
async def test_a_damaged_book_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "deployments.json").write_bytes(content)
    book = DeploymentBook(tmp_path / "deployments.json", SystemClock())
    assert await book.every() == []
    added = await asyncio.gather(*(book.add("me", "d", str(n)) for n in range(5)))
    assert await DeploymentBook(tmp_path / "deployments.json", SystemClock()).find(added[0].id) is not None


def make_desk(root: Path) -> DeploymentDesk:
    return DeploymentDesk(Surroundings(root, "one", SystemClock(), root / "uploads"))


async def test_who_waits_is_told_of_a_bug_too(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)

    async def fail() -> str:
        raise KeyError("a bug")

    deployment = await desk.book.add("me", "d", "m")
    with pytest.raises(KeyError):
        await desk.carry_out(deployment, fail)
    found = await desk.book.find(deployment.id)
    assert found is not None
    assert (found.status, found.ended is not None, "engine.log" in found.text) == (Status.FAILED, True, True)


async def test_one_that_the_engine_gives_up_has_failed_and_the_next_has_its_turn(tmp_path: Path) -> None:
    desk, begun = make_desk(tmp_path), asyncio.Event()

    async def wait() -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    async def work() -> str:
        return "Done."

    first, second = [await desk.book.add("me", "d", "m") for _ in range(2)]
    going = asyncio.get_running_loop().create_task(desk.carry_out(first, wait))
    await begun.wait()
    next_one = asyncio.get_running_loop().create_task(desk.carry_out(second, work))
    going.cancel()
    await asyncio.wait({going})
    await next_one
    statuses = [(each.status, each.text) for each in await make_desk(tmp_path).book.every()]
    assert statuses == [(Status.FAILED, CUT_SHORT), (Status.SUCCESS, "Done.")]


def test_a_deployment_is_json_and_back() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    value = Deployment("a", at, "b", "c", "d", Status.FAILED, "e", at, at + timedelta(seconds=1))
    assert msgspec.json.decode(msgspec.json.encode(value), type=Deployment) == value


def _entry() -> Entry:
    return read_directory(io.BytesIO(make_zip(Raw("a", b"a"))), 1).entries[0]
