"""The lines around a log and the bar beside it, as values."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.fake_service import engine_line, make_job, make_run, output
from wjtui.logs.index import LineIndex
from wjtui.logs.line import Level
from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobType
from wjtui.model.runs import RunStatus
from wjtui.tui.desks.log_out import editor_command
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.log_bar import Marks, among, bar, line_for, thumb
from wjtui.tui.present.log_head import Place, Shows, Switches, head
from wjtui.tui.present.log_place import copy_name, log_command, log_of, log_path, nothing_yet
from wjtui.tui.present.log_status import Finding, Keeping, LogState, News, status
from wjtui.tui.present.log_text import without_codes
from wjtui.tui.present.log_time import since, time_columns
from wjtui.tui.present.logline import characters, marked, unfolded

AT = datetime(2026, 11, 21, 5, 12, 0, tzinfo=UTC)
CLOCK = time_columns("UTC")[0]
NONE = Marks(among(()), among(()), among(()))


def cells(*given: object, **more: object) -> str:
    return "".join(cell.piece.text for cell in bar(*given, **more))  # type: ignore[arg-type]


def said(state: LogState, width: int = 110, *, full: bool = True) -> str:
    return plain_text(status(state, width, CLOCK, full=full)).strip()


# The bar


def test_the_bar_shows_where_the_view_is() -> None:
    assert cells(10, range(100), range(10), NONE) == "█         "
    assert cells(10, range(100), range(50, 60), NONE) == "     █    "
    assert cells(10, range(100), range(90, 100), NONE) == "         █"
    assert cells(10, range(5), range(5), NONE) == " " * 10
    assert cells(10, range(0), (), NONE) == " " * 10


def test_the_bar_marks_errors_hits_and_bookmarks_in_this_order() -> None:
    marks = Marks(among([5, 25, 45, 99]), among([25, 45]), among([45]))
    assert cells(10, range(100), range(60, 70), marks) == "! / ◆ █  !"
    assert cells(10, range(100), range(60, 70), marks, ascii_only=True) == "! / * #  !"


def test_the_marks_of_few_lines_are_beside_them() -> None:
    marks = Marks(among([5, 9]), among(()), among([6]))
    numbers = (3, 5, 6, 9)  # of a filtered log
    assert cells(8, numbers, range(4), marks) == " !◆!    "
    wrapped = (0, 0, 1, 1, 1, 2, 3)
    assert cells(8, numbers, wrapped, marks) == "  !  ◆! "


@pytest.mark.parametrize("count", [1, 7, 36, 1000, 1_000_003])
def test_the_thumb_is_never_lost(count: int) -> None:
    for top in {0, count // 3, count // 2, max(0, count - 36)}:
        first, last = thumb(36, count, top, min(count, top + 36))
        assert 0 <= first <= last <= 35
    assert thumb(36, count, max(0, count - 36), count)[1] == 35


def test_the_ends_of_the_bar_are_the_ends_of_the_log() -> None:
    assert line_for(0, 36, 1000) == 0
    assert line_for(35, 36, 1000) == 999
    assert line_for(3, 36, 0) == 0


# Times


def test_times_in_turn() -> None:
    names = [column.name for column in time_columns("UTC")]
    assert names == ["clock", "+delta", "off", "local"]
    assert [column.name for column in time_columns("Europe/Berlin")][-1] == "UTC"
    berlin = time_columns("Europe/Berlin")[0]
    assert berlin.text(AT, None) == "06:12:00"
    delta, off = time_columns("UTC")[1:3]
    assert delta.text(AT, AT - timedelta(seconds=5)) == "05:12:00    +5s"
    assert delta.text(AT, None) == "05:12:00       " and len(delta.text(None, AT)) == delta.width
    assert off.text(AT, None) == "" and off.width == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+0s"), (5, "+5s"), (-2, "-2s"), (999, "+999s"), (1000, "+16m"), (90_000, "+25h"), (10**9, "+long")],
)
def test_steps_are_short(seconds: int, text: str) -> None:
    assert since(AT, AT + timedelta(seconds=seconds)) == text and len(text) <= 6


# The head line


def an_index() -> LineIndex:
    index = LineIndex()
    index.extend(
        output(*["out"] * 3) + output("bad", level=Level.ERR) + b"  more\n" + engine_line("engine"), 0
    )
    return index


def test_the_head_counts_levels_and_says_where_the_view_is() -> None:
    switches = Switches(Shows.ERRORS, wrap=True, time="+delta", json=False)
    parts = head(an_index(), True, switches, Place(5, 6, 0.97), 120)
    text = "".join(plain_text(line) for line, _ in parts)
    assert text.startswith("  1 All  2 INFO 3 [3 ERR 1] 4 SYS 1 ")
    assert "wrap on   time: +delta   json off" in text
    assert text.endswith("line 5 of 6    97% ") and len(text) == 120
    commands = [command for _, command in parts if command]
    assert commands == [
        "log.level_1", "log.level_2", "log.level_3", "log.level_4", "log.wrap", "log.time", "log.json",
    ]  # fmt: skip


def test_a_log_that_is_not_read_whole_has_at_least_so_many() -> None:
    switches = Switches(Shows.ALL, wrap=False, time="clock", json=False)
    parts = head(an_index(), False, switches, Place(None, 6, 1.0), 100)
    text = "".join(plain_text(line) for line, _ in parts)
    assert "3 ERR 1+" in text and text.endswith("100% ") and "line" not in text


@pytest.mark.parametrize("width", [72, 80, 90, 100])
def test_the_place_goes_before_how_lines_are_shown(width: int) -> None:
    switches = Switches(Shows.ALL, wrap=False, time="clock", json=False)
    text = "".join(plain_text(line) for line, _ in head(an_index(), True, switches, Place(5, 6, 0.5), width))
    assert " ".join(text.split()).endswith("line 5 of 6 50%") and len(text) == width
    assert ("json off" in text) is (width >= 100)
    delta = Switches(Shows.ALL, wrap=False, time="+delta", json=False)
    text = "".join(plain_text(line) for line, _ in head(an_index(), True, delta, Place(5, 6, 0.5), 80))
    assert "  time: +delta " in text and "off" not in text and text.endswith("50% ") and len(text) == 80


@pytest.mark.parametrize("width", [20, 40, 60, 79, 80, 100])
def test_the_head_leaves_out_what_does_not_fit(width: int) -> None:
    switches = Switches(Shows.ALL, wrap=False, time="clock", json=False)
    parts = head(an_index(), True, switches, Place(5, 6, 0.5), width)
    assert sum(len(plain_text(line)) for line, _ in parts) <= max(width, 43)


# The status line


def test_following_and_paused() -> None:
    assert said(LogState(True, lines=5)) == "FOLLOW" + " " * 92 + "on disk 0B"
    assert said(LogState(True, lines=5, rate=23.4)).startswith("FOLLOW  23 lines/s ")
    assert said(LogState(True, over=True, lines=5)).startswith("END OF RUN")
    paused = LogState(False, since=AT, news=News(1733, 4), lines=9)
    assert said(paused).startswith("PAUSED at 05:12:00  ▼ 1,733 new lines, 4 ERR  (f or End to follow)")
    assert said(paused, full=False).startswith("PAUSED at 05:12:00  ▼ 1,733 new lines, 4 ERR  f follows")
    assert News(1).text == "▼ 1 new line"
    assert "newer run" in said(LogState(False, newer=True, lines=1))
    assert "OLDER RUN" in said(LogState(True, older=True, lines=1))


def test_finding_and_filtering() -> None:
    found = LogState(False, lines=9, finding=Finding("timeout", True, 17, 16, 1.0))
    assert "find «timeout» 16/17  regex  n/N" in said(found)
    searching = LogState(False, lines=9, finding=Finding("x", False, 0, None, 0.34))
    assert "find «x»   searching 34%" in said(searching)
    assert "not found" in said(LogState(False, lines=9, finding=Finding("x", False, 0, None, 1.0)))
    slow = LogState(False, lines=9, finding=Finding("x", False, 0, None, 1.0, "It takes too long."))
    assert "It takes too long." in said(slow)
    kept = LogState(True, lines=81_635, keeping=Keeping("order", False, 1204, 1.0))
    assert "only «order» 1,204 of 81,635 lines" in said(kept)
    assert "without «order»" in said(LogState(True, lines=1, keeping=Keeping("order", True, 0, 0.5)))


def test_the_rest_of_the_status() -> None:
    state = LogState(
        True, lines=3, errors=2, bytes=182 * 1024 * 1024, slow=True, locked=True, note="It was cut."
    )
    text = said(state)
    assert (
        "locked" in text and "link: slow" in text and "It was cut." in text and text.endswith("on disk 182M")
    )
    assert "3 lines  2 ERR  182M" in said(state, full=False)
    assert "last 3 lines" in said(LogState(True, lines=3, whole=False, read_back=0.5), full=False)
    assert said(LogState(True, note="The log was deleted.")) == "FOLLOW   The log was deleted."


def test_words_of_a_search_are_harmless() -> None:
    state = LogState(True, lines=1, finding=Finding("\x1b[2J[/x]", False, 0, None, 1.0))
    assert not re.search(r"[\x00-\x1f\x7f]", said(state)) and "[2J[/x]" in said(state)


# Text


def test_marks_keep_colours_and_text() -> None:
    runs = [("plain ", None), ("red", None)]
    found = marked(runs, [(3, 8)])
    assert "".join(text for text, _ in found) == "plain red"
    assert [text for text, style in found if style is not None and style.reverse] == ["in ", "re"]
    assert marked(runs, []) == runs


def test_spans_of_bytes_as_spans_of_characters() -> None:
    assert characters("häß", [(1, 3), (3, 5)]) == [(1, 2), (2, 3)]
    assert characters("abc", [(1, 2)]) == [(1, 2)]


def test_json_unfolds() -> None:
    rows = unfolded(output('sent {"id": 1, "tags": ["a\x1b[2J"]}'))
    assert rows is None  # a control code in a string is no JSON
    rows = unfolded(output('sent {"id": 1, "tags": ["a"]}'))
    assert rows == ["sent", "{", '  "id": 1,', '  "tags": [', '    "a"', "  ]", "}"]
    assert unfolded(output("no json")) is None


def test_codes_are_taken_out() -> None:
    data = b"\x1b[31mred\x1b[0m\t\x1b]0;title\x07x\x07\r\nnext \xff\x00\n"
    assert without_codes(data) == b"red\tx\r\nnext \xff\n"


# Where it is


def test_the_file_and_the_command_of_a_log() -> None:
    run = make_run("nightly", RunStatus.SUCCESS)
    job = make_job("nightly", latest_run=run)
    ref = log_of(job)
    assert ref == LogRef(job.id, run.ref.run)
    assert log_path(job, ref) == f"/srv/data/jobs/triggered/nightly/{run.ref.run}/output_log.txt"
    assert log_path(job, LogRef(job.id, None, LogKind.SCHEDULER)).endswith("/job_scheduler.log")
    assert (
        log_command(ref, "wjtui --root /srv")
        == f"wjtui --root /srv logs triggered/nightly --run {run.ref.run}"
    )
    assert copy_name((ref,)) == f"nightly-{run.ref.run}.log"


def test_names_that_are_no_names_of_files() -> None:
    job = make_job("../../etc/x y;z", kind=JobType.CONTINUOUS)
    assert copy_name((LogRef(job.id),)) == "_.._etc_x_y_z.log"
    assert log_command(LogRef(job.id), "wjtui") == "wjtui logs 'continuous/../../etc/x y;z'"
    assert copy_name((LogRef(job.id),) * 3).endswith("-and-2-more.log")


def test_what_a_job_without_output_says() -> None:
    assert nothing_yet(None) == "No job is chosen."
    assert "No run yet" in nothing_yet(make_job("never"))


@pytest.mark.parametrize(
    ("environment", "argv"),
    [
        ({}, ["vi", "-R"]),
        ({"EDITOR": "nano"}, ["nano", "-v"]),
        ({"VISUAL": "/usr/bin/vim -u NONE", "EDITOR": "nano"}, ["/usr/bin/vim", "-u", "NONE", "-R"]),
        ({"EDITOR": "code --wait"}, ["code", "--wait"]),
        ({"EDITOR": "'torn"}, ["vi", "-R"]),
    ],
)
def test_the_editor_changes_nothing_where_it_can_be_told(
    environment: dict[str, str], argv: list[str]
) -> None:
    assert editor_command(environment) == argv
