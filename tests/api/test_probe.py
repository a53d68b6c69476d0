from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wjtui.client.probe import EngineFile, find_engine
from wjtui.support.locks import FileLock

ENGINE = EngineFile(pid=7, instance="web-01", version="0.1.0", socket="/tmp/x.sock")


def test_file_is_believed_while_the_lock_is_held(tmp_path: Path) -> None:
    lock, file = tmp_path / "engine.lock", tmp_path / "engine.json"
    file.write_bytes(msgspec.json.encode(ENGINE))
    assert find_engine(lock, file) is None
    held = FileLock(lock)
    assert held.acquire()
    assert find_engine(lock, file) == ENGINE
    held.release()
    assert find_engine(lock, file) is None


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"pid": "x"}', b"\xff"])
def test_engine_that_is_still_starting(tmp_path: Path, content: bytes | None) -> None:
    lock, file = FileLock(tmp_path / "engine.lock"), tmp_path / "engine.json"
    assert lock.acquire()
    if content is not None:
        file.write_bytes(content)
    assert find_engine(lock.path, file) is None
    lock.release()
