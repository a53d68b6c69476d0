from __future__ import annotations

import io
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.kudu import C, Kudu, T, make_zip_bytes, serve_kudu
from tests.support.patience import PATIENCE
from wjtui.model.identity import JobId, JobType

ZIP = {"Content-Type": "application/zip", "Content-Disposition": "attachment; filename=job.zip"}
FILES = {"run.sh": "echo one\n", "lib/x.txt": "x"}


def put(kudu: Kudu, path: str, content: bytes | Iterator[bytes], **headers: str) -> httpx2.Response:
    return kudu.http.put(path, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


def files(kudu: Kudu, kind: JobType, name: str) -> set[str]:
    folder = kudu.site.folder(JobId(kind, name))
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def leftovers(kudu: Kudu) -> list[str]:
    """What uploads have left on the disk."""
    staged = kudu.site.jobs / ".wjtui"
    uploads = kudu.uploads
    return [
        *(os.listdir(staged) if staged.exists() else []),
        *(os.listdir(uploads) if uploads.exists() else []),
    ]


def test_a_zip_becomes_a_job_and_replaces_it_whole(kudu: Kudu) -> None:
    answer = put(
        kudu, f"{T}/zipped", make_zip_bytes({**FILES, "settings.job": '{"schedule":"0 0 3 * * *"}'}), **ZIP
    )
    assert answer.status_code == 200
    job = answer.json()
    assert (job["name"], job["url"], job["run_command"]) == ("zipped", f"{kudu.base}{T}/zipped", "run.sh")
    assert job["settings"] == {"schedule": "0 0 3 * * *"}
    assert files(kudu, JobType.TRIGGERED, "zipped") == {*FILES, "settings.job"}
    run = kudu.run("zipped")
    assert put(kudu, f"{T}/zipped", make_zip_bytes({"run.py": "print(2)\n"}), **ZIP).status_code == 200
    assert files(kudu, JobType.TRIGGERED, "zipped") == {"run.py"}
    # The history stays, the settings do not.
    assert kudu.http.get(f"{T}/zipped").json()["settings"] == {}
    assert [each["id"] for each in kudu.http.get(f"{T}/zipped/history").json()["runs"]] == [run["id"]]
    assert leftovers(kudu) == []


def test_a_single_file_becomes_a_job(kudu: Kudu) -> None:
    answer = kudu.put_script("continuous", "single", "exec sleep 60\n", file="go.sh")
    assert answer.json()["run_command"] == "go.sh"
    assert files(kudu, JobType.CONTINUOUS, "single") == {"go.sh"}
    kudu.until(f"{C}/single", lambda job: job["status"] == "Running")


def test_a_running_continuous_job_is_refreshed(kudu: Kudu) -> None:
    said = kudu.root / "data" / "jobs" / "continuous" / "fresh" / "said"
    for word in ("one", "two"):
        script = f'echo {word} > "$WEBJOBS_DATA_PATH/said"; exec sleep 60\n'
        package = make_zip_bytes({"run.sh": script, "settings.job": '{"stopping_wait_time": 0}'})
        assert put(kudu, f"{C}/fresh", package, **ZIP).status_code == 200
        kudu.until(f"{C}/fresh", lambda job, word=word: said.exists() and said.read_text() == f"{word}\n")  # type: ignore[misc]


def test_a_name_in_another_case_is_the_job_that_is_there(kudu: Kudu) -> None:
    kudu.put_script("triggered", "CasedName", "echo one\n")
    answer = put(kudu, "/api/triggeredjobs/casedname/", make_zip_bytes({"run.sh": "echo two\n"}), **ZIP)
    assert (answer.status_code, answer.json()["name"]) == (200, "CasedName")
    there = [each for each in os.listdir(kudu.site.jobs / "triggered") if each.lower() == "casedname"]
    assert there == ["CasedName"]


def test_both_types_may_have_a_job_of_one_name(kudu: Kudu) -> None:
    kudu.put_script("triggered", "twin", "true\n")
    kudu.put_script("continuous", "twin", "exec sleep 60\n")
    assert kudu.http.delete(f"{C}/twin").status_code == 200
    assert kudu.http.get(f"{T}/twin").status_code == 200


@pytest.mark.parametrize(
    ("content_type", "disposition", "zipped"),
    [
        ("application/zip", "attachment; filename=job.zip", True),
        ("Application/ZIP; charset=binary", "attachment; filename=run.cmd", True),
        ("application/x-zip-compressed", "attachement; filename=job", True),
        ("application/zip", 'attachment; attachment; filename="x.ZIP"', True),
        ("application/octet-stream", "attachment; filename=job.zip", True),
        ("application/json", "attachment; filename=job.ZIP", True),
        ("", "attachment; filename=job.zip", True),
        ("multipart/form-data; boundary=x", "attachment; filename=job.zip", True),
        ("multipart/form-data", "attachment; filename=job.sh", False),
        ("application/octet-stream", "attachment; filename=job.dat", False),
        ("application/octet-stream", "attachment; filename=job", False),
    ],
)
def test_which_bodies_are_zips(kudu: Kudu, content_type: str, disposition: str, zipped: bool) -> None:
    headers = {"Content-Disposition": disposition, **({"Content-Type": content_type} if content_type else {})}
    answer = kudu.http.put(f"{T}/kinds", content=make_zip_bytes(FILES), headers=headers)
    if zipped:
        assert answer.status_code == 200, answer.text
        assert files(kudu, JobType.TRIGGERED, "kinds") == set(FILES)
        assert kudu.http.delete(f"{T}/kinds").status_code == 200
    else:
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert kudu.http.get(f"{T}/kinds").status_code == 404
    assert leftovers(kudu) == []


def test_a_jar_is_one_file_though_it_begins_like_a_zip(kudu: Kudu) -> None:
    headers = {"Content-Disposition": "attachment; filename=app.jar"}
    answer = kudu.http.put(
        f"{T}/jarred", content=make_zip_bytes({"META-INF/MANIFEST.MF": ""}), headers=headers
    )
    if answer.status_code == 200:
        assert files(kudu, JobType.TRIGGERED, "jarred") == {"app.jar"}
    else:  # where there is no Java
        assert "java" in answer.text.lower()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="run it.sh"', "run it.sh"),
        ("attachment; filename*=UTF-8''r%C3%BCn.sh; filename=x.sh", "rün.sh"),
        ('attachment; filename="=?utf-8?B?csO8bi5zaA==?="', "rün.sh"),
        ("attachment; filename=..\\..\\run.sh", "run.sh"),
        ("attachment; filename=/etc/run.sh", "run.sh"),
    ],
)
def test_names_of_files_on_the_disk(kudu: Kudu, disposition: str, name: str) -> None:
    answer = kudu.http.put(f"{T}/named", content=b"true\n", headers={"Content-Disposition": disposition})
    assert (answer.status_code, answer.json()["run_command"]) == (200, name)
    assert files(kudu, JobType.TRIGGERED, "named") == {name}


