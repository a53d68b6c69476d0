"""Paths as they are pasted and typed, completion, folders as they are read."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_service import NOW
from tests.tui.test_hostile import HOSTILE
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.paths import (
    Entry,
    Folder,
    begun_anew,
    complete,
    entry_line,
    extension_of,
    parent_of,
    read_pasted,
    typed_parts,
    what_it_is,
)
from wjtui.tui.screens.deploy_files import absolute, find_source, read_folder, written_script


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        ("/srv/a.zip", "/srv/a.zip"),
        ("  /srv/a.zip \n", "/srv/a.zip"),
        ("\n/srv/a.zip\n/srv/b.zip\n", "/srv/a.zip"),
        ("'/srv/my job.zip'", "/srv/my job.zip"),
        ('"/srv/my \\"job\\".zip"', '/srv/my "job".zip'),
        ("'/srv/it'\\''s.zip'", "/srv/it's.zip"),
        ("/srv/my\\ job\\ \\(1\\).zip", "/srv/my job (1).zip"),
        ("file:///srv/my%20job.zip", "/srv/my job.zip"),
        ("file://localhost/srv/a.zip", "/srv/a.zip"),
        ("FILE:/srv/a%2Bb.zip\r\n", "/srv/a+b.zip"),
        ("'file:///srv/a%20b.zip'", "/srv/a b.zip"),
        ("file:///srv/%E6%97%A5.zip", "/srv/日.zip"),
        ("~/uploads/a.zip", "~/uploads/a.zip"),
        ("", ""),
        (" \n ", ""),
        ("'", "'"),
    ],
)
def test_pasted(pasted: str, path: str) -> None:
    assert read_pasted(pasted) == path


_ENDS = "\x00\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@given(st.text(st.characters(exclude_characters=_ENDS, exclude_categories=["Cs"]), min_size=1))
def test_a_file_url_is_read_back(name: str) -> None:
    path = "/" + name.strip("/")
    assert read_pasted("file://" + quote(path, safe="/")) == path


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("~", ("~/", "")),
        ("~/up", ("~/", "up")),
        ("/srv/", ("/srv/", "")),
        ("job", ("", "job")),
        ("", ("", "")),
    ],
)
def test_parts(typed: str, parts: tuple[str, str]) -> None:
    assert typed_parts(typed) == parts


FOLDER = Folder(
    "/srv",
    (
        Entry("nightly", True),
        Entry(".env"),
        Entry("nightly-old.zip"),
        Entry("nightly.zip"),
        Entry("other.sh"),
    ),
)


@pytest.mark.parametrize(
    ("typed", "text", "candidates"),
    [
        ("/srv/n", "/srv/nightly", 3),
        ("/srv/nightly-", "/srv/nightly-old.zip", 1),
        ("/srv/o", "/srv/other.sh", 1),
        ("/srv/.", "/srv/.env", 1),
        ("/srv/x", "/srv/x", 0),
        ("/srv/", "/srv/", 4),
    ],
)
def test_completion(typed: str, text: str, candidates: int) -> None:
    found = complete(typed, FOLDER)
    assert (found.text, len(found.candidates)) == (text, candidates)


def test_completion_of_a_folder_ends_with_a_slash() -> None:
    assert complete("/x/ni", Folder("/x", (Entry("nightly", True),))).text == "/x/nightly/"


def test_hidden_files_count_once_wanted() -> None:
    assert len(complete("/srv/", FOLDER, hidden=True).candidates) == 5


@pytest.mark.parametrize(
    ("typed", "where", "above"),
    [("~/a/b/", "/home/me/a/b", "~/a/"), ("~/", "/home/me", "/home/"), ("/", "/", "/"), ("/a/", "/a", "/"),
     ("a/", "/home/me/a", "/home/me/"), ("../", "/home", "/")],
)  # fmt: skip
def test_the_folder_above(typed: str, where: str, above: str) -> None:
    assert parent_of(typed, where) == above


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        ("#!/usr/bin/env python3\nprint(1)", ".py"),
        ("#!/bin/bash", ".sh"),
        ("#!/usr/bin/env node\n", ".js"),
        ("#!/usr/bin/pwsh", ".ps1"),
        ("<?php echo 1;", ".php"),
        ("\ufeff#!/usr/bin/php", ".php"),
        ("echo hello", ".sh"),
        ("", ".sh"),
    ],
)
def test_the_ending_of_a_pasted_script(script: str, ending: str) -> None:
    assert extension_of(script) == ending


def test_what_can_be_a_source() -> None:
    kinds = [what_it_is(Entry(name)) for name in ("a.ZIP", "run.PY", "notes.txt", "zip")]
    assert kinds == ["zip", "script", "", ""]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [20, 44, 60])
def test_a_row_is_as_wide_as_it_is_told(name: str, width: int) -> None:
    from rich.cells import cell_len

    for entry in (Entry(name, True), Entry(name), Entry(f"{name}.zip", size=10**9, modified=NOW.timestamp())):
        assert cell_len(plain_text(entry_line(entry, width, NOW))) == width


def test_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.zip").write_bytes(b"12345")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")
    found = read_folder(f"{tmp_path}/a")
    assert [entry.name for entry in found.entries] == ["b", "\udcff", "a.zip", "gone"]
    assert found.entries[2].size == 5
    assert found.path == str(tmp_path)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in read_folder(f"{tmp_path}/no/where").trouble
    assert read_folder("/a\0/b").trouble != ""


def test_a_huge_folder_tells_how_many_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wjtui.tui.screens.deploy_files.MOST_ENTRIES", 3)
    for number in range(6):
        (tmp_path / f"f{number}").touch()
    found = read_folder(f"{tmp_path}/")
    assert (len(found.entries), found.left_out) == (3, 3)
    assert "f5" in [entry.name for entry in read_folder(f"{tmp_path}/f5").entries]


def test_home_and_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert absolute("~/x") == absolute("x") == f"{tmp_path}/x"
    assert absolute("") == str(tmp_path)
    assert absolute("~root") == os.path.expanduser("~root")


def test_a_typed_source_may_have_quotes_and_escapes(tmp_path: Path) -> None:
    (tmp_path / "my job.zip").touch()
    (tmp_path / "back\\ slash").touch()
    assert find_source(f"{tmp_path}/my\\ job.zip") == (tmp_path / "my job.zip", False)
    assert find_source(f"'{tmp_path}/my job.zip'") == (tmp_path / "my job.zip", False)
    assert find_source(f"{tmp_path}/back\\ slash") == (tmp_path / "back\\ slash", False)
    assert find_source(str(tmp_path)) == (tmp_path, True)
    assert find_source(f"{tmp_path}/nothing") == (None, False)
    assert find_source("") == (None, False)


def test_a_pasted_script_is_a_file_for_a_while() -> None:
    with written_script("echo é\r\n\x1b\udcff", "run.sh") as path:
        assert path.read_bytes() == "echo é\r\n\x1b".encode() + b"\xff"
        assert path.name == "run.sh"
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        ("~//srv/x", "/srv/x"),
        ("~/", "~/"),
        ("~/up/~", "~"),
        ("/a//b", "/b"),
        ("/", "/"),
        ("//", "/"),
        ("", ""),
        ("~/a~b", "~/a~b"),
    ],
)
def test_a_path_that_is_begun_anew_takes_the_place_of_the_first(typed: str, counts: str) -> None:
    assert begun_anew(typed) == counts
