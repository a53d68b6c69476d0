from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.line import Level
from wjtui.logs.stamp import HELD_BYTES, LineStamper

AT = datetime(2026, 1, 9, 4, 5, 6, tzinfo=UTC)
LATER = AT + timedelta(seconds=1)
OUT = b"[01/09/2026 04:05:06 > web: INFO] "
ERR = b"[01/09/2026 04:05:06 > web: ERR ] "
OUT_LATER = b"[01/09/2026 04:05:07 > web: INFO] "
ERR_LATER = b"[01/09/2026 04:05:07 > web: ERR ] "
PREFIX = re.compile(rb"\[01/09/2026 04:05:0\d > web: ((?:SYS )?(?:INFO|WARN|ERR ))\] ")


def per_stream(log: bytes) -> dict[bytes, bytes]:
    """The bytes behind the prefixes of each level. Fails when a line has none."""
    streams: dict[bytes, bytes] = {}
    for line in re.findall(rb"[^\n]*\n|[^\n]+", log):
        match = PREFIX.match(line)
        assert match, line
        streams[match[1]] = streams.get(match[1], b"") + line[match.end() :]
    return streams


def test_every_line_gets_a_prefix_and_the_unfinished_one_waits() -> None:
    stamper = LineStamper("web")
    assert stamper.feed(Level.INFO, b"one\ntwo\nthr", AT) == OUT + b"one\n" + OUT + b"two\n"
    assert stamper.unfinished
    assert stamper.feed(Level.INFO, b"ee\n", AT) == OUT + b"three\n"
    assert not stamper.unfinished


def test_empty_lines_are_kept() -> None:
    assert LineStamper("web").feed(Level.ERR, b"\n\nx\n", AT) == ERR + b"\n" + ERR + b"\n" + ERR + b"x\n"


def test_carriage_returns_nul_and_invalid_bytes_stay() -> None:
    one, two = b"10%\r20%\rdone\r\n", b"\x00\xff\xc3\n"
    assert LineStamper("web").feed(Level.INFO, one + two, AT) == OUT + one + OUT + two


def test_a_prompt_shows_after_a_second_and_goes_on_in_its_line() -> None:
    stamper = LineStamper("web")
    assert stamper.feed(Level.INFO, b"Name: ", AT) == b""
    assert stamper.flush(AT) == b""
    assert stamper.flush(LATER) == OUT_LATER + b"Name: "
    assert not stamper.unfinished
    assert stamper.feed(Level.INFO, b"Bob\nnext\n", LATER) == b"Bob\n" + OUT_LATER + b"next\n"


def test_a_tail_is_not_held_for_ever_when_the_clock_is_set_back() -> None:
    stamper = LineStamper("web")
    stamper.feed(Level.INFO, b"Name: ", AT)
    assert stamper.flush(AT - timedelta(hours=2)).endswith(b"Name: ")


def test_another_stream_ends_an_open_line_and_its_rest_gets_a_prefix() -> None:
    stamper = LineStamper("web")
    stamper.feed(Level.INFO, b"load", AT)
    log = stamper.flush(LATER)
    log += stamper.feed(Level.ERR, b"careful\n", LATER)
    log += stamper.feed(Level.INFO, b"ing\n", LATER)
    assert log == OUT_LATER + b"load\n" + ERR_LATER + b"careful\n" + OUT_LATER + b"ing\n"


def test_an_engine_line_ends_an_open_line_too() -> None:
    stamper = LineStamper("web")
    stamper.feed(Level.ERR, b"half", AT)
    log = stamper.flush(LATER) + stamper.system(Level.INFO, "Stopping", LATER)
    assert log == ERR_LATER + b"half\n[01/09/2026 04:05:07 > web: SYS INFO] Stopping\n"


def test_an_engine_line_goes_before_a_tail_that_is_still_held() -> None:
    stamper = LineStamper("web")
    assert stamper.feed(Level.INFO, b"ha", AT) == b""
    assert stamper.note(Level.WARN, "look there", AT) == b"[01/09/2026 04:05:06 > web: WARN] look there\n"
    assert stamper.feed(Level.INFO, b"lf\n", AT) == OUT + b"half\n"


def test_two_old_tails_do_not_cut_an_open_line_more_than_they_must() -> None:
    stamper = LineStamper("web")
    stamper.feed(Level.ERR, b"err", AT)
    assert stamper.flush(LATER) == ERR_LATER + b"err"
    stamper.feed(Level.INFO, b"out", LATER)
    stamper.feed(Level.ERR, b" more", LATER)
    assert stamper.flush(LATER + timedelta(seconds=1)).startswith(b" more\n[")


