"""What background work needs, on the screen: rows, details, chains, results, and a start while it runs."""

from __future__ import annotations

import msgspec
import pytest

from tests.support.fake_service import NOW, make_run
from tests.support.runs_driver import open_dashboard, open_runs
from tests.support.tui_driver import open_tui
from tests.tui.background_scene import AT_TWO, NAME, RESULT, busy_night, run_at
from tests.tui.test_ascii_screen import assert_ascii
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import RunChanged
from wjtui.model.jobs import Busy
from wjtui.model.runs import RunRef, RunStatus

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)])


def row_of(lines: list[str], name: str) -> str:
    return next(line for line in lines[2:] if f" {name} " in line)


@SIZES
async def test_rows_say_what_waits_and_what_is_wrong(size: tuple[int, int]) -> None:
    async with open_tui(busy_night(), size) as tui:
        lines = tui.lines
        assert "▲ Retry 3/3 00:24" in row_of(lines, NAME) and "00:00:24" in row_of(lines, NAME)
        assert "████░░░░░░  42%" in row_of(lines, "import-orders")
        assert "queued 3" in row_of(lines, "import-orders")
        assert "◆ Unhealthy" in row_of(lines, "web-hook") and "● Running !" in row_of(lines, "mail-pump")
        assert "◐ Queued 1" in row_of(lines, "rebuild-index")
        assert "✗ 2 failing" in lines[0] and "Failing 2" in lines[1]
        await tui.pass_time(14)
        assert "▲ Retry 3/3 00:10" in row_of(tui.lines, NAME)
        await tui.press("exclamation_mark")
        assert tui.selected == "web-hook"


async def test_progress_moves() -> None:
    service = busy_night()
    async with open_tui(service, (120, 36)) as tui:
        run = service.find("import-orders").latest_run
        assert run is not None
        service.change(
            "import-orders", latest_run=msgspec.structs.replace(run, progress=90, message="nearly")
        )
        await tui.see("█████████░  90%  nearly")
        await tui.select("import-orders")
        await tui.press("d")
        assert "Progress     █████████░  90%  nearly" in tui.text
        assert "If running   a start waits, at most 20" in tui.text


async def test_a_start_while_it_runs_waits_where_the_job_says_so() -> None:
    async with open_tui(busy_night(), (120, 36)) as tui:
        await tui.select("import-orders")
        await tui.press("r")
        assert tui.service.commands == [("run", "import-orders")]


async def test_in_ascii() -> None:
    async with open_tui(busy_night(), (120, 36), ascii=True) as tui:
        assert_ascii(tui)
        assert "U Unhealthy" in tui.text and "####......  42%" in tui.text
    async with open_dashboard(busy_night(), ascii=True) as tui:
        assert_ascii(tui)
        assert "    ` x 02:00:00" in tui.text and "      | x 02:01:00" in tui.text


@SIZES
async def test_chains_in_the_history_of_every_job(size: tuple[int, int]) -> None:
    async with open_dashboard(busy_night(), size) as tui:
        rows = [" ".join(row.split()[:4]) for row in tui.rows]
        assert rows == [
            "- Sat 2026-11-21 6",
            "▌ ├ ● 05:10:57",
            "└ ✗ 02:00:00 nightly-report",
            "├ ✗ 02:01:00 nightly-report",
            "└ ✗ 02:02:30 nightly-report",
            "└ ✓ 02:03:10 clean-up",
            "└ ✓ 02:04:00 send-report",
            "- Fri 2026-11-20 1",
            "└ ✓ 02:00:00 nightly-report",
        ]
        assert "Retry 1/3" in tui.rows[3] and "After night" in tui.rows[5]
        await tui.press("j", "right_curly_bracket")
        assert "02:01:00" in tui.chosen
        await tui.press("right_curly_bracket", "right_curly_bracket")
        assert "clean-up" in tui.chosen
        await tui.press("left_curly_bracket", "left_curly_bracket", "left_curly_bracket")
        assert "02:00:00" in tui.chosen


async def test_a_retry_that_begins_joins_its_chain() -> None:
    service = busy_night()
    async with open_runs(service, NAME) as tui:
        assert "02:00:00" in tui.chosen
        last = next(run for run in service.past if run.attempt == 2)
        again = run_at(NAME, NOW, None, after=last, attempt=3)
        service.change(NAME, Busy(again.ref.run, NOW), latest_run=again, hold=None)
        service.tell(RunChanged(again))
        await tui.settle()
        assert [row.split()[1] for row in tui.rows[2:5]] == ["✗", "✗", "●"] and "└ ● 05:12:09" in tui.rows[4]
        assert "02:00:00" in tui.chosen


async def test_a_filter_leaves_what_follows_alone() -> None:
    async with open_dashboard(busy_night()) as tui:
        await tui.press("slash")
        await tui.write("job:clean-up")
        await tui.press("enter")
        assert "└ ✓ 02:03:10" in tui.rows[1] and "After nightly-report 202611210202300000" in tui.rows[1]


async def test_the_result_of_a_run_is_read_once_the_cursor_rests() -> None:
    service = busy_night()
    run = msgspec.structs.replace(run_at("send-report", AT_TWO, 0), result=True, progress=100, message="done")
    service.past = [run]
    service.change("send-report", latest_run=run)
    service.results[run.ref] = RESULT
    async with open_runs(service, "send-report") as tui:
        assert '"rows": 1204,' in tui.details and "██████████ 100%  done" in tui.details


async def test_a_result_is_read_again_when_its_run_has_ended() -> None:
    service = busy_night()
    going = msgspec.structs.replace(make_run("send-report", RunStatus.RUNNING), result=True)
    service.change("send-report", Busy(going.ref.run, going.started), latest_run=going)
    service.results[going.ref] = b'{"rows": 1}'
    async with open_runs(service, "send-report") as tui:
        assert '"rows": 1' in tui.details
        service.results[going.ref] = b'{"rows": 22}'
        service.tell(RunChanged(msgspec.structs.replace(going, status=RunStatus.SUCCESS, ended=NOW)))
        await tui.until(lambda: '"rows": 22' in tui.details)


async def test_a_result_that_cannot_be_read_is_said() -> None:
    service = busy_night()
    run = msgspec.structs.replace(run_at("send-report", AT_TWO, 0), result=True)
    service.change("send-report", latest_run=run)
    service.past = []

    async def refuse(ref: RunRef) -> bytes | None:
        raise EngineUnreachable(f"{ref}: gone")

    service.result = refuse  # type: ignore[method-assign]
    async with open_runs(service, "send-report") as tui:
        assert "it cannot be read any more" in tui.details
