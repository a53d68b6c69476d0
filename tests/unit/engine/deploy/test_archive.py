from __future__ import annotations

import io
import os
import random
import stat
import threading
import time
import zipfile
from pathlib import Path

import pytest

from tests.support.zoo import HOSTILE, ODD, RUN, SCRIPT, Raw, make_zip
from wjtui.archives.archive import Contents, read_contents, unpack
from wjtui.archives.limits import Limits
from wjtui.archives.meter import Meter, Stopped
from wjtui.archives.zip_directory import Damaged, read_directory
from wjtui.engine.deploy.tree import below
from wjtui.model.deploys import Progress, Weight


def make_meter(told: list[Progress] | None = None, stop: threading.Event | None = None) -> Meter:
    told = [] if told is None else told
    return Meter("0" * 16, stop or threading.Event(), told.append, time.monotonic)


def judge(folder: Path, data: bytes, limits: Limits | None = None) -> Contents:
    (folder / "a.zip").write_bytes(data)
    with (folder / "a.zip").open("rb") as file:
        return read_contents(file, limits or Limits())


def extract(folder: Path, data: bytes) -> Path:
    contents = judge(folder, data)
    assert [each for each in contents.findings if each.weight is Weight.REFUSED] == []
    target = folder / "out" / "package"
    target.mkdir(parents=True)
    with (folder / "a.zip").open("rb") as file:
        unpack(file, contents, target, make_meter())
    return target


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused(tmp_path: Path, name: str) -> None:
    hostile = HOSTILE[name]
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "package"
    target.mkdir()
    contents = judge(tmp_path, hostile.make())
    refused = [each for each in contents.findings if each.weight is Weight.REFUSED]
    if not refused:
        assert hostile.code == "damaged"
        with pytest.raises(Damaged) as damage, (tmp_path / "a.zip").open("rb") as file:
            unpack(file, contents, target, make_meter())
        assert damage.value.path
        assert str(damage.value).endswith(".")
    else:
        assert hostile.code in {each.code for each in refused}
        assert all(each.text.endswith(".") and each.text.isprintable() for each in refused)
        assert os.listdir(target) == []
    # Nothing outside of the target, whatever was tried.
    assert sorted(os.listdir(tmp_path)) == ["a.zip", "out"]
    assert os.listdir(tmp_path / "out") == ["package"]
    assert not os.path.lexists("/etc/wjtui-escaped")
    assert not os.path.lexists("/tmp/escaped")


@pytest.mark.parametrize("name", ODD)
def test_odd_archives_are_taken(tmp_path: Path, name: str) -> None:
    odd = ODD[name]
    target = extract(tmp_path, odd.make())
    every = dict(below(target))
    assert {path: (target / path).read_bytes() for path in every if (target / path).is_file()} == odd.files
    assert {path for path in every if (target / path).is_dir()} == odd.folders
    assert {each.code for each in judge(tmp_path, odd.make()).findings} == odd.warnings


def test_every_finding_comes_at_once(tmp_path: Path) -> None:
    entries = [Raw("/abs"), Raw("../up"), Raw("way", b"x", 0o120777), Raw("e", b"x", flags=1), Raw("a\x01b")]
    entries += [Raw("m", b"x", method=12), Raw("huge", b"x", declared=2 << 30), Raw("d"), Raw("d/e")]
    codes = {each.code for each in judge(tmp_path, make_zip(*entries)).findings}
    assert codes == {
        "absolute", "escape", "link", "encrypted", "name", "compression", "too-large", "ratio",
        "file-and-folder",
    }  # fmt: skip


def test_a_thousand_of_one_kind_are_ten_and_a_number(tmp_path: Path) -> None:
    findings = judge(tmp_path, make_zip(*(Raw(f"../{n}") for n in range(1000)))).findings
    assert len(findings) == 11
    assert findings[-1].text == "990 more like this."
    assert all(each.weight is Weight.REFUSED for each in findings)


def test_a_folder_of_two_spellings_is_told_once(tmp_path: Path) -> None:
    findings = judge(tmp_path, make_zip(Raw("Lib/a"), Raw("lib/a"), Raw("Lib/b"), Raw("lib/b"))).findings
    assert [each.text for each in findings] == [
        "'Lib' and 'lib' differ only in case, which Windows takes for one file: keep one of them."
    ]


def test_the_archive_itself_may_be_too_large(tmp_path: Path) -> None:
    limits = Limits(upload=1 << 20)
    findings = judge(tmp_path, make_zip(RUN, Raw("noise", os.urandom(2 << 20), method=0)), limits).findings
    assert [(each.code, each.text) for each in findings] == [
        (
            "too-large",
            "It is 2.0 MB large, and at most 1.0 MB are taken: "
            "make it smaller, or raise WJTUI_MAX_UPLOAD_MB.",
        )
    ]


