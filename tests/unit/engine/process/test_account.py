"""Users, and how files of the engine come to be usable by them."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from wjtui.engine.process.account import (
    Account,
    closed_folder,
    find_account,
    give_tree,
    lend_file,
    lend_folder,
)

OWN = pwd.getpwuid(os.geteuid())
NOBODY = Account("somebody", 54321, 54321, (54321, 54322), "/home/somebody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def test_our_own_user_is_found_with_home_and_groups() -> None:
    found = find_account(OWN.pw_name)
    assert found is not None
    assert (found.uid, found.gid, found.home) == (OWN.pw_uid, OWN.pw_gid, OWN.pw_dir)
    assert found.gid in found.groups
    assert found.environment == {"HOME": OWN.pw_dir, "USER": OWN.pw_name, "LOGNAME": OWN.pw_name}


@pytest.mark.parametrize("name", ["nobody-knows", "", "a\0b", "\ud800", "0"])
def test_a_name_of_nobody_is_not_found(name: str) -> None:
    assert find_account(name) is None


def owner(path: Path) -> tuple[int, int]:
    info = path.lstat()
    return info.st_uid, info.st_gid


@needs_root
def test_a_tree_is_given_whole_and_nothing_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("not his")
    tree = tmp_path / "tree"
    (tree / "deep" / "er").mkdir(parents=True)
    (tree / "deep" / "er" / "file").touch()
    (tree / "link").symlink_to(outside)
    (tree / "folder").symlink_to(tmp_path)
    (tree / "second").hardlink_to(outside)
    give_tree(str(tree), NOBODY)
    his = (54321, 54321)
    names = ("", "deep", "deep/er", "deep/er/file", "link", "folder")
    assert {name: owner(tree / name) for name in names} == dict.fromkeys(names, his)
    assert owner(outside) == owner(tree / "second") == (0, 0)
    assert owner(tmp_path) == (0, 0)


@needs_root
def test_a_tree_that_is_his_is_left_as_it_is(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, -1)
    (tmp_path / "file").touch()
    give_tree(str(tmp_path), NOBODY)
    assert owner(tmp_path / "file") == (0, 0)


@needs_root
def test_a_lent_folder_has_room_and_keeps_what_is_the_engines(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    for _ in range(2):
        lend_folder(str(folder), NOBODY)
        assert owner(folder) == (0, 54321)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o1775


@needs_root
def test_a_lent_file_can_be_read_and_stays_the_engines(tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.touch(0o600)
    lend_file(str(file), NOBODY)
    assert owner(file) == (0, 54321)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_links_are_neither_lent_nor_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    for lend in (lend_file, lend_folder):
        with pytest.raises(OSError, match="link"):
            lend(str(tmp_path / "link"), NOBODY)


def test_the_topmost_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    way = (tmp_path, *tmp_path.parents)
    expected = [str(folder) for folder in way if not folder.stat().st_mode & stat.S_IXOTH][-1]
    path = tmp_path / "a" / "b"
    path.mkdir(parents=True)
    assert closed_folder(str(path), NOBODY) == expected
    assert closed_folder("/usr/bin", NOBODY) == ""


def test_owner_and_groups_are_looked_at_before_all_others(tmp_path: Path) -> None:
    info = tmp_path.stat()
    tmp_path.chmod(0o700)
    owns = Account("o", info.st_uid, 54321, (54321,), "/")
    if info.st_uid != 0:
        assert closed_folder(str(tmp_path), owns) != str(tmp_path)
    tmp_path.chmod(0o701)
    member = Account("m", 54321, info.st_gid, (info.st_gid,), "/")
    found = closed_folder(str(tmp_path), member)
    assert found == (closed_folder(str(tmp_path.parent), member) or str(tmp_path))


def test_root_enters_everywhere(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    assert closed_folder(str(tmp_path), Account("root", 0, 0, (0,), "/root")) == ""
    tmp_path.chmod(0o700)