NAMED = {"Content-Disposition": "a; filename=run.sh"}
INJECTED = {"Content-Disposition": "a; filename*=UTF-8''a%0d%0aX:y.sh"}
BAD = [
    ("no disposition", b"true\n", {}, "Content-Disposition"),
    ("no name", b"true\n", {"Content-Disposition": "attachment"}, "Content-Disposition"),
    ("empty name", b"true\n", {"Content-Disposition": 'attachment; filename=""'}, "Content-Disposition"),
    ("zip without a name", make_zip_bytes(FILES), {"Content-Type": "application/zip"}, "Content-Disposition"),
    (
        "a header in the name",
        b"x",
        {"Content-Disposition": "a; filename*=UTF-8''a%0d%0aX:y.sh"},
        "Content-Disp",
    ),
    ("no script", b"hello\n", {"Content-Disposition": "attachment; filename=readme.txt"}, "runnable"),
    ("no script in a zip", make_zip_bytes({"readme.txt": "x"}), ZIP, "runnable"),
    ("no zip", b"this is no zip at all", ZIP, "zip"),
    ("half a zip", make_zip_bytes(FILES)[:-30], ZIP, ""),
    ("an empty zip", make_zip_bytes({}), ZIP, ""),
    ("nothing", b"", ZIP, "empty"),
    ("an empty script", b"", {"Content-Disposition": "attachment; filename=run.sh"}, "empty"),
    ("climbs out", make_zip_bytes({"run.sh": "x", "../../evil.sh": "x"}), ZIP, "evil"),
    ("climbs out the other way", make_zip_bytes({"run.sh": "x", "..\\..\\evil.sh": "x"}), ZIP, "evil"),
    ("is absolute", make_zip_bytes({"run.sh": "x", "/tmp/evil.sh": "x"}), ZIP, "evil"),
    ("a bomb", make_zip_bytes({"run.sh": "x", "big": bytes(64 << 20)}), ZIP, ""),
    (
        "a form",
        b"--x\r\n\r\nrun\r\n",
        {"Content-Type": "multipart/form-data", **NAMED},
        "multipart",
    ),
    (
        "packed",
        b"\x1f\x8b",
        {"Content-Encoding": "gzip", **NAMED},
        "gzip",
    ),
]


