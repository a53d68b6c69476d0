from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.history.store import RunStore
from wjtui.engine.history.timeline import merge_runs, place, read_page
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef

NAMES = st.sampled_from(["a", "B", "c", "d"])
IDS = st.integers(0, 9).map(lambda last: RunId(f"20160519214938193{last}"))
OLD_IDS = st.integers(0, 9).map(lambda last: RunId(f"2016051921493{last}"))


def job(name: str) -> JobId:
    return JobId(JobType.TRIGGERED, name)


@given(st.dictionaries(NAMES, st.sets(IDS | OLD_IDS)), st.none() | st.tuples(NAMES, IDS | OLD_IDS))
def test_one_order_of_all(ids: dict[str, set[RunId]], bound: tuple[str, RunId] | None) -> None:
    before = None if bound is None else RunRef(job(bound[0]), bound[1])
    expected = [RunRef(job(name), run) for name, runs in ids.items() for run in runs]
    expected = [ref for ref in expected if before is None or place(ref) < place(before)]
    merged = merge_runs([job(name) for name in ids], lambda one: sorted(ids[one.name], reverse=True), before)
    assert list(merged) == sorted(expected, key=place, reverse=True)


def test_no_more_is_taken_than_is_asked_for() -> None:
    taken: list[int] = []

    def endless(one: JobId) -> Iterator[RunId]:
        for number in range(9999, 0, -1):
            taken.append(number)
            yield RunId(f"20160519214938{number:04d}")

    merged = merge_runs([job("a"), job("b")], endless, None)
    assert [next(merged).job.name for _ in range(6)] == ["b", "a"] * 3
    assert len(taken) < 12


def test_a_page_reads_its_own_statuses_alone(tmp_path: Path) -> None:
    site = Site(tmp_path, "one", "one")
    store, read = RunStore(site), list[RunRef]()
    for name in "abc":
        for number in range(50):
            folder = site.run_folder(RunRef(job(name), RunId(f"2016051921493819{number:02d}")))
            folder.mkdir(parents=True)
            (folder / "status").write_text('{"Status":"Success","StartTime":"2016-05-19T21:49:38Z"}')

    class Watched(RunStore):
        def load(self, ref: RunRef):  # type: ignore[no-untyped-def]
            read.append(ref)
            return super().load(ref)

    page = read_page(Watched(site), [job(name) for name in "abc"], None, 10)
    assert [run.ref for run in page] == read
    assert len(read) == 10
    assert read_page(store, [job("nobody")], None, 10) == []
