"""Which root, which instance, which socket."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wjtui.api.unix_socket import open_unix_socket
from wjtui.launch.place import choose_root, find_place, socket_path
from wjtui.model.errors import RootUnusable


@pytest.fixture
def temp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's temporary folder, with a short path as a socket needs it: pytest's has its user in it."""
    with tempfile.TemporaryDirectory(prefix="wjtui-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("given", "variable", "here", "home", "plain")}
    for folder in made.values():
        folder.mkdir()
    for name in ("here", "home"):
        (made[name] / "Site" / "WWWroot").mkdir(parents=True)
    return made


def test_the_order_of_roots(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variable = {"WJTUI_ROOT": str(folders["variable"]), "HOME": str(folders["home"])}
    home = {"HOME": str(folders["home"])}
    assert choose_root(str(folders["given"]), variable, folders["here"]) == folders["given"]
    assert choose_root(None, variable, folders["here"]) == folders["variable"]
    assert choose_root(None, home, folders["here"]) == folders["here"]
    assert choose_root(None, home, folders["plain"]) == folders["home"]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert choose_root(None, {}, folders["plain"]) == tmp_path / "data" / "wjtui"


def test_a_relative_root_and_a_link_have_one_name(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folders["given"])
    assert choose_root("link", {}, tmp_path) == choose_root("given", {}, tmp_path) == folders["given"]


def test_instances_have_sockets_of_their_own(tmp_path: Path) -> None:
    one, other = (find_place(str(tmp_path), name, environment={}) for name in ("one", "other"))
    assert one.socket != other.socket
    assert one.socket.parent == Path(tempfile.gettempdir()) / f"wjtui-{os.getuid()}"
    assert one.site.engine_lock == tmp_path / "data" / "wjtui" / "one" / "engine.lock"
    assert one.arguments == ["--root", str(tmp_path), "--instance", "one"]


def test_the_instance_of_the_environment(tmp_path: Path) -> None:
    place = find_place(str(tmp_path), None, environment={"WEBSITE_INSTANCE_ID": "0123456789"})
    assert (place.instance, place.site.instance, place.site.iid) == (None, "0123456789", "012345")


def test_a_hint_can_be_pasted(tmp_path: Path) -> None:
    assert find_place(str(tmp_path / "a b"), None, environment={}).hint == f"--root '{tmp_path}/a b'"


def test_the_socket_folder_is_for_us_alone(temp: Path) -> None:
    socket = socket_path(temp, "vm")
    open_unix_socket(socket).close()
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    open_unix_socket(socket, replace=True).close()
    socket.parent.chmod(0o755)
    with pytest.raises(RootUnusable, match="not yours alone"):
        open_unix_socket(socket)


def test_a_link_in_place_of_the_folder_is_refused(temp: Path) -> None:
    socket = socket_path(temp, "vm")
    (temp / "elsewhere").mkdir(mode=0o700)
    socket.parent.symlink_to(temp / "elsewhere")
    with pytest.raises(RootUnusable, match="not yours alone"):
        open_unix_socket(socket)


def test_a_long_path_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 120)))
    with pytest.raises(RootUnusable, match="107 are possible: set TMPDIR"):
        open_unix_socket(socket_path(tmp_path, "vm"))
