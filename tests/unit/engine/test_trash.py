from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from wjtui.engine.history.trash import KEPT, Trash, entry_name, read_entry
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef

AT = datetime(2026, 11, 21, 5, 12, 9, tzinfo=UTC)
REF = RunRef(JobId(JobType.TRIGGERED, "nightly"), RunId("201605192149381933"))
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, "one", "one")


def make_run(site: Site, text: str = "log") -> Path:
    folder = site.run_folder(REF)
    folder.mkdir(parents=True)
    (folder / "status").write_text("{}")
    (folder / "output_log.txt").write_text(text)
    return folder


def lying(site: Site) -> list[str]:
    folder = site.shared / "trash" / "runs"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir())


def test_a_name_tells_run_and_instant() -> None:
    name = "201605192149381933.20261121T051209"
    assert entry_name(REF.run, AT) == entry_name(REF.run, AT.astimezone(timezone(5 * SECOND * 3600))) == name
    assert read_entry(name) == (REF.run, AT)
    assert read_entry("20160519214938.20261121T051209") == (RunId("20160519214938"), AT)


@pytest.mark.parametrize(
    "name",
    [
        "201605192149381933",
        "201605192149381933.",
        "201605192149381933.20261121T0512",
        "201605192149381933.20261121T051209Z",
        "201605192149381933.20261321T051209",
        "201605192149381933.20261121T51209",
        "notes.20261121T051209",
        "..20261121T051209",
        "",
    ],
)
def test_other_names_are_no_entries(name: str) -> None:
    assert read_entry(name) is None


def test_there_and_back(site: Site) -> None:
    folder = make_run(site)
    trash = Trash(site)
    assert trash.find(REF, AT) is None
    trash.put(REF, AT)
    assert not folder.exists()
    found = trash.find(REF, AT + KEPT - SECOND)
    assert found is not None
    trash.take(found, REF)
    assert (folder / "output_log.txt").read_text() == "log"
    assert trash.find(REF, AT) is None


def test_the_last_one_of_an_id_comes_back(site: Site) -> None:
    trash = Trash(site)
    for number in range(3):
        make_run(site, str(number))
        trash.put(REF, AT + number * SECOND)
    found = trash.find(REF, AT + KEPT)
    assert found is not None
    trash.take(found, REF)
    assert (site.run_folder(REF) / "output_log.txt").read_text() == "2"


def test_a_run_that_is_there_again_is_not_overwritten(site: Site) -> None:
    trash = Trash(site)
    make_run(site, "deleted")
    trash.put(REF, AT)
    site.run_folder(REF).mkdir()
    found = trash.find(REF, AT)
    assert found is not None
    with pytest.raises(FileExistsError):
        trash.take(found, REF)
    assert (found / "output_log.txt").read_text() == "deleted"


def test_what_cannot_be_moved_stays(site: Site) -> None:
    with pytest.raises(FileNotFoundError):
        Trash(site).put(REF, AT)
    folder = make_run(site)
    runs = site.shared / "trash" / "runs"
    (runs / "nightly").rmdir()
    runs.rmdir()
    runs.write_text("in the way")
    with pytest.raises(OSError):
        Trash(site).put(REF, AT)
    assert (folder / "status").exists()
    assert Trash(site).empty(AT) == 0


def test_it_keeps_runs_for_seven_days_and_strange_things_for_ever(site: Site) -> None:
    trash = Trash(site)
    for age in (timedelta(0), KEPT - SECOND, KEPT, 2 * KEPT):
        make_run(site)
        trash.put(REF, AT - age)
    strange = site.shared / "trash" / "runs" / "nightly" / "notes"
    strange.mkdir()
    assert trash.empty(AT) == 2
    assert lying(site) == [
        "nightly",
        "nightly/201605192149381933.20261114T051210",
        "nightly/201605192149381933.20261121T051209",
        "nightly/notes",
    ]
    strange.rmdir()
    assert trash.empty(AT + KEPT) == 2
    assert lying(site) == []


def test_what_find_finds_is_not_deleted_at_that_moment(site: Site) -> None:
    trash = Trash(site)
    for age in (KEPT - SECOND, KEPT):
        make_run(site)
        trash.put(REF, AT - age)
        found = trash.find(REF, AT)
        trash.empty(AT)
        assert (found is not None) == (len(lying(site)) == 2) == (age < KEPT)
        if found is not None:
            trash.take(found, REF)
            for entry in site.run_folder(REF).iterdir():
                entry.unlink()
            site.run_folder(REF).rmdir()


def test_a_folder_without_a_status_is_no_run(site: Site) -> None:
    folder = make_run(site)
    (folder / "status").unlink()
    trash = Trash(site)
    trash.put(REF, AT)
    assert trash.find(REF, AT) is None
