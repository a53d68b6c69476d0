from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.settings.edit import REMOVED, CannotEdit, set_inner, set_key, set_keys, unset_key
from wjtui.settings.lenient import is_strict, read_lenient


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (" \n", " \n"),
        ("{}", "{}"),
        ('{"a": 1}', '{"a": 1}'),
        ('{"b": 1}', "{}"),
        ('{\n  "b": 1\n}\n', "{\n}\n"),
        ('{"b": 1, "a": 2}', '{"a": 2}'),
        ('{"a": 1, "b": 2}', '{"a": 1}'),
        ('{ "a": 1, "b": 2 }', '{ "a": 1 }'),
        ('{"a":1,"b":2,"c":3}', '{"a":1,"c":3}'),
        # The comma that was the last one's own goes with it.
        ('{"a":1,"b":2,}', '{"a":1,}'),
        # Without the last one only, the first would count again.
        ('{"b": 1, "a": 2, "b": 3}', '{"a": 2}'),
        ('{"b": 1, "b": 2}', "{}"),
        ('{"a": {"b": 1}, "b": {"a": [1, 2]}}', '{"a": {"b": 1}}'),
        ("{'b' : 'x, \"y\"', 'a': 1}", "{'a': 1}"),
        ('{"\\u0062": 1, "a": 2}', '{"a": 2}'),
        ('{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "a": 1\n}\n'),
        ('{\r\n  "b": [1,\r\n 2],\r\n\t"a": 3\r\n}', '{\r\n\t"a": 3\r\n}'),
        ('{\n  // why\n  "b": 1, // when\n  "a": 2\n}', '{\n  // why\n  // when\n  "a": 2\n}'),
        ('{\n  "a": 1, // one\n  "b": 2 // two\n}', '{\n  "a": 1 // one\n  // two\n}'),
        ('{"a": 1 /* one */, /* two */ "b": 2}', '{"a": 1 /* one */ /* two */}'),
        ('{"b": 1 /* why */, "a": 2}', '{/* why */ "a": 2}'),
        ('{\n  "b": 1 // why\n  , "a": 2\n}', '{\n  // why\n   "a": 2\n}'),
        ('{\n  "a": 1 // one\n  , "b": 2\n}', '{\n  "a": 1 // one\n  \n}'),
    ],
)
def test_one_key_goes_and_nothing_else(before: str, after: str) -> None:
    assert unset_key(before, "b") == after


@pytest.mark.parametrize("text", ["[1]", '"b"', "{", '{"b" 1}', "<p>"])
def test_what_is_no_object_is_left_alone(text: str) -> None:
    with pytest.raises(CannotEdit):
        unset_key(text, "b")


def test_a_key_that_is_there_all_the_time_is_left_alone() -> None:
    assert unset_key("{" + ", ".join(['"b": 1'] * 8) + "}", "b") == "{}"
    with pytest.raises(CannotEdit, match="more than 8 times"):
        unset_key("{" + ", ".join(['"b": 1'] * 9) + "}", "b")


def test_several_keys_at_once() -> None:
    text = '{\n  "a": 1, // one\n  "b": 2\n}\n'
    changed = set_keys(text, {"b": REMOVED, "c": "ü", "a": None, "gone": REMOVED})
    assert changed == '{\n  "a": null, // one\n  "c": "ü"\n}\n'
    assert set_keys("", {"a": REMOVED, "b": 1}) == '{"b": 1}\n'
    assert set_keys(text, {}) == text


def test_all_of_them_or_none() -> None:
    with pytest.raises(CannotEdit):
        set_keys('{"a": 1}', {"a": 2, "b": "\ud800"})


def test_a_value_that_stays_stays_as_it_is_written() -> None:
    text = '{"env" : {  "A":"1" }, \'x\': 1.0}'
    assert set_keys(text, {"env": {"A": "1"}, "x": 1.0}) == text
    # To Python these are equal.
    assert set_key('{"a": true}', "a", 1) == '{"a": 1}'


