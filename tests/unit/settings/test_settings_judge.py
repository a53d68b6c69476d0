from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.model.identity import JobType
from wjtui.settings.check import check_settings
from wjtui.settings.judge import MAX_ARGUMENTS, MAX_BYTES, Fault, judge
from wjtui.settings.keys import BY_NAME

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS


def faults(values: dict[str, Any], kind: JobType = TRIGGERED) -> tuple[Fault, ...]:
    return judge(json.dumps(values), kind)


def only(values: dict[str, Any], kind: JobType = TRIGGERED) -> Fault:
    (fault,) = faults(values, kind)
    return fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "{}",
        '\ufeff{"schedule": "0 0 * * * *",} // hourly',
        '{"x-owner": {"any": [1]}, "schedule": null, "env": null}',
        '{"schedule": ""}',
        '{"stopping_wait_time": 0, "idle_timeout": 0, "restart_time": 0, "history_size": 1}',
        '{"stop_signal": "int", "time_zone": "w. europe standard time", "notify": []}',
        '{"time_zone": " ", "recurrence": null, "schedule": "0 0 9 * * Mon"}',
        '{"env": {"DB_HOST": "", "a.b:c": "x", "WEBJOBS_NAME": "mine"}}',
        '{"run_mode": "continuous"}',
    ],
)
def test_what_may_be_saved(text: str) -> None:
    assert judge(text, TRIGGERED) == ()


@pytest.mark.parametrize(("text", "line", "column"), [("[]", 1, 1), ('{\n  "a" 1}', 2, 7), ("{", 1, 2)])
def test_no_object(text: str, line: int, column: int) -> None:
    (fault,) = judge(text, TRIGGERED)
    assert (fault.key, fault.line, fault.column) == ("", line, column)
    assert f"line {line}, column {column}" in fault.text


def test_too_long() -> None:
    text = '{"a": "' + "é" * (MAX_BYTES // 2) + '"}'
    (fault,) = judge(text, TRIGGERED)
    assert fault.key == "" and "1 MiB" in fault.text


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("stopping_wait_time", -1, ["the number -1", "seconds, 0 to 2147483647", "for example 30"]),
        ("stopping_wait_time", "60", ['the text "60"', "whole number"]),
        ("stopping_wait_time", 60.5, ["the number 60.5"]),
        ("stopping_wait_time", 2**31, ["2147483647"]),
        ("shutdownGraceTimeLimit", True, ["the boolean true"]),
        ("idle_timeout", -5, ["0 to 2147483647"]),
        ("restart_time", -5, ["0 to 2147483647"]),
        ("history_size", 0, ["runs, 1 to 2147483647"]),
        ("is_singleton", "true", ['the text "true"', "true or false", "for example true"]),
        ("is_in_place", 1, ["the number 1"]),
        ("enabled", "no", ["true or false"]),
        ("run_mode", "always", ["one of continuous, scheduled, on_demand"]),
        ("misfire", 7, ["run_once_within_10m, run_once, skip", 'for example "run_once"']),
        ("stop_signal", "SIGSTOPP", ["a signal's name", "SIGINT"]),
        ("schedule", 5, ["a text", "*/15"]),
        ("recurrence", "daily", ["an object", '"unit": "minute"']),
        ("time_zone", 1, ["a text", "Europe/Berlin"]),
        ("arguments", ["--fast"], ["a list", "a text"]),
        ("arguments", "x" * (MAX_ARGUMENTS + 1), ["32 KiB"]),
        ("env", ["A=1"], ["a list", "an object of texts", "DB_HOST"]),
        ("notify", "toast", ["a list such as"]),
        ("retry", 3, ["the number 3: it must be an object"]),
        ("retry", {"count": "many"}, ["'count' of 'retry' is the text \"many\"", "from 1 to 1000"]),
        ("retry", {"delay": 1}, ["'retry' is an object without 'count'", "with it"]),
        ("retry", {"count": 1, "dealy": 1}, ["an object with 'dealy'", "one of count, delay, backoff alone"]),
        ("watch", {"path": "in", "spool": 1}, ["'spool' of 'watch' is the number 1", "true or false"]),
        ("probe", {}, ["with none of 'http', 'file' and 'command'", "exactly one"]),
        ("probe", {"http": "/", "file": "a"}, ["with 2 of 'http'", "exactly one"]),
        ("probe", {"http": "health"}, ["'http' of 'probe' is the text \"health\"", "a path such as"]),
    ],
)
def test_a_value_that_would_count_as_absent(key: str, value: Any, parts: list[str]) -> None:
    for kind in JobType:
        fault = only({key: value, "other": value}, kind)
        assert fault.key == key and f"'{key}'" in fault.text and fault.text.endswith(".")
        for part in parts:
            assert part in fault.text
        assert fault.text.count("for example") + fault.text.count("such as") <= 1


