from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from tests.support.zoo import RUN, make_zip
from tests.unit.engine.deploy.staging_rig import TOKEN, Rig, codes, finding
from wjtui.model.deploys import SourceKind, Weight
from wjtui.model.errors import Conflict, InvalidRequest


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_a_folder_is_copied_whole(rig: Rig) -> None:
    source = rig.tree(
        {"run.sh": "echo\n", "lib/__pycache__/x.pyc": b"\0", ".hidden/file": "1", ".config": "2", "ö": "3"}
    )
    (source / "empty").mkdir()
    (source / "run.sh").chmod(0o4750)
    (source / ".config").chmod(0o400)
    (source / "empty").chmod(0o555)
    for path in ("run.sh", "lib", "empty"):
        os.utime(source / path, ns=(10**18, 10**18 + 7))
    package = await rig.staging.stage(source, TOKEN)
    assert (package.kind, package.name, package.files) == (SourceKind.FOLDER, "job", 5)
    copy = rig.staging.get(TOKEN).folder
    assert sorted(p.relative_to(copy).as_posix() for p in copy.rglob("*")) == sorted(
        p.relative_to(source).as_posix() for p in source.rglob("*")
    )
    modes = {path: stat.S_IMODE((copy / path).stat().st_mode) for path in ("run.sh", ".config", "empty")}
    assert modes == {"run.sh": 0o750, ".config": 0o600, "empty": 0o755}
    assert {(copy / path).stat().st_mtime_ns for path in ("run.sh", "lib", "empty")} == {10**18 + 7}


async def test_the_history_of_the_sources_is_left_out(rig: Rig) -> None:
    package = await rig.of_tree({"run.sh": "x", ".git/HEAD": "x", "sub/.git": "gitdir: x", ".gitignore": ""})
    assert [each.path for each in package.findings if each.code == "left-out"] == [".git", "sub/.git"]
    copy = rig.staging.get(TOKEN).folder
    assert sorted(p.relative_to(copy).as_posix() for p in copy.rglob("*")) == [".gitignore", "run.sh", "sub"]
    assert package.ok


async def test_links_that_stay_inside_are_links(rig: Rig) -> None:
    source = rig.tree({"run.sh": "x", "lib/tool": "y"})
    (source / "near").symlink_to("lib/tool")
    (source / "lib" / "up").symlink_to("../run.sh")
    (source / "whole").symlink_to(source / "lib")
    (source / "nowhere").symlink_to("not/there")
    package = await rig.staging.stage(source, TOKEN)
    assert package.ok
    copy = rig.staging.get(TOKEN).folder
    found = {name: os.readlink(copy / name) for name in ("near", "lib/up", "whole", "nowhere")}
    assert found == {"near": "lib/tool", "lib/up": "../run.sh", "whole": "lib", "nowhere": "not/there"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "lib/../../job2", "way/x"])
async def test_links_that_leave_are_refused(rig: Rig, target: str) -> None:
    source = rig.tree({"run.sh": "x", "lib/tool": "y"})
    (rig.sources / "job2").mkdir()
    (source / "way").symlink_to("..")
    (source / "bad").symlink_to(target)
    package = await rig.staging.stage(source, TOKEN)
    refused = {each.path: each.text for each in package.refusals}
    assert sorted(refused) == ["bad", "way"]
    assert target in refused["bad"]
    assert rig.left() == []


async def test_what_is_no_file_is_refused_all_at_once(rig: Rig) -> None:
    source = rig.tree({"run.sh": "x"})
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(source / "sock"))
        package = await rig.staging.stage(source, TOKEN)
    assert [each.text for each in package.refusals] == [
        "'pipe' is a named pipe: take it away.",
        "'sock' is a socket: take it away.",
    ]


async def test_what_cannot_be_read_is_refused(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, *_, **__: not path.endswith("secret"))
    package = await rig.of_tree({"run.sh": "x", "secret": "y"})
    assert [each.path for each in package.refusals] == ["secret"]
    assert "Permission denied" in package.refusals[0].text


async def test_a_name_that_is_no_text_is_copied(rig: Rig) -> None:
    source = rig.tree({"run.sh": "x"})
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9")).write_text("1")
    package = await rig.staging.stage(source, TOKEN)
    assert package.ok
    assert os.listdir(os.fsencode(rig.staging.get(TOKEN).folder)).count(b"caf\xe9") == 1


async def test_the_limits_hold_for_folders(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"WJTUI_MAX_ENTRIES": "3", "WJTUI_MAX_UNPACKED_MB": "1"})
    package = await rig.of_tree({"run.sh": "x", "a": bytes(1 << 20), "b": "", "c": ""})
    assert codes(package, Weight.REFUSED) == ["too-many", "too-large"]
    assert rig.left() == []


async def test_a_script_keeps_its_name(rig: Rig) -> None:
    source = rig.file("Backup Now.py", b"print(1)\n")
    source.chmod(0o755)
    package = await rig.staging.stage(source, TOKEN)
    assert (package.kind, package.files, package.ok) == (SourceKind.SCRIPT, 1, True)
    assert package.jobs[0].name == "Backup-Now"
    copy = rig.staging.get(TOKEN).folder / "Backup Now.py"
    assert copy.read_bytes() == b"print(1)\n"
    assert copy.stat().st_mode & 0o777 == 0o755


