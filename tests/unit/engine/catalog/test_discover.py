from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wjtui.engine.catalog.discover import Definition, Folders, define, list_jobs
from wjtui.engine.catalog.hosts import Hosts, find_hosts
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Severity

PRIMARY = "site/wwwroot/app_data/jobs"
SECONDARY = "site/jobs"


def put(site: Site, path: str, text: str = "") -> Path:
    file = site.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def job_in(site: Site, files: dict[str, str], *, kind: str = "triggered", name: str = "job") -> Path:
    folder = site.root / PRIMARY / kind / name
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        put(site, f"{PRIMARY}/{kind}/{name}/{path}", text)
    return folder


def the_job(site: Site, hosts: Hosts, key: tuple[str, str] = ("triggered", "job")) -> Definition:
    return define(site, list_jobs(site).jobs[key], hosts)


def codes(definition: Definition) -> list[str]:
    return [problem.code for problem in definition.problems]


def test_an_empty_root_has_no_jobs_and_no_problem(site: Site) -> None:
    assert list_jobs(site) == Folders({})
    site.root.mkdir()
    assert list_jobs(site) == Folders({})


def test_jobs_of_both_types_under_both_sources(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered/one/run.sh")
    put(site, f"{PRIMARY}/continuous/one/run.sh")
    put(site, f"{SECONDARY}/continuous/Two/run.sh")
    found = list_jobs(site)
    assert set(found.jobs) == {("triggered", "one"), ("continuous", "one"), ("continuous", "two")}
    two = found.jobs["continuous", "two"]
    assert two.id == JobId(JobType.CONTINUOUS, "Two")
    assert two.path == site.root / SECONDARY / "continuous" / "Two"
    assert found.problems == ()


@pytest.mark.parametrize("root", ["Site/wwwroot/App_Data/jobs", "site/WWWROOT/app_data/Jobs"])
def test_segments_match_in_any_case(site: Site, root: str) -> None:
    put(site, f"{root}/Triggered/one/run.sh")
    found = list_jobs(site)
    assert found.jobs["triggered", "one"].path == site.root / root / "Triggered" / "one"
    assert found.problems == ()


def test_of_two_spellings_of_a_segment_the_lower_case_one_is_searched_with_a_note(site: Site) -> None:
    put(site, "site/wwwroot/App_Data/jobs/triggered/upper/run.sh")
    put(site, "site/wwwroot/app_data/jobs/triggered/lower/run.sh")
    found = list_jobs(site)
    assert set(found.jobs) == {("triggered", "lower")}
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("folder-case", Severity.NOTE)
    assert "App_Data" in problem.text


def test_of_two_spellings_of_a_job_the_lower_case_one_wins_with_a_note(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered/Mail/run.sh")
    put(site, f"{PRIMARY}/triggered/mail/run.sh")
    put(site, f"{PRIMARY}/triggered/MAIL/run.sh")
    found = list_jobs(site).jobs["triggered", "mail"]
    assert found.id.name == "mail"
    assert [problem.severity for problem in found.problems] == [Severity.NOTE, Severity.NOTE]
    assert "MAIL" in found.problems[0].text
    assert "Mail" in found.problems[1].text


def test_without_a_lower_case_one_the_first_by_name_wins(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered/Mail/run.sh")
    put(site, f"{PRIMARY}/triggered/MAIL/run.sh")
    assert list_jobs(site).jobs["triggered", "mail"].id.name == "MAIL"


def test_primary_hides_secondary_in_any_case(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered/One/run.sh")
    put(site, f"{SECONDARY}/triggered/one/run.sh")
    found = list_jobs(site).jobs["triggered", "one"]
    assert found.path == site.root / PRIMARY / "triggered" / "One"
    (problem,) = found.problems
    assert problem.severity is Severity.NOTE
    assert SECONDARY in problem.text


def test_another_source_root(tmp_path: Path) -> None:
    site = Site(tmp_path, "i", "i", jobs_root=str(tmp_path / "elsewhere"))
    put(site, "elsewhere/triggered/one/run.sh")
    put(site, f"{PRIMARY}/triggered/two/run.sh")
    assert set(list_jobs(site).jobs) == {("triggered", "one")}


def test_hidden_folders_and_plain_files_are_no_jobs(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered/.staging/run.sh")
    put(site, f"{PRIMARY}/triggered/s2sToken.sh")
    put(site, f"{PRIMARY}/triggered/job/run.sh")
    found = list_jobs(site)
    assert set(found.jobs) == {("triggered", "job")}
    assert found.problems == ()


@pytest.mark.parametrize("name", ["ext(job)", "Acme.Worker", "with blank", "ünïcode", "a" * 255])
def test_any_folder_name_is_a_job(site: Site, name: str) -> None:
    put(site, f"{PRIMARY}/triggered/{name}/run.sh")
    assert list_jobs(site).jobs["triggered", name.lower()].id.name == name


@pytest.mark.parametrize("name", [b"line\nbreak", b"r\xe9sum\xe9"])
def test_a_name_that_cannot_be_sent_to_anybody_is_a_problem_of_the_site(site: Site, name: bytes) -> None:
    put(site, f"{PRIMARY}/triggered/{os.fsdecode(name)}/run.sh")
    found = list_jobs(site)
    assert found.jobs == {}
    (problem,) = found.problems
    assert problem.code == "name-unusable"
    assert problem.text.encode()
    assert "\n" not in problem.text


def test_a_linked_job_folder_is_a_job(site: Site, tmp_path: Path, every_host: Hosts) -> None:
    (tmp_path / "deployed").mkdir()
    (tmp_path / "deployed" / "run.sh").touch()
    source = site.root / PRIMARY / "triggered"
    source.mkdir(parents=True)
    (source / "job").symlink_to(tmp_path / "deployed")
    found = the_job(site, every_host)
    assert found.runnable
    assert found.folder == source / "job"


@pytest.mark.parametrize("target", ["nowhere", "broken"])
def test_a_link_that_leads_nowhere_is_a_job_that_cannot_be_read(
    site: Site, every_host: Hosts, target: str
) -> None:
    put(site, f"{PRIMARY}/triggered/fine/run.sh")
    (site.root / PRIMARY / "triggered" / "broken").symlink_to(target)
    found = the_job(site, every_host, ("triggered", "broken"))
    assert found.script is None
    assert not found.runnable
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("folder-unreadable", Severity.BLOCKING)
    assert problem.text.startswith("No runnable script")
    assert the_job(site, every_host, ("triggered", "fine")).runnable


def failing_scandir(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    real = os.scandir

    def scandir(path: object) -> Iterator[os.DirEntry[str]]:
        if str(path).rstrip("/").endswith(ending):
            raise PermissionError(13, "Permission denied", str(path))
        return real(str(path))

    monkeypatch.setattr(os, "scandir", scandir)


def test_an_unreadable_source_is_a_problem_of_the_site_and_its_jobs_are_not_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = job_in(site, {"run.sh": ""})
    put(site, f"{PRIMARY}/continuous/other/run.sh")
    failing_scandir(monkeypatch, f"{PRIMARY}/triggered")
    found = list_jobs(site)
    assert set(found.jobs) == {("continuous", "other")}
    assert [problem.code for problem in found.problems] == ["source-unreadable"]
    assert "Permission denied" in found.problems[0].text
    assert found.may_hold(folder)
    assert not found.may_hold(site.root / PRIMARY / "continuous" / "gone")


def test_a_missing_source_holds_nothing(site: Site) -> None:
    assert not list_jobs(site).may_hold(site.root / PRIMARY / "triggered" / "job")


def test_a_file_in_place_of_a_source_holds_nothing(site: Site) -> None:
    put(site, f"{PRIMARY}/triggered", "no folder")
    assert list_jobs(site) == Folders({})


def test_an_unreadable_job_harms_no_other(
    site: Site, every_host: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_in(site, {"run.sh": ""})
    job_in(site, {"run.sh": ""}, name="locked")
    failing_scandir(monkeypatch, "/locked")
    locked = the_job(site, every_host, ("triggered", "locked"))
    assert codes(locked) == ["folder-unreadable"]
    assert "Permission denied" in locked.problems[0].text
    assert the_job(site, every_host).runnable


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_job_without_read_permission(site: Site, every_host: Hosts) -> None:
    folder = job_in(site, {"run.sh": ""})
    folder.chmod(0)
    try:
        assert codes(the_job(site, every_host)) == ["folder-unreadable"]
    finally:
        folder.chmod(0o755)


def test_a_job_that_vanished_since_it_was_listed(site: Site, every_host: Hosts) -> None:
    folder = job_in(site, {"run.sh": ""})
    listed = list_jobs(site).jobs["triggered", "job"]
    (folder / "run.sh").unlink()
    folder.rmdir()
    assert codes(define(site, listed, every_host)) == ["folder-unreadable"]


def test_a_whole_definition(site: Site, every_host: Hosts) -> None:
    text = '{"schedule": "0 0 * * * *", "is_singleton": true, "mine": 1}'
    folder = job_in(site, {"run.py": "print()", "settings.job": text, "disable.job": "", "README.md": ""})
    found = the_job(site, every_host)
    assert found.id == JobId(JobType.TRIGGERED, "job")
    assert (found.folder, found.script_dir) == (folder, folder)
    assert found.data == site.root / "data" / "jobs" / "triggered" / "job"
    assert found.script is not None
    assert (found.script.path, found.script.host) == ("run.py", "PythonScriptHost")
    assert found.settings.schedule == "0 0 * * * *"
    assert found.settings.raw["mine"] == 1
    assert (found.settings_text, found.settings_path) == (text, folder / "settings.job")
    assert found.disabled
    assert not found.in_place
    assert not found.using_sdk
    assert found.problems == ()
    assert found.warnings == ()
    assert set(found.snapshot.files) == {"run.py", "settings.job", "disable.job", "README.md"}


def test_everything_lies_in_the_script_dir_of_a_nested_job(site: Site, every_host: Hosts) -> None:
    folder = job_in(
        site, {"a/b/run.sh": "", "a/b/Settings.job": '{"history_size": 3}', "a/b/Disable.job": ""}
    )
    found = the_job(site, every_host)
    assert found.script is not None
    assert found.script.path == "a/b/run.sh"
    assert found.script_dir == folder / "a" / "b"
    assert found.settings.history_size == 3
    assert found.settings_path == folder / "a" / "b" / "Settings.job"
    assert found.disabled
    assert found.snapshot.inside == "a/b"
    assert codes(found) == ["script-subfolder"]


def test_settings_of_the_job_folder_are_not_those_of_a_nested_script(site: Site, every_host: Hosts) -> None:
    """With a file beside the folder the descent stops: the script is not found."""
    job_in(site, {"inner/run.sh": "", "settings.job": "{}"})
    found = the_job(site, every_host)
    assert found.script is None
    assert "'inner/run.sh'" in found.problems[0].text


@pytest.mark.parametrize(
    ("script", "settings", "in_place"),
    [
        ("run.js", "", True),
        ("run.JS", "", True),
        ("run.js", '{"is_in_place": false}', False),
        ("run.js", '{"is_in_place": "false"}', True),
        ("run.sh", "", False),
        ("run.sh", '{"is_in_place": true}', True),
        ("run.sh", '{"is_in_place": 1}', False),
        ("run.sh", "broken", False),
    ],
)
def test_in_place(site: Site, every_host: Hosts, script: str, settings: str, in_place: bool) -> None:
    job_in(site, {script: "", **({"settings.job": settings} if settings else {})})
    assert the_job(site, every_host).in_place is in_place


def test_broken_settings_leave_the_job_runnable(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.sh": "", "settings.job": '{"schedule": 0 0 * * * *}'})
    found = the_job(site, every_host)
    assert found.runnable
    assert [(p.code, p.severity) for p in found.problems] == [("settings-invalid", Severity.ERROR)]
    assert not found.settings_plain


def test_sdk_marker(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.sh": ""})
    put(site, "data/jobs/triggered/job/webjobssdk.marker")
    assert the_job(site, every_host).using_sdk


def test_windows_only(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.cmd": "", "Worker.exe": "", "Worker.exe.config": ""})
    found = the_job(site, every_host)
    assert not found.runnable
    assert "run.sh" in found.problems[0].text


def test_a_missing_interpreter(site: Site, programs: Callable[..., str]) -> None:
    job_in(site, {"run.php": ""})
    found = the_job(site, find_hosts({"PATH": programs()}))
    assert found.problems[0].text.startswith("No runnable script")
    assert "WJTUI_HOST_PHP" in found.problems[0].text
    found = the_job(site, find_hosts({"PATH": programs("php")}))
    assert found.runnable


def test_the_first_line_of_a_shell_script_is_honoured(site: Site, programs: Callable[..., str]) -> None:
    path = programs("python3")
    hosts = find_hosts({"PATH": path})
    folder = job_in(site, {"run.sh": "#!/usr/bin/env python3\r\nprint()\r\n"})
    found = the_job(site, hosts).script
    assert found is not None
    assert (found.host, found.command) == ("BashScriptHost", (f"{path}/python3",))
    (folder / "run.sh").write_text("#!/usr/bin/env python3\nprint()\n")
    (folder / "run.sh").chmod(0o755)
    found = the_job(site, hosts).script
    assert found is not None
    assert found.command == ()


def test_a_missing_interpreter_in_the_first_line_is_a_line_for_the_log(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.sh": "#!/opt/none/ruby\n"})
    found = the_job(site, every_host)
    assert found.runnable
    assert len(found.warnings) == 1
    assert "/opt/none/ruby" in found.warnings[0]
    assert found.problems == ()


def test_options_in_the_first_line_are_a_note(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.sh": "#!/bin/bash -e\n"})
    assert codes(the_job(site, every_host)) == ["shebang-options"]


@pytest.mark.parametrize(
    ("files", "script"),
    [
        (
            ["index.js", "package.json", "README.md", ".github/workflows/ci.yml", "node_modules/a/index.js"],
            "index.js",
        ),
        (["archive.zip", "README.md", "import.py", "helper.py"], "helper.py"),
        (["app.py", "run.sh", "requirements.txt", "deploy.ps1"], "run.sh"),
        (["Cleanup.ps1", "settings.job"], "Cleanup.ps1"),
    ],
)
def test_packages_seen_in_the_wild(site: Site, every_host: Hosts, files: list[str], script: str) -> None:
    job_in(site, {name: "{}" if name == "settings.job" else "" for name in files})
    found = the_job(site, every_host)
    assert found.script is not None
    assert found.script.path == script


def test_the_previous_snapshot_is_used(site: Site, every_host: Hosts) -> None:
    job_in(site, {"run.sh": "echo"})
    first = the_job(site, every_host)
    again = define(site, list_jobs(site).jobs["triggered", "job"], every_host, first.snapshot)
    assert again.snapshot.files == first.snapshot.files
    assert again.script == first.script