def test_a_directory_of_a_million_entries_is_not_read_whole(tmp_path: Path) -> None:
    one = make_zip(Raw("x", method=0))
    record = one[one.index(b"PK\1\2") : one.index(b"PK\5\6")]
    head = one[: one.index(b"PK\1\2")]
    count = 1_000_000
    end = bytearray(one[one.index(b"PK\5\6") :])
    end[12:16] = (len(record) * count).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(head + record * count + bytes(end))
    with (tmp_path / "a.zip").open("rb") as file:
        found = read_directory(file, 10_000)
        assert file.tell() < 1_000_000
    assert (len(found.entries), found.more) == (10_000, True)


def test_modes_are_rwx_and_never_more(tmp_path: Path) -> None:
    target = extract(
        tmp_path,
        make_zip(
            Raw("run.sh", SCRIPT, 0o104755),
            Raw("sticky", b"", 0o103777),
            Raw("secret", b"", 0o100000),
            Raw("dos", b"", 0),
            Raw("closed/", b"", 0o040500),
            Raw("closed/in", b"1"),
        ),
    )
    found = {path: stat.S_IMODE(entry.stat().st_mode) for path, entry in below(target)}
    assert found["run.sh"] == 0o755
    assert found["sticky"] == 0o777
    assert found["secret"] == 0o600
    assert found["dos"] == 0o644
    assert found["closed"] == 0o700


def test_times_are_restored(tmp_path: Path) -> None:
    target = extract(
        tmp_path,
        make_zip(
            Raw("utc", b"1", seconds=1_000_000_001),
            Raw("folder/", b"", 0o040755, seconds=1_000_000_002),
            Raw("folder/file", b"1", seconds=1_000_000_003),
            Raw("local", b"1"),
        ),
    )
    assert (target / "utc").stat().st_mtime == 1_000_000_001
    assert (target / "folder").stat().st_mtime == 1_000_000_002
    assert (target / "folder/file").stat().st_mtime == 1_000_000_003
    assert time.localtime((target / "local").stat().st_mtime)[:6] == (2024, 5, 6, 7, 8, 10)


def test_what_python_writes_is_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    big = os.urandom(700_000) + bytes(900_000)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.py", "print(1)\n")
        archive.writestr("big", big)
        with archive.open("streamed", "w", force_zip64=True) as file:
            file.write(b"x" * 70_000)
        archive.mkdir("empty")
    target = extract(tmp_path, made.getvalue())
    assert (target / "big").read_bytes() == big
    assert (target / "streamed").read_bytes() == b"x" * 70_000
    assert (target / "empty").is_dir()


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    assert judge(tmp_path, make_zip()) == Contents({}, {})


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    contents = judge(tmp_path, make_zip(RUN))
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "run.sh").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError), (tmp_path / "a.zip").open("rb") as file:
        unpack(file, contents, tmp_path / "target", make_meter())
    assert not (tmp_path / "elsewhere").exists()


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    contents = judge(tmp_path, make_zip(*(Raw(f"f{n}", os.urandom(3000)) for n in range(50))))
    (tmp_path / "target").mkdir()
    stop = threading.Event()
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.done > 30_000:
            stop.set()

    ticks = iter(range(1000))
    meter = Meter("0" * 16, stop, tell, lambda: float(next(ticks)))
    meter.begin("Unpacking", contents.size)
    with pytest.raises(Stopped), (tmp_path / "a.zip").open("rb") as file:
        unpack(file, contents, tmp_path / "target", meter)
    assert len(os.listdir(tmp_path / "target")) < 20
    assert told[0] == Progress("0" * 16, "Unpacking", 0, 150_000)
    assert [each.done for each in told] == sorted(each.done for each in told)


def test_progress_is_told_ten_times_a_second_at_most() -> None:
    told: list[Progress] = []
    now = [0.0]
    meter = Meter("0" * 16, threading.Event(), told.append, lambda: now[0])
    meter.begin("Unpacking", 1000)
    for _ in range(1000):
        now[0] += 0.001
        meter.add(1)
    assert 9 <= len(told) - 1 <= 10


@pytest.mark.parametrize("seed", range(6))
def test_any_damage_is_noticed_or_harmless(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    good = make_zip(RUN, Raw("lib/data", bytes(range(256)) * 9, seconds=5), wide=bool(seed % 2))
    for number in range(150):
        torn = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            torn[chance.randrange(len(torn))] = chance.choice((0, 1, 0x2F, 0x7F, 0xFF, chance.randrange(256)))
        contents = judge(tmp_path, bytes(torn))
        target = tmp_path / f"{number}"
        target.mkdir()
        if not any(each.weight is Weight.REFUSED for each in contents.findings):
            try:
                with (tmp_path / "a.zip").open("rb") as file:
                    unpack(file, contents, target, make_meter())
            except Damaged:
                continue
            written = sum(entry.stat().st_size for _, entry in below(target) if entry.is_file())
            assert written == contents.size
