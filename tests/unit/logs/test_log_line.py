from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.line import Level, LineKind, LogLine, kind_of, kinds_of, message, parse, prefix, system_line

AT = datetime(2026, 1, 9, 4, 5, 6, 999_999, tzinfo=UTC)


def test_the_level_is_padded_to_four() -> None:
    assert prefix("a1b2c3", Level.INFO, AT) == b"[01/09/2026 04:05:06 > a1b2c3: INFO] "
    assert prefix("a1b2c3", Level.ERR, AT) == b"[01/09/2026 04:05:06 > a1b2c3: ERR ] "
    assert prefix("a1b2c3", Level.ERR, AT, system=True) == b"[01/09/2026 04:05:06 > a1b2c3: SYS ERR ] "


def test_times_are_written_in_utc() -> None:
    tokyo = datetime(2026, 1, 9, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    assert prefix("x", Level.WARN, tokyo) == b"[01/08/2026 16:00:00 > x: WARN] "


def test_only_the_first_line_of_a_message_has_a_prefix() -> None:
    assert system_line("x", Level.INFO, "one\r\ntwo\n\nfour\n", AT) == (
        b"[01/09/2026 04:05:06 > x: SYS INFO] one\ntwo\n\nfour\n"
    )
    assert message("x", Level.WARN, "", AT) == b"[01/09/2026 04:05:06 > x: WARN] \n"


def test_a_path_that_is_no_utf_8_can_be_logged() -> None:
    line = system_line("x", Level.ERR, "no such file: " + b"caf\xe9".decode("utf-8", "surrogateescape"), AT)
    assert parse(line).text == r"no such file: caf\udce9"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_lf_and_crlf_are_both_read(end: bytes) -> None:
    line = parse(b"[12/31/2025 23:59:59 > host-1: SYS ERR ] it broke" + end)
    assert line == LogLine(
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "host-1", True, Level.ERR, "it broke"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"  File 'worker.py', line 3",
        b"",
        b"[12/31/2025 23:59:59 > host-1: DEBUG] no such level",
        b"[12/31/2025 > host-1: INFO] no time",
        b" [12/31/2025 23:59:59 > host-1: INFO] not at the beginning",
        b"[13/31/2025 23:59:59 > host-1: INFO] no such month",
        b"[02/30/2025 23:59:59 > host-1: INFO] no such day",
    ],
)
def test_a_line_without_prefix_keeps_all_its_text(raw: bytes) -> None:
    line = parse(raw + b"\n")
    assert line.at is None
    assert line.text == raw.decode()


def test_bytes_that_are_no_utf_8_become_the_replacement_character() -> None:
    assert parse(b"[12/31/2025 23:59:59 > h: INFO] a\xffb\n").text == "a�b"
    assert parse(b"\xc3").text == "�"


def test_blanks_of_the_text_are_kept() -> None:
    assert parse(b"[12/31/2025 23:59:59 > h: INFO]   indented  \n").text == "  indented  "


def test_an_empty_line_may_have_lost_its_last_blank() -> None:
    assert parse(b"[12/31/2025 23:59:59 > h: INFO]\n").at is not None


def test_what_looks_like_a_prefix_inside_the_text_is_text() -> None:
    line = parse(b"[12/31/2025 23:59:59 > h: INFO] [01/01/2020 00:00:00 > x: SYS ERR ] forged")
    assert (line.instance, line.level, line.system) == ("h", Level.INFO, False)
    assert line.text == "[01/01/2020 00:00:00 > x: SYS ERR ] forged"


printable = st.text(st.characters(exclude_categories=["C"]), min_size=1)
instances = printable.filter(lambda text: "INFO]" not in text and "WARN]" not in text and "ERR ]" not in text)


@given(instances, st.sampled_from(Level), st.booleans(), printable, st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_again(
    instance: str, level: Level, system: bool, text: str, at: datetime
) -> None:
    raw = message(instance, level, text, at, system=system)
    assert parse(raw) == LogLine(at.replace(microsecond=0), instance, system, level, text)
    assert kind_of(raw).name == ("SYS_" if system else "") + level.name


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"") + b"\n"),
            st.builds(
                lambda level, text, system: message("i", level, text, AT, system=system),
                st.sampled_from(Level),
                st.text(st.characters(exclude_characters="\n"), max_size=20),
                st.booleans(),
            ),
        )
    )
)
def test_all_kinds_at_once_are_the_kinds_one_by_one(lines: list[bytes]) -> None:
    assert list(kinds_of(b"".join(lines))) == [kind_of(line) for line in lines]


def test_the_kind_of_a_line_that_goes_on() -> None:
    assert kinds_of(b"\n[12/31/2025 23:59:59 > h: SYS WARN] x\n\ty\nno end") == bytes(
        [LineKind.CONTINUATION, LineKind.SYS_WARN, LineKind.CONTINUATION]
    )
