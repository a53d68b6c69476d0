"""Versions of a job: what going back would change is seen before it is done."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from tests.support.fake_service import NOW, FakeJobService, make_job
from tests.support.versions_driver import VersionsDriver, open_versions
from tests.tui.scene import eleven_jobs
from tests.tui.test_ascii_screen import assert_ascii
from tests.tui.test_hostile import BUNDLES, assert_harmless
from tests.tui.versions_scene import with_versions
from wjtui.model.deploys import FileChange, FileState, WhenRunning
from wjtui.model.errors import Conflict, EngineUnreachable, VersionNotFound
from wjtui.model.events import JobRemoved
from wjtui.model.jobs import Busy
from wjtui.model.runs import RunId
from wjtui.model.versions import Cause, Version

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)])


async def open_nightly(tui: VersionsDriver) -> None:
    await tui.select("nightly-report")
    await tui.press("V")


@SIZES
async def test_the_list_says_what_is_known(size: tuple[int, int]) -> None:
    async with open_versions(with_versions(), size) as tui:
        await open_nightly(tui)
        rows = tui.rows_of("#versions")
        assert [row.split()[1 if row.startswith("▌") else 0] for row in rows] == ["8", "7", "6", "4"]
        assert (
            "in place" in rows[0] and "settings saved" in rows[0] and rows[0].endswith("14 files    3.6 MB")
        )
        assert "1d ago" in rows[1] and "deployed nightly-report" in rows[1]
        assert "went back to version 4" in rows[2] and "time unknown" in rows[3]
        assert ("UI - ops" in rows[0]) is (size[0] >= 100)
        assert "by UI - ops" in tui.text and "It is in place." in tui.text
        assert "nightly-report › Versions" in tui.lines[0] and "Enter Go back" in tui.footer


@SIZES
async def test_files_that_would_change_and_their_lines(size: tuple[int, int]) -> None:
    async with open_versions(with_versions(), size) as tui:
        await open_nightly(tui)
        await tui.press("j", "j")
        assert "Going back to it changes 4 files: 1 comes, 2 change, 1 goes." in tui.text
        rows = [row.lstrip("▌ ") for row in tui.rows_of("#versions-files")]
        assert [row.split()[:2] for row in rows] == [
            ["-", "lib/pages.py"], ["~", "logo.png"], ["+", "old.py"], ["~", "run.py"],
        ]  # fmt: skip
        assert "+0 -30" in rows[0] and "88 KB" in rows[1] and "+12 -3" in rows[3]
        await tui.press("tab", "G")
        assert "Enter Changes" in tui.footer and "b Go back" in tui.footer
        await tui.press("enter")
        assert '-print("[/x]")' in tui.text and "+print(1)" in tui.text
        await tui.press("escape", "d")
        assert "+print(1)" in tui.text
        await tui.press("escape", "escape")
        assert "Enter Go back" in tui.footer
        await tui.press("escape")
        assert tui.shows_list()


@SIZES
async def test_going_back_asks_then_says_so_and_can_be_undone(size: tuple[int, int]) -> None:
    async with open_versions(with_versions(), size) as tui:
        await open_nightly(tui)
        await tui.press("j", "j", "enter")
        assert "nightly-report: back to version 6?" in tui.text and "Version 8 is kept" in tui.text
        await tui.press("enter")
        assert tui.service.commands == []
        await tui.press("enter", "g")
        assert tui.service.commands == [("roll_back", "nightly-report", "6")]
        assert "nightly-report: version 6 is in place again." in tui.toasts
        assert "9" in tui.rows_of("#versions")[0] and "went back to version 6" in tui.rows_of("#versions")[0]
        await tui.press("u")
        assert tui.service.commands[-1] == ("roll_back", "nightly-report", "8")
        assert "10" in tui.rows_of("#versions")[0]


async def test_what_is_refused_and_why() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("enter")
        await tui.hear("Version 8 is in place: put the cursor on another one")
        await tui.press("d")
        await tui.hear("This version is in place: another one says what would change.")
        await tui.press("G")
        assert "Going back to it changes no file." in tui.text
        await tui.press("d")
        await tui.hear("There is no file that would change.")
        service.refuse = Conflict("A run [/x] of a job in place is going.")
        await tui.press("b", "g")
        await tui.hear("A run [/x] of a job in place is going.")
        assert tui.app.session.undo.next is None


async def test_a_version_that_cannot_be_compared() -> None:
    service = with_versions()

    async def gone(*_: object) -> list[FileChange]:
        raise VersionNotFound("There is no version 7 [/x].")

    service.versions.compare = gone  # type: ignore[assignment]
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("j")
        assert "There is no version 7 [/x]." in tui.text
        await tui.press("enter")
        await tui.hear("It cannot be gone back to: There is no version 7")


@pytest.mark.parametrize(("key", "answer"), [("a", "after"), ("s", "stop"), ("n", "now")])
async def test_a_run_that_is_going(key: str, answer: str) -> None:
    service = with_versions()
    given: list[str] = []
    roll_back = service.versions.roll_back

    async def noted(*args: object, **more: object) -> Version:
        given.append(str(more["running"]))
        made = await roll_back(*args, **more)  # type: ignore[arg-type]
        return msgspec.structs.replace(made, current=more["running"] is not WhenRunning.AFTER)

    service.versions.roll_back = noted  # type: ignore[method-assign]
    service.change("nightly-report", Busy(RunId("202611210512090000"), NOW))
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("j", "enter")
        assert "A run is going." in tui.text and "Stop the run first (30 s to end)" in tui.text
        await tui.press(key)
        assert given == [answer]
        waits = "nightly-report goes back to version 7 when its run has ended." in tui.toasts
        assert waits is (answer == "after") is ("u Undo" not in tui.footer)


async def test_in_place_no_run_is_switched_under() -> None:
    service = with_versions()
    service.change("nightly-report", Busy(RunId("202611210512090000"), NOW), in_place=True)
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("j", "enter")
        assert "in the job's own folder" in tui.text and "goes on from its copy" not in tui.text


async def test_a_continuous_job_is_restarted() -> None:
    service = eleven_jobs()
    job = service.find("queue-worker").id
    service.versions.add(job, Cause.UNKNOWN)
    service.versions.add(job, Cause.DEPLOY, "worker.zip")
    async with open_versions(service) as tui:
        await tui.select("queue-worker")
        await tui.command("rollback")
        assert "queue-worker: back to version 1?" in tui.text and "It runs." in tui.text
        assert "restart it with these files" in tui.text and "Stop it first (5 s to end)" in tui.text
        await tui.press("g")
        assert service.commands == [("roll_back", "queue-worker", "1")]


async def test_rollback_of_a_job_without_earlier_versions() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("import-legacy")
        await tui.command("rollback")
        await tui.hear("import-legacy has no earlier version.")
        await tui.press("V")
        assert "1 file" not in tui.rows_of("#versions")[0] and "found in place" in tui.rows_of("#versions")[0]


async def test_it_is_on_its_way() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("j")
        service.hold = asyncio.Event()
        await tui.press("enter", "g")
        await tui.see("Going back…")
        await tui.press("enter")
        await tui.hear("A command for nightly-report is on its way.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)


async def test_zoom_and_low_terminals() -> None:
    async with open_versions(with_versions()) as tui:
        await open_nightly(tui)
        await tui.press("j", "z")
        assert "Files that would change" not in tui.text
        await tui.press("tab")
        assert "settings.job" in tui.text and "found in place" not in tui.text
        await tui.press("escape")
        assert "found in place" in tui.text and "settings.job" in tui.text
    async with open_versions(with_versions(), (50, 14)) as tui:
        await open_nightly(tui)
        await tui.press("j", "j")
        assert "lib/pages.py" not in tui.text
        await tui.press("tab")
        assert "lib/pages.py" in tui.text
        await tui.resize(40, 8)
        await tui.resize(120, 36)
        assert "lib/pages.py" in tui.text and "found in place" in tui.text


async def test_the_engine_goes_and_comes_and_the_job_goes() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await open_nightly(tui)
        service.lose(EngineUnreachable("gone"))
        await tui.settle()
        await tui.press("j", "enter")
        await tui.hear("The engine is not reachable")
        service.unreachable = None
        service.versions.add(service.find("nightly-report").id, Cause.DEPLOY, "meanwhile.zip")
        await tui.press("f5")
        await tui.see("meanwhile.zip")
        service.tell(JobRemoved(service.find("nightly-report").id))
        await tui.until(tui.shows_list)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 14)])
async def test_hostile_texts(size: tuple[int, int]) -> None:
    service = FakeJobService(*map(make_job, BUNDLES))
    for job in service.jobs.values():
        text = job.id.name
        service.versions.made[job.id.key] = [
            Version(2, NOW, Cause.DEPLOY, text, text, True, 3, 5),
            Version(1, NOW - timedelta(days=1), Cause.UNKNOWN, text, text),
        ]
    service.versions.changes = {1: [FileChange(text, FileState.CHANGED, 3, 1, 2) for text in BUNDLES]}
    service.versions.diffs = {(1, text): f"--- {text}\n+++ {text}\n@@ -1 +1 @@\n-{text}" for text in BUNDLES}
    async with open_versions(service, size) as tui:
        for row in range(3):
            await tui.press("home", *["j"] * row, "V")
            assert_harmless(tui)
            await tui.press("j")
            assert_harmless(tui)
            await tui.press("enter")
            assert_harmless(tui)
            await tui.press("escape", "d")
            assert_harmless(tui)
            await tui.press("escape", "escape")
            assert tui.shows_list()


async def test_in_ascii() -> None:
    for size in ((120, 36), (80, 24)):
        async with open_versions(with_versions(), size, ascii=True) as tui:
            await open_nightly(tui)
            await tui.press("j", "j")
            assert_ascii(tui)
            await tui.press("enter")
            assert_ascii(tui)


async def test_many_files_scroll() -> None:
    service = with_versions()
    many = [FileChange(f"part/{number:04}.txt", FileState.ADDED, 10, 1, 0) for number in range(2000)]
    service.versions.changes[7] = many
    async with open_versions(service) as tui:
        await open_nightly(tui)
        await tui.press("j", "enter")
        assert "and 1994 more" in tui.text
        await tui.press("escape", "tab", "G")
        assert "part/1999.txt" in tui.text
        await tui.press("g")
        assert "part/0000.txt" in tui.text
