"""The deploy wizard, gone through by keyboard alone over a service that plays along."""

from __future__ import annotations

import asyncio
import os
import zipfile
from pathlib import Path

import msgspec
import pytest
from textual.widgets import Input

from tests.support.deploy_driver import DeployDriver, open_wizard
from tests.support.fake_changes import SCRIPT, make_package
from tests.support.fake_service import FakeJobService, make_job
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.test_hostile import BUNDLES, HOSTILE, assert_harmless
from wjtui.model.deploys import (
    FileChange,
    FileState,
    Finding,
    FoundJob,
    JobPreview,
    SourceKind,
    Weight,
    WhenRunning,
)
from wjtui.model.errors import Conflict, DeployRejected, InvalidRequest
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Problem, Severity
from wjtui.settings.lenient import read_lenient
from wjtui.settings.parse import parse_settings
from wjtui.tui.present.deploy import Step
from wjtui.tui.present.schedule_draft import ScheduleDraft
from wjtui.tui.screens.builder import BuilderScreen
from wjtui.tui.screens.deploy_diff import DiffScreen
from wjtui.tui.screens.question import Question

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
REPORT = JobId(TRIGGERED, "report")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with sources of every kind in it."""
    uploads = tmp_path / "uploads"
    (uploads / "nightly").mkdir(parents=True)
    (uploads / "nightly" / "run.py").write_text("print(1)\n")
    for name in ("nightly.zip", "nightly-old.zip"):
        with zipfile.ZipFile(uploads / name, "w") as archive:
            archive.writestr("run.py", "print(1)\n")
    (uploads / "cleanup.sh").write_text("echo\n")
    (uploads / "notes.txt").write_text("hello\n")
    (uploads / ".hidden.sh").write_text("echo\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path


def service_with(*jobs: str, **packages: object) -> FakeJobService:
    return FakeJobService(*(make_job(name) for name in (*jobs, "other")))


async def at_review(tui: DeployDriver, path: str = "~/uploads/nightly.zip") -> None:
    """To the last step by keys."""
    await tui.stage(path)
    await tui.next()
    while not tui.at(Step.REVIEW):
        before = tui.form.step
        await tui.next()
        assert not tui.at(before), tui.text


# Where the files come from


async def test_a_zip_to_the_end(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        assert "run.py  with /usr/bin/python3" in tui.findings
        assert "✓ No file leaves" in tui.findings
        await tui.press("enter")
        assert tui.at(Step.NAME)
        await tui.next()
        await tui.next()
        assert tui.at(Step.REVIEW)
        assert "app_data/jobs/triggered/nightly" in tui.text
        assert tui.ticked("review-after") is True
        await tui.next()
        assert not tui.shows_wizard()
        assert tui.committed.jobs[0].id == JobId(TRIGGERED, "nightly")
        assert tui.committed.jobs[0].settings_text is None
        assert ("run", "nightly") in tui.service.commands
        assert tui.selected == "nightly"
        assert tui.shows_log()


async def test_a_folder_taken_in_the_browser(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.take_from("folder")
        await tui.press("ctrl+o")
        assert tui.focus == "deploy-browser"
        await tui.press("tilde")
        assert "uploads/" in tui.browsed
        await tui.press("end", "enter")  # uploads
        assert tui.browsed[:2] == ["./  take this folder", "nightly/"]
        await tui.press("down", "enter", "home", "enter")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert tui.service.commands[-1] == ("stage", "nightly")
        assert tui.form.staging.source is not None
        assert tui.form.staging.source.path == home / "uploads" / "nightly"


async def test_a_script_found_by_moving_about(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.take_from("script")
        await tui.type_path("~/uploads/nightly/")
        await tui.press("ctrl+o", "minus")
        assert tui.browsed[0] == "nightly/"
        await tui.press("full_stop")
        assert any(row.startswith(".hidden.sh") for row in tui.browsed)
        await tui.press("full_stop")
        assert not any(row.startswith(".hidden.sh") for row in tui.browsed)
        row = next(at for at, each in enumerate(tui.browsed) if each.startswith("cleanup.sh"))
        await tui.press("home", *["down"] * row, "enter")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert tui.service.commands[-1] == ("stage", "cleanup.sh")


async def test_what_is_no_source_is_not_taken(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.type_path("~/uploads/")
        await tui.press("ctrl+o", "end", "enter")
        assert "notes.txt is neither" in tui.status
        assert tui.service.commands == []


async def test_a_pasted_script(home: Path) -> None:
    seen: list[str] = []

    async def look(*words: str) -> None:
        seen.extend(str(path.relative_to(home)) for path in (home / "tmp").rglob("*.*"))

    async with open_wizard(service_with()) as tui:
        tui.service.deploys._command = look
        await tui.take_from("paste")
        await tui.go_to("deploy-script")
        await tui.paste("#!/usr/bin/env python3\nprint('hello')\n")
        assert tui.form.query_one("#deploy-script-name", Input).value == "run.py"
        await tui.next()
        await tui.until(lambda: tui.form.staging.package is not None)
        assert len(seen) == 1
        assert seen[0].endswith("/run.py")
        assert list((home / "tmp").iterdir()) == []
        await tui.next()
        assert tui.at(Step.NAME)


async def test_a_pasted_script_needs_text_and_a_name(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.take_from("paste")
        await tui.next()
        assert "no script yet" in tui.status
        await tui.go_to("deploy-script")
        await tui.paste("echo\n")
        await tui.fill_in("deploy-script-name", "a/b.sh")
        await tui.next()
        assert "without a path" in tui.error("deploy-name-field")
        assert tui.service.commands == []


async def test_a_sample(home: Path) -> None:
    service = service_with()
    service.deploys.packages["heartbeat"] = make_package("heartbeat")
    async with open_wizard(service) as tui:
        await tui.take_from("sample")
        await tui.go_to("deploy-sample")
        await tui.choose("deploy-sample", "continuous/heartbeat")
        assert "every two seconds" in tui.text
        await tui.press("enter")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert list((home / "tmp").iterdir()) == []
        await tui.press("enter")
        assert tui.value("deploy-how") == "continuous"


@pytest.mark.parametrize(
    "pasted",
    ["'{}/my job.zip'\n", "{}/my\\ job.zip", '"{}/my job.zip"', "file://{}/my%20job.zip", "~/my job.zip"],
)
async def test_a_path_dropped_on_the_terminal(home: Path, pasted: str) -> None:
    (home / "my job.zip").touch()
    async with open_wizard(service_with()) as tui:
        await tui.go_to("deploy-path")
        await tui.paste(pasted.format(home))
        await tui.press("enter")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert tui.service.commands == [("stage", "my job.zip")]


async def test_tab_completes_like_a_shell(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.type_path("~/up")
        await tui.press("tab")
        assert tui.form.source.path.path == "~/uploads/"
        await tui.write("nig")
        await tui.press("tab")
        assert tui.form.source.path.path == "~/uploads/nightly"
        assert "nightly/   nightly-old.zip   nightly.zip" in tui.text
        await tui.write("-")
        await tui.press("tab")
        assert tui.form.source.path.path == "~/uploads/nightly-old.zip"
        await tui.press("tab")
        assert tui.focus == "deploy-browser"


async def test_a_path_that_leads_nowhere(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.type_path("~/nothing.zip")
        await tui.press("enter")
        assert "There is no ~/nothing.zip" in tui.error("deploy-path-field")
        await tui.type_path("~/nowhere/")
        assert "cannot be read" in tui.text


async def test_names_with_bytes_that_are_no_text(home: Path) -> None:
    odd = os.fsencode(home) + b"/uploads/\xff\x1b[2J.zip"
    Path(os.fsdecode(odd)).touch()
    async with open_wizard(service_with()) as tui:
        await tui.type_path("~/uploads/")
        row = next(at for at, each in enumerate(tui.browsed) if "[2J" in each)
        assert_harmless(tui)
        await tui.press("ctrl+o", "home", *["down"] * row, "enter")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert_harmless(tui)
        assert tui.form.staging.source is not None
        assert os.fsencode(str(tui.form.staging.source.path)) == odd


async def test_the_last_folder_is_remembered(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        assert tui.form.source.path.path == "~/"
        await tui.stage("~/uploads/nightly.zip")
        await tui.press("escape", "escape", "d")
        await tui.press("n")
        assert tui.form.source.path.path == "~/uploads/"


async def test_over_ssh_there_is_a_line_to_copy(home: Path) -> None:
    environment = {"SSH_CONNECTION": "1 2 3 4", "USER": "ann"}
    async with open_wizard(service_with(), environment=environment) as tui:
        await tui.type_path("~/uploads/")
        assert "scp my.zip ann@web-01:~/uploads/" in tui.text
        await tui.go_to("deploy-scp-copy")
        await tui.press("enter")
        assert tui.app.clipboard == "scp my.zip ann@web-01:~/uploads/"
    async with open_wizard(service_with()) as tui:
        assert "scp" not in tui.text


# While it is staged


async def test_progress_is_shown_and_it_can_be_stopped(home: Path) -> None:
    service = service_with()
    service.hold = asyncio.Event()
    async with open_wizard(service) as tui:
        await tui.type_path("~/uploads/nightly.zip")
        await tui.press("enter")
        await tui.until(lambda: service.commands == [("stage", "nightly.zip")])
        token = tui.form.staging.token
        assert len(token) == 32
        await tui.progress("Unpacking", 500, 1000)
        assert "50 %" in tui.findings
        await tui.next()
        await tui.until(lambda: tui.status)  # a thread looks at the path first
        assert "on its way" in tui.status
        assert tui.at(Step.SOURCE)
        await tui.go_to("deploy-stop")
        service.deploys.staged[token] = make_package(token=token)
        await tui.press("enter")
        await tui.until(lambda: ("discard",) in service.commands)
        service.hold.set()
        await tui.settle()
        assert service.deploys.staged == {}
        assert tui.form.staging.package is None
        assert "Stopped" in tui.status


async def test_progress_of_another_package_is_not_ours(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.progress("Unpacking", 500, 1000)
        assert "50 %" not in tui.text


async def test_leaving_throws_away_what_is_staged(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.press("escape", "escape")
        assert isinstance(tui.app.screen, Question)
        await tui.press("escape")
        assert tui.shows_wizard()
        await tui.press("escape", "d")
        assert not tui.shows_wizard()
        await tui.until(lambda: ("discard",) in tui.service.commands)
        assert tui.service.deploys.staged == {}


async def test_leaving_with_nothing_asks_nothing(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.press("escape", "escape")
        assert not tui.shows_wizard()
        assert tui.service.commands == []


async def test_another_source_takes_the_place_of_the_first(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        first = tui.form.staging.token
        await tui.type_path("~/uploads/cleanup.sh")
        await tui.press("enter")
        await tui.until(lambda: tui.form.staging.package is not None and tui.form.staging.token != first)
        assert list(tui.service.deploys.staged) == [tui.form.staging.token]


# What is refused


async def test_every_refusal_at_once(home: Path) -> None:
    service = service_with()
    findings = tuple(
        Finding(code, f"The reason {code}.", Weight.REFUSED)
        for code in ("escape", "bomb", "no-script", "space")
    )
    service.deploys.packages["nightly.zip"] = make_package(findings=findings)
    async with open_wizard(service) as tui:
        await tui.stage("~/uploads/nightly.zip")
        for finding in findings:
            assert f"✗ {finding.text}" in tui.findings
        await tui.press("enter")
        assert tui.at(Step.SOURCE)
        assert "4 reasons" in tui.status


@pytest.mark.parametrize("refusal", [InvalidRequest("It is no archive."), Conflict("The disk is full.")])
async def test_a_source_that_cannot_be_staged(home: Path, refusal: Conflict) -> None:
    service = service_with()
    service.deploys.refusal = refusal
    async with open_wizard(service) as tui:
        await tui.type_path("~/uploads/nightly.zip")
        await tui.press("enter")
        assert refusal.message in tui.findings
        assert refusal.message in tui.status
        service.deploys.refusal = None
        await tui.press("enter")
        await tui.until(lambda: tui.form.staging.package is not None)


async def test_the_name_is_checked_while_it_is_typed(home: Path) -> None:
    async with open_wizard(service_with("Report")) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.next()
        await tui.fill_in("deploy-name", "a b")
        assert "cannot be a job's name" in tui.error("deploy-naming")
        await tui.next()
        assert tui.at(Step.NAME)
        await tui.fill_in("deploy-name", "report")
        assert tui.error("deploy-naming") == ""
        await tui.see("replaces version 1")
        assert "this is Report" in tui.text
        await tui.choose("deploy-how", "continuous")
        assert "a new continuous job" in tui.text


async def test_a_plan_that_the_engine_refuses(home: Path) -> None:
    service = service_with()
    nightly = JobId(TRIGGERED, "nightly")
    reasons = (Finding("a", "Reason one.", Weight.REFUSED), Finding("b", "Reason two.", Weight.REFUSED))
    service.deploys.previews[nightly] = JobPreview(nightly, findings=reasons)
    async with open_wizard(service) as tui:
        await at_review(tui)
        assert "✗ Reason one." in tui.warnings
        assert "✗ Reason two." in tui.warnings
        await tui.next()
        assert tui.shows_wizard()
        assert "reasons are below" in tui.status
        assert service.deploys.committed == []


async def test_a_refused_deploy_stays_in_the_form(home: Path) -> None:
    service = service_with()
    async with open_wizard(service) as tui:
        await at_review(tui)
        service.refuse = DeployRejected("One is wrong. Two is wrong.")
        await tui.next()
        assert tui.at(Step.REVIEW)
        assert "Two is wrong." in tui.warnings
        service.refuse = None
        await tui.next()
        assert not tui.shows_wizard()


# Back and forth


async def test_going_back_keeps_what_was_typed(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.next()
        await tui.fill_in("deploy-name", "mine")
        await tui.choose("deploy-how", "schedule")
        await tui.next()
        await tui.fill_in("deploy-schedule", "0 0 2 * * *")
        await tui.next()
        assert "At 02:00, every day" in tui.text
        await tui.go_to("deploy-back")
        await tui.press("enter")
        assert tui.at(Step.SETTINGS)
        while tui.focus != "deploy-schedule":
            await tui.press("shift+tab")
        await tui.press("shift+tab")
        assert tui.at(Step.NAME)
        await tui.go_to("deploy-name")
        await tui.press("shift+tab")
        assert tui.at(Step.SOURCE)
        await tui.press("ctrl+s", "ctrl+s", "ctrl+s")
        assert tui.at(Step.REVIEW)
        await tui.next()
        [job] = tui.committed.jobs
        assert job.id == JobId(TRIGGERED, "mine")
        assert read_lenient(job.settings_text or "") == {"schedule": "0 0 2 * * *"}
        assert tui.service.commands.count(("stage", "nightly.zip")) == 1


# Settings


async def test_five_fields_are_turned_into_six(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.next()
        await tui.choose("deploy-how", "schedule")
        await tui.next()
        await tui.next()
        assert "Write a schedule" in tui.error("deploy-schedule-field")
        await tui.fill_in("deploy-schedule", "0 2 * * 1-5")
        assert "five fields" in tui.error("deploy-schedule-field")
        await tui.go_to("deploy-six")
        await tui.press("enter")
        assert tui.error("deploy-schedule-field") == ""
        assert "At 02:00, Monday to Friday" in tui.text
        assert "Mon 2026-11-23 02:00:00" in tui.text
        await tui.fill_in("deploy-zone", "Berlin")
        assert "Europe/Berlin" in tui.error("deploy-zone-field")
        await tui.next()
        assert tui.at(Step.SETTINGS)


async def test_the_builder_gives_the_schedule(home: Path) -> None:
    once = {"kind": "once", "start": "2026-11-24T08:00:00"}
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.next()
        await tui.choose("deploy-how", "schedule")
        await tui.next()
        await tui.fill_in("deploy-schedule", "0 0 2 * * *")
        await tui.go_to("deploy-builder")
        await tui.press("enter")
        builder = tui.app.screen
        assert isinstance(builder, BuilderScreen)
        builder.dismiss(ScheduleDraft(recurrence=once))
        await tui.settle()
        assert "Made in the builder" in tui.text
        await tui.next()
        await tui.next()
        assert read_lenient(tui.committed.jobs[0].settings_text or "") == {"recurrence": once}


async def test_a_single_instance_with_arguments(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        await tui.next()
        await tui.choose("deploy-how", "continuous")
        await tui.next()
        await tui.choose("deploy-instances", "one")
        await tui.fill_in("deploy-arguments", "--fast")
        await tui.next()
        assert "on one instance only" in tui.text
        assert "Show its log" in tui.text
        await tui.next()
        [job] = tui.committed.jobs
        assert job.id.type is CONTINUOUS
        assert read_lenient(job.settings_text or "") == {"is_singleton": True, "arguments": "--fast"}
        assert not any(command[0] == "run" for command in tui.service.commands)


async def test_the_package_fills_the_steps_in(home: Path) -> None:
    text = '{\n  // mine\n  "schedule": "0 0 3 * * *", "x-owner": "ops"\n}\n'
    settings = parse_settings(text, TRIGGERED).settings
    service = service_with()
    found = msgspec.structs.replace(make_package().jobs[0], settings_text=text, settings=settings)
    service.deploys.packages["nightly.zip"] = make_package(jobs=(found,))
    async with open_wizard(service) as tui:
        await at_review(tui)
        assert "At 03:00, every day" in tui.text
        await tui.next()
        assert tui.committed.jobs[0].settings_text is None


# The review


def replacing(**fields: object) -> FakeJobService:
    service = service_with("report")
    service.deploys.packages["nightly.zip"] = make_package("report.zip")
    changes = (
        FileChange("run.py", FileState.CHANGED, 4000, 41, 12),
        FileChange("settings.job", FileState.CHANGED, 80, 1, 1),
        FileChange("fonts/Inter.ttf", FileState.ADDED, 317_440),
    )
    preview = JobPreview(REPORT, "", 6, changes, 10)
    service.deploys.previews[REPORT] = msgspec.structs.replace(preview, **fields)
    service.deploys.diffs["run.py"] = "--- run.py\n+++ run.py\n@@ -1 +1 @@\n-[/x]\n+[red]\n"
    service.settings.texts[REPORT.key] = '{"schedule": "0 0 1 * * *"}'
    return service


async def test_replacing_shows_what_changes(home: Path) -> None:
    async with open_wizard(replacing()) as tui:
        await at_review(tui)
        assert "a job of this name exists (v6" in tui.text
        assert "13 files: 1 added, 2 changed, 10 same" in tui.text
        assert [row.split()[0] for row in tui.changes] == ["~", "~", "+"]
        assert "+41 -12" in tui.changes[0]
        assert "schedule  0 0 1 * * * -> (none)" in tui.changes[1]
        assert tui.ticked("review-after") is False
        await tui.go_to("review-changes")
        await tui.press("enter")
        assert isinstance(tui.app.screen, DiffScreen)
        assert "-[/x]" in tui.text
        assert "+[red]" in tui.text
        await tui.press("escape")
        await tui.next()
        assert tui.committed.jobs[0].id == REPORT
        assert tui.committed.running is WhenRunning.NOW
        assert "Deployed report" in tui.toasts
        assert not any(command[0] == "run" for command in tui.service.commands)
        assert tui.app.session.undo.next is not None


async def test_another_name(home: Path) -> None:
    async with open_wizard(replacing()) as tui:
        await at_review(tui)
        await tui.choose("review-replace", "other")
        assert "report-2" in tui.text
        await tui.fill_in("review-other", "report 2")
        await tui.next()
        assert tui.shows_wizard()
        await tui.fill_in("review-other", "report-b")
        await tui.next()
        assert tui.committed.jobs[0].id == JobId(TRIGGERED, "report-b")


async def test_a_run_in_progress(home: Path) -> None:
    async with open_wizard(replacing(run="202611210510000000", live=True)) as tui:
        await at_review(tui)
        assert "report: a run is going" in tui.text
        assert len(tui.choices("review-when")) == 3
        assert tui.ticked("review-after") is None
        tui.service.deploys.waiting = True
        await tui.next()
        assert tui.committed.running is WhenRunning.AFTER
        assert "report: put in place when the run has ended." in tui.toasts


async def test_a_run_in_its_own_folder_forbids_to_switch_now(home: Path) -> None:
    async with open_wizard(replacing(run="202611210510000000", live=True, in_place=True)) as tui:
        await at_review(tui)
        assert len(tui.choices("review-when")) == 2
        assert "runs in its folder" in tui.text
        await tui.choose("review-when", "stop")
        await tui.next()
        assert tui.committed.running is WhenRunning.STOP


@pytest.mark.parametrize("unticked", [True, False])
async def test_line_ends_are_mended_unless_unticked(home: Path, unticked: bool) -> None:
    service = service_with()
    service.deploys.packages["nightly.zip"] = make_package(
        findings=(Finding("line-ends", "run.py has CRLF line ends.", path="run.py"),)
    )
    async with open_wizard(service) as tui:
        await at_review(tui)
        assert tui.ticked("review-ends") is True
        if unticked:
            await tui.go_to("review-ends")
            await tui.press("space")
        await tui.next()
        assert tui.committed.fix_line_ends is not unticked


# Several jobs


def several() -> FakeJobService:
    service = service_with("one")
    no_script = Problem("no-script", "No runnable script: there is only a text.", Severity.BLOCKING)
    jobs = (
        FoundJob("app_data/jobs/triggered/one", JobId(TRIGGERED, "one"), "one", SCRIPT),
        FoundJob("app_data/jobs/continuous/two", JobId(CONTINUOUS, "two"), "two", SCRIPT),
        FoundJob("app_data/jobs/triggered/bad", JobId(TRIGGERED, "bad"), "bad", problems=(no_script,)),
    )
    service.deploys.packages["nightly.zip"] = make_package("site.zip", jobs=jobs)
    return service


async def test_several_jobs_are_ticked(home: Path) -> None:
    async with open_wizard(several()) as tui:
        await tui.stage("~/uploads/nightly.zip")
        assert "3 jobs in it" in tui.findings
        await tui.next()
        assert "Settings" not in tui.steps
        assert "No runnable script" in tui.text
        assert "replaces the one in place" in tui.text
        await tui.press("space", "tab", "space")
        await tui.next()
        assert "Tick one job" in tui.status
        await tui.press("space", "shift+tab", "space")
        await tui.next()
        assert tui.at(Step.REVIEW)
        await tui.next()
        assert [(job.id, job.at) for job in tui.committed.jobs] == [
            (JobId(TRIGGERED, "one"), "app_data/jobs/triggered/one"),
            (JobId(CONTINUOUS, "two"), "app_data/jobs/continuous/two"),
        ]


# A root without jobs


async def test_the_sample_is_deployed_run_and_shown(home: Path) -> None:
    async with open_tui(FakeJobService(), (80, 24)) as tui:
        assert "Try a sample job" in tui.text
        await tui.press("enter")
        await tui.until(lambda: ("run", "report") in tui.service.commands)
        assert tui.service.commands[0] == ("stage", "report")
        assert tui.shows_log()
        assert list((home / "tmp").iterdir()) == []


async def test_ones_own_is_brought_in_from_there(home: Path) -> None:
    for keys in (("down", "enter"), ("n",)):
        async with open_tui(FakeJobService(), (80, 24)) as tui:
            await tui.press(*keys)
            assert "‹1 Source›" in tui.text


async def test_a_sample_that_is_refused(home: Path) -> None:
    service = FakeJobService()
    service.deploys.refusal = Conflict("The disk is full.")
    async with open_tui(service, (80, 24)) as tui:
        await tui.press("enter")
        await tui.see("The disk is full.")
        assert "No jobs yet" in tui.text


async def test_the_list_has_the_focus_again_when_a_job_appears() -> None:
    service = FakeJobService()
    async with open_tui(service, (80, 24)) as tui:
        service.add(make_job("fresh"))
        await tui.settle()
        await tui.press("d")
        assert tui.selected == "fresh"
        assert "‹Details›" in tui.text


async def refused(tui: TuiDriver, words: str) -> None:
    await tui.press("n")
    assert words in " ".join(tui.toasts)


async def test_why_no_job_can_be_brought_in() -> None:
    async with open_tui(service_with(), read_only=True) as tui:
        await refused(tui, "read-only")


async def test_a_job_is_brought_to_an_engine_elsewhere_as_well(home: Path) -> None:
    service = service_with()
    service.info = msgspec.structs.replace(service.info, shares_files=False)
    async with open_wizard(service) as tui:
        await tui.stage("~/uploads/nightly.zip")
        assert service.deploys.staged


# Whatever the texts and the size


@pytest.mark.parametrize(
    ("text", "size"),
    [*zip(BUNDLES, [(120, 36), (80, 24)] * len(BUNDLES), strict=False), (BUNDLES[0], (40, 12))],
)
async def test_hostile_texts_do_nothing(home: Path, text: str, size: tuple[int, int]) -> None:
    service = replacing(findings=(Finding("x", text, path=text),))
    script = msgspec.structs.replace(SCRIPT, path=text, command=(text,), reason=text)
    problem = Problem("x", text, Severity.NOTE)
    settings = json_of(text)
    job = FoundJob(text, None, "report", script, (text,), settings, problems=(problem,), files=1)
    job = msgspec.structs.replace(job, settings=parse_settings(settings, TRIGGERED).settings)
    findings = (Finding("line-ends", text, Weight.WARNING, text), Finding("y", text, Weight.PASSED))
    service.deploys.packages["nightly.zip"] = make_package(text, jobs=(job,), findings=findings)
    old = service.deploys.previews[REPORT]
    service.deploys.previews[REPORT] = msgspec.structs.replace(
        old, changes=(FileChange(text, FileState.CHANGED, 5, 1, 1),), run="1", live=True
    )
    service.deploys.diffs[text] = f"--- {text}\n+++ {text}\n-{text}\n+{text}\n"
    async with open_wizard(service, size) as tui:
        await tui.stage("~/uploads/nightly.zip")
        assert_harmless(tui)
        await tui.next()
        assert_harmless(tui)
        await tui.choose("deploy-how", "demand")
        await tui.next()
        assert_harmless(tui)
        await tui.next()
        assert tui.at(Step.REVIEW)
        assert_harmless(tui)
        await tui.go_to("review-changes")
        await tui.press("enter")
        assert isinstance(tui.app.screen, DiffScreen)
        assert_harmless(tui)
        await tui.press("right", "right", "escape")
        service.refuse = InvalidRequest(text)
        await tui.next()
        assert_harmless(tui)


def json_of(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode()
    return msgspec.json.encode({"arguments": clean, "time_zone": clean, clean: clean}).decode()


async def test_a_hostile_script_is_pasted_as_it_is(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        await tui.take_from("paste")
        await tui.go_to("deploy-script")
        script = "\n".join(text for text in HOSTILE if "\n" not in text and "\r" not in text)
        await tui.paste(script)
        for strip in tui.app.screen._compositor.render_strips():
            assert "\x1b" not in strip.text
            assert "\x9b" not in strip.text
            strip.text.encode()
        found = await tui.form.source.read()
        assert found is not None
        assert "\x1b[2J" in found.script


@pytest.mark.parametrize(
    ("size", "ascii_only"),
    [
        ((160, 50), False),
        ((100, 30), True),
        ((80, 24), True),
        ((60, 16), False),
        ((40, 10), True),
        ((20, 5), False),
    ],
)
async def test_every_size(home: Path, size: tuple[int, int], ascii_only: bool) -> None:
    service = replacing(run="1", live=True)
    async with open_wizard(service, size, ascii=ascii_only) as tui:
        await at_review(tui)
        if ascii_only:
            assert tui.text.isascii(), tui.text
        await tui.resize(80, 24)
        await tui.resize(*size)
        await tui.next()
        assert tui.committed.jobs[0].id == REPORT


async def test_the_kind_of_source_is_what_it_turns_out_to_be(home: Path) -> None:
    async with open_wizard(service_with()) as tui:
        assert tui.value("deploy-kind") == SourceKind.ZIP
        await tui.stage("~/uploads/cleanup.sh")
        assert tui.value("deploy-kind") == SourceKind.SCRIPT