@pytest.mark.parametrize(
    ("content", "headers", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_refused_uploads_leave_nothing(
    kudu: Kudu, content: bytes, headers: dict[str, str], said: str
) -> None:
    kudu.put_script("triggered", "standing", "echo standing\n")
    for name in ("nothing-new", "standing"):
        answer = kudu.http.put(f"{T}/{name}", content=content, headers=headers)
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert said.lower() in answer.text.lower()
        assert "\n" not in answer.text and "Traceback" not in answer.text
    assert kudu.http.get(f"{T}/nothing-new").status_code == 404
    assert not (kudu.site.jobs / "triggered" / "nothing-new").exists()
    assert files(kudu, JobType.TRIGGERED, "standing") == {"run.sh"}
    assert leftovers(kudu) == []
    assert not list(kudu.root.rglob("evil*"))


@pytest.mark.parametrize(
    ("name", "status"),
    [("a.b", 400), ("-x", 400), ("x" * 64, 400), ("a b", 400), ("ü", 400), ("%2e%2e", 404), ("a%2fb", 404)],
)
def test_names_that_no_new_job_may_have(kudu: Kudu, name: str, status: int) -> None:
    assert put(kudu, f"{T}/{name}", make_zip_bytes(FILES), **ZIP).status_code == status
    assert leftovers(kudu) == []


def test_a_job_with_a_name_that_only_discovery_takes_can_be_replaced(kudu: Kudu) -> None:
    assert put(kudu, f"{T}/acme.job", make_zip_bytes({"run.py": "x"}), **ZIP).status_code == 200
    assert files(kudu, JobType.TRIGGERED, "Acme.Job") == {"run.py"}


def test_zips_as_clients_make_them(kudu: Kudu) -> None:
    stored = make_zip_bytes(FILES, compress=False)

    class Pipe(io.RawIOBase):
        """Cannot be wound back, so sizes follow the data (az-kudu)."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lib/", "")
        for name, text in FILES.items():
            archive.writestr(name, text)
    for body in (stored, bytes(pipe.data)):
        pieces = iter([body[:7], body[7:100], body[100:]])
        assert put(kudu, f"{T}/made", pieces, **ZIP).status_code == 200
        assert files(kudu, JobType.TRIGGERED, "made") == set(FILES)


def test_a_job_in_the_folders_of_a_site(kudu: Kudu) -> None:
    inside = {f"app_data/jobs/triggered/inner/{name}": text for name, text in FILES.items()}
    assert put(kudu, f"{T}/outer", make_zip_bytes(inside), **ZIP).status_code == 200
    assert files(kudu, JobType.TRIGGERED, "outer") == set(FILES)
    two = {**inside, "app_data/jobs/triggered/second/run.sh": "true\n"}
    answer = put(kudu, f"{T}/outer", make_zip_bytes(two), **ZIP)
    assert (answer.status_code, "zipdeploy" in answer.text) == (400, True)


def test_uploads_over_the_limit_are_413(tmp_path: Path) -> None:
    with serve_kudu(tmp_path, environment={"WJTUI_MAX_UPLOAD_MB": "1"}) as kudu:
        large = os.urandom((1 << 20) + 1)

        def pieces() -> Iterator[bytes]:
            for start in range(0, len(large), 65536):
                yield large[start : start + 65536]

        for content in (large, pieces()):
            answer = put(kudu, f"{T}/large", content, **ZIP)
            assert (answer.status_code, "1 MiB" in answer.text) == (413, True)
        assert kudu.http.get(f"{T}/large").status_code == 404
        assert leftovers(kudu) == []
        # The connection lives on, or is made anew; the next upload is taken.
        assert put(kudu, f"{T}/large", make_zip_bytes(FILES), **ZIP).status_code == 200


def test_an_engine_removes_what_another_one_has_received_in_part(tmp_path: Path) -> None:
    with serve_kudu(tmp_path) as kudu:
        uploads = kudu.uploads
    uploads.mkdir(parents=True)
    (uploads / "half").write_bytes(b"x")
    with serve_kudu(tmp_path) as kudu:
        assert not uploads.exists()
        kudu.put_script("triggered", "after", "true\n")
        assert uploads.stat().st_mode & 0o777 == 0o700


def test_a_client_that_leaves_leaves_nothing(kudu: Kudu) -> None:
    with socket.create_connection(("127.0.0.1", kudu.port), PATIENCE) as sending:
        head = f"PUT {T}/left HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
        sending.sendall(f"{head}Content-Disposition: a; filename=run.sh\r\n\r\ntrue".encode())
        kudu.until("/api/webjobs", lambda jobs: leftovers(kudu))
    kudu.until("/api/webjobs", lambda jobs: not leftovers(kudu))
    assert kudu.http.get(f"{T}/left").status_code == 404


def test_expect_is_answered_before_the_body_is_asked_for(kudu: Kudu) -> None:
    def ask(path: str, headers: str) -> bytes:
        with socket.create_connection(("127.0.0.1", kudu.port), PATIENCE) as sending:
            head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n{headers}\r\n"
            sending.sendall(head.encode())
            return sending.recv(65536)

    disposition = "Content-Disposition: a; filename=run.sh\r\n"
    assert ask(f"{T}/expected", f"{disposition}Content-Length: 5\r\n").startswith(b"HTTP/1.1 100 ")
    assert ask(f"{T}/expected", f"{disposition}Content-Length: 999999999\r\n").startswith(b"HTTP/1.1 413 ")
    assert ask(f"{T}/expected", "Content-Length: 5\r\n").startswith(b"HTTP/1.1 400 ")
    assert ask(f"{T}/-bad", f"{disposition}Content-Length: 5\r\n").startswith(b"HTTP/1.1 400 ")


def test_uploads_of_one_job_at_once_end_with_one_of_them_whole(kudu: Kudu) -> None:
    packages = [{"run.sh": f"echo {n}\n", f"only-{n}.txt": "x"} for n in range(4)]
    statuses: list[int] = []

    def send(package: dict[str, str]) -> None:
        with httpx2.Client(base_url=kudu.base, trust_env=False, timeout=PATIENCE) as http:
            statuses.append(http.put(f"{T}/raced", content=make_zip_bytes(package), headers=ZIP).status_code)

    threads = [threading.Thread(target=send, args=(package,)) for package in packages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 200 in statuses and set(statuses) <= {200, 409}
    assert files(kudu, JobType.TRIGGERED, "raced") in [set(package) for package in packages]
    assert leftovers(kudu) == []


def test_a_run_in_its_folder_keeps_a_job_from_being_replaced(kudu: Kudu) -> None:
    place = kudu.http.post(f"{T}/inplace/run").headers["location"]
    kudu.until(place, lambda run: run["status"] == "Running")
    answer = put(kudu, f"{T}/inplace", make_zip_bytes(FILES), **ZIP)
    assert answer.status_code == 409
    assert "inplace" in answer.text
    assert kudu.http.delete(f"{T}/inplace").status_code == 200


def test_deleted_jobs_come_back_without_their_history(kudu: Kudu) -> None:
    kudu.put_script("triggered", "gone", "echo one\n")
    kudu.run("gone")
    answer = kudu.http.delete("/jobs/triggered/GONE/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert kudu.http.get(f"{T}/gone").status_code == 404
    assert not (kudu.root / "data" / "jobs" / "triggered" / "gone").exists()
    kudu.put_script("triggered", "gone", "echo two\n")
    assert kudu.http.get(f"{T}/gone/history").json() == {"runs": []}
    for name in ("gone", "gone", "never-there"):
        assert kudu.http.delete(f"{T}/{name}").status_code == 200
    assert kudu.http.delete(f"{T}/%2e%2e").status_code == 404


def test_deleting_stops_what_runs(kudu: Kudu) -> None:
    script = 'echo $$ > "$WEBJOBS_DATA_PATH/../living.pid"; exec sleep 60\n'
    package = make_zip_bytes({"run.sh": script, "settings.job": '{"stopping_wait_time": 0}'})
    assert put(kudu, f"{C}/living", package, **ZIP).status_code == 200
    kept = kudu.root / "data" / "jobs" / "continuous" / "living.pid"
    kudu.until(f"{C}/living", lambda job: kept.exists() and kept.read_text())
    assert kudu.http.delete(f"{C}/living").status_code == 200
    with pytest.raises(ProcessLookupError):
        os.kill(int(kept.read_text()), 0)
