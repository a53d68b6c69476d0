"""What the screen remembers: over restarts, beside another screen, and whatever the disk does."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.fake_clock import FakeClock
from tests.support.patience import eventually
from wjtui.tui import memory as module
from wjtui.tui.memory import PAUSE_SECONDS, Memory


def loaded(path: Path | None) -> Memory:
    made = Memory(path)
    made.load()
    return made


async def test_a_later_screen_finds_every_kind_of_value(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "roots" / "one.json"
    before = loaded(path)
    before.put("sort", "status\udcff\x1b")
    before.put("wrap", True)
    before.put("rows", 12)
    before.put("columns", ["name", "next"])
    await before.aclose()
    after = loaded(path)
    assert after.get("sort", "") == "status\udcff\x1b"
    assert after.get("wrap", False) is True
    assert after.get("rows", 0) == 12
    assert after.get("columns", ["none"]) == ["name", "next"]
    assert path.stat().st_mode & 0o777 == 0o600


async def test_another_type_than_the_default_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"a": 1, "b": true, "c": [1], "d": {"x": 1}, "e": null, "f": 1.5}')
    memory = loaded(path)
    assert memory.get("a", False) is False
    assert memory.get("b", 7) == 7
    assert memory.get("c", ["x"]) == ["x"]
    assert memory.get("d", "none") == memory.get("e", "none") == memory.get("nowhere", "none") == "none"
    assert memory.get("f", 3) == 3


async def test_what_was_handed_out_or_in_is_a_copy(tmp_path: Path) -> None:
    memory = loaded(tmp_path / "one.json")
    given = ["a"]
    memory.put("columns", given)
    given.append("b")
    memory.get("columns", [""]).append("c")
    assert memory.get("columns", [""]) == ["a"]
    await memory.aclose()


async def test_two_screens_share_the_file_name_by_name(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    one, two = loaded(path), loaded(path)
    one.put("sort", "name")
    one.put("only-one", 1)
    await one.aclose()
    two.put("sort", "status")
    two.put("only-two", 2)
    await two.aclose()
    assert json.loads(path.read_text()) == {"sort": "status", "only-one": 1, "only-two": 2}


async def test_many_screens_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    screens = [loaded(path) for _ in range(8)]
    for number, screen in enumerate(screens):
        screen.put(f"key-{number}", number)
    await asyncio.gather(*(screen.aclose() for screen in screens))
    assert json.loads(path.read_text()) == {f"key-{number}": number for number in range(8)}


async def test_writes_are_gathered_for_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[dict[str, object]] = []
    monkeypatch.setattr(module, "_merge", lambda path, changes: written.append(changes))
    clock = FakeClock(datetime(2027, 1, 1, tzinfo=UTC))
    memory = Memory(tmp_path / "one.json", clock)
    for number in range(100):
        memory.put("row", number)
        await clock.advance(PAUSE_SECONDS / 200)
    assert written == []
    await clock.advance(PAUSE_SECONDS)
    await eventually(lambda: written)
    assert written == [{"row": 99}]
    await clock.advance(10 * PAUSE_SECONDS)
    memory.put("row", 99)
    await clock.advance(10 * PAUSE_SECONDS)
    assert len(written) == 1
    memory.put("row", 100)
    await memory.aclose()
    assert written[1:] == [{"row": 100}]


async def test_what_comes_while_it_is_written_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.json"
    memory = loaded(path)
    merge = module._merge
    loop = asyncio.get_running_loop()

    def slow(path: Path, changes: dict[str, object]) -> None:
        if "first" in changes:
            asyncio.run_coroutine_threadsafe(put_second(), loop).result()
        merge(path, changes)

    async def put_second() -> None:
        memory.put("second", 2)

    monkeypatch.setattr(module, "_merge", slow)
    memory.put("first", 1)
    await memory.aclose()
    assert json.loads(path.read_text()) == {"first": 1, "second": 2}


@pytest.mark.parametrize("garbage", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"\0" * 100])
async def test_a_damaged_file_is_set_aside(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(garbage)
    memory = loaded(path)
    assert memory.get("sort", "none") == "none"
    (moved,) = tmp_path.glob("one.json.damaged-*")
    assert moved.read_bytes() == garbage
    memory.put("sort", "name")
    await memory.aclose()
    assert json.loads(path.read_text()) == {"sort": "name"}


@pytest.mark.parametrize("kind", ["folder", "file above"])
async def test_where_nothing_can_be_kept_the_screen_goes_on(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "place" / "one.json"
    if kind == "folder":
        path.mkdir(parents=True)
    else:
        path.parent.touch()
    with caplog.at_level(logging.WARNING):
        memory = loaded(path)
        memory.put("sort", "name")
        await memory.aclose()
    assert memory.get("sort", "") == "name"
    assert "one.json" in caplog.text


async def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    memory = loaded(None)
    memory.put("sort", "name")
    assert memory.get("sort", "") == "name"
    await memory.aclose()
    assert os.listdir(tmp_path) == []
