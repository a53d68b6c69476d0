"""Versions, trash and deletion in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from tests.support.fake_service import NOW, make_job, make_schedule
from wjtui.model.deploys import FileChange, FileState
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Job, Stopped
from wjtui.model.runs import RunId
from wjtui.model.versions import Cause, Trashed, Version
from wjtui.tui.present.deleting import Holding, matches, question, title, wanted
from wjtui.tui.present.ink import Line, plain_text
from wjtui.tui.present.trash import about, longest_name, trashed_line
from wjtui.tui.present.versions import cause_words, going_back, version_line, ways

BUSY = Busy(RunId("202611210512090000"), NOW)
CONTINUOUS = JobType.CONTINUOUS


def said(lines: list[Line]) -> str:
    return "\n".join(plain_text(line) for line in lines)


@pytest.mark.parametrize(
    ("cause", "note", "words"),
    [
        (Cause.DEPLOY, "nightly.zip", "deployed nightly.zip"),
        (Cause.SETTINGS, "", "settings saved"),
        (Cause.ROLLBACK, "version 5", "went back to version 5"),
        (Cause.RESTORE, "", "back from the trash"),
        (Cause.UNKNOWN, "", "found in place"),
        (Cause.DEPLOY, "\x1b[2J", "deployed ␛[2J"),
    ],
)
def test_causes(cause: Cause, note: str, words: str) -> None:
    assert cause_words(Version(1, NOW, cause, note)) == words


@pytest.mark.parametrize("width", [30, 58, 60, 76, 100, 116, 200])
@pytest.mark.parametrize("text", ["nightly.zip", "日" * 60, "x" * 300])
def test_a_row_of_versions_is_as_wide_as_there_is_room(width: int, text: str) -> None:
    for at in (NOW - timedelta(days=3), None):
        version = Version(12, at, Cause.DEPLOY, text, text, False, 1400, 3_800_000)
        row = plain_text(version_line(version, NOW, width, 2))
        assert cell_len(row) <= max(width, 35) and row.startswith("12  ")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((), "Going back to it changes no file."),
        ((FileState.ADDED,), "Going back to it concerns 1 file: 1 comes."),
        ((FileState.REMOVED, FileState.REMOVED), "Going back to it concerns 2 files: 2 go."),
        (
            (FileState.CHANGED, FileState.ADDED, FileState.CHANGED, FileState.REMOVED),
            "Going back to it changes 4 files: 1 comes, 2 change, 1 goes.",
        ),
    ],
)
def test_what_going_back_changes(states: tuple[FileState, ...], words: str) -> None:
    changes = [FileChange(f"{at}", state) for at, state in enumerate(states)]
    assert plain_text(going_back(Version(1, NOW, Cause.DEPLOY), changes)) == words
    assert "in place" in plain_text(going_back(Version(1, NOW, Cause.DEPLOY, current=True), None))


@pytest.mark.parametrize(
    ("job", "answers"),
    [
        (make_job("a"), ["now"]),
        (make_job("a", BUSY), ["after", "stop", "now"]),
        (make_job("a", BUSY, in_place=True), ["after", "stop"]),
        (make_job("a", kind=CONTINUOUS), ["now", "stop"]),
        (make_job("a", Stopped(NOW), kind=CONTINUOUS), ["now"]),
    ],
)
def test_the_ways_to_go_back(job: Job, answers: list[str]) -> None:
    found = ways(job)
    assert [value for value, _, _ in found] == answers
    keys = [key for _, _, key in found]
    assert len({*keys, "k"}) == len(keys) + 1


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("nightly", "nightly"),
        ("Acme.Worker", "Acme.Worker"),
        ("日本語", "日本語"),
        ("x" * 63, "x" * 63),
        ("x" * 64, "delete"),
        ("a\x1b[2J", "delete"),
        (" blank", "delete"),
        ("\udcff", "delete"),
    ],
)
def test_what_has_to_be_typed(name: str, word: str) -> None:
    job = make_job(name)
    assert wanted([job]) == word and matches(f" {word.upper()} ", [job])
    assert not matches("", [job]) and not matches(word[:-1], [job])
    assert wanted([job, job]) == "delete 2 jobs" and matches("delete  2 JOBS", [job, job])


def test_what_is_said_before_a_deletion() -> None:
    job = make_job("nightly", BUSY, schedule=make_schedule())
    text = said(question([job], 0, Holding(14, 3_800_000, 50, logs=9_500_000), "", NOW, "u"))
    assert text.splitlines() == [
        "14 files, 3.6 MB, 50 runs, 9.1 MB of logs.",
        "A run is in progress: it is asked to end, and killed after 30 s.",
        "Its schedule ends with it: At 02:00, every day.",
        "It goes to the trash for 7 days (u undoes).",
    ]
    assert "Counting files" in said(question([job], 0, None, "", NOW, "u"))
    several = said(question([job, make_job("b")], 1, Holding(2, 3, 1, True), "", NOW, "u"))
    assert "1 of the marked ones are left out" in several and "1 or more runs" in several
    assert title([job]) == "Delete nightly?" and title([job, job]) == "Delete 2 jobs?"


@pytest.mark.parametrize("width", [40, 60, 76, 100, 116])
@pytest.mark.parametrize("name", ["feeder", "日" * 100])
def test_a_row_of_the_trash(width: int, name: str) -> None:
    entry = Trashed(
        "id", JobId(CONTINUOUS, name), NOW - timedelta(days=1), NOW + timedelta(days=6), 4, 38_000
    )
    row = plain_text(trashed_line(entry, NOW, width, longest_name([entry]), None))
    assert cell_len(row) <= max(width, 46) and "1d ago" in row and "6d 00:00 left" in row
    assert "Bringing back…" in plain_text(trashed_line(entry, NOW, width, 6, "Bringing back"))
    late = plain_text(trashed_line(entry, NOW + timedelta(days=7), width, 6, None))
    assert "goes now" in late and "It is kept until 2026-11-27" in said(about(entry))
