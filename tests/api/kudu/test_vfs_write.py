from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.kudu import Kudu, T
from tests.support.patience import PATIENCE
from wjtui.api.surroundings import MAX_UPLOAD

VFS = "/api/vfs"
ANY = {"If-Match": "*"}


def url(kudu: Kudu, path: Path) -> str:
    return f"{VFS}/{path.relative_to(kudu.root)}"


def leftovers(kudu: Kudu) -> list[str]:
    uploads = kudu.uploads
    return os.listdir(uploads) if uploads.exists() else []


def refused(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    message = answer.json()["Message"]
    assert message and "Traceback" not in message
    return str(message)


def test_a_new_file_and_its_folders(kudu: Kudu, folder: Path) -> None:
    path = folder / "deep" / "er" / "a.txt"
    answer = kudu.http.put(url(kudu, path), content=b"one")
    assert (answer.status_code, answer.content) == (201, b"")
    assert path.read_text() == "one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert kudu.http.get(url(kudu, path)).headers["etag"] == answer.headers["etag"]
    # kudu-api sends this with every PUT, of new files too.
    assert kudu.http.put(url(kudu, folder / "b.txt"), content=b"", headers=ANY).status_code == 201
    assert (folder / "b.txt").read_bytes() == b""
    assert leftovers(kudu) == []


def test_over_a_file_only_by_who_knows_it(kudu: Kudu, folder: Path) -> None:
    path = folder / "a.sh"
    path.write_text("one")
    path.chmod(0o755)
    tag = kudu.http.get(url(kudu, path)).headers["etag"]
    for headers in ({}, {"If-Match": '"stale"'}):
        answer = kudu.http.put(url(kudu, path), content=b"two", headers=headers)
        refused(answer, 412)
        assert answer.headers["etag"] == tag
        assert path.read_text() == "one"
    answer = kudu.http.put(url(kudu, path), content=b"two", headers={"If-Match": f'"x", {tag}'})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("two", 0o755)
    assert answer.headers["etag"] != tag
    assert kudu.http.put(url(kudu, path), content=b"three", headers=ANY).status_code == 204
    refused(kudu.http.put(url(kudu, path), content=b"four", headers={"If-Match": tag}), 412)
    assert path.read_text() == "three"
    # In another case it is the same file.
    assert kudu.http.put(url(kudu, folder / "A.SH"), content=b"5", headers=ANY).status_code == 204
    assert os.listdir(folder) == ["a.sh"]


def test_a_refusal_comes_before_the_body(kudu: Kudu, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    with socket.create_connection(("127.0.0.1", kudu.port), timeout=PATIENCE) as client:
        head = (
            f"PUT {url(kudu, folder)}/a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 412")


def test_of_two_who_know_the_same_one_writes(kudu: Kudu, folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text("start")
    tag = kudu.http.get(url(kudu, path)).headers["etag"]
    statuses: list[int] = []

    def put(text: str) -> None:
        answer = kudu.http.put(url(kudu, path), content=text.encode(), headers={"If-Match": tag})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=put, args=(f"text {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204, *[412] * 5]
    assert leftovers(kudu) == []


def test_a_body_in_chunks_arrives_whole_and_one_that_breaks_off_not_at_all(kudu: Kudu, folder: Path) -> None:
    pieces = [os.urandom(700_000) for _ in range(5)]
    assert kudu.http.put(url(kudu, folder / "a.bin"), content=iter(pieces)).status_code == 201
    assert (folder / "a.bin").read_bytes() == b"".join(pieces)

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("the client fails")

    with httpx2.Client(base_url=kudu.base, trust_env=False) as client, pytest.raises(ValueError):
        client.put(url(kudu, folder / "new" / "b.bin"), content=broken())
    assert kudu.http.get(url(kudu, folder / "new")).status_code == 404
    assert os.listdir(folder) == ["a.bin"]


def test_what_is_not_the_whole_file_is_refused(kudu: Kudu, folder: Path) -> None:
    for headers in ({"Content-Range": "bytes 5-9/10"}, {"Content-Encoding": "gzip"}):
        refused(kudu.http.put(url(kudu, folder / "a"), content=b"half", headers=headers), 400)
    assert os.listdir(folder) == []


def test_over_the_limit_nothing_is_stored(kudu: Kudu, folder: Path) -> None:
    limit = MAX_UPLOAD
    with socket.create_connection(("127.0.0.1", kudu.port), timeout=PATIENCE) as client:
        head = f"PUT {url(kudu, folder)}/a HTTP/1.1\r\nHost: x\r\nContent-Length: {limit + 1}\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 413")
    assert os.listdir(folder) == []


def test_folders(kudu: Kudu, folder: Path) -> None:
    path = folder / "one" / "two"
    assert kudu.http.put(f"{url(kudu, path)}/").status_code == 201
    assert path.is_dir()
    refused(kudu.http.put(f"{url(kudu, path)}/"), 409)
    refused(kudu.http.put(url(kudu, path), content=b"x", headers=ANY), 409)
    refused(kudu.http.put(f"{VFS}/"), 409)
    (folder / "file").write_text("x")
    refused(kudu.http.put(f"{url(kudu, folder / 'file')}/"), 409)
    refused(kudu.http.put(f"{url(kudu, folder / 'file')}/below/"), 409)
    refused(kudu.http.put(f"{url(kudu, folder / 'file')}/below", content=b"x"), 409)
    refused(kudu.http.put(url(kudu, folder / ("n" * 256)), content=b"x"), 400)
    assert sorted(os.listdir(folder)) == ["file", "one"]


def test_deleting_a_file(kudu: Kudu, folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text("x")
    tag = kudu.http.get(url(kudu, path)).headers["etag"]
    for headers in ({}, {"If-Match": '"stale"'}):
        answer = kudu.http.delete(url(kudu, path), headers=headers)
        refused(answer, 412)
        assert answer.headers["etag"] == tag
    refused(kudu.http.delete(f"{url(kudu, path)}/", headers=ANY), 404)
    assert path.exists()
    assert kudu.http.delete(url(kudu, path), headers={"If-Match": tag}).status_code == 200
    assert not path.exists()
    refused(kudu.http.delete(url(kudu, path), headers=ANY), 404)


def test_deleting_a_folder(kudu: Kudu, folder: Path) -> None:
    for name in ("empty", "full", "tree/below", "other"):
        (folder / name).mkdir(parents=True)
    for name in ("full/a", "tree/below/b"):
        (folder / name).write_text("x")
    refused(kudu.http.delete(f"{url(kudu, folder)}/full/"), 409)
    assert kudu.http.delete(f"{url(kudu, folder)}/empty/").status_code == 200
    assert kudu.http.delete(f"{url(kudu, folder)}/other").status_code == 200
    assert kudu.http.delete(f"{url(kudu, folder)}/tree/?recursive=true").status_code == 200
    assert os.listdir(folder) == ["full"]
    assert leftovers(kudu) == []
    refused(kudu.http.delete(f"{url(kudu, folder)}/tree/?recursive=true"), 404)


def test_a_link_is_deleted_and_not_what_it_leads_to(kudu: Kudu, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "a").write_text("x")
    (folder / "to-folder").symlink_to("real")
    (folder / "to-file").symlink_to("real/a")
    assert kudu.http.get(f"{url(kudu, folder)}/to-folder/a").text == "x"
    assert kudu.http.put(f"{url(kudu, folder)}/to-file", content=b"y", headers=ANY).status_code == 204
    assert ((folder / "real" / "a").read_text(), (folder / "to-file").is_symlink()) == ("y", True)
    assert kudu.http.delete(f"{url(kudu, folder)}/to-file", headers=ANY).status_code == 200
    assert kudu.http.delete(f"{url(kudu, folder)}/to-folder/?recursive=true").status_code == 200
    assert [each.name for each in folder.iterdir()] == ["real"]
    assert (folder / "real" / "a").exists()


def test_what_the_disk_refuses_is_one_sentence(kudu: Kudu, folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (folder / "closed").mkdir(mode=0o500)
    refused(kudu.http.put(f"{url(kudu, folder)}/closed/a", content=b"x"), 403)
    refused(kudu.http.put(f"{url(kudu, folder)}/closed/new/a", content=b"x"), 403)
    assert os.listdir(folder / "closed") == []


def test_jobs_come_and_go_by_their_files(kudu: Kudu) -> None:
    kudu.put_script("triggered", "goesbyfile", "echo once\n")
    jobs = f"{VFS}/site/wwwroot/App_Data/jobs/Triggered"
    assert kudu.http.put(f"{jobs}/comesbyfile/run.sh", content=b"echo by file\n").status_code == 201
    assert kudu.http.delete(f"{jobs}/goesbyfile/?recursive=true").status_code == 200
    kudu.until(T, lambda jobs: {job["name"] for job in jobs} >= {"comesbyfile"})
    run = kudu.run("comesbyfile")
    assert run["status"] == "Success"
    assert "by file" in kudu.http.get(run["output_url"].removeprefix(kudu.base)).text
    kudu.until(T, lambda jobs: "goesbyfile" not in [job["name"] for job in jobs])


def test_curl_uploads_and_goes_on_where_it_stopped(kudu: Kudu, folder: Path, tmp_path: Path) -> None:
    if (curl := shutil.which("curl")) is None:
        pytest.skip("curl is not installed")
    content = os.urandom(2_000_000)
    (tmp_path / "up.bin").write_bytes(content)
    (tmp_path / "down.bin").write_bytes(content[:500_000])
    target = f"{kudu.base}{url(kudu, folder)}/up.bin"
    common = [curl, "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "60"]
    subprocess.run([*common, "--upload-file", str(tmp_path / "up.bin"), target], check=True)
    subprocess.run(
        [*common, "--continue-at", "-", "--output", str(tmp_path / "down.bin"), target], check=True
    )
    assert (tmp_path / "down.bin").read_bytes() == content
