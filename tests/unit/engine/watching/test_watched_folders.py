"""Which folders are watched, what counts in them, and moves that never go over a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from wjtui.engine.site import Site
from wjtui.engine.watching.folder import (
    matcher,
    move_message,
    read_folder,
    read_mark,
    watch_problem,
    watched_folder,
)
from wjtui.engine.watching.spool import Fate
from wjtui.model.settings import JobSettings, Watch

ALL = matcher("*")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "root", "one", "one")


@pytest.fixture
def inbox(site: Site) -> Iterator[Path]:
    folder = site.root / "inbox"
    folder.mkdir(parents=True)
    yield folder
    folder.chmod(0o700)


def fault(site: Site, path: str, *, spool: bool = False) -> str:
    problem = watch_problem(JobSettings(watch=Watch(path, spool=spool)), site)
    return "" if problem is None else problem.text


def test_a_folder_is_absolute_or_below_the_root(site: Site, inbox: Path, tmp_path: Path) -> None:
    assert watched_folder(Watch("inbox"), site) == inbox
    assert watched_folder(Watch("./a/../inbox/"), site) == inbox
    assert watched_folder(Watch("/var/spool"), site) == Path("/var/spool")
    assert fault(site, "inbox") == fault(site, str(inbox), spool=True) == ""
    assert watch_problem(JobSettings(), site) is None
    (tmp_path / "beside").mkdir()
    assert "outside the root" in fault(site, "../beside")
    assert fault(site, str(tmp_path / "beside")) == ""


def test_a_folder_that_is_not_there_is_named(site: Site, inbox: Path) -> None:
    (inbox / "file").touch()
    for path, words in (("outbox", "not there"), ("inbox/file/x", "not there"), ("inbox/file", "no folder")):
        text = fault(site, path)
        assert str(site.root / path) in text and words in text


def test_the_engines_own_folders_are_refused_by_whatever_name(site: Site, inbox: Path) -> None:
    for own in (site.data / "triggered" / "x", site.shared / "inputs", site.temp, site.app_logs):
        own.mkdir(parents=True)
        link = inbox / "link"
        link.symlink_to(own)
        assert "its own files" in fault(site, str(own))
        assert "its own files" in fault(site, "inbox/link")
        link.unlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_cannot_be_read_or_emptied_is_refused(site: Site, inbox: Path) -> None:
    inbox.chmod(0o500)
    assert fault(site, "inbox") == ""
    assert "may not move files" in fault(site, "inbox", spool=True)
    inbox.chmod(0o300)
    assert "may not read" in fault(site, "inbox")
    inbox.chmod(0o000)
    assert "may not go" in fault(site, "inbox/deeper")


def test_a_file_in_the_place_of_done_is_refused(site: Site, inbox: Path) -> None:
    (inbox / "dead").touch()
    assert "'dead'" in fault(site, "inbox", spool=True)
    assert fault(site, "inbox") == ""


def test_what_counts_in_a_folder(inbox: Path) -> None:
    for name in ("a.csv", "b.CSV", "ä\nb.csv", ".hidden.csv"):
        (inbox / name).write_text("12345")
    os.close(os.open(os.fsencode(inbox) + b"/\xff.csv", os.O_CREAT | os.O_WRONLY))
    (inbox / "folder.csv").mkdir()
    os.mkfifo(inbox / "fifo.csv")
    (inbox / "link.csv").symlink_to(inbox / "a.csv")
    (inbox / "nowhere.csv").symlink_to(inbox / "gone")
    assert set(read_folder(inbox, matcher("*.csv"), links=False)) == {"a.csv", "ä\nb.csv"}
    assert set(read_folder(inbox, matcher("[ab].*"), links=False)) == {"a.csv", "b.CSV"}
    found = read_folder(inbox, matcher("*.csv"), links=True)
    assert found["link.csv"] == found["a.csv"] == read_mark(inbox / "a.csv")
    assert found["a.csv"].size == 5
    with pytest.raises(FileNotFoundError):
        read_folder(inbox / "gone", ALL, links=False)


def test_a_pattern_cannot_take_the_program_down() -> None:
    assert not matcher("[")("x") and matcher("[")("[")
    assert not matcher("*")(".profile")


def test_messages_are_moved_beside_each_other(inbox: Path) -> None:
    for text in ("first", "second", "third"):
        (inbox / "order.json").write_text(text)
        move_message(inbox / "order.json", Fate.DONE)
    assert {path.name: path.read_text() for path in (inbox / "done").iterdir()} == {
        "order.json": "first",
        "order.2.json": "second",
        "order.3.json": "third",
    }
    assert read_mark(inbox / "order.json") is None


def test_a_message_that_has_gone_leaves_nothing_behind(inbox: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_message(inbox / "order.json", Fate.DEAD)
    assert list((inbox / "dead").iterdir()) == []
