"""The keys of settings.job as fields: what is typed, what stands beside it, what differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_service import NOW, make_job
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Running, Stopped
from wjtui.model.runs import RunId
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.edit import REMOVED
from wjtui.settings.keys import BY_NAME, KEYS
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.settings_fields import (
    as_typed,
    beside,
    chosen_label,
    differences,
    kept_lines,
    keys_for,
    labels,
    read_typed,
)
from wjtui.tui.present.settings_page import (
    count_changes,
    effect_lines,
    errors_line,
    is_live,
    read_draft,
    verdict,
)
from wjtui.tui.present.settings_schedule import schedule_says
from wjtui.tui.present.settings_variables import set_by_wjtui, variable_line, variables
from wjtui.tui.present.site_settings import MASK

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
NUMBER, TEXT, RECURRENCE = BY_NAME["stopping_wait_time"], BY_NAME["arguments"], BY_NAME["recurrence"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def settings(**raw: Any) -> JobSettings:
    return read_draft(json.dumps(raw), TRIGGERED).settings


@given(json_values.filter(lambda value: value is not None))
def test_a_number_field_says_every_value_and_gives_it_back(value: Any) -> None:
    for key in (NUMBER, RECURRENCE):
        typed = as_typed(key, value)
        if typed.strip():
            assert json.dumps(read_typed(key, typed)) == json.dumps(value)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("30", 30), (" 30 ", 30), ("-5", -5), ("5.5", 5.5), ("ten", "ten"), ('"60"', "60"), ("", REMOVED),
     ("  ", REMOVED), ("007", "007"), ("NaN", "NaN"), ("null", "null"), ("true", True)],
)  # fmt: skip
def test_what_is_typed_as_a_number(typed: str, value: Any) -> None:
    assert read_typed(NUMBER, typed) == value


def test_a_text_is_taken_as_it_is() -> None:
    assert read_typed(TEXT, " --fast 5 ") == " --fast 5 " and read_typed(TEXT, "") is REMOVED
    assert as_typed(TEXT, "5") == "5" and as_typed(TEXT, 5) == "5" and as_typed(TEXT, None) == ""


def test_only_keys_that_mean_something_to_the_job_have_fields() -> None:
    continuous = [key.name for key in keys_for(CONTINUOUS)]
    assert "schedule" not in continuous and "restart_time" in continuous and "is_singleton" in continuous
    assert {*continuous, *(key.name for key in keys_for(TRIGGERED))} == {key.name for key in KEYS}


def test_words_to_choose_from_and_one_that_is_not_allowed() -> None:
    key = BY_NAME["misfire"]
    assert [label.label for label in labels(key, "skip", "run_once_within_10m")] == [
        "default (run once late (10 min))", "run once late (10 min)", "run once, however late", "skip",
    ]  # fmt: skip
    found = labels(BY_NAME["is_in_place"], "true", "false, true for .js")
    assert [label.label for label in found] == [
        "default (no, yes for .js)",
        "yes",
        "no",
        '"true" (not allowed)',
    ]
    assert chosen_label("true") == found[-1].json and chosen_label(True) == found[1].json


def test_where_a_value_comes_from() -> None:
    key, inherited = BY_NAME["idle_timeout"], {"WEBJOBS_IDLE_TIMEOUT": Inherited("300", "site setting")}
    empty = JobSettings()
    found = beside(key, empty, empty, {}, TRIGGERED)
    assert (found.note, found.placeholder, plain_text(found.says)) == ("seconds  default", "120", "")
    found = beside(key, empty, empty, inherited, TRIGGERED)
    assert found.placeholder == "300"
    assert plain_text(found.says) == "300 seconds from WEBJOBS_IDLE_TIMEOUT (site setting)"
    found = beside(key, settings(idle_timeout=9), settings(idle_timeout=30), inherited, TRIGGERED)
    assert found.note == "seconds  ~ was 30"
    assert plain_text(found.says) == "300 seconds would come from WEBJOBS_IDLE_TIMEOUT (site setting)"
    assert beside(key, empty, settings(idle_timeout=30), {}, TRIGGERED).note == "seconds  ~ was 30  default"
    assert beside(key, settings(idle_timeout=30), empty, {}, TRIGGERED).note == "seconds  ~ was not set"
    changed = beside(BY_NAME["enabled"], settings(enabled=False), settings(enabled=True), {}, TRIGGERED)
    assert changed.note == "~ was yes"


def test_what_is_no_field_is_named() -> None:
    said = settings(is_singleton=True, **{"x-owner": "ops", "a\x1b[31m": 1}, schedule="0 0 2 * * *")
    assert [plain_text(line) for line in kept_lines(said, TRIGGERED)] == [
        "Kept, no effect on a triggered job: is_singleton",
        "Kept, unknown to wjtui: x-owner, a␛[31m",
    ]
    (line,) = kept_lines(settings(schedule="x", idle_timeout=3), CONTINUOUS)
    assert plain_text(line) == "Kept, no effect on a continuous job: schedule, idle_timeout"


def test_what_differs_names_variables_and_tells_none() -> None:
    ours = {"schedule": "a", "env": {"A": "one", "TOKEN": "hunter2"}, "my_password": "hunter3"}
    theirs = {"schedule": "b", "env": {"A": "one", "TOKEN": "swordfish"}, "restart_time": 5}
    told = [plain_text(line) for line in differences(ours, theirs)]
    assert told == [
        'schedule  on disk "b", here "a"',
        "env  differs in TOKEN",
        f"my_password  on disk not set, here {MASK}",
        "restart_time  on disk 5, here not set",
    ]


def test_a_text_that_is_no_json_keeps_what_it_said() -> None:
    before = read_draft('{"idle_timeout": 5}', TRIGGERED)
    now = read_draft('{"idle_timeout": 5,, }', TRIGGERED, before.settings)
    assert now.broken is not None and (now.broken.line, now.broken.column) == (1, 20)
    assert now.settings.idle_timeout == 5 and count_changes(before, now) == "the text is changed"
    assert "line 1, column 20" in errors_line(now) and "the old one" in errors_line(now)
    assert plain_text(verdict(now)).startswith("✗ This is no JSON")


def test_errors_count_only_where_the_key_does() -> None:
    assert errors_line(read_draft('{"schedule": "nonsense"}', CONTINUOUS)) == ""
    two = read_draft('{"schedule": "nonsense", "stopping_wait_time": -1}', TRIGGERED)
    assert errors_line(two) == "2 errors: the file on disk is still the old one"
    assert two.error_of("stopping_wait_time") and not two.error_of("env")


def test_verdicts() -> None:
    assert plain_text(verdict(read_draft("", TRIGGERED))) == "· no file: an empty text removes it"
    assert plain_text(verdict(read_draft("{}", TRIGGERED))) == "✓ valid JSON   1 line"
    assert (
        plain_text(verdict(read_draft("{}\r\n// x\r\n", TRIGGERED)))
        == "✓ valid, with comments   2 lines   CRLF"
    )


def test_what_saving_does() -> None:
    job = make_job("worker", Running(NOW, 5), kind=CONTINUOUS)
    before, after = read_draft("{}", CONTINUOUS), read_draft('{"restart_time": 5}', CONTINUOUS)
    told = [plain_text(line) for line in effect_lines(before, after, job, {}, theirs=True)]
    assert told[0] == "restart_time 60 -> 5: from the next restart on."
    assert "restarted at once" in told[1] and told[-1].endswith("yes")
    assert not is_live(make_job("worker", Stopped(NOW), kind=CONTINUOUS))
    assert is_live(make_job("run", Busy(RunId("1"), NOW))) and not is_live(make_job("run"))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"schedule": "0 0 2 * * *"}, "At 02:00, every day · next Sun 2026-11-22 02:00:00 UTC (in 20:47:51)"),
        ({"schedule": "0 0 2 * * *", "time_zone": "Europe/Berlin"}, "02:00:00 Europe/Berlin"),
        ({"schedule": "0 0 2 * * *", "enabled": False}, "At 02:00, every day · off: enabled is no"),
        ({"schedule": "0 0 2 * * *", "run_mode": "on_demand"}, "off: run_mode is on_demand"),
        ({"schedule": "0 0 0 31 2 *"}, "never comes"),
        ({"schedule": "0 0 25 * * *"}, ""),
        ({"recurrence": {"kind": "every", "unit": "hour", "n": 2}}, "next"),
        ({"recurrence": "often"}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_schedule_in_words(raw: dict[str, Any], said: str) -> None:
    found = plain_text(schedule_says(settings(**raw), "UTC", NOW))
    assert said in found and bool(said) is bool(found)


def test_variables_of_a_job() -> None:
    own = set_by_wjtui(JobId(TRIGGERED, "report"), "/srv")
    rows = variables({"API_KEY": "hunter2", "HOME": "/me", "n": 5, "a=b": "c"}, own)
    lines = [plain_text(variable_line(row, 90, reveal=False)) for row in rows]
    assert MASK in lines[0] and "hunter2" not in "".join(lines)
    assert "no effect: wjtui sets it" in lines[1] and "must be a text" in lines[2] and "no '='" in lines[3]
    assert all("set by wjtui" in line for line in lines[4:]) and len(lines) == 4 + len(own)
    assert "hunter2" in plain_text(variable_line(rows[0], 90, reveal=True))
    assert variables("nonsense", {}) == []
