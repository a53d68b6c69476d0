from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wjtui.engine.damage import Aside
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
    assert store.load(Aside(NOW)) == []
    for waiting in (made("b", 2), made("A", 1), made("a", 3)):
        store.put(waiting)
    assert store.load(Aside(NOW)) == [made("A", 1), made("b", 2), made("a", 3)]
    store.remove(made("a", 1))
    store.remove(made("a", 1))
    assert store.load(Aside(NOW)) == [made("b", 2), made("a", 3)]


def test_no_name_leads_out_of_its_folder(tmp_path: Path) -> None:
    store = QueueStore(Site(tmp_path, "one", "one"))
    store.put(Waiting(ODD, RunId("202611210200000000"), Start(), NOW))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.parent for path in files] == [tmp_path / "data" / "wjtui" / "queue"]
    assert [waiting.job for waiting in store.load(Aside(NOW))] == [ODD]


def test_what_is_damaged_is_set_aside_and_the_rest_waits(tmp_path: Path) -> None:
    store = QueueStore(Site(tmp_path, "one", "one"))
    store.put(made("a", 1))
    folder = tmp_path / "data" / "wjtui" / "queue" / "a"
    broken = {"202611210200000009.json": b"{", "202611210200000007.json": b"", "notes.txt": b"x"}
    for name, data in broken.items():
        (folder / name).write_bytes(data)
    (folder / "202611210200000008.json").mkdir()
    aside = Aside(NOW)
    assert store.load(aside) == [made("a", 1)]
    assert [path.name[:18] for path, _, _ in aside.moved] == [f"20261121020000000{n}" for n in (7, 8, 9)]
    again = Aside(NOW)
    assert store.load(again) == [made("a", 1)] and again.moved == []
    assert (folder / "notes.txt").exists()
