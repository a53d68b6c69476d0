from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from wjtui.engine.config import Config
from wjtui.model.identity import JobType
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.check import check_settings
from wjtui.settings.judge import judge_values
from wjtui.settings.keys import APP_SETTINGS, BY_NAME, KEYS, Effective, Key, Scope, effective
from wjtui.settings.lenient import read_lenient
from wjtui.settings.values import Kind

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
SPEC = {
    "is_in_place", "stopping_wait_time", "is_singleton", "schedule", "shutdownGraceTimeLimit", "run_mode",
    "time_zone", "recurrence", "idle_timeout", "restart_time", "history_size", "stop_signal", "enabled",
    "misfire", "arguments", "env", "notify",
}  # fmt: skip
BEYOND = {
    "max_run_time", "retry", "on_failure", "on_success", "poison_after", "if_running", "queue_limit",
    "priority", "lock", "watch", "probe", "nice", "io_class", "memory_limit", "run_as",
}  # fmt: skip
"""What the original left to its users."""
by_name = pytest.mark.parametrize("key", KEYS, ids=[key.name for key in KEYS])


def test_the_table_has_the_keys_of_the_spec_once() -> None:
    assert sorted(key.name for key in KEYS) == sorted([*SPEC, *BEYOND])


@by_name
def test_each_key_says_what_a_form_needs(key: Key) -> None:
    assert key.meaning.endswith(".") and len(key.meaning) <= 80
    assert key.example
    if key.name not in ("priority", "nice"):  # numbers of nothing
        assert bool(key.unit) is (key.kind is Kind.NUMBER)
    assert (key.shape is not None) is (key.kind is Kind.OBJECT)
    assert bool(key.choices) is (key.kind in (Kind.WORD, Kind.WAYS))


@by_name
def test_each_example_is_taken_as_it_stands(key: Key) -> None:
    raw = {key.name: read_lenient(key.example)}
    for kind in JobType:
        settings, remarks = check_settings(raw, kind)
        if key.kind is not Kind.RECURRENCE:
            assert getattr(settings, key.field) is not None
        assert [code for code, _ in remarks if code in ("settings-type", "settings-key")] == []
        assert judge_values(raw, kind) == ()
        assert effective(key, settings, {}, kind).source == "job"


@by_name
def test_each_key_is_a_field_of_the_typed_view(key: Key) -> None:
    if key.kind is not Kind.RECURRENCE:
        assert key.field in {field.name for field in msgspec.structs.fields(JobSettings)}


def counts(name: str, value: Any, inherited: str | None = None, kind: JobType = TRIGGERED) -> Effective:
    key = BY_NAME[name]
    outer = {} if inherited is None else {key.app_setting: Inherited(inherited, "site setting")}
    raw = {} if value is None else {name: value}
    return effective(key, check_settings(raw, kind)[0], outer, kind)


@pytest.mark.parametrize(
    ("name", "value", "inherited", "text", "source"),
    [
        ("idle_timeout", None, None, "120", "default"),
        ("idle_timeout", None, " +7 ", "7", "site setting"),
        ("idle_timeout", None, "-7", "0", "site setting"),
        ("idle_timeout", None, "seven", "120", "default"),
        ("idle_timeout", 9, "7", "9", "job"),
        ("idle_timeout", -9, "7", "0", "job"),
        ("idle_timeout", "9", "7", "7", "site setting"),
        ("history_size", 0, "7", "7", "site setting"),
        ("history_size", 0, "0", "50", "default"),
        ("history_size", None, "9" * 18, "2147483647", "site setting"),
        ("restart_time", None, "0", "0", "site setting"),
        ("time_zone", None, "Europe/Berlin", "Europe/Berlin", "site setting"),
        ("time_zone", "", "Europe/Berlin", "Europe/Berlin", "site setting"),
        ("time_zone", None, " ", "UTC", "default"),
        ("stopping_wait_time", -1, None, "30", "default"),
        ("stopping_wait_time", 0, None, "0", "job"),
        ("enabled", False, None, "false", "job"),
        ("schedule", None, None, "none", "default"),
        ("schedule", "", None, "none", "default"),
        ("stop_signal", "int", None, "SIGINT", "job"),
        ("stop_signal", "nothing", None, "none", "default"),
        ("misfire", "sometimes", None, "run_once_within_10m", "default"),
        ("notify", None, None, "toast, bell, command", "default"),
        ("notify", [], None, "nothing", "job"),
        ("notify", ["command", "toast"], None, "toast, command", "job"),
        ("env", {"A": "secret"}, None, "1 variable", "job"),
        ("env", {"A": "1", "B": "2"}, None, "2 variables", "job"),
        ("recurrence", {"kind": "once"}, None, '{"kind": "once"}', "job"),
    ],
)
def test_what_counts_and_who_says_so(
    name: str, value: Any, inherited: str | None, text: str, source: str
) -> None:
    assert counts(name, value, inherited) == (text, source)


def test_the_default_depends_on_the_type() -> None:
    assert counts("stopping_wait_time", None).text == "30"
    assert counts("stopping_wait_time", None, kind=CONTINUOUS).text == "5"


@pytest.mark.parametrize("text", ["", "0", "1", "-1", " 12 ", "x", "1.5", "9" * 19, "9" * 18])
def test_a_form_shows_what_the_engine_does(text: str) -> None:
    config = Config({name: text for name in APP_SETTINGS if name != "WEBSITE_TIME_ZONE"})

    def shown(name: str) -> int:
        return int(effective(BY_NAME[name], JobSettings(), config.app_settings, TRIGGERED).text)

    assert shown("idle_timeout") == config.idle_timeout.total_seconds()
    assert shown("restart_time") == config.restart_time.total_seconds()
    assert shown("history_size") == config.history_size


@pytest.mark.parametrize(
    ("scope", "triggered", "continuous"),
    [(Scope.BOTH, True, True), (Scope.TRIGGERED, True, False), (Scope.CONTINUOUS, False, True)],
)
def test_scope(scope: Scope, triggered: bool, continuous: bool) -> None:
    assert (scope.covers(TRIGGERED), scope.covers(CONTINUOUS)) == (triggered, continuous)


@pytest.mark.parametrize(
    ("value", "notify", "remarks"),
    [
        (["toast"], ("toast",), 0),
        ([], (), 0),
        (["command", "bell", "bell"], ("bell", "command"), 0),
        (["toast", "sms", 7], ("toast",), 2),
        ("toast", None, 1),
        ({"toast": True}, None, 1),
    ],
)
def test_notify(value: Any, notify: tuple[str, ...] | None, remarks: int) -> None:
    settings, found = check_settings({"notify": value}, TRIGGERED)
    assert settings.notify == notify
    assert [code for code, _ in found] == ["settings-type"] * remarks
    assert settings.raw == {"notify": value}
    assert settings.tells("bell") is (notify is None or "bell" in notify)
    assert msgspec.json.decode(msgspec.json.encode(settings), type=JobSettings) == settings


def test_a_mistyped_key_of_the_whole_table_is_noted() -> None:
    for key in KEYS:
        _, remarks = check_settings({key.name.upper() + "_": json.loads("1")}, TRIGGERED)
        assert remarks == [("settings-key", f"'{key.name.upper()}_' has no effect: the key is '{key.name}'.")]
