"""Each key of the log, on the log screen and in the main screen's pane."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_service import NOW, FakeJobService, engine_line, make_job, make_run, output
from tests.support.log_driver import JOB, LogDriver, numbered, open_log, worker
from tests.support.tui_driver import open_tui
from wjtui.logs.line import Level
from wjtui.logs.matches import Matches
from wjtui.model.events import LogRef
from wjtui.model.runs import RunStatus
from wjtui.tui.screens.log import LogScreen
from wjtui.tui.screens.log_save import SaveLog
from wjtui.tui.widgets.log_finder import Way

TRACE = ("timeout after 5.0s", "Traceback (most recent call last):", '  File "worker.py", line 214')


def mixed() -> bytes:
    """Twelve blocks of 40 lines of output and a traceback; one line of the engine at the end."""
    data = b""
    for block in range(12):
        data += output(*(f"line {block * 43 + n:06}" for n in range(40)))
        data += output(*TRACE, level=Level.ERR)
    return data + engine_line("Status changed to Running")


def marked(log: LogDriver) -> list[str]:
    """What is painted in reverse in the rows in sight."""
    return [
        segment.text
        for y in range(len(log.rows))
        for segment in log.view.render_line(y)
        if segment.style is not None and segment.style.reverse
    ]


# Where it opens


async def test_it_follows_and_says_whose_log_it_is() -> None:
    service = worker(numbered(0, 1000))
    async with open_log(service) as log:
        assert "wjtui › worker › Log" in log.tui.lines[0] and "Running" in log.tui.lines[0]
        assert log.numbers[-1] == 999 and log.status.strip().startswith("FOLLOW")
        assert "line 1,000 of 1,000   100%" in log.head and "[1 All]" in log.head
        assert log.rows[-1].startswith(" 1,000 ")
        await log.grow(numbered(1000, 1200))
        assert log.numbers[-1] == 1199 and "line 1,200 of 1,200" in log.head
        await log.press("q")
        assert log.tui.app.screen is log.tui.app.main_screen


async def test_it_opens_paused_at_a_moment() -> None:
    service = worker(numbered(0, 5000))
    begin = NOW - timedelta(hours=3) + timedelta(seconds=1234)
    async with open_log(service, begin=begin) as log:
        assert log.numbers[0] == 1234 and "PAUSED at 02:32:43" in log.status
        assert "line 001234" in log.chosen


async def test_a_moment_after_the_end_is_the_end() -> None:
    async with open_log(worker(numbered(0, 50)), begin=NOW + timedelta(days=1)) as log:
        assert "FOLLOW" in log.status and log.numbers[-1] == 49


async def test_the_run_that_ended_is_over() -> None:
    run = make_run("nightly", RunStatus.FAILED)
    job = make_job("nightly", latest_run=run)
    service = FakeJobService(job)
    ref = LogRef(job.id, run.ref.run)
    service.log(ref, output("one"))
    async with open_log(service, (120, 36), ref) as log:
        assert "END OF RUN" in log.status and "run started" in log.tui.lines[0]


async def test_a_narrow_screen_tells_the_place_above() -> None:
    async with open_log(worker(numbered(0, 500)), (80, 24)) as log:
        assert "line 500 of 500   100%" in log.tui.lines[0]
        assert "[1 All]" in log.head and "wrap off" in log.head
        assert log.rows[-1].startswith(" 02:20")  # no line numbers
        await log.press("g")
        await log.until(lambda: "line 1 of 500" in log.tui.lines[0])
        assert "line 1 of" not in log.head


async def test_the_place_is_told_in_a_long_title_and_in_the_pane() -> None:
    run = make_run("nightly-report-of-everything", RunStatus.FAILED)
    job = make_job("nightly-report-of-everything", latest_run=run)
    service = FakeJobService(job)
    ref = LogRef(job.id, run.ref.run)
    service.log(ref, numbered(0, 120_000))
    async with open_log(service, (80, 24), ref) as log:
        await log.until(lambda: "line 120,000 of 120,000   100%" in log.tui.lines[0])
        assert "nightly" in log.tui.lines[0]
    async with open_tui(worker(numbered(0, 81_635)), (80, 24)) as tui:
        await tui.press("tab", "z")
        await tui.see("line 81,635 of 81,635 100%")
        await tui.press("g")
        await tui.see("line 1 of 81,635 0%")


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (80, 24), (160, 50), (300, 80)])
async def test_it_fits_every_terminal(size: tuple[int, int]) -> None:
    async with open_log(worker(mixed()), size) as log:
        for keys in (("w",), ("t",), ("P",), ("slash",), ("escape",), ("vertical_line",), ("g",)):
            await log.press(*keys)
        assert all(len(line) <= size[0] for line in log.tui.lines)


# Pausing


async def test_growth_under_a_paused_view_changes_badge_and_bar_alone() -> None:
    service = worker(numbered(0, 1000))
    async with open_log(service) as log:
        await log.press("k")
        rows, bar = log.rows, log.bar
        await log.grow(numbered(1000, 6000) + output(*["bad"] * 4, level=Level.ERR))
        assert log.rows == rows
        assert "▼ 5,004 new lines, 4 ERR" in log.status
        assert log.bar != bar and "!" in log.bar
        await log.press("f")
        assert "FOLLOW" in log.status and "bad" in log.rows[-1]


async def test_growth_under_a_paused_view_paints_no_line_again(monkeypatch: pytest.MonkeyPatch) -> None:
    service = worker(numbered(0, 1000))
    async with open_log(service) as log:
        await log.press("k")
        painted: list[int] = []
        paint = log.view.refresh

        def refresh(*regions: object, **more: object) -> object:
            painted.extend(region.width for region in regions or (log.view.region,))  # type: ignore[attr-defined]
            return paint(*regions, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(log.view, "refresh", refresh)
        await log.grow(numbered(1000, 9000))
        assert set(painted) <= {1}
        await log.press("k")
        painted.clear()
        await log.grow(numbered(9000, 9500))
        assert set(painted) <= {1}
        await log.grow(numbered(9500, 10_500))
        assert 120 in painted, "10,000 is one cell more"
        painted.clear()
        log.view.paint_again()
        assert 120 in painted


async def test_growth_lays_nothing_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    service = worker(numbered(0, 1000))
    async with open_log(service) as log:
        layouts: list[bool] = []
        screen = type(log.screen)
        lay_out = screen._refresh_layout

        def laid_out(self: LogScreen, *given: Any, **more: Any) -> None:
            layouts.append(True)
            lay_out(self, *given, **more)

        monkeypatch.setattr(screen, "_refresh_layout", laid_out)
        for batch in range(5):
            await log.grow(numbered(1000 + batch * 500, 1500 + batch * 500))
        assert log.numbers[-1] == 3499 and not layouts


async def test_a_hidden_log_reads_nothing_and_catches_up() -> None:
    service = worker(numbered(0, 100))
    async with open_log(service) as log:
        main = log.tui.app.main_screen.log_pane
        reads = len(log.source.reads)
        known = main.pages.index.end if main.pages is not None else 0
        await log.grow(numbered(100, 200))
        assert main.pages is not None and main.pages.index.end == known
        assert len(log.source.reads) > reads
        await log.press("escape")
        await log.see("line 000199")


async def test_lines_a_second_are_told() -> None:
    service = worker(numbered(0, 100))
    async with open_log(service) as log:
        log.tui.clock.advance(2)
        await log.grow(numbered(100, 200))
        log.tui.clock.advance(4)
        await log.settle()
        assert "50 lines/s" in log.status or "25 lines/s" in log.status


async def test_a_slow_link_is_told() -> None:
    async with open_log(worker(numbered(0, 100))) as log:
        log.tui.app.pump.skipped += 9
        log.tui.clock.advance(3)
        await log.settle()
        assert "link: slow" not in log.status, "nine of thirty frames"
        log.tui.app.pump.skipped += 10
        log.tui.clock.advance(3)
        await log.settle()
        assert "link: slow" in log.status
        log.tui.clock.advance(3)
        await log.settle()
        assert "link: slow" not in log.status


# Levels and errors


async def test_levels() -> None:
    async with open_log(worker(mixed())) as log:
        assert "2 INFO 480" in log.head and "3 ERR 36" in log.head and "4 SYS 1" in log.head
        await log.press("3")
        assert log.view.count == 36 and all("ERR" in row for row in log.rows) and "[3 ERR 36]" in log.head
        await log.press("4")
        assert log.view.count == 1 and "Status changed" in log.rows[0]
        await log.press("2")
        assert log.view.count == 480
        await log.grow(output("one more") + output("an error", level=Level.ERR))
        assert log.view.count == 481 and "one more" in log.rows[-1]
        await log.press("1")
        assert log.view.count == 519


async def test_a_click_chooses_a_level() -> None:
    async with open_log(worker(mixed())) as log:
        await log.tui.click("#log-head", log.head.index("3 ERR") + 1, 0)
        assert "[3 ERR 36]" in log.head and log.view.count == 36


async def test_a_level_without_lines_says_so() -> None:
    async with open_log(worker(numbered(0, 10))) as log:
        await log.press("3")
        assert "There are no ERR lines: 1 shows all." in log.text


async def test_errors_are_gone_to_block_by_block() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("E")
        assert "PAUSED" in log.status and "timeout after" in log.chosen and " 514 " in log.chosen
        await log.press("E")
        assert " 471 " in log.chosen
        await log.press("e")
        assert " 514 " in log.chosen
        await log.press("e")
        assert "No error after this line." in log.text


async def test_a_log_without_errors_says_so() -> None:
    async with open_log(worker(numbered(0, 10))) as log:
        await log.press("E")
        assert "There is no error in this log." in log.text


async def test_an_error_in_the_part_not_read_yet_is_found() -> None:
    data = output("bad", level=Level.ERR) + numbered(0, 8000)
    async with open_log(worker(data)) as log:
        await log.press("E")
        await log.until(lambda: "bad" in log.chosen)


# Find


async def test_find_goes_to_the_newest_hit_and_counts() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.write("timeout")
        assert "find «timeout» 12/12" in log.status and "timeout after" in log.chosen
        assert marked(log) == ["timeout"]
        await log.press("N")
        assert "11/12" in log.status
        await log.press("n")
        assert "12/12" in log.status
        await log.press("n")
        assert "No newer hit" in log.text
        assert "/" in log.bar


async def test_every_occurrence_is_marked() -> None:
    async with open_log(worker(output("a b a", "b a"))) as log:
        await log.press("slash")
        await log.write("a")
        assert marked(log) == ["a", "a", "a"]


async def test_regular_expressions_and_their_mistakes() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.tui.write("line 0000(1|2)")
        assert "plain text" in log.text
        await log.press("ctrl+t")
        assert "regular expression" in log.text
        await log.press("enter")
        assert "regex" in log.status and "20/20" in log.status
        await log.press("slash")
        await log.tui.write("(")
        assert "is no regular expression" in log.text
        await log.press("enter")
        assert log.pane.field.is_open
        await log.press("escape")
        assert "find" not in log.status


async def test_the_field_keeps_what_was_typed_last() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.write("timeout")
        await log.press("slash")
        assert log.pane.field.words == "timeout"


async def test_esc_leaves_the_field_then_the_find_then_the_filter_then_the_view() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("ampersand")
        await log.write("line")
        await log.press("slash")
        await log.tui.write("00")
        await log.press("escape")
        assert not log.pane.field.is_open and "find «00»" in log.status
        await log.press("escape")
        assert "find" not in log.status and "only «line»" in log.status
        await log.press("escape")
        assert "only" not in log.status
        await log.press("escape")
        assert log.tui.app.screen is log.tui.app.main_screen


async def test_esc_takes_away_first_what_was_done_last() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.write("00")
        await log.press("ampersand")
        await log.write("line")
        await log.press("escape")
        assert "find «00»" in log.status and "only" not in log.status
        await log.press("ampersand")
        await log.write("line")
        await log.press("slash")
        await log.write("00")
        await log.press("escape")
        assert "find" not in log.status and "only «line»" in log.status


async def test_letters_in_the_field_are_no_commands() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.tui.write("wtx1f3")
        assert log.pane.field.words == "wtx1f3" and not log.tui.service.commands
        assert not log.pane.switches.wrap and "[1 All]" in log.head


async def test_keys_that_come_at_once_are_words_of_the_field() -> None:
    async with open_log(worker(mixed())) as log:
        await log.tui.burst(*"/timeout", "enter", "N")
        assert "11/12" in log.status


async def test_keys_that_come_while_it_is_searched_are_obeyed_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may, advance = asyncio.Event(), Matches.advance

    async def advance_late(matches: Matches) -> bool:
        await may.wait()
        return await advance(matches)

    monkeypatch.setattr(Matches, "advance", advance_late)
    async with open_log(worker(mixed())) as log:
        pane = log.pane
        assert pane.pages is not None
        pane.finder.look_for("timeout", False, pane.pages)
        for way in (Way.NEAREST, Way.OLDER, Way.OLDER):
            pane.go_to_hit(way)
        may.set()
        await log.settle()
        assert "10/12" in log.status


async def test_what_is_not_there_is_not_found() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.write("nowhere")
        assert "not found" in log.status and "Not found: nowhere" in log.text


async def test_new_hits_are_counted_while_the_log_grows() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("slash")
        await log.write("timeout")
        await log.grow(output("timeout again"))
        assert "12/13" in log.status
        await log.press("n")
        assert "13/13" in log.status and "again" in log.chosen


async def test_a_hit_in_the_part_not_read_yet_is_gone_to() -> None:
    async with open_log(worker(output("needle") + numbered(0, 8000))) as log:
        await log.press("slash")
        await log.write("needle")
        await log.until(lambda: "needle" in log.chosen)


async def test_words_in_a_log_that_match_catastrophically_do_not_stop_the_screen() -> None:
    async with open_log(worker(output("a" * 5000 + "!"))) as log:
        await log.press("slash", "ctrl+t")
        await log.write("(a+)+b")
        await log.until(lambda: "takes too long" in log.text or "not found" in log.status)


# Filter


async def test_a_filter_keeps_what_matches_and_follows() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("ampersand")
        await log.write("Traceback")
        assert log.view.count == 12 and "only «Traceback» 12 of 517 lines" in log.status
        await log.grow(output("something", "Traceback again"))
        assert log.view.count == 13 and "Traceback again" in log.rows[12]
        await log.press("2")
        assert log.view.count == 1
        await log.press("1", "ampersand")
        await log.write("")
        assert log.pane.field.words == "Traceback" or log.view.count == 519


async def test_a_filter_drops_what_matches() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("ampersand")
        await log.write("!line 000")
        assert log.view.count == 517 - 480 and "without «line 000»" in log.status
        await log.press("escape")
        assert log.view.count == 517


async def test_a_filter_that_nothing_passes_says_so() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("ampersand")
        await log.write("nowhere")
        assert "No line passes the filter: Esc clears it." in log.text


async def test_a_filter_keeps_the_line_at_the_top() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("E", "E", "E")
        top = log.chosen
        await log.press("ampersand")
        await log.write("timeout")
        assert top in log.rows
        await log.press("escape")
        assert top in log.rows


# How lines are painted


async def test_wrapped_lines_show_all_of_themselves() -> None:
    text = " ".join(f"word{number:03}" for number in range(60))
    service = worker(numbered(0, 40) + output(text) + numbered(40, 42))
    async with open_log(service, (80, 24)) as log:
        assert any(row.endswith("›") for row in log.rows)
        await log.press("w")
        assert "wrap on" in log.head and not any("›" in row for row in log.rows)
        words = " ".join(row.strip() for row in log.rows).split()
        assert [word for word in words if word.startswith("word")] == text.split()
        assert log.numbers[-1] == 41
        await log.press("k")
        rows = log.rows
        await log.grow(output(text))
        assert log.rows == rows
        await log.press("j", "j", "j", "end")
        assert log.rows[-1].endswith("word059")


async def test_wrapping_survives_a_resize() -> None:
    service = worker(output("x" * 300))
    async with open_log(service, (80, 24)) as log:
        await log.press("w")
        assert sum(row.count("x") for row in log.rows) == 300
        await log.tui.resize(50, 20)
        assert sum(row.count("x") for row in log.rows) == 300


async def test_times_in_turn() -> None:
    async with open_log(worker(numbered(0, 40)), (100, 24)) as log:
        assert "time: clock" in log.head and "02:12:48 INFO" in log.rows[-1]
        await log.press("t")
        assert "time: +delta" in log.head and "02:12:48    +1s INFO" in log.rows[-1]
        await log.press("t")
        assert "time: off" in log.head and "02:12" not in log.rows[-1] and "INFO" in log.rows[-1]
        await log.press("t")
        assert "time: local" in log.head
        await log.press("t")
        assert "time: clock" in log.head


async def test_json_unfolds_into_rows() -> None:
    service = worker(output('sent {"id": 7, "tags": ["a", "b"]}', "plain"))
    async with open_log(service) as log:
        await log.press("P")
        assert [row.strip() for row in log.rows[1:8]] == [
            "{", '"id": 7,', '"tags": [', '"a",', '"b"', "]", "}",
        ]  # fmt: skip
        assert "plain" in log.rows[8] and "json on" in log.head
        await log.press("P")
        assert "plain" in log.rows[1]


async def test_bookmarks() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("E", "m")
        assert "◆" in log.bar
        await log.press("E", "E", "m", "f")
        await log.press("quotation_mark")
        first = log.chosen
        await log.press("quotation_mark")
        assert log.chosen != first and "timeout" in log.chosen
        await log.press("apostrophe")
        assert log.chosen == first
        await log.press("apostrophe")
        assert "No mark after this line." in log.text
        await log.press("k", "m")
        assert sum("◆" in row for row in log.rows) <= 1


@pytest.mark.parametrize(("width", "before"), [(120, "   514◆>"), (80, "◆")])
async def test_a_mark_is_seen_on_the_chosen_line_and_over_hits(width: int, before: str) -> None:
    async with open_log(worker(mixed()), (width, 24)) as log:
        await log.press("slash")
        await log.write("timeout")
        assert "◆" not in log.bar
        await log.press("m")
        [row] = [row for row in log.rows if "◆" in row]
        assert row.startswith(f"{before}0") and "timeout" in row and log.bar.count("◆") == 1
        await log.press("m")
        assert "◆" not in log.bar and "timeout" in log.chosen


async def test_ascii_has_only_ascii() -> None:
    async with open_log(worker(mixed()), ascii=True) as log:
        await log.press("E", "m", "slash")
        await log.write("timeout")
        await log.grow(numbered(0, 40))
        body = "\n".join(log.tui.lines[1:])
        assert "*" in log.bar and "v 40 new lines" in log.status
        assert body.replace("«", "").replace("»", "").isascii(), [c for c in body if not c.isascii()]


# Two views


async def test_two_views_scroll_apart_or_locked() -> None:
    data = b"".join(output(f"line {n:06}") + output(f"bad {n:06}", level=Level.ERR) for n in range(300))
    async with open_log(worker(data)) as log:
        await log.press("vertical_line", "g")
        out, err = log.pane.views
        assert log.rows_of(out)[0].endswith("line 000000") and log.rows_of(err)[-1].endswith("bad 000299")
        await log.press("f", "L")
        assert "locked" in log.status
        await log.press("pageup", "pageup")
        first = log.rows_of(out)[0][-6:]
        assert int(log.rows_of(err)[0][-6:]) - int(first) in (0, 1)
        await log.press("tab", "pageup")
        assert log.view is err
        second = log.rows_of(err)[0][-6:]
        assert second < first and int(log.rows_of(out)[0][-6:]) - int(second) in (0, 1)
        await log.press("G")
        assert out.follow and err.follow
        await log.press("vertical_line", "L")
        assert "Only two views can be locked" in log.text


async def test_of_two_views_the_errors_one_goes_to_errors() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("vertical_line", "E")
        out, err = log.pane.views
        assert out.follow and not err.follow
        assert any(">" in row[:9] and "timeout" in row for row in log.rows_of(err))


# Other logs


async def test_other_runs_and_back_to_the_newest() -> None:
    runs = [make_run("nightly", RunStatus.SUCCESS, ago=timedelta(hours=hours)) for hours in (1, 25, 49)]
    job = make_job("nightly", latest_run=runs[0])
    service = FakeJobService(job)
    service.past = runs[1:]
    for number, run in enumerate(runs):
        service.log(LogRef(job.id, run.ref.run), output(f"run {number}"))
    async with open_tui(service) as tui:
        await tui.press("enter", "left_curly_bracket")
        assert "run 1" in tui.text and "OLDER RUN  f shows the newest" in tui.text
        await tui.press("left_curly_bracket")
        assert "run 2" in tui.text
        await tui.press("left_curly_bracket")
        assert "This is the oldest run there is." in tui.text
        await tui.press("right_curly_bracket")
        assert "run 1" in tui.text
        await tui.press("f")
        assert "run 0" in tui.text and "END OF RUN" in tui.text
        await tui.press("right_curly_bracket")
        assert "This is the newest run." in tui.text


async def test_a_continuous_job_has_no_other_run() -> None:
    async with open_log(worker(numbered(0, 3))) as log:
        await log.press("left_curly_bracket")
        assert log.tui.toasts == ["A continuous job has one log for all its launches."]


async def test_other_jobs() -> None:
    service = worker(numbered(0, 3))
    other = make_job("zebra", kind=JOB.id.type)
    service.add(other)
    service.log(LogRef(other.id), output("stripes"))
    async with open_log(service) as log:
        await log.press("right_square_bracket")
        await log.see("stripes")
        assert "zebra › Log" in log.tui.lines[0]
        await log.press("left_square_bracket")
        await log.see("line 000002")


async def test_details_are_beside_the_list() -> None:
    async with open_log(worker(numbered(0, 3))) as log:
        await log.press("d")
        assert log.tui.app.screen is log.tui.app.main_screen and "‹Details›" in log.text


async def test_several_logs_merged_by_time() -> None:
    jobs = [make_job(name, kind=JOB.id.type) for name in ("left", "right")]
    service = FakeJobService(*jobs)
    refs = [LogRef(job.id) for job in jobs]
    at = NOW - timedelta(hours=1)
    for number in range(4):
        service.grow(refs[number % 2], output(f"tick {number}", at=at + timedelta(seconds=number)))
    async with open_log(service, (120, 36), *refs) as log:
        assert [row.split("INFO")[1].strip() for row in log.rows[:4]] == [
            "left  | tick 0", "right | tick 1", "left  | tick 2", "right | tick 3",
        ]  # fmt: skip
        assert "2 logs merged by time" in log.tui.lines[0]
        service.grow(refs[1], output("tick 4", at=at + timedelta(seconds=9)))
        await log.see("right | tick 4")


# Out of the screen


async def test_copying(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_log(worker(mixed())) as log:
        copied: list[str] = []
        monkeypatch.setattr(log.tui.app, "copy_to_clipboard", copied.append)
        await log.press("E", "y", "c")
        await log.press("y", "v")
        await log.press("y", "e")
        await log.press("y", "w")
        line, sight, errors, command = copied
        assert line.endswith("ERR   timeout after 5.0s")
        assert len(sight.splitlines()) == len(log.rows) and line in sight
        assert errors.count("\n") == 2 and "Traceback" in errors and "worker.py" in errors
        assert command == "wjtui logs continuous/worker"


async def test_what_the_mouse_selects_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    service = worker(numbered(0, 3) + output("word " * 40) + numbered(3, 5))
    async with open_log(service, (80, 24)) as log:
        copied: list[str] = []
        monkeypatch.setattr(log.tui.app, "copy_to_clipboard", copied.append)
        await log.press("w", "g")
        top = log.view.region.y
        pilot = log.tui._pilot
        await pilot.mouse_down(offset=(16, top + 1))
        await pilot.hover(offset=(20, top + 4))
        await pilot.mouse_up(offset=(22, top + 6))
        await log.settle()
        await log.press("y")
        first, second, third = copied[0].split("\n")
        assert first == "line 000001" and second == "02:12:11 INFO  line 000002"
        assert third.startswith("02:12:09 INFO  word word") and 36 < third.count("word") < 40


async def test_saving(tmp_path: Path) -> None:
    data = output("\x1b[31mred\x1b[0m") + numbered(0, 3)
    async with open_log(worker(data)) as log:
        await log.press("S")
        dialog = log.tui.app.screen
        assert isinstance(dialog, SaveLog) and "~/worker.log" in log.text
        target = tmp_path / "a log.txt"
        dialog.query_one("#save-path").value = str(target)  # type: ignore[attr-defined]
        await log.press("enter")
        await log.until(target.is_file)
        await log.see("Saved to")
        assert log.tui.app.session.toasts.toasts[-1].brief
        assert b"\x1b" not in target.read_bytes() and target.read_bytes().count(b"\n") == 4
        assert [path.name for path in tmp_path.iterdir()] == ["a log.txt"]
        await log.press("S")
        log.tui.app.screen.query_one("#save-path").value = str(target)  # type: ignore[attr-defined]
        await log.press("tab", "space", "shift+tab", "enter")
        await log.see("Replace the file?")
        await log.press("r")
        await log.until(lambda: target.read_bytes() == data)


async def test_saving_where_it_cannot_be(tmp_path: Path) -> None:
    async with open_log(worker(numbered(0, 3))) as log:
        for path, why in (
            (tmp_path, "is no file"),
            (tmp_path / "none" / "x", "cannot be written"),
            ("~nobody-of-that-name/x", "names no file"),
        ):
            await log.press("S")
            log.tui.app.screen.query_one("#save-path").value = str(path)  # type: ignore[attr-defined]
            await log.press("enter")
            await log.see(why)
            await log.press("ctrl+l")


async def test_pager_and_editor_get_the_file_or_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[list[str], bytes]] = []

    async def lend(app: object, argv: list[str], **more: object) -> str | None:
        shown.append((argv, Path(argv[-1]).read_bytes()))
        await asyncio.sleep(0)
        return None

    monkeypatch.setattr("wjtui.tui.desks.log_out.lend", lend)
    service = worker(numbered(0, 3))
    file = tmp_path / "app.log"
    file.write_bytes(b"the real one")
    service.change("worker", app_log=str(file))
    environment = {"PAGER": "cat -v", "EDITOR": "vim"}
    async with open_log(service, environment=environment) as log:
        await log.press("o", "v")
        assert [argv for argv, _ in shown] == [["cat", "-v", str(file)], ["vim", "-R", str(file)]]
        file.unlink()
        await log.press("o")
        argv, data = shown[-1]
        assert data == bytes(log.source.data) and not Path(argv[-1]).exists()


async def test_a_program_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_log(worker(numbered(0, 3)), environment={"EDITOR": "no-such-editor"}) as log:
        await log.press("v")
        assert "cannot be lent" in log.text or "cannot be started" in log.text


# What may happen to a log


async def test_a_log_that_is_cut_deleted_or_rolled_is_told() -> None:
    async with open_log(worker(numbered(0, 2000))) as log:
        log.source.roll(len(numbered(0, 500)))
        await log.grow(numbered(2000, 2010))
        assert "was rolled" in log.status and log.numbers[-1] == 2009
        log.source.data[:] = numbered(7000, 7010)
        log.source.generation = "2"
        await log.grow(b"")
        assert "cut or replaced" in log.status and log.numbers[-1] == 7009
        log.source.data.clear()
        log.source.generation = "3"
        await log.grow(b"")
        assert "was deleted" in log.status and log.view.count == 0
        await log.grow(numbered(0, 5))
        assert log.numbers == [0, 1, 2, 3, 4]


async def test_find_filter_and_marks_survive_a_roll() -> None:
    async with open_log(worker(mixed())) as log:
        await log.press("E", "m", "slash")
        await log.write("timeout")
        await log.press("ampersand")
        await log.write("timeout")
        log.source.roll(len(mixed()) // 2)
        await log.grow(output("timeout at last"))
        assert log.view.count == 7 and "◆" in log.bar
        assert "timeout at last" in log.rows[log.view.count - 1]


async def test_a_frame_between_a_cut_and_the_view_that_takes_it_in() -> None:
    async with open_log(worker(numbered(0, 500))) as log:
        await log.press("g")
        assert log.view.pages is not None
        index = log.view.pages.index
        index.drop_before(index.span(400)[0])
        assert log.view.line_text(0) is None
        assert "line" not in log.view.render_line(0).text


async def test_hostile_lines_are_harmless_in_every_form() -> None:
    data = (
        output("\x1b[2J\x1b[Hgone?\x07", "[/x] ['a']", "\u202eright", "\x00\x9b31m", "a\rb\r 99 %\rdone")
        + output("x" * 100_000 + '{"a": 1}')
        + b"\xff\xfe not utf-8 \xc3\n"
        + output('{"deep": ' + "[" * 60 + "]" * 60 + "}", "\U0001f469\u200d\U0001f469 日本語 " * 30)
    )
    async with open_log(worker(data), (100, 40)) as log:
        for keys in ("w", "P", "t", "w", "right", "left", "t", "w"):
            await log.press(keys)
            await log.press("slash")
            await log.write("a")
            await log.press("g")
            shown = "\n".join(log.tui.lines)
            assert "gone?␇" in shown and "done" in shown and " 99 %" not in shown
            assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown.replace("\n", ""))


async def test_no_key_of_a_log_ends_or_deletes_anything() -> None:
    """Nothing of a log ever stops, kills, deletes or restarts a job."""
    async with open_log(worker(mixed())) as log:
        own = [given.command for given in log.screen.given() if given.command.id.startswith("log.")]
        assert len(own) > 25
        assert not {"x", "X", "D", "R"} & {key for command in own for key in command.keys}


async def test_keys_in_the_pane_of_the_main_screen() -> None:
    async with open_tui(worker(mixed())) as tui:
        await tui.press("tab", "E")
        assert "PAUSED" in tui.text
        await tui.press("slash")
        await tui.write("timeout")
        await tui.press("enter")
        assert "find «timeout» 12/12" in tui.text
        assert "[1 All]" not in tui.text
        await tui.press("z")
        assert "[1 All]" in tui.text
        await tui.press("escape")
        assert "find «timeout»" not in tui.text and "[1 All]" in tui.text
        await tui.press("escape")
        assert "[1 All]" not in tui.text and not isinstance(tui.app.screen, LogScreen)
