"""What the log pane promises: it follows, it stands still when asked to, and it reads little."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.fake_service import NOW, FakeJobService, MemoryLog, make_job, output
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import CONTINUOUS, eleven_jobs
from wjtui.logs.line import Level
from wjtui.model.errors import RunNotFound
from wjtui.model.events import LogExtent, LogGrew, LogRef
from wjtui.tui.widgets.log_pages import CHUNK, TAIL

JOB = make_job("worker", kind=CONTINUOUS)
REF = LogRef(JOB.id)


def numbered(start: int, stop: int) -> bytes:
    return output(*(f"line {number:06}" for number in range(start, stop)))


class SlowLog(MemoryLog):
    """One that says how far it reaches once it may."""

    def __init__(self, data: bytes, may: asyncio.Event) -> None:
        super().__init__(data)
        self.may = may

    async def extent(self) -> LogExtent:
        await self.may.wait()
        return await super().extent()


def worker(data: bytes = b"") -> FakeJobService:
    service = FakeJobService(JOB)
    service.log(REF, data)
    return service


def shown_numbers(tui: TuiDriver) -> list[int]:
    return [int(line.split()[3]) for line in tui.log_lines if "line " in line]


async def test_it_opens_at_the_end_and_follows() -> None:
    service = worker(numbered(0, 1000))
    async with open_tui(service) as tui:
        assert shown_numbers(tui)[-1] == 999 and "FOLLOW" in tui.text
        service.grow(REF, numbered(1000, 1300))
        await tui.settle()
        assert shown_numbers(tui)[-1] == 1299
        assert len(shown_numbers(tui)) == tui.log.size.height


async def test_a_paused_top_line_never_moves_while_ten_thousand_lines_arrive() -> None:
    service = worker(numbered(0, 1000))
    async with open_tui(service) as tui:
        await tui.press("tab", "k")
        shown = shown_numbers(tui)
        for batch in range(10):
            service.grow(REF, numbered(1000 + batch * 1000, 2000 + batch * 1000))
            await tui.settle()
            assert shown_numbers(tui) == shown
        assert "▼ 10,000 new lines" in tui.text
        await tui.press("f")
        assert shown_numbers(tui)[-1] == 10_999 and "FOLLOW" in tui.text


@pytest.mark.parametrize("key", ["k", "up", "pageup", "ctrl+u", "g", "home"])
async def test_every_way_up_pauses_and_end_follows_again(key: str) -> None:
    async with open_tui(worker(numbered(0, 500))) as tui:
        await tui.press("tab", key)
        assert "PAUSED" in tui.text
        await tui.press("end")
        assert "FOLLOW" in tui.text and shown_numbers(tui)[-1] == 499


async def test_going_down_at_the_end_follows() -> None:
    async with open_tui(worker(numbered(0, 500))) as tui:
        await tui.press("tab", "k", "j")
        assert "PAUSED" in tui.text
        await tui.press("j")
        assert "FOLLOW" in tui.text


async def test_the_wheel_pauses_too() -> None:
    async with open_tui(worker(numbered(0, 500))) as tui:
        tui.log.post_message(_wheel(tui))
        await tui.settle()
        assert "PAUSED" in tui.text
        shown = shown_numbers(tui)
        tui.service.grow(REF, numbered(500, 900))
        await tui.settle()
        assert shown_numbers(tui) == shown and shown[-1] < 499


async def test_a_short_log_can_be_paused_as_well() -> None:
    service = worker(numbered(0, 3))
    async with open_tui(service) as tui:
        await tui.press("tab", "k")
        service.grow(REF, numbered(3, 200))
        await tui.settle()
        assert shown_numbers(tui)[0] == 0


async def test_all_of_it_can_be_reached() -> None:
    async with open_tui(worker(numbered(0, 5000))) as tui:
        await tui.press("tab", "g")
        assert shown_numbers(tui)[0] == 0
        await tui.press("pagedown")
        assert shown_numbers(tui)[0] == tui.log.size.height - 1
        await tui.press("ctrl+d", "j")
        assert "5,000 lines" in tui.text


async def test_a_large_log_opens_at_its_tail_and_reads_no_more_than_that() -> None:
    lines = output(*("x" * 200 for _ in range(1000)))
    size = 64 * 1024 * 1024
    data = bytearray(lines * (size // len(lines)))
    service = worker(bytes(data))
    async with open_tui(service) as tui:
        log = service.logs[REF]
        assert isinstance(log, MemoryLog)
        assert "xxxx" in "\n".join(tui.log_lines) and "last " in tui.text
        assert sum(length for _, length in log.reads) <= TAIL + 2 * CHUNK
        await tui.press("tab", "g")
        await tui.until(lambda: "last " not in tui.text)
        assert tui.log.top == 0


async def test_reading_back_keeps_the_line_on_top() -> None:
    service = worker(numbered(0, 20_000))
    async with open_tui(service) as tui:
        await tui.press("tab", "pageup", "pageup")
        shown = shown_numbers(tui)
        await tui.until(lambda: "20,000 lines" in tui.text)
        assert shown_numbers(tui) == shown and shown[0] > 19_000


async def test_a_log_that_rolls_keeps_its_paused_top() -> None:
    service = worker(numbered(0, 2000))
    async with open_tui(service) as tui:
        await tui.press("tab", "k")
        shown = shown_numbers(tui)
        log = service.logs[REF]
        assert isinstance(log, MemoryLog)
        log.roll(len(numbered(0, 1000)))
        service.grow(REF, numbered(2000, 2100))
        await tui.settle()
        assert shown_numbers(tui) == shown and "1,100 lines" in tui.text
        await tui.press("g")
        assert shown_numbers(tui)[0] == 1000


async def test_a_log_that_is_replaced_begins_anew() -> None:
    service = worker(numbered(0, 2000))
    async with open_tui(service) as tui:
        log = service.log(REF, numbered(7000, 7100))
        log.generation = "2"
        tui.app.main_screen.log_pane.open()
        tui.app.main_screen.follow_job()
        await tui.settle()
        assert shown_numbers(tui)[-1] == 7099


async def test_another_generation_forgets_what_was_read() -> None:
    service = worker(numbered(0, 2000))
    async with open_tui(service) as tui:
        log = service.logs[REF]
        assert isinstance(log, MemoryLog)
        log.data[:] = numbered(5000, 5050)
        log.generation = "2"
        service.tell(LogGrew(REF, log.reach))
        await tui.settle()
        assert shown_numbers(tui)[-1] == 5049 and "50 lines" in tui.text


async def test_levels_colours_progress_and_control_codes() -> None:
    service = worker(
        output("plain", "\x1b[31mred\x1b[0m and plain", "a\rb\r 99 %\r100 % done")
        + output("to stderr", "\x1b[2J\x1b[Hgone?\x07", "\x1b]0;title\x07rest", level=Level.ERR)
        + b"a continuation\n"
        + output("\x00\x9b31m\x7f", "\u202eright to left", "tab\there", level=Level.WARN)
    )
    async with open_tui(service) as tui:
        shown = "\n".join(tui.log_lines)
        for words in (
            "INFO  plain",
            "INFO  red and plain",
            "INFO  100 % done",
            "ERR   to stderr",
            "gone?␇",
            "ERR   rest",
            "                a continuation",
            "WARN  ␀�31m␡",
            "WARN  �right to left",
        ):
            assert words in shown, words
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for line in tui.lines for char in line)
        strip = tui.log.render_line(1)
        assert any(segment.text == "red" and segment.style and segment.style.color for segment in strip)


async def test_a_very_long_line_is_cut_when_painted() -> None:
    service = worker(output("a" * 300_000, "after"))
    async with open_tui(service) as tui:
        assert "INFO  after" in "\n".join(tui.log_lines)
        first = tui.log.line_text(0)
        assert first is not None and len(first) < 10_000
        assert tui.log_lines[0].endswith("›")
        await tui.press("tab", "right")
        assert "INFO" not in tui.log_lines[0]
        await tui.press("left")
        assert "INFO" in tui.log_lines[0]


async def test_a_line_without_an_end_is_shown_and_grows() -> None:
    service = worker(output("first") + b"[11/21/2026 05:12:09 > web-01: INFO] Password:")
    async with open_tui(service) as tui:
        assert "Password:" in tui.log_lines[1]
        service.grow(REF, b" ok")
        await tui.settle()
        assert "Password: ok" in tui.log_lines[1]
        service.grow(REF, b"\n" + output("next"))
        await tui.settle()
        assert "Password: ok" in tui.log_lines[1] and "next" in tui.log_lines[2]


async def test_output_and_errors_beside_each_other() -> None:
    service = worker(
        output("one", "two") + output("bad", level=Level.ERR) + b"  at line 3\n" + output("three")
    )
    async with open_tui(service) as tui:
        await tui.press("vertical_line")
        pane = tui.app.main_screen.log_pane
        out, err = pane.views
        assert [out.line_text(row) for row in range(out.count)][-1].endswith("three")  # type: ignore[union-attr]
        assert out.count == 3 and err.count == 2
        assert out.region.y == err.region.y and out.region.right <= err.region.x
        assert "standard error" in tui.text and "  at line 3" in tui.text
        await tui.resize(80, 24)
        assert out.region.bottom <= err.region.y and out.region.x == err.region.x
        service.grow(REF, output("worse", level=Level.ERR))
        await tui.settle()
        assert err.count == 3 and "worse" in tui.text
        await tui.press("vertical_line")
        assert len(pane.views) == 1 and tui.log.count == 6


async def test_an_empty_log_says_what_is_expected() -> None:
    async with open_tui(worker()) as tui:
        assert "No output yet" in tui.text
        tui.service.grow(REF, output("hello"))
        await tui.settle()
        assert "No output yet" not in tui.text and "hello" in tui.text


async def test_a_log_that_is_still_being_read_is_not_called_empty() -> None:
    service = worker()
    service.hold = asyncio.Event()
    service.logs[REF] = SlowLog(numbered(0, 3), service.hold)
    async with open_tui(service) as tui:
        assert "Reading…" in tui.text and "No output yet" not in tui.text
        service.hold.set()
        await tui.see("line 000002")
        assert "Reading…" not in tui.text


async def test_it_says_that_another_log_is_being_read_before_anything_else_happens() -> None:
    service = worker(numbered(0, 3))
    async with open_tui(service) as tui:
        service.logs[REF] = SlowLog(b"", asyncio.Event())
        tui.app.main_screen.log_pane.open(REF)
        assert "Reading…" in tui.text


async def test_a_log_that_cannot_be_read_says_why_and_is_tried_again() -> None:
    service = worker(numbered(0, 10))
    log = service.logs[REF]
    assert isinstance(log, MemoryLog)
    log.error = RunNotFound("There is no log of [this] run.")
    async with open_tui(service) as tui:
        await tui.see("There is no log of [this] run.")
        log.error = None
        await tui.see("line 000009")


async def test_frames_are_skipped_while_the_terminal_lags_and_nothing_is_lost() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        lags = True
        tui.app.pump._lagging = lambda: lags
        service.grow(LogRef(service.find("queue-worker").id), output("while lagging", at=NOW))
        service.change("mail-pump", disabled=True)
        for _ in range(5):
            tui.app.frame()
            await tui._pilot.pause()
        assert tui.app.pump.skipped >= 5
        assert "while lagging" not in tui.text and not tui.app.pump.idle
        lags = False
        await tui.see("while lagging")
        assert tui.app.store.jobs[service.find("mail-pump").id.key].disabled


def _wheel(tui: TuiDriver):  # type: ignore[no-untyped-def]
    from textual.events import MouseScrollUp

    return MouseScrollUp(tui.log, 5, 5, 0, 0, 0, False, False, False)


async def test_of_a_log_that_is_not_read_whole_the_first_line_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wjtui.tui.widgets.log_pages.WHOLE_AT_MOST", 1)
    async with open_tui(worker(numbered(0, 20_000))) as tui:
        await tui.press("tab")
        assert tui.log.viewport.pages is not None and not tui.log.viewport.pages.whole
        await tui.press("g")
        assert shown_numbers(tui)[0] == 0