async def test_a_jar_is_one_file(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("tool.jar", make_zip(RUN)), TOKEN)
    assert (package.kind, os.listdir(rig.staging.get(TOKEN).folder)) == (SourceKind.SCRIPT, ["tool.jar"])
    assert package.ok


@pytest.mark.parametrize(("name", "kind"), [("a.ZIP", "zip"), ("upload", "zip"), ("run.sh", "script")])
async def test_the_name_that_is_given_tells_what_it_is(rig: Rig, name: str, kind: str) -> None:
    package = await rig.staging.stage(rig.file("tmp1234", make_zip(RUN)), TOKEN, name=name)
    assert (package.kind.value, package.name) == (kind, name)


async def test_directories_of_a_given_name_are_cut_off(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("tmp", b"echo\n"), TOKEN, name="C:\\jobs\\nightly.sh")
    assert package.name == "nightly.sh"
    assert os.listdir(rig.staging.get(TOKEN).folder) == ["nightly.sh"]


@pytest.mark.parametrize("name", ["..", "a/..", "a\x1b[0m.sh", "n" * 300])
async def test_a_given_name_must_be_one(rig: Rig, name: str) -> None:
    with pytest.raises(InvalidRequest):
        await rig.staging.stage(rig.file("tmp", b"echo\n"), TOKEN, name=name)
    assert rig.left() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive at all", "It is no .zip archive: pack the files into a .zip."),
        (b"7z\xbc\xaf\x27\x1c....", "It is a 7-Zip archive: pack the files into a .zip."),
        (b"", "The file is empty: make the archive again, or transfer it again."),
        (
            make_zip(RUN)[:50],
            "The archive is cut off, its directory at the end is missing: transfer it again.",
        ),
    ],
)
async def test_a_zip_that_is_none_is_refused(rig: Rig, content: bytes, said: str) -> None:
    package = await rig.staging.stage(rig.file("a.zip", content), TOKEN)
    assert [each.text for each in package.refusals] == [said]
    assert package.jobs == ()


async def test_another_archive_is_refused_by_its_kind(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("a.tgz", b"\x1f\x8b\x08" + bytes(99)), TOKEN)
    assert [each.text for each in package.refusals] == ["It is a gzip archive: pack the files into a .zip."]


async def test_a_file_that_is_no_script_is_refused(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("notes.txt", b"hello\n"), TOKEN)
    assert finding(package, "no-script").text.startswith("No runnable script")
    assert not package.ok
    assert rig.left() == []


async def test_a_script_may_be_too_large(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"WJTUI_MAX_UPLOAD_MB": "1"})
    package = await rig.staging.stage(rig.file("run.sh", bytes((1 << 20) + 1)), TOKEN)
    assert codes(package, Weight.REFUSED) == ["too-large"]


async def test_no_such_source(rig: Rig) -> None:
    for path in (rig.sources / "nothing", rig.file("file", b"") / "below"):
        with pytest.raises(InvalidRequest, match="There is no"):
            await rig.staging.stage(path, TOKEN)
    assert rig.left() == []


async def test_a_source_of_no_kind(rig: Rig) -> None:
    os.mkfifo(rig.sources / "pipe")
    with pytest.raises(InvalidRequest, match="is a named pipe"):
        await rig.staging.stage(rig.sources / "pipe", TOKEN)
    with pytest.raises(InvalidRequest, match="is a device"):
        await rig.staging.stage(Path("/dev/zero"), TOKEN)


async def test_a_source_in_a_circle_of_links(rig: Rig) -> None:
    (rig.sources / "round").symlink_to("round")
    with pytest.raises(Conflict, match="cannot be read"):
        await rig.staging.stage(rig.sources / "round", TOKEN)


async def test_the_folder_of_all_jobs_is_no_job(rig: Rig) -> None:
    job = rig.site.primary / "triggered" / "here"
    job.mkdir(parents=True)
    (job / "run.sh").write_text("echo\n")
    with pytest.raises(InvalidRequest, match="holds the jobs of this site"):
        await rig.staging.stage(rig.root, TOKEN)
    assert (await rig.staging.stage(job, TOKEN)).ok


async def test_a_link_to_a_folder_is_that_folder(rig: Rig) -> None:
    source = rig.tree({"run.sh": "x"}, "version-2")
    (rig.sources / "current").symlink_to(source)
    package = await rig.staging.stage(rig.sources / "current", TOKEN)
    assert (package.name, package.ok) == ("version-2", True)


async def test_a_link_from_job_to_job_is_refused(rig: Rig) -> None:
    jobs = "app_data/jobs/triggered"
    source = rig.tree({f"{jobs}/one/run.sh": "x", f"{jobs}/two/run.sh": "y", f"{jobs}/two/lib/x": ""})
    (source / jobs / "one" / "bad").symlink_to("../two/run.sh")
    (source / jobs / "two" / "good").symlink_to("lib/x")
    package = await rig.staging.stage(source, TOKEN)
    assert [(each.code, each.path) for each in package.refusals] == [("link", f"{jobs}/one/bad")]
    assert "inside" not in codes(package, Weight.PASSED)
    assert rig.left() == []


async def test_a_folder_that_is_very_deep_is_refused(rig: Rig) -> None:
    source = rig.tree({"run.sh": "x", "d/" * 120 + "f": ""})
    package = await rig.staging.stage(source, TOKEN)
    assert set(codes(package, Weight.REFUSED)) == {"too-deep"}
    assert rig.left() == []