def test_an_object_over_several_lines_stays_one() -> None:
    before = '{\r\n  "env": {\r\n    "A": "1"\r\n  },\r\n  "b": 1\r\n}'
    after = '{\r\n  "env": {\r\n    "A": "2",\r\n    "B": "3"\r\n  },\r\n  "b": 1\r\n}'
    assert set_key(before, "env", {"A": "2", "B": "3"}) == after
    assert set_key(before, "env", {}) == '{\r\n  "env": {},\r\n  "b": 1\r\n}'


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("", "1", '{"env": {"A": "1"}}\n'),
        ("", REMOVED, ""),
        ('{"x": 1}', "1", '{"x": 1, "env": {"A": "1"}}'),
        ('{"env": null}', "1", '{"env": {"A": "1"}}'),
        ('{"env": {}}', "1", '{"env": {"A": "1"}}'),
        ('{"env": {"A": "0", "B": "2"}}', "1", '{"env": {"A": "1", "B": "2"}}'),
        ('{"env": {"A": "0"}, "env": {"B": "2"}}', "1", '{"env": {"A": "0"}, "env": {"B": "2", "A": "1"}}'),
        (
            '{\n  "env": {\n    // the host\n    "B": "2", // two\n    "A": "0"\n  }\n}',
            REMOVED,
            '{\n  "env": {\n    // the host\n    "B": "2" // two\n  }\n}',
        ),
    ],
)
def test_one_variable_of_an_object(before: str, value: Any, after: str) -> None:
    assert set_inner(before, "env", "A", value) == after


def test_a_variable_of_what_is_no_object() -> None:
    with pytest.raises(CannotEdit, match="'env'"):
        set_inner('{"env": ["A=1"]}', "env", "A", "1")


KEYS = ["a", "schedule", "enabled", "x y", "//", "é", "it's"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab\"'\\{}[],:/*é ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=5,
)
FILLERS = ["", "", " ", "\t", "\n", "\n  ", "// a, } \n", "/* b: { */", "/**/"]


def written(members: list[tuple[str, Any]], dice: random.Random) -> tuple[str, int]:
    """An object as a person might write it, keys twice included; and how many comments it has."""
    comments = 0

    def fill() -> str:
        nonlocal comments
        chosen = dice.choices(FILLERS, k=dice.randint(0, 2))
        comments += sum(each.startswith("/") for each in chosen)
        return "".join(chosen)

    def quoted(text: str) -> str:
        plain = json.dumps(text, ensure_ascii=dice.random() < 0.5)
        if dice.random() < 0.5 or "\\" in plain or "'" in plain:
            return plain
        return f"'{plain[1:-1]}'"

    pieces = [
        f"{fill()}{quoted(key)} : {json.dumps(value, indent=dice.choice([None, 1]))}{fill()}"
        for key, value in members
    ]
    comma = "," if pieces and dice.random() < 0.3 else ""
    return fill() + "{" + ",".join(pieces) + comma + fill() + "}" + fill(), comments


def comments_of(text: str) -> int:
    """How many comments there are, or what looks like one in a text."""
    return text.count("// a, } ") + text.count("/* b: { */") + text.count("/**/")


@given(
    st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=5),
    st.dictionaries(st.sampled_from(KEYS), VALUES | st.just(REMOVED), max_size=4),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_whatever_is_changed_in_whatever_text(
    members: list[tuple[str, Any]], changes: dict[str, Any], crlf: bool, dice: random.Random
) -> None:
    text, comments = written(members, dice)
    if crlf:
        text = text.replace("\n", "\r\n")
    before = dict(members)
    assert read_lenient(text) == before
    changed = set_keys(text, changes)
    wanted = {key: value for key, value in {**before, **changes}.items() if value is not REMOVED}
    after = read_lenient(changed)
    assert json.dumps(after, sort_keys=True) == json.dumps(wanted, sort_keys=True)
    # The others stay in their order, and so do comments between members.
    assert [key for key in after if key in before] == [key for key in _order(members) if key in after]
    if not any(comments_of(json.dumps(each)) for each in (before, after)):
        assert comments_of(changed) == comments
    assert not crlf or "\n" not in changed.replace("\r\n", "")
    assert set_keys(changed, changes) == changed
    assert not is_strict(text) or is_strict(changed)


def _order(members: list[tuple[str, Any]]) -> list[str]:
    return list(dict(members))


@given(
    st.dictionaries(st.sampled_from(KEYS), st.integers(0, 9), min_size=1, max_size=5),
    st.sampled_from([None, 2, "\t"]),
    st.data(),
)
def test_set_and_unset_is_nothing(
    values: dict[str, int], indent: int | str | None, data: st.DataObject
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=False)
    assert unset_key(set_key(text, "new", [1]), "new") == text
    key = data.draw(st.sampled_from(sorted(values)))
    rest = {name: value for name, value in values.items() if name != key}
    if rest:
        assert unset_key(text, key) == json.dumps(rest, indent=indent, ensure_ascii=False)


@pytest.mark.parametrize("edit", [lambda text: unset_key(text, "b"), lambda text: set_key(text, "b", 1)])
def test_a_comment_keeps_its_place(edit: Callable[[str], str]) -> None:
    text = '// first\n{\n  // about a\n  "a": 1,\n  "b": 2\n  // end\n}\n// last\n'
    changed = edit(text)
    for comment in ("// first\n{", '// about a\n  "a"', "// end\n}", "}\n// last\n"):
        assert comment in changed
