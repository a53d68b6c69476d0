from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wjtui.engine.catalog import settings_file
from wjtui.engine.catalog.settings_file import (
    MAX_BYTES,
    SettingsFile,
    has_disable,
    read_settings,
    set_disabled,
    write_settings,
)
from wjtui.model.identity import JobType
from wjtui.model.jobs import Severity
from wjtui.model.settings import JobSettings
from wjtui.settings.check import check_settings

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS


def read(
    folder: Path, content: str | bytes, kind: JobType = TRIGGERED, name: str = "settings.job"
) -> SettingsFile:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return read_settings(folder, kind)


def test_no_file(tmp_path: Path) -> None:
    assert read_settings(tmp_path, TRIGGERED) == SettingsFile()
    assert read_settings(tmp_path / "gone", TRIGGERED) == SettingsFile()


VISUAL_STUDIO_TEMPLATE = """{

  //    Examples:

  //    Runs every minute
  //    "schedule": "0 * * * * *"

  //    Runs every 15 minutes
  //    "schedule": "0 */15 * * * *"

}
"""


@pytest.mark.parametrize(
    ("content", "raw", "plain"),
    [
        ('{"schedule": "0 0 * * * *"}', {"schedule": "0 0 * * * *"}, True),
        ('\n\n\t{ "schedule" : "0 0 * * * *" }\n', {"schedule": "0 0 * * * *"}, True),
        ('{\r\n  "is_singleton": true\r\n}\r\n', {"is_singleton": True}, True),
        (b'\xef\xbb\xbf{"is_in_place": false}', {"is_in_place": False}, True),
        (b'\xef\xbb\xbf{\r\n"stopping_wait_time": 60\r\n}', {"stopping_wait_time": 60}, True),
        ('{"is_in_place": true}'.encode("utf-16"), {"is_in_place": True}, True),
        (VISUAL_STUDIO_TEMPLATE, {}, False),
        (
            VISUAL_STUDIO_TEMPLATE.replace('//    "schedule": "0 *', '"schedule": "0 *', 1),
            {"schedule": "0 * * * * *"},
            False,
        ),
        ('{ "stopping_wait_time": 60 // seconds\n // more\n}', {"stopping_wait_time": 60}, False),
        ("{'schedule': '0 0 * * * *',}", {"schedule": "0 0 * * * *"}, False),
    ],
)
def test_seen_in_the_wild(tmp_path: Path, content: str | bytes, raw: dict[str, Any], plain: bool) -> None:
    found = read(tmp_path, content)
    assert found.settings.raw == raw
    assert found.plain is plain
    assert found.problems == ()
    assert found.path == tmp_path / "settings.job"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{\n  "schedule": "0 0 * * * *"\n  "is_singleton": true\n}', "line 3, column 3"),
        ('{"schedule": 0 */5 8-21 * * *}', "line 1, column 16"),
        ('{"schedule": 0 0 2 * * *}', "line 1, column 16"),
        ("<p> { &quot;schedule&quot;: &quot;0 0 * * * *&quot; } </p>", "line 1, column 1"),
        ("", "line 1, column 1"),
        ("[]", "line 1, column 1"),
        ("\n null", "line 2, column 2"),
        ('"text"', "line 1, column 1"),
    ],
)
def test_what_is_no_object_counts_as_empty_and_says_where(tmp_path: Path, content: str, place: str) -> None:
    found = read(tmp_path, content)
    assert found.settings == JobSettings()
    assert found.text == content
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("settings-invalid", Severity.ERROR)
    assert place in problem.text
    assert not found.plain


@pytest.mark.parametrize(
    ("json", "attribute", "value"),
    [
        ('{"schedule": "0 0 * * * *"}', "schedule", "0 0 * * * *"),
        ('{"is_singleton": true}', "is_singleton", True),
        ('{"is_in_place": false}', "is_in_place", False),
        ('{"stopping_wait_time": 0}', "stopping_wait_time", 0),
        ('{"shutdownGraceTimeLimit": 300}', "shutdown_grace_limit", 300),
        ('{"run_mode": "on_demand"}', "run_mode", "on_demand"),
        ('{"time_zone": "Europe/Paris"}', "time_zone", "Europe/Paris"),
        ('{"idle_timeout": -1}', "idle_timeout", -1),
        ('{"restart_time": 10}', "restart_time", 10),
        ('{"history_size": 5}', "history_size", 5),
        ('{"stop_signal": "sigint"}', "stop_signal", "SIGINT"),
        ('{"stop_signal": "TERM"}', "stop_signal", "SIGTERM"),
        ('{"enabled": false}', "enabled", False),
        ('{"misfire": "skip"}', "misfire", "skip"),
        ('{"arguments": "-a \\"b c\\""}', "arguments", '-a "b c"'),
        ('{"env": {"A": "1", "B": ""}}', "env", {"A": "1", "B": ""}),
    ],
)
def test_every_key(tmp_path: Path, json: str, attribute: str, value: Any) -> None:
    found = read(tmp_path, json)
    assert getattr(found.settings, attribute) == value
    assert found.problems == ()


