from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.queueing.store import QueueStore
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef
from wjtui.model.starts import Start, Waiting

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ODD = JobId(JobType.TRIGGERED, "ä b/../%2e")


def made(name: str, number: int) -> Waiting:
    job = JobId(JobType.TRIGGERED, name)
    origin = RunRef(job, RunId("202611210159000000"))
    return Waiting(
        job, RunId(f"{202611210200000000 + number}"), Start(arguments="x", origin=origin), NOW, NOW
    )


def test_what_was_put_is_loaded_in_order_whatever_the_case_of_the_name(tmp_path: Path) -> None:
    store = QueueStore(Site(tmp_path, "one", "one"))
    assert store.load() == []
    for waiting in (made("b", 2), made("A", 1), made("a", 3)):
        store.put(waiting)
    assert store.load() == [made("A", 1), made("b", 2), made("a", 3)]
    store.remove(made("a", 1))
    store.remove(made("a", 1))
    assert store.load() == [made("b", 2), made("a", 3)]


def test_no_name_leads_out_of_its_folder(tmp_path: Path) -> None:
    store = QueueStore(Site(tmp_path, "one", "one"))
    store.put(Waiting(ODD, RunId("202611210200000000"), Start(), NOW))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.parent for path in files] == [tmp_path / "data" / "wjtui" / "queue"]
    assert [waiting.job for waiting in store.load()] == [ODD]


def test_what_cannot_be_read_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = QueueStore(Site(tmp_path, "one", "one"))
    store.put(made("a", 1))
    folder = tmp_path / "data" / "wjtui" / "queue" / "a"
    for name, data in (("202611210200000009.json", b"{"), ("notes.txt", b"x"), ("x.json", b"{}")):
        (folder / name).write_bytes(data)
    (folder / "202611210200000008.json").mkdir()
    with caplog.at_level(logging.WARNING):
        assert store.load() == [made("a", 1)]
    assert len(caplog.records) == 2
    assert len(list(folder.iterdir())) == 5
