"""The night of the wireframes with a past: versions of one job, and jobs that were deleted."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import NOW, FakeJobService
from tests.tui.scene import eleven_jobs
from wjtui.model.deploys import FileChange, FileState
from wjtui.model.identity import JobId, JobType
from wjtui.model.site import SettingsDocument
from wjtui.model.versions import Cause, Trashed, Version

DAY = timedelta(days=1)
CHANGES = [
    FileChange("lib/pages.py", FileState.REMOVED, 900, 0, 30),
    FileChange("logo.png", FileState.CHANGED, 90_000),
    FileChange("old.py", FileState.ADDED, 800, 20, 0),
    FileChange("run.py", FileState.CHANGED, 4000, 12, 3),
]
DIFF = '--- in place/run.py\n+++ version 6/run.py\n@@ -1,2 +1,2 @@\n import sys\n-print("[/x]")\n+print(1)\n'


def with_versions() -> FakeJobService:
    """nightly-report has four versions."""
    service = eleven_jobs()
    job = service.find("nightly-report").id
    key = job.key
    service.settings.documents[key] = SettingsDocument(job, "", "", version=8)
    service.versions.made[key] = [
        Version(8, NOW - timedelta(hours=2), Cause.SETTINGS, "", "UI - ops", True, 14, 3_800_000),
        Version(7, NOW - DAY, Cause.DEPLOY, "nightly-report.zip", "UI - root", False, 14, 3_800_000),
        Version(6, NOW - 3 * DAY, Cause.ROLLBACK, "version 4", "UI - root", False, 13, 3_700_000),
        Version(4, None, Cause.UNKNOWN, "", "", False, 12, 3_700_000),
    ]
    service.versions.changes = {7: [FileChange("settings.job", FileState.CHANGED, 40, 1, 1)], 6: CHANGES}
    service.versions.diffs = {(6, "run.py"): DIFF}
    return service


def with_trash() -> FakeJobService:
    """Two deleted jobs, of which one left its history in place."""
    service = eleven_jobs()
    service.trash.lying = [
        Trashed(
            "triggered.old-export.1", JobId(JobType.TRIGGERED, "old-export"), NOW - timedelta(hours=3),
            NOW + timedelta(days=6, hours=21), 14, 3_800_000, 50,
        ),
        Trashed(
            "continuous.feeder.1", JobId(JobType.CONTINUOUS, "feeder"), NOW - 6 * DAY,
            NOW + timedelta(hours=21), 4, 38_000, 0, history=False,
        ),
    ]  # fmt: skip
    return service
