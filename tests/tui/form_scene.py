"""What the pictures of the forms show: a package, the version in place, settings, versions and the trash."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.fake_changes import make_package
from tests.support.fake_service import NOW, FakeJobService
from wjtui.model.deploys import (
    FileChange,
    FileState,
    Finding,
    FoundJob,
    JobPreview,
    Package,
    Weight,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Script
from wjtui.model.site import ConnectionString, ConnectionType, Inherited, SettingsDocument, SiteSettings
from wjtui.model.versions import Cause, Trashed, Version
from wjtui.settings.parse import parse_settings

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
NIGHTLY = JobId(TRIGGERED, "nightly-report")
SETTINGS = """{
  // changed with ops on 2026-09-14
  "schedule": "0 0 2 * * *",
  "stopping_wait_time": 60,
  "x-owner": "ops",
  "env": {
    "DB_HOST": "db-01.internal",
    "API_TOKEN": "t0p-s3cret"
  }
}
"""
_BROUGHT = '{"schedule": "0 30 2 * * *", "stopping_wait_time": 60}\n'
_UPLOADS = {
    "uploads/nightly-report.zip": 1_258_291,
    "uploads/nightly-report-old.zip": 1_153_434,
    "uploads/broken.zip": 20_480,
    "uploads/cleanup.sh": 412,
    "uploads/notes.txt": 90,
    "uploads/nightly-report/run.py": 2_048,
}
_DIFF = """--- a/run.py
+++ b/run.py
@@ -18,7 +18,9 @@
 def main():
     month = sys.argv[1] if len(sys.argv) > 1 else "now"
-    rows = load(month)
+    rows = load(month, host=os.environ["DB_HOST"])
+    if not rows:
+        sys.exit("nothing to report for " + month)
     for row in rows:
         print(row.day, row.total)
"""


def make_home(home: Path) -> None:
    """A home folder with things to deploy, as old as the wireframe has them."""
    for name, size in _UPLOADS.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    for path in home.rglob("*"):
        days = 12 if "old" in path.name else 0
        at = (NOW - timedelta(days=days, minutes=14)).timestamp()
        os.utime(path, (at, at))


def add_forms(service: FakeJobService) -> FakeJobService:
    """What the forms find."""
    service.deploys.packages = {"nightly-report.zip": _package(), "broken.zip": _broken()}
    service.deploys.diffs = {"run.py": _DIFF}
    service.deploys.previews[NIGHTLY] = JobPreview(
        NIGHTLY,
        replaces=6,
        changes=(
            FileChange("fonts/Inter.ttf", FileState.ADDED, 317_440),
            FileChange("run.py", FileState.CHANGED, 9_216, 3, 1),
            FileChange("settings.job", FileState.CHANGED, 62, 1, 7),
            FileChange("templates/a.html", FileState.CHANGED, 4_096, 2, 2),
        ),
        same=10,
        findings=(Finding("replaces", "'triggered/nightly-report' is replaced, and kept.", Weight.PASSED),),
    )
    _versions(service)
    service.versions.changes = {5: list(service.deploys.previews[NIGHTLY].changes[1:3])}
    service.versions.diffs = {(5, "run.py"): _DIFF}
    service.settings.texts[NIGHTLY.key] = SETTINGS
    service.change("nightly-report", settings=parse_settings(SETTINGS, TRIGGERED).settings)
    service.settings.documents[NIGHTLY.key] = SettingsDocument(
        NIGHTLY, "", "", version=7, inherited={"WEBJOBS_IDLE_TIMEOUT": Inherited("300", "site setting")}
    )
    service.settings.site_settings = SiteSettings(
        {"WEBJOBS_IDLE_TIMEOUT": "300", "DB_HOST": "db-01.internal", "API_TOKEN": "t0p-s3cret"},
        (
            ConnectionString("AzureWebJobsStorage", ConnectionType.CUSTOM, "AccountKey=s3cret"),
            ConnectionString("Orders", ConnectionType.POSTGRESQL, "Password=s3cret"),
        ),
        {"WEBJOBS_HISTORY_SIZE": "100", "WEBSITE_TIME_ZONE": "Europe/Berlin"},
        "3",
    )
    service.trash.lying = [
        Trashed("triggered.old-import.1", JobId(TRIGGERED, "old-import"), NOW - timedelta(hours=5),
                NOW + timedelta(days=6, hours=19), 1_214, 48_234_496, 50),
        Trashed("continuous.beacon.1", JobId(CONTINUOUS, "beacon"), NOW - timedelta(days=3),
                NOW + timedelta(days=4), 3, 6_144, 0),
    ]  # fmt: skip
    return service


def _package() -> Package:
    script = Script(
        "run.py",
        "PythonScriptHost",
        ("/usr/bin/python3",),
        "run.py is called run.*, which comes first.",
    )
    job = FoundJob(
        "", None, "nightly-report", script, ("report.js",), _BROUGHT,
        parse_settings(_BROUGHT, TRIGGERED).settings, files=14, size=3_984_588,
    )  # fmt: skip
    return make_package(
        "nightly-report.zip",
        jobs=(job,),
        findings=(
            Finding("inside", "No file leaves the job's folder.", Weight.PASSED),
            Finding("size", "14 files, 3.8 MB: within the limits of 10,000 files and 1.0 GB.", Weight.PASSED),
            Finding("settings", "settings.job is valid.", Weight.PASSED),
            Finding("line-ends", "run.py has CRLF line ends, which some interpreters refuse.", path="run.py"),
            Finding(
                "secrets",
                "'.env' looks like a file of variables, with 3 keys: keep secrets in the site's settings.",
                path=".env",
            ),
            Finding("room", "1.9 GB are free after unpacking.", Weight.PASSED),
        ),
    )


def _broken() -> Package:
    return make_package(
        "broken.zip",
        jobs=(),
        files=0,
        size=0,
        findings=(
            Finding("escape", "'../../etc/cron.d/own' leaves the job's folder.", Weight.REFUSED),
            Finding("link", "'data' is a link to '/etc': pack what it leads to.", Weight.REFUSED),
            Finding(
                "no-script",
                "No runnable script: the job's folder holds notes.txt and lib/, none of which can run: add a "
                "script, for example run.sh.",
                Weight.REFUSED,
            ),
        ),
    )


def _versions(service: FakeJobService) -> None:
    first = datetime(2026, 8, 3, 9, 12, tzinfo=UTC)
    told = (
        (7, Cause.SETTINGS, "stopping_wait_time", "UI - ops", 30),
        (6, Cause.ROLLBACK, "version 4", "UI - ops", 29),
        (5, Cause.DEPLOY, "nightly-report.zip", "CLI - deploy", 29),
        (4, Cause.DEPLOY, "nightly-report.zip", "CLI - deploy", 12),
        (3, Cause.DEPLOY, "nightly-report", "UI - ops", 4),
        (2, Cause.SETTINGS, "schedule", "External - curl/8.5.0", 1),
    )
    service.versions.made[NIGHTLY.key] = [
        Version(number, first + timedelta(days=3 * days), cause, note, by, number == 7, 14, 3_984_588)
        for number, cause, note, by, days in told
    ]
