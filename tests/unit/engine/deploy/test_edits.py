from __future__ import annotations

from pathlib import Path

import pytest

from wjtui.engine.deploy import edits
from wjtui.engine.deploy.edits import edit, undo
from wjtui.model.jobs import Script

SCRIPT = Script("run.sh", "BashScriptHost", ("/bin/bash",), "It is the only one.")


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["settings.job", "Settings.JOB", ""])
@pytest.mark.parametrize("text", ["{}", ""])
def test_settings_are_replaced_and_put_back(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "run.sh").write_bytes(b"\xef\xbb\xbfecho\r\n")
    (tmp_path / "run.sh").chmod(0o751)
    if name:
        (tmp_path / name).write_bytes(b'\xef\xbb\xbf{"a": 1}')
    before = read(tmp_path)
    kept = edit(tmp_path, SCRIPT, text, True)
    after = {"run.sh": b"echo\n"} | ({name or "settings.job": text.encode()} if text else {})
    assert read(tmp_path) == after
    undo(kept)
    assert read(tmp_path) == before
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o751


def test_nothing_is_touched_that_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_bytes(b"echo\r\n")
    assert edit(tmp_path, SCRIPT, None, False) == []
    assert read(tmp_path) == {"run.sh": b"echo\r\n"}


def test_what_fails_half_way_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.sh").write_bytes(b"echo\r\n")
    (tmp_path / "settings.job").write_text('{"a": 1}')
    before = read(tmp_path)

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edits, "rewrite", full)
    with pytest.raises(OSError, match="No space"):
        edit(tmp_path, SCRIPT, "{}", True)
    assert read(tmp_path) == before
