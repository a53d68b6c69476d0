from __future__ import annotations

import math

import pytest

from tests.support.exposition import LINE
from wjtui.model.metrics import Family, Kind, Sample
from wjtui.wire.metrics import exposition


def sample_line(value: float, **labels: str) -> str:
    family = Family("x", Kind.GAUGE, "h", (Sample(value, tuple(labels.items())),))
    return exposition([family]).decode().splitlines()[-1]


def test_a_family() -> None:
    family = Family(
        "wjtui_runs_total",
        Kind.COUNTER,
        "Runs that have ended.",
        (Sample(3.0, (("job", "nightly"), ("status", "Success"))), Sample(0.0, (("job", "a"),))),
    )
    assert exposition([family]) == (
        b"# HELP wjtui_runs_total Runs that have ended.\n"
        b"# TYPE wjtui_runs_total counter\n"
        b'wjtui_runs_total{job="nightly",status="Success"} 3\n'
        b'wjtui_runs_total{job="a"} 0\n'
    )


def test_a_summary_has_a_sum_and_a_count() -> None:
    samples = (Sample(1.5, suffix="_sum"), Sample(2.0, suffix="_count"))
    lines = exposition([Family("s_seconds", Kind.SUMMARY, "h", samples)]).decode().splitlines()
    assert lines[1:] == ["# TYPE s_seconds summary", "s_seconds_sum 1.5", "s_seconds_count 2"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', r"a\"b"),
        ("a\\b", r"a\\b"),
        ("a\nb", r"a\nb"),
        ('"} 1\nforged 2', r"\"} 1\nforged 2"),
        ("ü,=}", "ü,=}"),
        ("\udcff", "?"),
        ("\r\u2028", "\r\u2028"),
    ],
)
def test_labels_cannot_break_out(name: str, written: str) -> None:
    family = Family("x", Kind.GAUGE, "h", (Sample(1.0, (("job", name),)),))
    [*_, line, end] = exposition([family]).decode().split("\n")
    assert (line, end) == (f'x{{job="{written}"}} 1', "")
    assert LINE.fullmatch(line)


def test_help_is_one_line() -> None:
    text = exposition([Family("x", Kind.GAUGE, "a\\b\nc")]).decode()
    assert text.splitlines()[0] == r"# HELP x a\\b\nc"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-3.0, "-3"),
        (1795844465.75, "1795844465.75"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_numbers(value: float, written: str) -> None:
    assert sample_line(value) == f"x {written}"
    assert LINE.fullmatch(sample_line(value))
