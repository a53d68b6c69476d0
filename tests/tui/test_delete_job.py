"""Deleting jobs: the name is typed, what goes is said, and what cannot go stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest
from textual.widgets import Input

from tests.support.fake_service import NOW, FakeJobService, make_job
from tests.support.versions_driver import open_versions
from tests.tui.scene import eleven_jobs
from tests.tui.test_ascii_screen import assert_ascii
from tests.tui.test_hostile import BUNDLES, assert_harmless
from tests.tui.versions_scene import with_versions
from wjtui.model.errors import Conflict, EngineUnreachable
from wjtui.model.jobs import Stopping
from wjtui.model.runs import RunStatus

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)])


@SIZES
async def test_the_name_is_typed_and_enter_deletes(size: tuple[int, int]) -> None:
    async with open_versions(with_versions(), size) as tui:
        await tui.select("nightly-report")
        await tui.press("D")
        assert "Delete nightly-report?" in tui.text and "14 files, 3.6 MB, 1 run." in tui.text
        assert "Its schedule ends with it: At 02:00, every day." in tui.text
        assert "It goes to the trash for 7 days (u undoes)." in tui.text
        await tui.write("nightly-rep")
        assert not tui.can_delete()
        await tui.press("enter")
        assert tui.service.commands == [] and "Type nightly-report and then Enter" in tui.text
        await tui.write("ORT")
        assert tui.can_delete()
        await tui.press("enter")
        assert tui.service.commands == [("delete", "nightly-report")]
        assert "nightly-report is in the trash." in tui.toasts and "2026-11-28" in tui.text
        assert "nightly-report" not in [tui.app.store.jobs[key].id.name for key in tui.app.store.jobs]
        assert "u Undo" in tui.footer


@pytest.mark.parametrize("keys", [("escape",), ("tab", "tab", "enter"), ("down", "down", "enter")])
async def test_what_keeps_the_job(keys: tuple[str, ...]) -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("import-legacy")
        await tui.press("D")
        await tui.write("import-legacy")
        await tui.press(*keys)
        await tui.until(lambda: tui.on_top == "MainScreen")
        assert tui.service.commands == [] and "u Undo" not in tui.footer


async def test_the_history_stays_where_that_is_ticked() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("import-legacy")
        await tui.press("D")
        await tui.write("import-legacy")
        await tui.press("tab", "space")
        assert tui.keeps_history
        await tui.press("tab", "tab", "enter")
        assert tui.service.commands == [("delete", "import-legacy", "keep history")]


async def test_what_runs_is_said_and_the_countdown_is_seen() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        await tui.select("queue-worker")
        await tui.press("D")
        assert "It runs: it is asked to end, and killed after 5 s." in tui.text and "KB of logs" in tui.text
        await tui.press("escape")
        await tui.select("sync-inventory")
        await tui.press("D")
        assert "A run is in progress: it is asked to end, and killed after 30 s." in tui.text
        await tui.press("escape")
        service.hold = asyncio.Event()
        await tui.select("queue-worker")
        await tui.delete("queue-worker")
        await tui.see("Deleting…")
        service.change("queue-worker", Stopping(NOW, NOW + timedelta(seconds=5), 5120))
        await tui.see("Deleting 0/5 s")
        await tui.press("D")
        await tui.hear("A command for queue-worker is on its way.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)
        assert "queue-worker" not in {job.id.name for job in tui.app.store.jobs.values()}


async def test_a_refused_deletion_is_a_message_and_an_event() -> None:
    service = eleven_jobs()
    service.refuse = Conflict("Its files cannot be moved: [/x] Permission denied.")
    async with open_versions(service) as tui:
        await tui.select("import-legacy")
        await tui.delete("import-legacy")
        await tui.hear("Its files cannot be moved: [/x]")
        assert "could not be deleted" in tui.app.store.notices[-1].text
        assert "import-legacy" in tui.row("import-legacy") and tui.app.session.undo.next is None


async def test_marked_jobs_want_their_number() -> None:
    async with open_versions(eleven_jobs()) as tui:
        for name in ("export-csv", "import-legacy", "queue-worker"):
            await tui.select(name)
            await tui.press("space")
        await tui.press("D")
        for text in ("Delete 3 jobs?", "export-csv", "import-legacy", "● Running, 5 s to end", "bring"):
            assert text in tui.text
        await tui.write("export-csv")
        assert not tui.can_delete()
        await tui.press(*["backspace"] * 10)
        await tui.write("Delete 3 jobs")
        await tui.press("enter")
        assert sorted(tui.service.commands) == [
            ("delete", "export-csv"), ("delete", "import-legacy"), ("delete", "queue-worker"),
        ]  # fmt: skip
        assert "3 jobs are in the trash." in tui.text and "marked" not in tui.text
        await tui.press("u", "u", "u")
        assert len(tui.app.store.jobs) == 11 and tui.app.session.undo.next is None


async def test_what_cannot_be_counted_does_not_keep_one_from_deleting() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        await tui.select("queue-worker")

        async def unreachable(*_: object, **__: object) -> list[object]:
            raise EngineUnreachable("No engine [/x] answers.")

        service.launches = unreachable  # type: ignore[assignment]
        await tui.press("D")
        await tui.see("could not be counted: No engine [/x] answers.")
        await tui.write("queue-worker")
        await tui.press("enter")
        assert service.commands == [("delete", "queue-worker")]


async def test_without_an_engine_nothing_is_asked() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        service.lose(EngineUnreachable("gone"))
        await tui.settle()
        await tui.press("D")
        await tui.hear("The engine is not reachable")
    async with open_versions(eleven_jobs(), read_only=True) as tui:
        await tui.press("D")
        await tui.hear("This screen is read-only")


async def test_many_runs_are_not_counted_to_the_end() -> None:
    service = eleven_jobs()
    run = service.find("nightly-report").latest_run
    assert run is not None and run.status is RunStatus.FAILED
    for number in range(120):
        ref = msgspec.structs.replace(run.ref, run=f"{202611010000000000 + number}")
        service.past.append(msgspec.structs.replace(run, ref=ref, output_size=1024))
    async with open_versions(service) as tui:
        await tui.select("nightly-report")
        await tui.press("D")
        assert "100 or more runs, 100 KB of logs." in tui.text


@pytest.mark.parametrize("size", [(120, 36), (50, 14)])
async def test_hostile_names(size: tuple[int, int]) -> None:
    service = FakeJobService(*map(make_job, BUNDLES))
    async with open_versions(service, size) as tui:
        await tui.press("asterisk", "D")
        assert_harmless(tui)
        await tui.press("escape", "U", "D")
        assert_harmless(tui)
        # No keyboard types these names.
        await tui.write("delete")
        assert_harmless(tui)
        await tui.press("enter")
        assert len(service.jobs) == len(BUNDLES) - 1
        assert_harmless(tui)
        await tui.press("u")
        assert len(service.jobs) == len(BUNDLES)
        assert_harmless(tui)


async def test_in_ascii() -> None:
    async with open_versions(eleven_jobs(), (80, 24), ascii=True) as tui:
        await tui.press("D")
        assert_ascii(tui)


async def test_one_job_by_name_in_the_palette() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("queue-worker")
        await tui.press("space")
        await tui.command("delete import")
        assert "Delete import-legacy?" in tui.text


@pytest.mark.parametrize("size", [(50, 14), (40, 10)])
async def test_what_is_typed_is_in_sight_on_low_terminals(size: tuple[int, int]) -> None:
    async with open_versions(with_versions(), size) as tui:
        await tui.select("nightly-report")
        await tui.press("D")
        await tui.write("nightly")
        field = tui.question.query_one(Input).region
        assert "nightly" in tui.lines[field.y] and tui.lines[field.y].index("nightly") >= field.x
        await tui.write("-report")
        await tui.press("enter")
        assert tui.service.commands == [("delete", "nightly-report")]
