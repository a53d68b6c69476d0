from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.zoo import RUN, Raw, make_zip
from tests.unit.engine.deploy.staging_rig import TOKEN, Rig, codes, finding
from wjtui.archives.limits import amount
from wjtui.engine.deploy import checks
from wjtui.model.deploys import Package, Weight
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Severity

IN_ORDER = ["inside", "size", "script", "settings", "space"]
ONE = "app_data/jobs/triggered/one"
TWO = "app_data/jobs/continuous/two"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def of_settings(rig: Rig, settings: Any, at: str = "") -> Package:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    prefix = f"{at}/" if at else ""
    return await rig.of_tree({f"{prefix}run.sh": "echo\n", f"{prefix}settings.job": text})


async def test_what_is_in_order_is_said_too(rig: Rig) -> None:
    package = await of_settings(rig, {"schedule": "0 */5 * * * *"})
    assert codes(package, Weight.PASSED) == ["inside", "size", "script", "settings", "schedule", "space"]
    assert codes(package, Weight.WARNING) == codes(package, Weight.REFUSED) == []
    assert finding(package, "script").text == "'run.sh' will run with Host of .sh: run.sh is the only script."
    assert finding(package, "schedule").text == "Schedule: Every 5 minutes (UTC)."
    assert finding(package, "size").text.startswith("2 files, ")


async def test_no_settings_are_fine(rig: Rig) -> None:
    package = await rig.of_tree({"run.sh": "echo\n"})
    assert codes(package, Weight.PASSED) == IN_ORDER
    assert finding(package, "settings").text == "There is no settings.job: the defaults count."


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"readme.txt": "x"}, "the job's folder holds readme.txt"),
        ({"run.php": "x"}, "run.php is there, but no interpreter for .php was found: install one"),
        ({"lib/run.sh": "x", "x": ""}, "'lib/run.sh' lies in a subfolder"),
    ],
)
async def test_no_script_is_refused(rig: Rig, files: dict[str, str], said: str) -> None:
    package = await rig.of_tree(files)
    found = finding(package, "no-script")
    assert found.weight is Weight.REFUSED
    assert found.text.startswith("No runnable script: ")
    assert said in found.text
    assert package.jobs[0].script is None
    assert rig.left() == []


async def test_an_empty_archive_has_no_script(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("a.zip", make_zip()), TOKEN)
    assert "is empty: add a script" in finding(package, "no-script").text


async def test_an_interpreter_that_is_missing_is_a_warning(rig: Rig) -> None:
    package = await rig.of_tree({"run.php": "x", "other.py": "y"})
    assert package.ok
    found = finding(package, "script-passed-over")
    assert found.weight is Weight.WARNING
    assert "run.php would come before other.py, but no interpreter for .php" in found.text
    assert package.jobs[0].also == ("run.php",)


async def test_an_empty_script_is_refused(rig: Rig) -> None:
    package = await rig.of_tree({"run.sh": ""})
    assert finding(package, "script-empty").weight is Weight.REFUSED
    assert "script" not in codes(package, Weight.PASSED)


@pytest.mark.parametrize(
    ("script", "flaws"),
    [
        (b"echo 1\r\necho 2\r\n", "CRLF line ends"),
        (b"\xef\xbb\xbfecho\n", "a byte order mark"),
        (b"\xef\xbb\xbfecho\r\n", "a byte order mark and CRLF line ends"),
    ],
)
async def test_line_ends_that_a_shell_stumbles_over(rig: Rig, script: bytes, flaws: str) -> None:
    package = await rig.of_tree({"lib/run.sh": script})
    found = finding(package, "line-ends")
    assert (found.weight, found.path) == (Weight.WARNING, "lib/run.sh")
    assert f"'lib/run.sh' has {flaws}," in found.text
    assert "working copy" in found.text
    assert package.ok


async def test_line_ends_of_a_job_in_place(rig: Rig) -> None:
    package = await rig.of_tree({"run.sh": b"echo\r\n", "settings.job": '{"is_in_place": true}'})
    assert finding(package, "line-ends").text.endswith("correct them before it is put in place.")


async def test_line_ends_of_other_scripts_do_not_matter(rig: Rig) -> None:
    package = await rig.of_tree({"run.py": b"print(1)\r\n", "lib.sh": b"echo\r\n"})
    assert "line-ends" not in codes(package, Weight.WARNING)


async def test_secrets_are_named(rig: Rig) -> None:
    names = [
        ".env", "sub/.env", "tls/site.PEM", "id_rsa", "x.pfx", ".netrc", "credentials.json", "credentials",
        "local.settings.json",
    ]  # fmt: skip
    files = dict.fromkeys(names, "") | {".env": "# note\nA=1\n  export B = 2\n\nnothing\nC.D=x=y\n"}
    harmless = ["environment", ".env.example", "pem.txt", "id_rsa.pub", "netrc.md"]
    package = await rig.of_tree({"run.sh": "x", **files, **dict.fromkeys(harmless, "")})
    found = {each.path: each.text for each in package.findings if each.code == "secret"}
    assert sorted(found) == sorted(names)
    assert "with 3 keys" in found[".env"]
    assert "with 0 keys" in found["sub/.env"]
    assert package.ok