@pytest.mark.parametrize(
    ("json", "attribute", "parts"),
    [
        ('{"stopping_wait_time": "60"}', "stopping_wait_time", ['the text "60"', "whole number"]),
        ('{"stopping_wait_time": 60.5}', "stopping_wait_time", ["the number 60.5", "whole number"]),
        ('{"stopping_wait_time": 60.0}', "stopping_wait_time", ["the number 60.0"]),
        ('{"stopping_wait_time": true}', "stopping_wait_time", ["the boolean true"]),
        ('{"stopping_wait_time": -1}', "stopping_wait_time", ["-1", "from 0 on"]),
        ('{"stopping_wait_time": 99999999999}', "stopping_wait_time", ["99999999999"]),
        ('{"is_singleton": "true"}', "is_singleton", ['the text "true"', "true or false"]),
        ('{"is_in_place": 1}', "is_in_place", ["the number 1"]),
        ('{"schedule": 5}', "schedule", ["the number 5", "a text"]),
        ('{"schedule": ["0 0 * * * *"]}', "schedule", ["a list"]),
        ('{"schedule": {}}', "schedule", ["an object"]),
        ('{"run_mode": "weekly"}', "run_mode", ["weekly", "continuous, scheduled, on_demand"]),
        ('{"stop_signal": "SIGNOTHING"}', "stop_signal", ["SIGNOTHING", "SIGINT"]),
        ('{"stop_signal": 2}', "stop_signal", ["the number 2"]),
        ('{"misfire": "never"}', "misfire", ["never", "skip"]),
        ('{"time_zone": "a\\u0000b"}', "time_zone", ["a?b"]),
        ('{"idle_timeout": "long"}', "idle_timeout", ['"long"']),
    ],
)
def test_a_value_of_the_wrong_type_is_absent_and_noted(
    tmp_path: Path, json: str, attribute: str, parts: list[str]
) -> None:
    found = read(tmp_path, json)
    assert getattr(found.settings, attribute) is None
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("settings-type", Severity.NOTE)
    for part in (f"'{next(iter(found.settings.raw))}'", *parts):
        assert part in problem.text


def test_values_with_defaults_keep_them(tmp_path: Path) -> None:
    found = read(tmp_path, '{"enabled": "no", "arguments": 1, "env": ["A=1"]}')
    assert found.settings.enabled is True
    assert found.settings.arguments == ""
    assert found.settings.env == {}
    assert len(found.problems) == 3


def test_env_leaves_out_what_no_environment_takes(tmp_path: Path) -> None:
    found = read(tmp_path, '{"env": {"PORT": 80, "A=B": "x", "": "y", "Z": "a\\u0000", "OK": "1"}}')
    assert found.settings.env == {"OK": "1"}
    assert len(found.problems) == 4
    assert any("'env.PORT'" in problem.text for problem in found.problems)


def test_null_is_absent_without_a_note(tmp_path: Path) -> None:
    found = read(tmp_path, '{"schedule": null, "env": null}')
    assert (found.settings.schedule, found.settings.env, found.problems) == (None, {}, ())


def test_unknown_keys_and_their_order_are_kept(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '{"using_sdk": true, "script_file": "a.js", "schedule": "0", "x": {"y": [1]}, "is_singleton": 7}',
    )
    assert list(found.settings.raw) == ["using_sdk", "script_file", "schedule", "x", "is_singleton"]
    assert msgspec.json.decode(msgspec.json.encode(found.settings.raw)) == found.settings.raw
    assert [problem.code for problem in found.problems] == ["settings-type"]


def test_both_kinds_of_key_together(tmp_path: Path) -> None:
    found = read(tmp_path, '{"schedule": "0 0 * * * *", "is_singleton": true, "is_in_place": true}')
    assert found.settings.schedule == "0 0 * * * *"
    assert found.settings.is_singleton is True
    assert found.settings.is_in_place is True
    assert found.problems == ()


@pytest.mark.parametrize("key", ["Schedule", "SCHEDULE", "is-singleton", "stoppingWaitTime", "recurrence_"])
def test_a_mistyped_key_is_noted(tmp_path: Path, key: str) -> None:
    (problem,) = read(tmp_path, f'{{"{key}": "x"}}').problems
    assert (problem.code, problem.severity) == ("settings-key", Severity.NOTE)
    assert f"'{key}'" in problem.text


