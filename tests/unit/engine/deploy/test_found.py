from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.zoo import RUN, Raw, make_zip
from tests.unit.engine.deploy.staging_rig import TOKEN, Rig, codes
from wjtui.engine.deploy.found import Place, find_places
from wjtui.engine.deploy.naming import suggest_name
from wjtui.model.deploys import Weight
from wjtui.model.identity import NAME_RULE, JobId, JobType


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def places(folder: Path, *files: str) -> tuple[Place, ...]:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return find_places(folder)


@pytest.mark.parametrize(
    "at",
    [
        "app_data/jobs",
        "App_Data/jobs",
        "APP_DATA/Jobs",
        "site/wwwroot/App_Data/jobs",
        "Site/WWWRoot/app_data/jobs",
        "publish/App_Data/jobs",
        "publish/site/wwwroot/app_data/jobs",
    ],
)
def test_jobs_in_the_places_of_a_site(tmp_path: Path, at: str) -> None:
    found = places(
        tmp_path,
        f"{at}/Continuous/worker/run.sh",
        f"{at}/triggered/nightly/run.sh",
        f"{at}/triggered/Acme.Job/x.exe",
        f"{at}/triggered/.hidden/run.sh",
        f"{at}/triggered/token.sh",
    )
    assert found == (
        Place(f"{at}/triggered/Acme.Job", JobId(JobType.TRIGGERED, "Acme.Job")),
        Place(f"{at}/triggered/nightly", JobId(JobType.TRIGGERED, "nightly")),
        Place(f"{at}/Continuous/worker", JobId(JobType.CONTINUOUS, "worker")),
    )


@pytest.mark.parametrize(
    "files",
    [
        ["run.sh"],
        ["nightly/run.sh"],
        ["app_data/jobs/readme.txt"],
        ["app_data/jobs/triggered/run.sh"],
        ["jobs/triggered/nightly/run.sh"],
        ["a/app_data/jobs/triggered/nightly/run.sh", "b/x"],
    ],
)
def test_everything_else_is_one_job(tmp_path: Path, files: list[str]) -> None:
    assert places(tmp_path, *files) == (Place(),)


def test_a_link_is_no_wrapping_folder(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (tmp_path / "elsewhere/app_data/jobs/triggered/x").mkdir(parents=True)
    (package / "way").symlink_to(tmp_path / "elsewhere")
    assert find_places(package) == (Place(),)


async def test_a_wrapped_job_is_the_package_itself(rig: Rig) -> None:
    data = make_zip(Raw("nightly-main/", mode=0o040755), Raw("nightly-main/run.sh", b"echo\n"))
    package = await rig.staging.stage(rig.file("nightly-main.zip", data), TOKEN)
    (job,) = package.jobs
    assert (job.at, job.id, job.name) == ("", None, "nightly-main")
    assert job.script is not None
    assert job.script.path == "nightly-main/run.sh"
    assert (job.files, job.size) == (1, 5)


async def test_what_is_known_of_a_job(rig: Rig) -> None:
    text = '{"is_singleton": true} // all'
    package = await rig.of_tree(
        {"main.py": "x", "other.sh": "y", "z.txt": "", "settings.job": f"\ufeff{text}"}
    )
    (job,) = package.jobs
    assert job.script is not None
    assert (job.script.path, job.also) == ("other.sh", ("main.py",))
    assert (job.settings_text, job.settings.is_singleton) == (text, True)


async def test_a_job_whose_name_is_no_text_is_left_out(rig: Rig) -> None:
    source = rig.tree({"app_data/jobs/triggered/good/run.sh": "x"})
    bad = os.fsencode(source / "app_data/jobs/triggered") + b"/caf\xe9"
    os.mkdir(bad)
    Path(os.fsdecode(bad), "run.sh").write_text("x")
    package = await rig.staging.stage(source, TOKEN)
    assert [job.name for job in package.jobs] == ["good"]
    assert codes(package, Weight.WARNING) == ["beside"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("nightly.zip", "nightly"),
        ("nightly-master.ZIP", "nightly-master"),
        ("nightly-1.2.3.zip", "nightly-1-2-3"),
        ("my job (2).zip", "my-job-2"),
        ("_private.zip", "private"),
        ("Café.zip", "Cafe"),
        ("отчёт.zip", ""),
        ("x" * 80 + ".zip", "x" * 63),
        ("job.zip", "job"),
        ("backup.sh", "backup"),
        ("folder/run.sh", "folder"),
        ("My.Folder/Run.PY", "My-Folder"),
    ],
)
async def test_names_come_from_the_source(rig: Rig, source: str, name: str) -> None:
    data = make_zip(RUN) if source.lower().endswith(".zip") else b"echo\n"
    package = await rig.staging.stage(rig.file(source, data), TOKEN)
    assert package.jobs[0].name == name
    assert not name or NAME_RULE.fullmatch(name)


async def test_the_folder_of_a_file_that_was_sent_says_nothing(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("tmp", b"echo\n"), TOKEN, name="run.sh")
    assert package.jobs[0].name == ""


async def test_a_folder_gives_its_name(rig: Rig) -> None:
    assert (await rig.of_tree({"run.sh": "x"}, "nightly.v2")).jobs[0].name == "nightly-v2"


@pytest.mark.parametrize("text", ["", "...", "---", "💥", "\0", "a" * 1000, "-x-", "x" * 62 + "é-" * 9])
def test_a_suggested_name_keeps_the_rule(text: str) -> None:
    name = suggest_name(text)
    assert not name or NAME_RULE.fullmatch(name)