async def test_a_job_that_will_not_start(rig: Rig) -> None:
    package = await rig.of_tree({"inner/run.sh": "x", "inner/Disable.job": ""})
    assert finding(package, "disabled").path == "inner/disable.job"
    assert package.ok


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ('{\n  "schedule": 0 */5 * * * *\n}', "settings-invalid", "line 2, column 17"),
        ("[]", "settings-invalid", "an object in braces"),
        ({"is_singleton": "true"}, "settings-type", "'is_singleton'"),
        ({"schedule": "*/5 * * * *"}, "schedule-invalid", "five fields"),
        ({"schedule": "0 0 0 30 2 *"}, "schedule-never", "never"),
        ({"schedule": "0 0 9 * * *", "time_zone": "Mars/Base"}, "schedule-zone", "Mars/Base"),
        ({"recurrence": {"frequency": "sometimes"}}, "schedule-invalid", "The recurrence is not valid"),
        ({"run_mode": "scheduled"}, "settings-run-mode", "there is no 'schedule'"),
    ],
)
async def test_settings_are_judged_as_the_engine_does(rig: Rig, settings: Any, code: str, said: str) -> None:
    package = await of_settings(rig, settings, ONE)
    found = [each for each in package.findings if each.code == code]
    assert said in found[0].text
    assert {each.weight for each in found} == {Weight.WARNING}
    assert found[0].path == f"{ONE}/settings.job"
    assert code in {each.code for each in package.jobs[0].problems}
    assert package.ok


@pytest.mark.parametrize("mode", ["continuous", "scheduled"])
async def test_a_type_that_nobody_has_chosen_contradicts_nothing(rig: Rig, mode: str) -> None:
    package = await of_settings(rig, {"run_mode": mode, "schedule": "0 0 9 * * *"})
    assert "settings-run-mode" not in codes(package, Weight.WARNING)
    assert package.jobs[0].settings.run_mode == mode
    assert package.jobs[0].id is None


async def test_a_type_that_the_place_tells_may_be_contradicted(rig: Rig) -> None:
    package = await of_settings(rig, {"run_mode": "scheduled", "schedule": "0 0 9 * * *"}, TWO)
    assert codes(package, Weight.WARNING) == ["settings-run-mode", "settings-unused"]


async def test_scripts_that_run_on_windows_only(rig: Rig) -> None:
    package = await rig.of_tree({"run.cmd": "echo off\r\n"})
    assert "run.cmd is there, but " in finding(package, "no-script").text


async def test_an_interpreter_that_the_script_asks_for_in_vain(rig: Rig) -> None:
    package = await rig.of_tree({"run.sh": "#!/usr/bin/nonesuch\n"})
    assert "asks for '/usr/bin/nonesuch'" in finding(package, "shebang").text


async def test_several_jobs(rig: Rig) -> None:
    package = await rig.of_tree({f"{ONE}/run.sh": "x", f"{TWO}/run.py": "y", "web.config": "", "a/b": ""})
    assert [(each.at, each.id, each.name) for each in package.jobs] == [
        (ONE, JobId(JobType.TRIGGERED, "one"), "one"),
        (TWO, JobId(JobType.CONTINUOUS, "two"), "two"),
    ]
    assert finding(package, "beside").text.startswith("2 files lie outside of the folders of jobs")
    assert package.ok


async def test_one_of_several_has_no_script(rig: Rig) -> None:
    package = await rig.of_tree({f"{ONE}/readme": "x", f"{TWO}/run.py": "y"})
    found = finding(package, "no-script")
    assert (found.weight, found.path) == (Weight.WARNING, ONE)
    assert package.ok
    (problem,) = package.jobs[0].problems
    assert (problem.code, problem.severity) == ("no-script", Severity.BLOCKING)
    assert package.jobs[1].script is not None


async def test_none_of_several_has_a_script(rig: Rig) -> None:
    package = await rig.of_tree({f"{ONE}/readme": "x", f"{TWO}/run.py": ""})
    assert codes(package, Weight.REFUSED) == ["no-script", "script-empty"]


async def test_two_spellings_of_one_job_are_refused(rig: Rig) -> None:
    package = await rig.of_tree({f"{ONE}/run.sh": "x", f"{ONE.replace('one', 'ONE')}/run.sh": "x"})
    assert codes(package, Weight.REFUSED) == ["same-job"]


async def test_there_must_be_room_for_a_working_copy(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter([100_000, 4000])
    monkeypatch.setattr(checks, "free_bytes", lambda place: next(free))
    package = await rig.staging.stage(
        rig.file("a.zip", make_zip(RUN, Raw("big", bytes(5000), method=0))), TOKEN
    )
    assert finding(package, "space").weight is Weight.WARNING
    assert finding(package, "space").text.startswith("Only 3.9 kB are free now")
    assert package.ok


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 kB"),
        (10_189, "10 kB"),
        (1_023_000, "999 kB"),
        (1_023_900, "1.0 MB"),
        (3_984_589, "3.8 MB"),
        (1 << 30, "1.0 GB"),
        (3 << 40, "3.0 TB"),
    ],
)
def test_amounts_in_words(size: int, words: str) -> None:
    assert amount(size) == words
