"""The two pictures that the log view was built towards: paused with a find, and narrow and wrapped."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import NOW, output
from tests.support.log_driver import open_log, worker
from wjtui.logs.line import Level

BEGIN = NOW - timedelta(seconds=60)


def at(seconds: float, *lines: str, level: Level = Level.INFO) -> bytes:
    """Lines of one moment."""
    when = BEGIN + timedelta(seconds=seconds)
    return b"".join(output(line, at=when, level=level) for line in lines)


def night() -> bytes:
    """A queue worker at work, with two timeouts."""
    data = b"".join(at(0, f"heartbeat {number}") for number in range(60))
    data += at(1, "dequeued order=55120 attempt=1")
    data += at(
        6,
        "timeout after 5.0s: POST /v2/orders/55120",
        "Traceback (most recent call last):",
        '  File "worker.py", line 214, in send',
        "    raise UpstreamTimeout(url)",
        level=Level.ERR,
    )
    headers = '{"X-Forwarded-Host": ["example.com"]}'
    data += at(7, f"POST https://api.example.com/v2/orders/55121 headers {headers}")
    data += at(9, "timeout budget 80% used", level=Level.ERR)
    return data + b"".join(at(10 + number, f"200 OK order={55_122 + number} 306 ms") for number in range(20))


async def test_paused_with_a_find() -> None:
    async with open_log(worker(night())) as log:
        await log.press("slash", "ctrl+t")
        await log.write("timeout (after|budget)")
        await log.press("N", "m")
        await log.grow(at(40, *["200 OK"] * 1729) + at(41, *["bad"] * 4, level=Level.ERR))
        assert log.tui.lines[0].startswith(" wjtui › worker › Log  ● Running")
        assert log.tui.lines[0].rstrip().endswith("05:12:09 UTC")
        assert log.head.startswith(
            " [1 All] 2 INFO 1,811  3 ERR 9  4 SYS    wrap off   time: clock   json off"
        )
        assert log.head.endswith("line 62 of 1,820     3%")
        picture = log.rows[log.rows.index(log.chosen) - 1 :][:7]
        assert picture == [
            "    61  05:11:10 INFO  dequeued order=55120 attempt=1",
            "    62◆>05:11:15 ERR   timeout after 5.0s: POST /v2/orders/55120",
            "    63  05:11:15 ERR   Traceback (most recent call last):",
            '    64  05:11:15 ERR     File "worker.py", line 214, in send',
            "    65  05:11:15 ERR       raise UpstreamTimeout(url)",
            "    66  05:11:16 INFO  POST https://api.example.com/v2/orders/55121 headers "
            '{"X-Forwarded-Host": ["example.com"]}',
            "    67  05:11:18 ERR   timeout budget 80% used",
        ]
        assert log.status.startswith(
            " PAUSED at 05:11:15  ▼ 1,733 new lines, 4 ERR  (f or End to follow)"
            "   find «timeout (after|budget)» 1/2  regex  n/N"
        )
        assert "◆" in log.bar and "!" in log.bar and log.bar.rstrip().endswith("!")
        for word in ("f Follow", "/ Find", "& Filter", "n Next", "e Error", "w Wrap", "t Time", "S Save"):
            assert word in log.text, word


async def test_narrow_wrapped_and_following_over_a_slow_link() -> None:
    data = night()
    cut = data.index(b"200 OK order=55126")
    data = data[: data.rindex(b"\n", 0, cut) + 1]
    async with open_log(worker(data), (80, 24)) as log:
        await log.press("w", "t")
        log.tui.clock.advance(2)
        await log.grow(at(15, *[f"200 OK order={number}" for number in range(4)]))
        log.tui.app.pump.skipped += 9
        log.tui.clock.advance(2)
        await log.grow(at(16, "200 OK last"))
        assert log.tui.lines[0].startswith(" worker › Log  ● Running")
        assert log.tui.lines[0].rstrip().endswith("line 76 of 76   100%")
        assert "[1 All] 2 INFO 71  3 ERR 5  4 SYS    wrap on   time: +delta" in log.head
        begin = next(at for at, row in enumerate(log.rows) if "timeout after" in row)
        assert log.rows[begin : begin + 7] == [
            " 05:11:15    +5s ERR   timeout after 5.0s: POST /v2/orders/55120",
            " 05:11:15    +0s ERR   Traceback (most recent call last):",
            ' 05:11:15    +0s ERR     File "worker.py", line 214, in send',
            " 05:11:15    +0s ERR       raise UpstreamTimeout(url)",
            " 05:11:16    +1s INFO  POST https://api.example.com/v2/orders/55121 headers",
            '                         {"X-Forwarded-Host": ["example.com"]}',
            " 05:11:18    +2s ERR   timeout budget 80% used",
        ]
        assert log.rows[-1] == " 05:11:25    +1s INFO  200 OK last"
        assert log.status.startswith(" FOLLOW") and "lines/s" in log.status and "link: slow" in log.status
        assert "on disk 4.0K" in log.status
        for word in ("f Follow", "/ Find", "Esc Back", "? Help"):
            assert word in log.text, word
