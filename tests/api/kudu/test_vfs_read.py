from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.support.kudu import Kudu
from tests.support.patience import PATIENCE

VFS = "/api/vfs"


def url(kudu: Kudu, path: Path) -> str:
    return f"{VFS}/{path.relative_to(kudu.root)}"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.LOG", "text/plain; charset=utf-8"),
        ("a.md", "text/plain; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.bin", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_file_has_its_head(kudu: Kudu, folder: Path, name: str, kind: str) -> None:
    (folder / name).write_bytes(b"hello")
    os.utime(folder / name, (1_000_000_000, 1_000_000_000))
    answer = kudu.http.get(f"{url(kudu, folder)}/{name}")
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert answer.headers["content-type"] == kind
    assert answer.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert answer.headers["etag"].startswith('"') and answer.headers["content-length"] == "5"
    assert (answer.headers["x-content-type-options"], answer.headers["content-security-policy"]) == (
        "nosniff",
        "sandbox",
    )
    head = kudu.http.head(f"{url(kudu, folder)}/{name}")
    assert (head.status_code, head.content) == (200, b"")
    for header in ("etag", "content-length", "content-type", "last-modified"):
        assert head.headers[header] == answer.headers[header]


def test_what_the_client_has_is_not_sent_again(kudu: Kudu, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    path = f"{url(kudu, folder)}/a.txt"
    tag = kudu.http.get(path).headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = kudu.http.get(path, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    (folder / "a.txt").write_text("three")
    answer = kudu.http.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.text) == (200, "three")
    assert answer.headers["etag"] != tag
    # Azure DevOps sends this with GET too.
    assert kudu.http.get(path, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=3-1", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=0-" + "9" * 40, 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_file(
    kudu: Kudu, folder: Path, asked: str, status: int, body: bytes | None, told: str | None
) -> None:
    (folder / "a.bin").write_bytes(b"0123456789")
    answer = kudu.http.get(f"{url(kudu, folder)}/a.bin", headers={"Range": asked})
    assert (answer.status_code, answer.headers.get("content-range")) == (status, told)
    if body is None:
        assert set(answer.json()) == {"Message"}
    else:
        assert answer.content == body
        assert answer.headers["content-length"] == str(len(body))


def test_a_part_only_of_the_file_that_the_client_knows(kudu: Kudu, folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"0123456789")
    path = f"{url(kudu, folder)}/a.bin"
    first = kudu.http.get(path)

    def ask(condition: str) -> int:
        return kudu.http.get(path, headers={"Range": "bytes=2-3", "If-Range": condition}).status_code

    assert ask(first.headers["etag"]) == ask(first.headers["last-modified"]) == 206
    assert ask('"other"') == ask(f"W/{first.headers['etag']}") == 200
    assert ask("Sun, 09 Sep 2001 01:46:40 GMT") == ask("yesterday") == 200


def test_an_empty_file(kudu: Kudu, folder: Path) -> None:
    (folder / "empty").touch()
    answer = kudu.http.get(f"{url(kudu, folder)}/empty")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    answer = kudu.http.get(f"{url(kudu, folder)}/empty", headers={"Range": "bytes=0-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */0")


def test_a_large_file_that_is_being_written(kudu: Kudu, folder: Path) -> None:
    block = os.urandom(1 << 20)
    path = folder / "growing.log"
    with path.open("wb") as file:
        for _ in range(24):
            file.write(block)
        file.flush()
        with kudu.http.stream("GET", url(kudu, path)) as answer:
            size = int(answer.headers["content-length"])
            file.write(block)
            file.flush()
            assert sum(len(piece) for piece in answer.iter_bytes()) == size == 24 << 20
    answer = kudu.http.get(url(kudu, path), headers={"Range": f"bytes={24 << 20}-"})
    assert answer.content == block


def test_a_client_that_goes_away_leaves_nothing_open(kudu: Kudu, folder: Path) -> None:
    path = folder / "long.bin"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with socket.create_connection(("127.0.0.1", kudu.port)) as client:
        client.sendall(f"GET {url(kudu, path)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    end = time.monotonic() + PATIENCE
    while any(_leads_to(fd, path) for fd in os.listdir("/proc/self/fd")):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_file_that_becomes_shorter_ends_the_connection(kudu: Kudu, folder: Path) -> None:
    path = folder / "shrinks.bin"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with socket.create_connection(("127.0.0.1", kudu.port), timeout=PATIENCE) as client:
        client.sendall(f"GET {url(kudu, path)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        os.truncate(path, 0)
        taken = 0
        while data := client.recv(1 << 20):
            taken += len(data)
    assert taken < 1 << 30
    assert kudu.http.get(url(kudu, path)).status_code == 200


def test_a_slash_too_few_or_too_many(kudu: Kudu, folder: Path) -> None:
    (folder / "a b#.txt").write_text("x")
    for alias in ("/api/vfs", "/vfs", "/API/VFS"):
        answer = kudu.http.get(f"{alias}/site/wwwroot?api-version=1&x=%2F")
        assert answer.status_code == 307
        assert answer.headers["location"] == f"{kudu.base}/api/vfs/site/wwwroot/?api-version=1&x=%2F"
    answer = kudu.http.get(f"{url(kudu, folder)}/a%20b%23.txt/")
    assert (answer.status_code, answer.headers["location"]) == (
        307,
        f"{kudu.base}{url(kudu, folder)}/a%20b%23.txt",
    )
    answer = kudu.http.get(f"{url(kudu, folder)}/a%20b%23.txt/", follow_redirects=True)
    assert answer.text == "x"


def test_the_list_of_a_folder(kudu: Kudu, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "ä %.txt").write_text("hello")
    os.utime(folder / "ä %.txt", (1_000_000_000, 1_000_000_000))
    answer = kudu.http.get(f"{url(kudu, folder)}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    sub, file = answer.json()
    base = f"{kudu.base}{url(kudu, folder)}"
    assert (sub["name"], sub["size"], sub["mime"], sub["href"]) == (
        "sub",
        0,
        "inode/directory",
        f"{base}/sub/",
    )
    assert file == {
        "name": "ä %.txt",
        "size": 5,
        "mtime": "2001-09-09T01:46:40.000000Z",
        "crtime": "2001-09-09T01:46:40.000000Z",
        "mime": "text/plain",
        "href": f"{base}/%C3%A4%20%25.txt",
        "path": f"{folder}/ä %.txt",
    }
    assert kudu.http.get(file["href"].removeprefix(kudu.base)).text == "hello"
    head = kudu.http.head(f"{url(kudu, folder)}/")
    assert (head.status_code, head.content) == (200, b"")


def test_a_name_that_is_no_text_can_be_read_by_its_href(kudu: Kudu, folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt"))).write_text("odd")
    [row] = kudu.http.get(f"{url(kudu, folder)}/").json()
    assert row["href"].endswith("/%FF.txt")
    assert kudu.http.get(row["href"].removeprefix(kudu.base)).text == "odd"


def test_the_root_is_listed_with_and_without_its_slash(kudu: Kudu) -> None:
    for path in ("/api/vfs", "/api/vfs/", "/vfs"):
        rows = kudu.http.get(path).json()
        assert {"site", "data"} <= {row["name"] for row in rows}


def test_names_count_in_any_case_and_with_encoded_slashes(kudu: Kudu, folder: Path) -> None:
    (folder / "Mixed.txt").write_text("mixed")
    (folder / "both").write_text("lower")
    (folder / "BOTH").write_text("upper")
    path = f"Site/WWWRoot/{folder.name}"
    for asked in (f"{path}/mixed.TXT", f"{path}/Mixed.txt", f"{path}/mixed.txt".replace("/", "%2F")):
        assert kudu.http.get(f"{VFS}/{asked}").text == "mixed"
    assert kudu.http.get(f"{VFS}/{path}/BOTH").text == "upper"
    assert kudu.http.get(f"{VFS}/{path}/Both").text == "lower"
    listed = kudu.http.get(f"{VFS}/{path.replace('/', '%2f')}%2F")
    assert [row["name"] for row in listed.json()] == ["BOTH", "Mixed.txt", "both"]


def test_what_is_no_file_is_not_there(kudu: Kudu, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "a.txt").write_text("x")
    for name in ("pipe", "nothing", "nothing/", "a.txt/b"):
        answer = kudu.http.get(f"{url(kudu, folder)}/{name}")
        assert (answer.status_code, set(answer.json())) == (404, {"Message"})
    assert kudu.http.post(f"{url(kudu, folder)}/a.txt").status_code == 405


def test_logs_under_the_names_that_documents_promise(kudu: Kudu) -> None:
    kudu.put_script("triggered", "promised", "echo fine\necho wrong >&2\necho fine again\nexit 3\n")
    run = kudu.run("promised")["id"]
    data = "/vfs/data/jobs/triggered/promised"
    whole = kudu.http.get(f"{data}/{run}/output_log.txt")
    assert "fine again" in whole.text
    for name in (f"{data}/output_{run}.log", f"{data}/{run}/output_{run}.log"):
        answer = kudu.http.get(name)
        assert (answer.text, answer.headers["etag"]) == (whole.text, whole.headers["etag"])
    for name in (f"{data}/error_{run}.log", f"{data}/{run}/error_{run}.log"):
        answer = kudu.http.get(name)
        lines = answer.text.splitlines()
        assert any("wrong" in line for line in lines)
        assert all("ERR ]" in line for line in lines), lines
        head = kudu.http.head(name)
        assert (head.status_code, head.headers["etag"]) == (200, answer.headers["etag"])
        again = kudu.http.get(name, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert kudu.http.get(f"{data}/error_201605192149381933.log").status_code == 404
    worker = "/vfs/data/jobs/continuous/worker"
    log = kudu.until("/api/continuouswebjobs/worker", lambda job: job["status"] == "Running")["log_url"]
    assert (
        kudu.http.get(f"{worker}/job.log").text[:60] == kudu.http.get(log.removeprefix(kudu.base)).text[:60]
    )


def test_many_readers_at_once(kudu: Kudu, folder: Path) -> None:
    content = os.urandom(3 << 20)
    (folder / "a.bin").write_bytes(content)
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(kudu.http.get(f"{url(kudu, folder)}/a.bin").content))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [content] * 8


def _leads_to(fd: str, path: Path) -> bool:
    try:
        return Path(f"/proc/self/fd/{fd}").readlink() == path
    except FileNotFoundError:
        return False