def test_the_end_of_a_stream_ends_its_last_line() -> None:
    stamper = LineStamper("web")
    stamper.feed(Level.INFO, b"no newline", AT)
    assert stamper.finish(Level.INFO, AT) == OUT + b"no newline\n"
    assert stamper.finish(Level.INFO, AT) == b""
    stamper.feed(Level.ERR, b"prompt", AT)
    assert stamper.flush(LATER) + stamper.finish(Level.ERR, LATER) == ERR_LATER + b"prompt\n"


def test_a_line_without_end_is_written_in_parts_and_never_held_whole() -> None:
    stamper = LineStamper("web")
    log = b""
    for sent in range(10_000, 500_001, 10_000):
        log += stamper.feed(Level.INFO, b"x" * 10_000, AT)
        assert sent - len(log) <= HELD_BYTES
    log += stamper.finish(Level.INFO, AT)
    assert log == OUT + b"x" * 500_000 + b"\n"


job_bytes = st.lists(
    st.sampled_from(
        [b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"a", b"word ", "é".encode(), OUT, b"]", b"\n\n"]
    ),
    max_size=8,
).map(b"".join)


@given(st.lists(st.one_of(job_bytes, st.just(None)), max_size=12))
def test_one_stream_is_byte_exact_however_it_comes(steps: list[bytes | None]) -> None:
    stamper = LineStamper("web")
    log = b""
    for step in steps:
        log += stamper.flush(LATER) if step is None else stamper.feed(Level.INFO, step, AT)
    log += stamper.finish(Level.INFO, AT)
    sent = b"".join(step for step in steps if step is not None)
    ended = sent if not sent or sent.endswith(b"\n") else sent + b"\n"
    assert per_stream(log) == ({b"INFO": ended} if ended else {})


def added_line_ends(sent: bytes, logged: bytes) -> int:
    """How many line ends ``logged`` has more than ``sent``. Fails when anything else differs."""
    at = extra = 0
    for byte in logged:
        if at < len(sent) and sent[at] == byte:
            at += 1
        else:
            assert byte == 10
            extra += 1
    assert at == len(sent)
    return extra


SYSTEM = "system"
FLUSH = "flush"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from([Level.INFO, Level.ERR]), job_bytes),
            st.sampled_from([SYSTEM, FLUSH]),
        ),
        max_size=20,
    )
)
def test_streams_survive_each_other(steps: list[tuple[Level, bytes] | str]) -> None:
    stamper = LineStamper("web")
    log = b""
    sent = {Level.INFO: b"", Level.ERR: b""}
    for step in steps:
        match step:
            case (level, data):
                sent[level] += data
                log += stamper.feed(level, data, AT)
            case "flush":
                log += stamper.flush(LATER)
            case _:
                log += stamper.system(Level.INFO, "engine", AT)
    for level in sent:
        log += stamper.finish(level, AT)
    assert not log or log.endswith(b"\n")
    streams = per_stream(log)
    assert streams.pop(b"SYS INFO", b"").count(b"engine\n") == steps.count(SYSTEM)
    added = 0
    for level, data in sent.items():
        added += added_line_ends(data, streams.pop(level.value.ljust(4).encode(), b""))
    assert not streams
    # A line is cut only after a flush made it an open one, but for the ends of the two streams.
    assert added <= 2 * steps.count(FLUSH) + 2


STEPS = st.sampled_from(["out", "err", "flush", "finish", "system", "note"])


@given(st.lists(st.tuples(STEPS, st.binary(max_size=12)), max_size=30))
def test_errors_are_the_lines_that_say_so(steps: list[tuple[str, bytes]]) -> None:
    stamper, log, at = LineStamper("web"), b"", AT
    for what, data in steps:
        match what:
            case "out":
                log += stamper.feed(Level.INFO, data.replace(b"x", b"\n"), at)
            case "err":
                log += stamper.feed(Level.ERR, data.replace(b"\x00", b"\n"), at)
            case "flush":
                log += stamper.flush(at := LATER)
            case "finish":
                log += stamper.finish(Level.ERR, at)
            case "system":
                log += stamper.system(Level.ERR, "one\ntwo", at)
            case _:
                log += stamper.note(Level.ERR, "note", at)
    lines = log.split(b"\n")
    levels = [match[1] for line in lines if (match := PREFIX.match(line))]
    assert stamper.errors == sum(level in (b"ERR ", b"SYS ERR ") for level in levels)
