from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wjtui.engine.config import LARGEST, Config, integer, is_true


@pytest.mark.parametrize(
    ("text", "on"),
    [("1", True), ("true", True), ("TRUE", True), ("yes", False), ("0", False), ("", False), (None, False)],
)
def test_true_like(text: str | None, on: bool) -> None:
    assert is_true(text) is on


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        (" +5 ", 5),
        ("-5", -5),
        ("5.0", 7),
        ("", 7),
        ("٥", 7),
        ("1_0", 7),
        ("0x1", 7),
        (None, 7),
        ("9" * 19, 7),
        ("9" * 18, LARGEST),
        ("-" + "9" * 18, -LARGEST),
    ],
)
def test_integer(text: str | None, number: int) -> None:
    assert integer(text, 7) == number


def test_defaults() -> None:
    config = Config({})
    assert (config.restart_time, config.idle_timeout) == (timedelta(seconds=60), timedelta(seconds=120))
    assert config.history_size == 50
    assert not (config.stopped or config.triggered_to_app_log or config.always_on_off)
    assert not config.source_read_only


@pytest.mark.parametrize(("text", "size"), [("0", 50), ("-3", 50), ("x", 50), ("3", 3)])
def test_history_size(text: str, size: int) -> None:
    assert Config({"WEBJOBS_HISTORY_SIZE": text}).history_size == size


def test_negative_times_are_none() -> None:
    config = Config({"WEBJOBS_RESTART_TIME": "-1", "WEBJOBS_IDLE_TIMEOUT": "-1"})
    assert config.restart_time == config.idle_timeout == timedelta(0)


def test_a_restart_time_of_for_ever_is_one_a_date_can_bear() -> None:
    config = Config({"WEBJOBS_RESTART_TIME": "9" * 18})
    assert datetime.now(UTC) + config.restart_time > datetime(2080, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "read_only"),
    [("1", True), ("true", True), ("https://host/a.zip", True), ("0", False), ("", False)],
)
def test_run_from_package(value: str, read_only: bool) -> None:
    assert Config({"WEBSITE_RUN_FROM_PACKAGE": value}).source_read_only is read_only


@pytest.mark.parametrize(("value", "off"), [("0", True), ("", False), ("1", False), ("false", False)])
def test_always_on(value: str, off: bool) -> None:
    assert Config({"WEBSITE_SCM_ALWAYS_ON_ENABLED": value}).always_on_off is off


def test_site_settings_go_first_and_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "site_settings.json"
    config = Config({"WEBJOBS_HISTORY_SIZE": "5"}, path)
    assert config.history_size == 5
    path.write_text(json.dumps({"WEBJOBS_HISTORY_SIZE": "66", "WEBJOBS_STOPPED": "1"}))
    assert config.refresh()
    assert (config.history_size, config.stopped) == (66, True)
    assert not config.refresh()
    path.unlink()
    assert config.refresh()
    assert (config.history_size, config.stopped) == (5, False)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[]", b'{"WEBJOBS_STOPPED": 1}', b"\xff\xfe", b'{"a":' + b"[" * 100_000],
    ids=["empty", "cut", "array", "number", "bytes", "deep"],
)
def test_unreadable_site_settings_change_nothing(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "site_settings.json"
    path.write_text('{"WEBJOBS_HISTORY_SIZE": "3"}')
    config = Config({}, path)
    path.write_bytes(garbage)
    assert not config.refresh()
    assert config.history_size == 3


def test_mistyped_settings_are_named() -> None:
    config = Config(
        {"WEBJOBS_IDLE_TIMOUT": "5", "WEBJOB_STOPPED": "1", "WEBJOBS_STOPPED": "0", "PATH": "/bin"}
    )
    assert config.unknown_keys() == ["WEBJOBS_IDLE_TIMOUT", "WEBJOB_STOPPED"]
