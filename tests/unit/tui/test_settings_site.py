"""Site settings and connection strings as rows: order, masks, words."""

from __future__ import annotations

import pytest

from wjtui.model.site import OFFERED_CONNECTIONS, ConnectionString, ConnectionType, SiteSettings
from wjtui.settings.secrets import looks_secret
from wjtui.tui.present.ink import Ink, Line, plain_text
from wjtui.tui.present.settings_names import connection_wrong, variable_wrong
from wjtui.tui.present.site_settings import (
    KNOWN,
    MASK,
    about_connection,
    about_setting,
    connection_line,
    setting_line,
    setting_rows,
    shown_value,
)

SITE = SiteSettings(
    {"DB_HOST": "db-01", "API_KEY": "hunter2", "WEBJOBS_IDLE_TIMEOUT": "300"},
    (ConnectionString("AzureWebJobsStorage", ConnectionType.CUSTOM, "hunter3"),),
    {"WEBSITE_TIME_ZONE": "Europe/Berlin", "WEBJOBS_IDLE_TIMEOUT": "9", "WEBSITE_OTHER": "x"},
)


def text(lines: list[Line]) -> str:
    return "\n".join(map(plain_text, lines))


def test_known_ones_come_first_then_own_ones_then_those_of_the_environment() -> None:
    names = [row.name for row in setting_rows(SITE)]
    assert names == [*KNOWN, "API_KEY", "DB_HOST", "WEBSITE_OTHER"]


@pytest.mark.parametrize("width", [110, 74])
def test_rows(width: int) -> None:
    rows = {row.name: row for row in setting_rows(SITE)}
    lines = {name: setting_line(row, width, reveal=False) for name, row in rows.items()}
    shown = {name: plain_text(line) for name, line in lines.items()}
    assert all(len(line) <= width for line in shown.values())
    assert "300" in shown["WEBJOBS_IDLE_TIMEOUT"] and "environment" not in shown["WEBJOBS_IDLE_TIMEOUT"]
    assert "Europe/Berlin" in shown["WEBSITE_TIME_ZONE"] and "environment" in shown["WEBSITE_TIME_ZONE"]
    assert all(piece.ink is Ink.DIM for piece in lines["WEBSITE_OTHER"])
    assert "(60)" in shown["WEBJOBS_RESTART_TIME"] and "own" in shown["DB_HOST"]
    assert MASK in shown["API_KEY"] and "hunter" not in "".join(shown.values())
    assert "hunter2" in plain_text(setting_line(rows["API_KEY"], width, reveal=True))


def test_connection_strings_are_masked_whatever_they_are_called() -> None:
    (row,) = SITE.connections
    shown = plain_text(connection_line(row, 110, reveal=False))
    assert "Custom" in shown and MASK in shown and "CUSTOMCONNSTR_AzureWebJobsStorage" in shown
    assert "hunter3" not in shown and "hunter3" in plain_text(connection_line(row, 110, reveal=True))
    assert "hunter" not in text(about_connection(row)) + repr(row) + repr(SITE)
    assert all(name in text(about_connection(None)) for name in OFFERED_CONNECTIONS)


def test_what_takes_effect_when() -> None:
    rows = {row.name: row for row in setting_rows(SITE)}
    assert "at once" in text(about_setting(rows["WEBJOBS_STOPPED"]))
    assert "engine is started again" in text(about_setting(rows["WEBJOBS_ROOT_PATH"]))
    assert "next start of a job" in text(about_setting(rows["DB_HOST"]))
    assert "wins over" in text(about_setting(rows["WEBJOBS_IDLE_TIMEOUT"]))
    assert "its default counts: 60" in text(about_setting(rows["WEBJOBS_RESTART_TIME"]))
    assert about_setting(None) == []


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [("API_KEY", "", True), ("my_password", "x", True), ("PWD", "/home", False), ("HOST", "db", False),
     ("DB", "redis://:hunter2@host", True), ("DB", "redis://host:6379", False)],
)  # fmt: skip
def test_what_looks_like_a_secret(name: str, value: str, secret: bool) -> None:
    assert looks_secret(name, value) is secret
    assert (shown_value(name, value or "v", reveal=False) == MASK) is secret


@pytest.mark.parametrize(
    ("name", "value"), [("", "x"), ("a=b", "x"), ("a\0", "x"), ("a", "x\0"), ("a", "x" * 140_000)]
)
def test_variables_that_no_environment_takes(name: str, value: str) -> None:
    assert variable_wrong(name, value).endswith(".")
    assert variable_wrong("DB_HOST", "db") == variable_wrong("ü b", "") == ""


def test_names_of_connection_strings() -> None:
    assert connection_wrong("AzureWebJobs.Storage:1-a_b", "x") == ""
    assert all(connection_wrong(name, "x") for name in ("", "a b", "a=b", "x" * 129, "ü", "a\n"))
    assert connection_wrong("a", "") == "A value is missing." and connection_wrong("a", "\0")
