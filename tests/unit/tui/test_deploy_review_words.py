"""What a person must not overlook before a deploy, and in a list of versions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.fake_changes import make_package
from tests.support.fake_service import make_job
from wjtui.cli.deploy_words import preview_lines, version_row
from wjtui.model.deploys import FileChange, FileState, Finding, JobPreview, Preview, Weight
from wjtui.model.identity import JobId, JobType
from wjtui.model.settings import JobSettings
from wjtui.model.versions import Cause, Version
from wjtui.tui.present.deploy import How, Wish
from wjtui.tui.present.deploy_review import schedule_lost
from wjtui.tui.present.findings import package_lines
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.versions import about, version_line

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
ONLY_SETTINGS = Version(2, NOW, Cause.SETTINGS, "schedule", "UI - me", settings_only=True)


def test_the_worst_is_said_first() -> None:
    findings = (
        Finding("inside", "No file leaves.", Weight.PASSED),
        Finding("secret", "It holds keys.", Weight.WARNING),
        Finding("link", "It is a link.", Weight.REFUSED),
    )
    lines = [plain_text(line) for line in package_lines(make_package(findings=findings), 60, "UTC", NOW)]
    assert [line.split("  ")[-1].strip() for line in lines[-3:]] == [
        "✗ It is a link.",
        "! It holds keys.",
        "✓ No file leaves.",
    ]


@pytest.mark.parametrize("width", [60, 80, 118])
def test_a_version_of_settings_alone_does_not_look_empty(width: int) -> None:
    line = plain_text(version_line(ONLY_SETTINGS, NOW, width, 1))
    assert line.endswith("other settings.job") and "0 files" not in line and len(line) <= width
    assert "It has the files of version 3, and another settings.job." in plain_text(about(ONLY_SETTINGS, NOW))
    assert version_row(ONLY_SETTINGS)[-2:] == ("settings.job", "")


@pytest.mark.parametrize(
    ("settings", "how", "says"),
    [
        (
            JobSettings(schedule="0 0 3 * * *"),
            How.DEMAND,
            "on a schedule (0 0 3 * * *), this one brings none",
        ),
        (
            JobSettings(raw={"recurrence": {"kind": "every"}}),
            How.DEMAND,
            "on a schedule, this one brings none",
        ),
        (JobSettings(schedule="0 0 3 * * *"), How.SCHEDULE, ""),
        (JobSettings(), How.DEMAND, ""),
    ],
)
def test_a_schedule_that_goes_is_said(settings: JobSettings, how: How, says: str) -> None:
    told = schedule_lost(make_job("nightly", settings=settings), Wish("nightly", how))
    assert says in told and bool(told) is bool(says)


def test_thousands_of_files_are_not_named_one_by_one() -> None:
    changes = tuple(FileChange(f"f{number}", FileState.ADDED, 1) for number in range(5000))
    preview = Preview((JobPreview(JobId(JobType.TRIGGERED, "nightly"), changes=changes),))
    assert [len(preview_lines(preview, most)) for most in (20, None)] == [22, 5001]
    assert preview_lines(preview, 20)[-1] == "  and 4,980 more"