@pytest.mark.parametrize(
    ("raw", "kind", "codes"),
    [
        ({"run_mode": "scheduled", "schedule": "x"}, TRIGGERED, []),
        ({"run_mode": "on_demand"}, TRIGGERED, []),
        ({"run_mode": "continuous"}, CONTINUOUS, []),
        ({"run_mode": "scheduled", "recurrence": {"kind": "once"}}, TRIGGERED, []),
        ({"run_mode": "scheduled"}, TRIGGERED, ["settings-run-mode"]),
        ({"run_mode": "on_demand", "schedule": "x"}, TRIGGERED, ["settings-run-mode"]),
        ({"run_mode": "continuous"}, TRIGGERED, ["settings-run-mode"]),
        ({"run_mode": "scheduled"}, CONTINUOUS, ["settings-run-mode"]),
        ({"run_mode": "on_demand"}, CONTINUOUS, ["settings-run-mode"]),
        ({"schedule": "x"}, CONTINUOUS, ["settings-unused"]),
        ({"shutdownGraceTimeLimit": 10}, CONTINUOUS, []),
        ({"shutdownGraceTimeLimit": 0, "stopping_wait_time": 60}, CONTINUOUS, []),
        ({"shutdownGraceTimeLimit": 60, "stopping_wait_time": 60}, CONTINUOUS, []),
        ({"shutdownGraceTimeLimit": 30, "stopping_wait_time": 60}, CONTINUOUS, ["settings-grace"]),
        ({"shutdownGraceTimeLimit": 10}, TRIGGERED, ["settings-grace"]),
    ],
)
def test_contradictions(raw: dict[str, Any], kind: JobType, codes: list[str]) -> None:
    _, remarks = check_settings(raw, kind)
    assert [code for code, _ in remarks] == codes


@pytest.mark.parametrize("name", ["Settings.job", "SETTINGS.JOB", "settings.Job"])
def test_the_name_matches_in_any_case(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, '{"history_size": 3}', name=name)
    assert found.settings.history_size == 3
    assert found.path == tmp_path / name
    assert found.problems == ()
    assert write_settings(tmp_path, "{}") == tmp_path / name
    assert os.listdir(tmp_path) == [name]


def test_of_two_spellings_the_lower_case_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "Settings.job").write_text('{"history_size": 1}')
    found = read(tmp_path, '{"history_size": 2}')
    assert found.settings.history_size == 2
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("settings-case", Severity.NOTE)
    assert "Settings.job" in problem.text


def unreadable(found: SettingsFile) -> str:
    assert found.settings == JobSettings()
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("settings-unreadable", Severity.ERROR)
    return problem.text


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    assert "1 MiB" in unreadable(read(tmp_path, b" " * (MAX_BYTES + 1)))
    assert read(tmp_path, b"{}" + b" " * (MAX_BYTES - 2)).problems == ()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    assert "byte 3" in unreadable(read(tmp_path, b'{"\xff": 1}'))


def test_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "settings.job").symlink_to("nowhere")
    assert "No such file" in unreadable(read_settings(tmp_path, TRIGGERED))


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "settings.job").mkdir()
    assert unreadable(read_settings(tmp_path, TRIGGERED))


def test_a_fifo_of_that_name_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.job")
    assert "no regular file" in unreadable(read_settings(tmp_path, TRIGGERED))


def test_an_io_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(settings_file, "_read", fail)
    assert "Permission denied" in unreadable(read(tmp_path, "{}"))


def test_write_replaces_the_whole_text_and_keeps_the_mode(tmp_path: Path) -> None:
    text = '{\r\n // comment\r\n "a": "é"}'
    path = write_settings(tmp_path, text)
    assert path == tmp_path / "settings.job"
    assert path.read_bytes() == text.encode()
    path.chmod(0o600)
    write_settings(tmp_path, "{}")
    assert path.read_text() == "{}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["settings.job"]


def test_write_raises_where_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_settings(tmp_path / "gone", "{}")


@pytest.mark.parametrize("name", ["disable.job", "Disable.Job", "DISABLE.JOB"])
def test_disable_is_seen_and_removed_in_any_case(tmp_path: Path, name: str) -> None:
    assert not has_disable(tmp_path)
    (tmp_path / name).write_text("whatever it holds")
    assert has_disable(tmp_path)
    set_disabled(tmp_path, True)
    assert os.listdir(tmp_path) == [name]
    set_disabled(tmp_path, False)
    assert os.listdir(tmp_path) == []


def test_disabling_twice_is_as_once(tmp_path: Path) -> None:
    for _ in range(2):
        set_disabled(tmp_path, True)
        assert os.listdir(tmp_path) == ["disable.job"]
        assert (tmp_path / "disable.job").read_bytes() == b""
    (tmp_path / "Disable.job").touch()
    for _ in range(2):
        set_disabled(tmp_path, False)
        assert os.listdir(tmp_path) == []


def test_an_empty_folder_disables_too_and_goes(tmp_path: Path) -> None:
    (tmp_path / "disable.job").mkdir()
    assert has_disable(tmp_path)
    set_disabled(tmp_path, True)
    set_disabled(tmp_path, False)
    assert not has_disable(tmp_path)


def test_a_folder_with_something_in_it_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "disable.job").mkdir()
    (tmp_path / "disable.job" / "kept").touch()
    with pytest.raises(OSError, match="not empty"):
        set_disabled(tmp_path, False)
    assert (tmp_path / "disable.job" / "kept").exists()


def test_disabling_raises_where_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        set_disabled(tmp_path / "gone", True)
