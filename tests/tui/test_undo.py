"""Undo: the newest thing first, whatever it was; what is refused can be tried again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService
from tests.support.runs_driver import RunsDriver
from tests.support.versions_driver import VersionsDriver, open_versions
from tests.tui.scene import eleven_jobs
from tests.tui.test_ascii_screen import assert_ascii
from tests.tui.versions_scene import with_versions
from wjtui.model.deploys import DeployPlan, JobPreview, PlannedJob
from wjtui.model.errors import Conflict, EngineUnreachable, JobNotFound, TrashNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause

NEW = JobId(JobType.TRIGGERED, "new-one")


async def deploy(tui: VersionsDriver, job: JobId, replaces: int | None) -> None:
    """As the wizard does it."""
    service = tui.service
    service.deploys.previews[job] = JobPreview(job, replaces=replaces)
    token = "0" * 16
    await service.deploys.stage(Path("x.zip"), token)
    await tui.app.session.changes.deploy(token, DeployPlan((PlannedJob(job),)))
    await tui.settle()


async def save(tui: VersionsDriver, name: str, text: str) -> None:
    """As the form does it."""
    await tui.app.session.changes.save(tui.service.find(name).id, text, None)
    await tui.settle()


def words(service: FakeJobService) -> list[tuple[str, ...]]:
    """The commands but for staging."""
    return [command for command in service.commands if command[0] != "stage"]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_nothing_to_undo(size: tuple[int, int]) -> None:
    async with open_versions(eleven_jobs(), size) as tui:
        assert "u Undo" not in tui.footer
        await tui.press("u")
        await tui.hear("Nothing to undo: ")
        assert tui.service.commands == []


async def test_a_deleted_job_is_back_with_the_cursor_on_it_and_the_filter_gone() -> None:
    async with open_versions(eleven_jobs(), (80, 24)) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        await tui.select("queue-worker")
        await tui.press("slash")
        await tui.write("mail")
        await tui.press("enter", "u")
        assert tui.selected == "export-csv" and tui.service.commands[-1] == (
            "restore",
            "triggered.export-csv.1",
        )
        assert "Undone: the deletion of export-csv" in tui.toasts and "u Undo" not in tui.footer


async def test_the_row_says_what_is_on_its_way_and_one_undo_waits_for_another() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await tui.select("import-legacy")
        await tui.delete("import-legacy")
        await tui.select("nightly-report")
        await tui.press("V", "j", "b", "g", "escape")
        service.hold = asyncio.Event()
        await tui.press("u")
        await tui.see("Undoing…")
        assert "Undoing…" in tui.row("nightly-report")
        await tui.press("u")
        await tui.hear("The rollback of nightly-report is being undone.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)
        await tui.press("u")
        await tui.until(lambda: tui.selected == "import-legacy")


async def test_what_is_not_done_yet_is_not_jumped_over() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await tui.select("import-legacy")
        await tui.delete("import-legacy")
        await tui.select("queue-worker")
        service.hold = asyncio.Event()
        await tui.delete("queue-worker")
        await tui.see("Deleting…")
        await tui.press("u")  # not the other job, which was deleted before
        await tui.hear("queue-worker: deleting. When that is done, u takes it back.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)
        await tui.press("u")
        await tui.until(lambda: tui.selected == "queue-worker")


async def test_the_newest_first_over_runs_saves_deploys_and_deletes() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        nightly = service.find("nightly-report")
        run = nightly.latest_run
        assert run is not None
        await tui.select("nightly-report")
        await tui.press("h", "D", "d", "escape")
        await save(tui, "nightly-report", '{"schedule": "0 0 3 * * *"}')
        await deploy(tui, nightly.id, 9)
        await deploy(tui, NEW, None)
        await tui.select("export-csv")
        await tui.delete("export-csv")
        del service.commands[:]
        await tui.press(*"uuuuu")
        assert words(service) == [
            ("restore", "triggered.export-csv.1"),
            ("delete", "new-one", "keep history"),
            ("roll_back", "nightly-report", "9"),
            ("roll_back", "nightly-report", "8"),
            ("restore_run", "nightly-report", run.ref.run),
        ]
        await tui.press("u")
        await tui.hear("Nothing to undo: ")
        assert len(words(service)) == 5


async def test_two_saves_of_one_job_go_back_step_by_step_over_a_deletion() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await save(tui, "nightly-report", '{"schedule": "0 0 3 * * *"}')
        await save(tui, "nightly-report", '{"schedule": "0 0 4 * * *"}')
        await tui.select("nightly-report")
        await tui.delete("nightly-report")
        await tui.press("u", "u")
        assert service.commands[-1] == ("roll_back", "nightly-report", "9")
        await tui.press("u")
        assert service.commands[-1] == ("roll_back", "nightly-report", "8")
        assert tui.app.session.undo.next is None


async def test_what_is_refused_can_be_tried_again() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        service.refuse = Conflict("There is an 'export-csv' [/x] again.")
        await tui.press("u")
        await tui.hear("There is an 'export-csv' [/x] again.")
        assert "u Undo" in tui.footer
        service.refuse = None
        await tui.press("u")
        assert tui.selected == "export-csv"


async def test_what_can_never_succeed_is_gone() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        await tui.select("import-legacy")
        await tui.delete("import-legacy")
        await tui.select("export-csv")
        await tui.delete("export-csv")
        service.refuse = TrashNotFound("It is not in the trash.")
        await tui.press("u")
        await tui.hear("It is not tried again.")
        service.refuse = None
        await tui.press("u")
        assert tui.selected == "import-legacy"


async def test_a_later_change_by_somebody_else_is_not_undone() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await save(tui, "nightly-report", '{"schedule": "0 0 3 * * *"}')
        service.versions.add(service.find("nightly-report").id, Cause.DEPLOY, "theirs.zip")
        await tui.press("u")
        await tui.hear("is at version 10 by now")
        assert tui.app.session.undo.next is None and service.commands[-1][0] == "save"


async def test_a_job_that_is_not_there_is_believed_the_second_time() -> None:
    service = with_versions()
    async with open_versions(service) as tui:
        await save(tui, "nightly-report", '{"schedule": "0 0 3 * * *"}')
        service.refuse = JobNotFound("There is no job.")
        await tui.press("u")
        await tui.hear("There is no job.")
        assert tui.app.session.undo.next is not None
        await tui.press("u")
        await tui.hear("It is not tried again.")
        assert tui.app.session.undo.next is None


async def test_without_an_engine() -> None:
    service = eleven_jobs()
    async with open_versions(service) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        service.lose(EngineUnreachable("gone"))
        await tui.settle()
        await tui.press("u")
        await tui.hear("The engine is not reachable")
        assert service.commands == [("delete", "export-csv")]


async def test_on_other_screens_too_and_the_screen_stays() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        await tui.select("nightly-report")
        await tui.press("h")
        runs = RunsDriver(tui.app, tui._pilot, tui.service, tui.clock)
        assert "u Undo" in runs.footer
        await runs.press("u")
        assert runs.in_view and tui.service.commands[-1][0] == "restore"
        await runs.press("escape")
        assert tui.selected == "export-csv"


async def test_in_ascii() -> None:
    async with open_versions(eleven_jobs(), ascii=True) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        assert_ascii(tui)
        await tui.press("u")
        assert_ascii(tui)
