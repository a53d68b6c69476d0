"""The file of subscriptions: Kudu's own is read, a damaged one set aside, and no engine loses another's."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.fake_clock import FakeClock
from wjtui.engine.hooks.store import HookStore, Subscriptions, decode, encode, new_id
from wjtui.engine.site import Site
from wjtui.model.errors import Conflict
from wjtui.model.hooks import Subscription

AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOOK = Subscription("1", "https://me:hunter2@example.org/x", "TriggeredJobFinished")


@pytest.fixture
def store(tmp_path: Path) -> HookStore:
    return open_store(tmp_path)


def open_store(root: Path) -> HookStore:
    site = Site(root, "one", "one")
    site.shared.mkdir(parents=True, exist_ok=True)
    return HookStore(site, FakeClock(AT))


def added(*hooks: Subscription) -> Subscriptions:
    return hooks


def test_what_was_written_is_read_by_another_engine(store: HookStore, tmp_path: Path) -> None:
    assert store.load() == ()
    told = store.change(lambda known: ((*known, HOOK), "told"))
    assert told == "told"
    assert store.path == tmp_path / "site" / "deployments" / "hooks"
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert open_store(tmp_path).load() == (HOOK,) == store.load()
    [row] = json.loads(store.path.read_bytes())
    assert row == {
        "id": "1",
        "url": "https://me:hunter2@example.org/x",
        "event": "TriggeredJobFinished",
        "insecure_ssl": False,
        "last_status": None,
        "last_reason": None,
        "last_datetime": None,
        "last_context": None,
    }


def test_what_changes_nothing_is_not_written(store: HookStore) -> None:
    store.change(lambda known: ((HOOK,), None))
    before = store.path.stat().st_ino
    store.change(lambda known: (tuple(known), None))
    assert store.path.stat().st_ino == before


def test_a_folder_in_any_case_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "Site" / "Deployments").mkdir(parents=True)
    store = open_store(tmp_path)
    store.change(lambda known: ((HOOK,), None))
    assert (tmp_path / "Site" / "Deployments" / "hooks").exists()


def test_every_member_comes_back() -> None:
    hook = Subscription("9", "http://h/", "E", True, "OK", "reason", AT, '{"a": 1}')
    assert decode(encode((hook, HOOK))) == (hook, HOOK)


def test_a_file_of_another_program_is_read() -> None:
    text = """[{"id": "635", "url": "http://h/", "event": "triggeredjobfinished", "insecure_ssl": null,
        "last_datetime": "3/1/2027 9:00:00 AM", "last_status": 200, "last_context": {"a": 1}, "more": []}]"""
    [hook] = decode(text.encode())
    assert hook == Subscription("635", "http://h/", "triggeredjobfinished")
    assert hook.matches("TriggeredJobFinished")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"[1]",
        b'[{"id": "1"}]',
        b'[{"id": "1", "url": 5, "event": "e"}]',
        b'[{"id": "", "url": "http://h/", "event": "e"}]',
        b'[{"id": "1", "url": "http://h/", "event": "e"}, {"id": "1", "url": "http://i/", "event": "e"}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside(store: HookStore, content: bytes) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(content)
    assert store.load() == ()
    [aside] = list(store.path.parent.iterdir())
    assert aside.read_bytes() == content and aside.name.startswith("hooks.damaged-")
    assert aside.name in store.damage.get_nowait()
    store.change(lambda known: ((HOOK,), None))
    assert store.load() == (HOOK,)


def test_a_folder_in_its_place_is_set_aside(store: HookStore) -> None:
    store.path.mkdir(parents=True)
    assert store.load() == ()
    assert not store.path.exists() and not store.damage.empty()


def test_a_place_that_cannot_be_written_is_said(store: HookStore, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(Conflict, match="hooks"):
        store.change(lambda known: ((HOOK,), None))


def test_changes_of_two_engines_are_all_kept(tmp_path: Path) -> None:
    stores = [open_store(tmp_path) for _ in range(4)]

    def add(store: HookStore) -> None:
        for _ in range(5):
            store.change(
                lambda known: ((*known, Subscription(new_id(AT, known), f"http://h/{len(known)}", "e")), None)
            )

    threads = [threading.Thread(target=add, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stores[0].load()
    assert len(found) == 20
    assert [int(each.id) for each in found] == sorted({int(each.id) for each in found})


def test_ids_are_ticks_and_never_come_twice() -> None:
    # .NET counts this many of them until 1970.
    assert new_id(datetime(1970, 1, 1, 0, 0, 0, 25, tzinfo=UTC), ()) == "621355968000000250"
    later = Subscription("999999999999999999", "http://h/", "e")
    foreign = Subscription("x" * 30, "http://i/", "e")
    assert new_id(AT, (later, foreign)) == "1000000000000000000"
