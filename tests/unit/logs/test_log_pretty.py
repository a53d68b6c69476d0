from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.pretty import DEEPEST, LONGEST, pretty_json


def test_an_object_is_indented_by_two() -> None:
    assert pretty_json('{"a": [1, {"b": null}], "c":{}, "d":[]}') == [
        "{",
        '  "a": [',
        "    1,",
        "    {",
        '      "b": null',
        "    }",
        "  ],",
        '  "c": {},',
        '  "d": []',
        "}",
    ]


def test_what_stands_before_comes_first() -> None:
    assert pretty_json('POST headers {"a": [1]}  ') == ["POST headers", "{", '  "a": [', "    1", "  ]", "}"]
    assert pretty_json("[12:00] [worker] got [true]") == ["[12:00] [worker] got", "[", "  true", "]"]
    assert pretty_json('[12:00] {id} {"a": 1}') == ["[12:00] {id}", "{", '  "a": 1', "}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "{",
        "}",
        "{not json}",
        '{"a": 1} and more',
        "[1, 2",
        "[1] ]",
        '{"a": 1,}',
        '"{}"',
        "3",
        "a]",
    ],
)
def test_what_is_no_json_is_none(text: str) -> None:
    assert pretty_json(text) is None


def test_numbers_and_strings_stay_as_they_are_written() -> None:
    huge = "9" * 5000
    text = f'{{"a":1.10,"b":{huge},"c":-0.0e+5,"a":"\\u00e9{{[,:\\" é"}}'
    assert pretty_json(text) == [
        "{", '  "a": 1.10,', f'  "b": {huge},', '  "c": -0.0e+5,', '  "a": "\\u00e9{[,:\\" é"', "}",
    ]  # fmt: skip


def test_bounds() -> None:
    assert pretty_json("[" * DEEPEST + "]" * DEEPEST) is not None
    assert pretty_json("[" * (DEEPEST + 10) + "]" * (DEEPEST + 10)) is None
    assert pretty_json("[" * 30_000 + "]" * 30_000) is None
    fits = f'["{"x" * (LONGEST - 4)}"]'
    assert pretty_json(fits) is not None
    assert pretty_json(" " + fits) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(
    value=st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=5), VALUES, max_size=4),
    before=st.sampled_from(["", "POST", "[12:00] x {y}"]),
    compact=st.booleans(),
)
def test_it_is_what_json_itself_makes_of_it(value: object, before: str, compact: bool) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":") if compact else None)
    expected = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    assert pretty_json(f"{before} {text}") == ([before] if before else []) + expected
