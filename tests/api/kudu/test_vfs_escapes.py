"""Nothing outside of the root, and nothing of wjtui's own, is read or changed, however it is asked for."""

from __future__ import annotations

import http.client
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kudu import Kudu, make_zip_bytes, serve_kudu
from tests.support.patience import PATIENCE

SECRET = "the secret of wjtui"
ESCAPES = [
    "..",
    "../",
    "../outside/secret.txt",
    "site/../../outside/secret.txt",
    "site/wwwroot/../../../outside/secret.txt",
    "..%2foutside%2fsecret.txt",
    "..%2Foutside/secret.txt",
    "%2e%2e/outside/secret.txt",
    "%2e%2e%2foutside%2fsecret.txt",
    ".%2e/outside/secret.txt",
    "%2E./outside/secret.txt",
    "..\\outside\\secret.txt",
    "..%5coutside%5csecret.txt",
    "site%5c..%5c..%5coutside%5csecret.txt",
    "site/..%5c..%2foutside/secret.txt",
    "%252e%252e/outside/secret.txt",
    "%252e%252e%252foutside%252fsecret.txt",
    "..%252foutside%252fsecret.txt",
    "%c0%ae%c0%ae/outside/secret.txt",
    "%c0%ae%c0%ae%c0%afoutside%c0%afsecret.txt",
    "%e0%80%ae%e0%80%ae/outside/secret.txt",
    "..%00/outside/secret.txt",
    "site%00/../../outside/secret.txt",
    "..;/outside/secret.txt",
    "..%0d%0a/outside/secret.txt",
    "....//outside/secret.txt",
    "./../outside/secret.txt",
    "%2foutside%2fsecret.txt",
    "file:///outside/secret.txt",
    "link-out/secret.txt",
    "link-out/",
    "link-to-secret",
    "LINK-OUT/secret.txt",
    "link-up/outside/secret.txt",
    "link-there-and-back/a.txt",
]
OWN = [
    "data/wjtui",
    "data/wjtui/",
    "Data/WJTUI/site_settings.json",
    "data/wjtui/site_settings.json",
    "data/wjtui/connection_strings.json",
    "data/wjtui/credentials",
    "data%2fwjtui%2fcredentials",
    "link-to-own/credentials",
    "site/deployments/hooks",
    "Site/Deployments/HOOKS",
    "site/deployments/hooks.damaged-20260101T000000",
    "site/deployments/.hooks.abcd1234.tmp",
    "site/wwwroot/app_data/jobs/.wjtui",
    "site/wwwroot/app_data/jobs/.wjtui/package/run.sh",
    "site/wwwroot/app_data/jobs/.WJTUI/package/run.sh",
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    folder = tmp_path_factory.mktemp("closed")
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    with serve_kudu(folder) as kudu:
        root = kudu.root
        (root / "a.txt").write_text("inside")
        (root / "link-out").symlink_to(outside)
        (root / "link-to-secret").symlink_to(outside / "secret.txt")
        (root / "link-up").symlink_to("..")
        (outside / "back").symlink_to(root)
        (root / "link-there-and-back").symlink_to(outside / "nothing" / ".." / "secret.txt")
        (root / "link-to-own").symlink_to("data/wjtui")
        for path in OWN:
            if "%" not in path and "link" not in path and path == path.replace("WJTUI", "wjtui"):
                where = root / path.lower()
                if not path.endswith(("wjtui", "/")):
                    where.parent.mkdir(parents=True, exist_ok=True)
                    where.write_text(SECRET)
        yield kudu


def ask(kudu: Kudu, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """A request with a path as it is: nothing on the way tidies it up."""
    client = http.client.HTTPConnection("127.0.0.1", kudu.port, timeout=PATIENCE)
    try:
        client.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {"If-Match": "*", **headers}.items():
            client.putheader(name, value)
        if body is not None:
            client.putheader("Content-Length", str(len(body)))
        client.endheaders(body)
        answer = client.getresponse()
        return answer.status, answer.read().decode("latin-1")
    finally:
        client.close()


def picture(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        os.path.join(where, name): Path(where, name).read_bytes()
        for where, _, names in os.walk(folder)
        for name in names
        if not Path(where, name).is_symlink()
    }


@pytest.mark.parametrize("prefix", ["/api/vfs/", "/vfs/", "/API/Vfs/"])
@pytest.mark.parametrize("path", [*ESCAPES, *OWN])
def test_nothing_is_read(closed: Kudu, prefix: str, path: str) -> None:
    for method in ("GET", "HEAD"):
        status, body = ask(closed, method, prefix + path)
        assert status in (400, 404), (method, status, body)
        assert SECRET not in body
        assert str(closed.root) not in body


@pytest.mark.parametrize("path", [*ESCAPES, *OWN])
def test_nothing_is_changed(closed: Kudu, path: str) -> None:
    around = closed.root.parent / "outside"
    own = closed.root / "data" / "wjtui"
    before = picture(around), picture(own / "..").keys(), (own / "credentials").read_bytes()
    hooks = (closed.root / "site" / "deployments" / "hooks").read_bytes()
    for method, body, more in (
        ("PUT", b"evil", ""),
        ("DELETE", None, ""),
        ("DELETE", None, "?recursive=true"),
    ):
        status, text = ask(closed, method, f"/api/vfs/{path}{more}", body)
        # A name that only looks like a way out may be made, below the root.
        assert status in (201, 204, 400, 404, 409) if method == "PUT" else status >= 200, text
    status, text = ask(closed, "PUT", f"/api/zip/{path}/", make_zip_bytes({"evil.txt": "evil"}))
    assert (picture(around), picture(own / "..").keys(), (own / "credentials").read_bytes()) == before
    assert (closed.root / "site" / "deployments" / "hooks").read_bytes() == hooks
    assert (closed.root / "link-up" / "outside").is_dir()


def test_the_own_things_are_not_listed_zipped_or_swept_away(closed: Kudu) -> None:
    def names(path: str) -> set[str]:
        return {row["name"] for row in closed.http.get(f"/api/vfs/{path}").json()}

    assert "wjtui" not in names("data/")
    assert ".wjtui" not in names("site/wwwroot/app_data/jobs/")
    assert names("site/deployments/") == set()
    assert not {name for name in names("") if name.startswith("link-")}
    for path in ("", "data/", "site/"):
        packed = closed.http.get(f"/api/zip/{path}")
        with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
            assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())
    for path in ("", "data/", "site/", "site/deployments/", "site/wwwroot/", "site/wwwroot/app_data/jobs/"):
        answer = closed.http.delete(f"/api/vfs/{path}?recursive=true")
        assert (answer.status_code, set(answer.json())) == (409, {"Message"})
    assert (closed.root / "data" / "wjtui" / "credentials").read_text() == SECRET
    assert (closed.root / "site" / "deployments" / "hooks").read_text() == SECRET


@pytest.mark.parametrize(
    "entry",
    [
        "data/wjtui/evil.json",
        "Data/Wjtui/evil.json",
        "site/deployments/hooks",
        "site/wwwroot/app_data/jobs/.wjtui/x/run.sh",
        "link-out/evil.txt",
        "link-up/evil.txt",
        "link-to-own/evil.txt",
        "../evil.txt",
        "..\\evil.txt",
        "/evil.txt",
        "C:\\evil.txt",
    ],
)
def test_an_archive_gets_nothing_there_and_none_of_the_rest_is_unpacked(closed: Kudu, entry: str) -> None:
    outside = picture(closed.root.parent / "outside")
    data = make_zip_bytes({"harmless.txt": "x", entry: "evil"})
    answer = closed.http.put("/api/zip/", content=data)
    assert (answer.status_code, set(answer.json())) == (400, {"Message"}), answer.text
    assert picture(closed.root.parent / "outside") == outside
    assert not (closed.root / "harmless.txt").exists()
    assert (closed.root / "site" / "deployments" / "hooks").read_text() == SECRET
