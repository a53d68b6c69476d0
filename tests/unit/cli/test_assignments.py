from __future__ import annotations

import json

import pytest

from wjtui.cli.assignments import edit_settings, read_value, split_assignment
from wjtui.model.errors import InvalidRequest

COMMENTED = '{\n  // ours\n  "schedule": "0 0 2 * * *",\n  "x-owner": "ops"\n}\n'


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("idle_timeout", "600", 600),
        ("is_singleton", "true", True),
        ("arguments", "5", "5"),
        ("schedule", "0 0 2 * * *", "0 0 2 * * *"),
        ("time_zone", "null", "null"),
        ("notify", '["bell"]', ["bell"]),
        ("x-own", "5", 5),
        ("x-own", "five", "five"),
        ("x-own", '"5"', "5"),
    ],
)
def test_values_are_what_their_key_takes(key: str, text: str, value: object) -> None:
    assert read_value(key, text) == value


def test_an_assignment_has_a_key_and_an_equals_sign() -> None:
    assert split_assignment("a=b=c") == ("a", "b=c")
    for wrong in ("a", "=b", ""):
        with pytest.raises(InvalidRequest, match="KEY=VALUE"):
            split_assignment(wrong)


def test_comments_and_unknown_keys_stay() -> None:
    text = edit_settings(COMMENTED, ["idle_timeout=5", "schedule=0 0 3 * * *"])
    assert "// ours" in text and '"x-owner": "ops"' in text and '"0 0 3 * * *"' in text
    assert edit_settings(COMMENTED, [], ["idle_timeout"]) == COMMENTED


def test_a_key_is_taken_out() -> None:
    assert json.loads(edit_settings('{"a": 1, "b": 2}', [], ["a"])) == {"b": 2}


def test_variables_are_set_one_by_one() -> None:
    text = edit_settings("", ["env.A=1", "env.B=two"])
    assert json.loads(text) == {"env": {"A": "1", "B": "two"}}
    text = edit_settings(text, ["env.C=3"], ["env.A"])
    assert json.loads(text) == {"env": {"B": "two", "C": "3"}}
    assert json.loads(edit_settings(text, [], ["env.B", "env.C"])) == {}


def test_a_broken_file_is_left_alone_and_says_where_it_breaks() -> None:
    with pytest.raises(InvalidRequest, match="line 1, column"):
        edit_settings("{nothing}", ["a=1"])
    with pytest.raises(InvalidRequest, match="'env'"):
        edit_settings('{"env": 5}', ["env.A=1"])
