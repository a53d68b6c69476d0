"""Files that are read whole, and those set aside."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.support.files import read_whole, set_aside

AT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_fifo_is_empty_and_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert read_whole(tmp_path / "fifo") == b""


def test_a_damaged_file_goes_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert set_aside(tmp_path / "a", AT) == tmp_path / "a.damaged-20200102T030405"
    assert [path.name for path in tmp_path.iterdir()] == ["a.damaged-20200102T030405"]


def test_what_cannot_be_renamed_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a.damaged-20200102T030405").mkdir()
    with pytest.raises(IsADirectoryError):
        set_aside(tmp_path / "a", AT)
    assert (tmp_path / "a").exists()