def test_every_fault_at_once_in_the_order_of_the_keys() -> None:
    found = faults({"history_size": 0, "x": 1, "enabled": "no", "schedule": "0"})
    assert [fault.key for fault in found] == ["schedule", "enabled", "history_size"]


def test_a_schedule_is_refused_with_its_place() -> None:
    fault = only({"schedule": "0 0 25 * * *"})
    assert (fault.key, fault.field, "0 0 25 * * *"[fault.start : fault.end]) == ("schedule", "hour", "25")
    assert "25" in fault.text and fault.suggestion == ""


@pytest.mark.parametrize(
    ("five", "six"), [("*/5 * * * *", "0 */5 * * * *"), ("0 9 * * 7", "0 0 9 * * 0"), ("x * * * *", "")]
)
def test_five_fields_are_offered_as_six(five: str, six: str) -> None:
    fault = only({"schedule": five})
    assert fault.suggestion == six
    assert not six or six in fault.text


def test_an_unknown_zone() -> None:
    fault = only({"time_zone": "Europe/Berlinn", "schedule": "0 0 * * * *"})
    assert fault.key == "time_zone"
    assert "'Europe/Berlinn' is unknown" in fault.text and "'Europe/Berlin'" in fault.text
    inner = only({"recurrence": {"kind": "once", "time_zone": "Nowhere/At all"}})
    assert (inner.key, inner.field) == ("recurrence", "time_zone")


@pytest.mark.parametrize(
    ("recurrence", "field"),
    [
        ({}, "kind"),
        ({"kind": "every"}, "unit"),
        ({"kind": "every", "unit": "day", "n": 0}, "n"),
        ({"kind": "once", "ending": "never"}, "ending"),
        (
            {"kind": "every", "unit": "day", "start": "2027-01-02T00:00:00", "end": "2027-01-01T00:00:00"},
            "end",
        ),
        # Only in the job's zone does the end come before the start.
        (
            {"kind": "every", "unit": "day", "start": "2027-01-01T12:00:00Z", "end": "2027-01-01T12:30:00"},
            "end",
        ),
    ],
)
def test_an_invalid_recurrence(recurrence: dict[str, Any], field: str) -> None:
    fault = only({"recurrence": recurrence, "time_zone": "Europe/Berlin"})
    assert (fault.key, fault.field) == ("recurrence", field)


def test_schedule_and_recurrence_together() -> None:
    both = {"schedule": "0 0 * * * *", "recurrence": {"kind": "once"}}
    assert only(both).key == "recurrence"
    assert faults(both, CONTINUOUS) == ()
    assert faults({"schedule": "", "recurrence": {"kind": "once"}}) == ()


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("", "x", "not empty"),
        ("A=B", "x", "no '='"),
        ("A\0", "x", "no NUL"),
        ("A", 7, "a text"),
        ("A", "x\0y", "without NUL"),
        ("A", "x" * 128 * 1024, "128 KiB"),
    ],
)
def test_variables_that_no_environment_takes(name: str, value: Any, part: str) -> None:
    fault = only({"env": {"GOOD": "1", name: value}})
    assert (fault.key, fault.field) == ("env", name)
    assert part in fault.text and "xxxx" not in fault.text


def test_ways_to_tell() -> None:
    found = faults({"notify": ["toast", "sms", 7]})
    assert [fault.key for fault in found] == ["notify", "notify"]
    assert '"sms"' in found[0].text and "toast, bell, command" in found[0].text


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**32)
    | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(BY_NAME)), VALUES, max_size=5), st.sampled_from(JobType))
def test_whatever_is_judged_is_read_without_remark_or_refused(values: dict[str, Any], kind: JobType) -> None:
    refused = {fault.key for fault in faults(values, kind)}
    assert refused <= set(values)
    kept = {key: value for key, value in values.items() if key not in refused}
    _, remarks = check_settings(kept, kind)
    assert [text for code, text in remarks if code in ("settings-type", "settings-key")] == []


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    for fault in judge(text, TRIGGERED):
        assert fault.text.endswith(".")
