from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.kudu import Kudu, make_zip_bytes
from tests.support.zoo import HOSTILE, Raw, make_zip

ZIP = "/api/zip"


def url(kudu: Kudu, path: Path) -> str:
    return f"{ZIP}/{path.relative_to(kudu.root)}"


def opened(answer: httpx2.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def picture(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def leftovers(kudu: Kudu) -> list[str]:
    uploads = kudu.uploads
    return os.listdir(uploads) if uploads.exists() else []


def test_a_folder_comes_as_it_is(kudu: Kudu, folder: Path) -> None:
    (folder / "sub" / "empty").mkdir(parents=True)
    (folder / "run.sh").write_text("echo\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "sub" / "ä.txt").write_text("ä" * 400_000)
    (folder / "old.txt").write_text("old")
    os.utime(folder / "run.sh", (1_000_000_001, 1_000_000_001))
    os.utime(folder / "old.txt", (5, 5))
    answer = kudu.http.get(f"{url(kudu, folder)}/")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{folder.name}.zip"'
    with opened(answer) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["old.txt", "run.sh", "sub/", "sub/empty/", "sub/ä.txt"]
        assert archive.read("sub/ä.txt").decode() == "ä" * 400_000
        info = archive.getinfo("run.sh")
        assert (info.external_attr >> 16) & 0o777 == 0o755
        assert info.date_time == time.localtime(1_000_000_000)[:6]  # they count in steps of two seconds
        assert archive.getinfo("old.txt").date_time[0] == 1980


def test_what_goes_out_comes_back_with_its_times(kudu: Kudu, folder: Path) -> None:
    (folder / "here").mkdir()
    (folder / "here" / "a.txt").write_text("a")
    (folder / "here" / "a.txt").chmod(0o755)
    os.utime(folder / "here" / "a.txt", (1_000_000_001, 1_000_000_001))
    packed = kudu.http.get(f"{url(kudu, folder)}/here/").content
    assert kudu.http.put(f"{url(kudu, folder)}/there/", content=packed).status_code == 200
    found = (folder / "there" / "a.txt").stat()
    assert (found.st_mtime, found.st_mode & 0o777) == (1_000_000_001, 0o755)


def test_what_cannot_be_read_is_left_out(kudu: Kudu, folder: Path) -> None:
    (folder / "good.txt").write_text("good")
    os.mkfifo(folder / "pipe")
    (folder / "nowhere").symlink_to("missing")
    (folder / "out").symlink_to("/etc/hostname")
    (folder / "round").symlink_to(".")
    (folder / "inside").symlink_to("good.txt")
    if os.geteuid() != 0:
        (folder / "closed.txt").write_text("x")
        (folder / "closed.txt").chmod(0)
    with opened(kudu.http.get(f"{url(kudu, folder)}/")) as archive:
        assert sorted(archive.namelist()) == ["good.txt", "inside"]
        assert archive.read("inside") == b"good"


@pytest.mark.parametrize(
    ("asked", "header"),
    [
        ("own.zip", 'attachment; filename="own.zip"'),
        ("ä.zip", "attachment; filename=\"_.zip\"; filename*=UTF-8''%C3%A4.zip"),
        ('a"b\\c/d;e.zip', "attachment; filename=\"a_b_c_d_e.zip\"; filename*=UTF-8''a%22b%5Cc%2Fd%3Be.zip"),
        (
            "x\r\nSet-Cookie: a",
            "attachment; filename=\"x__Set-Cookie: a\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a",
        ),
    ],
)
def test_the_name_of_the_archive(kudu: Kudu, folder: Path, asked: str, header: str) -> None:
    answer = kudu.http.get(f"{url(kudu, folder)}/", params={"fileName": asked})
    assert answer.headers["content-disposition"] == header
    assert "set-cookie" not in answer.headers


def test_what_is_no_folder(kudu: Kudu, folder: Path) -> None:
    (folder / "a.txt").write_text("x")
    assert kudu.http.get(f"{url(kudu, folder)}/a.txt").status_code == 404
    assert kudu.http.get(f"{url(kudu, folder)}/nothing/").status_code == 404
    answer = kudu.http.get(f"{url(kudu, folder)}?fileName=x.zip")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{kudu.base}{url(kudu, folder)}/?fileName=x.zip"
    for path in ("a.txt", "a.txt/", "nothing"):
        answer = kudu.http.put(f"{url(kudu, folder)}/{path}", content=make_zip_bytes({"b": "b"}))
        assert (answer.status_code, set(answer.json())) == (404, {"Message"})
    assert picture(folder) == {"a.txt": b"x"}
    assert kudu.http.delete(f"{url(kudu, folder)}/").status_code == 405


@pytest.mark.parametrize(
    "kind",
    [
        "application/zip",
        "application/json; charset=utf-8",
        "multipart/form-data",
        "application/octet-stream",
        "",
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_archive_is_merged_whatever_it_is_called(kudu: Kudu, folder: Path, kind: str, slash: str) -> None:
    (folder / "stays.txt").write_text("stays")
    (folder / "changes.txt").write_text("old")
    data = make_zip_bytes({"changes.txt": "new", "deep/er/a.txt": "a", "empty/": ""})

    def chunks() -> Iterator[bytes]:
        yield data[:50]
        yield data[50:]

    headers = {"Content-Type": kind} if kind else {}
    # kudu-api and az-kudu send no slash and no length.
    answer = kudu.http.put(f"{url(kudu, folder)}{slash}", content=chunks(), headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert picture(folder) == {
        "stays.txt": b"stays",
        "changes.txt": b"new",
        "deep": None,
        "deep/er": None,
        "deep/er/a.txt": b"a",
        "empty": None,
    }
    assert leftovers(kudu) == []


def test_a_folder_is_made_and_slashes_may_be_encoded(kudu: Kudu, folder: Path) -> None:
    path = f"Site%2FWWWROOT%2f{folder.name}%2Fnew%2Ffolder%2F"
    assert kudu.http.put(f"/zip/{path}", content=make_zip_bytes({"a": "a"})).status_code == 200
    assert picture(folder / "new") == {"folder": None, "folder/a": b"a"}
    with opened(kudu.http.get(f"/zip/{path}")) as archive:
        assert archive.namelist() == ["a"]


def test_names_count_in_any_case(kudu: Kudu, folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "A.txt").write_text("old")
    (folder / "one.txt").write_text("one")
    data = make_zip_bytes({"LIB/a.TXT": "new", "LIB/b.txt": "b", "one.txt": "1", "ONE.txt": "2"})
    assert kudu.http.put(f"{url(kudu, folder)}/", content=data).status_code == 200
    assert picture(folder) == {
        "lib": None,
        "lib/A.txt": b"new",
        "lib/b.txt": b"b",
        # Two names of one archive stay two.
        "one.txt": b"1",
        "ONE.txt": b"2",
    }


def test_data_descriptors_and_a_prefix_are_read(kudu: Kudu, folder: Path) -> None:
    data = make_zip(Raw("a.txt", b"a" * 5000, descriptor=True), Raw("b/", b""), prefix=b"#!/bin/sh\n")
    assert kudu.http.put(f"{url(kudu, folder)}/", content=data).status_code == 200
    assert picture(folder) == {"a.txt": b"a" * 5000, "b": None}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_an_archive_that_means_harm_changes_nothing(kudu: Kudu, folder: Path, name: str) -> None:
    (folder / "stays.txt").write_text("stays")
    around = sorted(os.listdir(kudu.root.parent)), sorted(os.listdir(kudu.root / "site" / "wwwroot"))
    answer = kudu.http.put(f"{url(kudu, folder)}/", content=HOSTILE[name].make())
    assert (answer.status_code, set(answer.json())) == (400, {"Message"}), answer.text
    assert "Traceback" not in answer.text
    assert picture(folder) == {"stays.txt": b"stays"}
    assert (
        sorted(os.listdir(kudu.root.parent)),
        sorted(os.listdir(kudu.root / "site" / "wwwroot")),
    ) == around
    assert leftovers(kudu) == []


@pytest.mark.parametrize(
    "body", [b"", b"no zip at all", make_zip_bytes({"a": "a" * 999})[:-30]], ids=["empty", "text", "cut"]
)
def test_what_is_no_archive(kudu: Kudu, folder: Path, body: bytes) -> None:
    answer = kudu.http.put(f"{url(kudu, folder)}/new/", content=body)
    assert (answer.status_code, set(answer.json())) == (400, {"Message"})
    assert picture(folder) == {}


def test_what_does_not_fit_onto_what_is_there_changes_nothing(kudu: Kudu, folder: Path) -> None:
    (folder / "file").write_text("x")
    (folder / "folder").mkdir()
    (folder / "out").symlink_to("/tmp")
    before = picture(folder)
    for entry in ("file/below.txt", "folder", "out/a.txt"):
        data = make_zip_bytes({"harmless.txt": "x", entry: "y"})
        answer = kudu.http.put(f"{url(kudu, folder)}/", content=data)
        assert (answer.status_code, set(answer.json())) == (400, {"Message"}), entry
        assert picture(folder) == before
    # A link in the place of a file is replaced, not followed.
    assert kudu.http.put(f"{url(kudu, folder)}/", content=make_zip_bytes({"out": "in"})).status_code == 200
    assert ((folder / "out").read_text(), (folder / "out").is_symlink()) == ("in", False)


def test_where_nothing_may_be_written_nothing_is_changed(kudu: Kudu, folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (folder / "closed").mkdir(mode=0o500)
    data = make_zip_bytes({"harmless.txt": "x", "closed/a.txt": "y"})
    answer = kudu.http.put(f"{url(kudu, folder)}/", content=data)
    assert (answer.status_code, set(answer.json())) == (403, {"Message"})
    assert picture(folder) == {"closed": None}
