"""What a run says of itself in its result file, and how that is judged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from wjtui.engine.running.result import (
    LONGEST_MESSAGE,
    MAX_RESULT,
    RESULT,
    Report,
    ResultFile,
    read_file,
    read_result,
    report_of,
)


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ('{"progress": 40, "message": "page 2 of 5", "rows": 7}', Report(40, "page 2 of 5")),
        ('{"progress": 99.9}', Report(99)),
        ('{"progress": 0}', Report(0)),
        ('{"progress": 100}', Report(100)),
        ("{}", Report()),
        ('{"progress": 101, "message": 5}', Report()),
        ('{"progress": -1}', Report()),
        ('{"progress": true}', Report()),
        ('{"progress": "40 %"}', Report()),
        ('{"message": " two\\nlines\\u001b[2J and\\ttabs "}', Report(None, "two lines [2J and tabs")),
    ],
)
def test_what_an_object_says(text: str, report: Report) -> None:
    assert report_of(text.encode()) == report


def test_a_long_message_is_cut() -> None:
    found = report_of(json.dumps({"message": "ä" * 1000}).encode())
    assert found.message == "ä" * LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no JSON"),
        (b'{"progress": 4', "no JSON"),
        (b'{"progress": NaN}', "no JSON"),
        (b'{"m": "\xff"}', "no JSON"),
        (b"[" * 50_000, "nested too deep"),
        (b"[1]", "no JSON object"),
        (b'"text"', "no JSON object"),
    ],
)
def test_what_is_no_object_is_told_in_one_sentence(data: bytes, why: str) -> None:
    found = report_of(data)
    assert why in found.trouble and found.trouble.endswith(".") and found.progress is None


def test_changes_are_seen_and_nothing_else(tmp_path: Path) -> None:
    path, file = tmp_path / RESULT, ResultFile(tmp_path)
    assert not file.look()
    path.write_text('{"progress": 1}')
    assert file.look() and file.report == Report(1)
    assert not file.look()
    path.write_text('{"progress": 1, "rows": 10}')
    assert not file.look(), "what it says of itself is the same"
    path.write_text('{"progress": 2, "message": "on"}')
    assert file.look() and file.report == Report(2, "on")
    path.unlink()
    assert not file.look(last=True) and file.report == Report(2, "on")


def test_a_half_written_file_is_no_trouble(tmp_path: Path) -> None:
    path, file = tmp_path / RESULT, ResultFile(tmp_path)
    path.write_text('{"progress": 50}')
    assert file.look()
    path.write_text('{"progress": 6')
    assert not file.look() and file.report == Report(50)
    path.write_text('{"progress": 60}')
    assert file.look() and file.report == Report(60)


def test_a_file_that_stays_unreadable_is_told_of_once(tmp_path: Path) -> None:
    path, file = tmp_path / RESULT, ResultFile(tmp_path)
    path.write_text('{"progress": 50, "message": "half"}')
    assert file.look()
    path.write_text("not JSON")
    assert not file.look()
    assert file.look() and file.report is not None
    assert (file.report.progress, file.report.message) == (50, "half") and "no JSON" in file.report.trouble
    assert not file.look() and not file.look(last=True)
    path.write_text('{"progress": 51}')
    assert file.look() and file.report == Report(51)


def test_at_the_end_it_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / RESULT).write_text("not JSON")
    file = ResultFile(tmp_path)
    assert file.look(last=True) and file.report is not None and file.report.trouble
    assert read_result(tmp_path) is None


def test_the_limit_is_exact(tmp_path: Path) -> None:
    text = json.dumps({"rows": "x" * (MAX_RESULT - 12)})
    (tmp_path / RESULT).write_text(text)
    assert len(text) == MAX_RESULT and read_result(tmp_path) == text.encode()
    (tmp_path / RESULT).write_text(text + " ")
    assert read_result(tmp_path) is None
    assert "over 64 KiB" in report_of(read_file(tmp_path / RESULT)).trouble


def test_nothing_but_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / RESULT
    (tmp_path / "secret").write_text('{"password": "hunter2"}')
    path.symlink_to(tmp_path / "secret")
    assert read_result(tmp_path) is None
    path.unlink()
    os.mkfifo(path)
    assert read_result(tmp_path) is None
    file = ResultFile(tmp_path)
    assert file.look(last=True) and file.report is not None and "no file" in file.report.trouble
    path.unlink()
    path.mkdir()
    assert read_result(tmp_path) is None
