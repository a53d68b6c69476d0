from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.settings.lenient import NotJson, is_strict, read_lenient


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ('\n\n \t{ "a" :\t1 }', {"a": 1}),
        ('{"a": 1}\r\n', {"a": 1}),
        ('{"a": 1,}', {"a": 1}),
        ("[1, 2, /* more */ ,]", None),
        ("[1, 2, /* more */ ]", [1, 2]),
        ('{"a": [1,],}', {"a": [1]}),
        ("{ // only\n // comments\n }", {}),
        ("{/**/}", {}),
        ("{/* a * b / c **/}", {}),
        ("{} // end without a newline", {}),
        ('{"a": "// no /* comment */"}', {"a": "// no /* comment */"}),
        ("{'a': 'b'}", {"a": "b"}),
        ("{'a': 'say \"hi\"'}", {"a": 'say "hi"'}),
        (r"{'a': 'it\'s'}", {"a": "it's"}),
        (r"{'a': '\"\\'}", {"a": '"\\'}),
        (r"""{"a": "it's"}""", {"a": "it's"}),
        ('{"a": "tab\there"}', {"a": "tab\there"}),
        (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
        ('{"a": -1.5e3, "b": true, "c": null}', {"a": -1500.0, "b": True, "c": None}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_reads(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(NotJson):
            read_lenient(text)
    else:
        assert read_lenient(text) == value


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("// nothing", 1, 1),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3),
        ('{\r\n  "a": 1\r\n  "b": 2\r\n}', 3, 3),
        ('{"schedule": 0 */5 8-21 * * *}', 1, 16),
        ("<p> { &quot;schedule&quot;: &quot;0 0 * * * *&quot; }</p>", 1, 1),
        ('{"a": "no end}\n', 1, 7),
        ("{'a': 'x'\n'b': 'y'}", 2, 1),
        ("{'it\\'s': 'x' 'b'}", 1, 15),
        ("{,}", 1, 2),
        ('{"a": 1,,}', 1, 9),
        ('{"a": ,}', 1, 7),
        ('{"a": NaN}', 1, 7),
        ('{"a": Infinity}', 1, 7),
        ('{"a": 1e999}', 1, 7),
        ('{"a": 01}', 1, 7),
        ('{"a": +1}', 1, 7),
        ("{a: 1}", 1, 2),
        ('{"a": 1', 1, 8),
        ('{"a": 1 /* open', 1, 9),
        ('{"a": 1}}', 1, 9),
        ('{"a": "\\x"}', 1, 8),
        (r'{"ok": 1, "a": "\ud83d!"}', 1, 17),
        ('{"a": "line\nbreak"}', 1, 7),
    ],
)
def test_says_where_it_is_not_json(text: str, line: int, column: int) -> None:
    with pytest.raises(NotJson) as caught:
        read_lenient(text)
    assert (caught.value.line, caught.value.column) == (line, column), caught.value.reason
    assert caught.value.reason


def test_depth_is_bounded() -> None:
    assert read_lenient("[" * 64 + "]" * 64)
    with pytest.raises(NotJson, match="64 levels"):
        read_lenient("[" * 65 + "]" * 65)
    with pytest.raises(NotJson):
        read_lenient("[" * 100_000)


@pytest.mark.parametrize("text", ["{}", '{"a": [1, null]}\n', "[]"])
def test_strict(text: str) -> None:
    assert is_strict(text)


@pytest.mark.parametrize("text", ["{,}", '{"a": 1,}', "{'a': 1}", "{} // x", ""])
def test_not_strict(text: str) -> None:
    assert not is_strict(text)


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc'\"\\/*, é", max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)
FILLERS = [" ", "\t", "\r\n", "\n", '// a "comment" , ]\n', "/* it's { */", "//\r\n", "/**/"]


def decorated(value: Any, dice: random.Random) -> str:
    """The same document with everything in it that a lenient reader must not mind."""

    def fill() -> str:
        return "".join(dice.choices(FILLERS, k=dice.randint(0, 2)))

    def quote(text: str) -> str:
        plain = json.dumps(text, ensure_ascii=dice.random() < 0.5)
        if dice.random() < 0.5:
            return plain
        return (
            "'" + plain[1:-1].replace('\\"', '"').replace("'", "\\'") + "'" if "\\\\" not in plain else plain
        )

    def write(node: Any) -> str:
        if isinstance(node, str):
            return quote(node)
        if isinstance(node, list | dict):
            opening, closing = "[]" if isinstance(node, list) else "{}"
            items = (
                [write(each) for each in node]
                if isinstance(node, list)
                else [quote(key) + fill() + ":" + fill() + write(each) for key, each in node.items()]
            )
            body = ",".join(fill() + item + fill() for item in items)
            comma = "," + fill() if items and dice.random() < 0.5 else ""
            return opening + fill() + body + comma + closing
        return json.dumps(node)

    return fill() + write(value) + fill()


@given(documents, st.randoms(use_true_random=False))
def test_any_document_reads_the_same_however_it_is_decorated(value: Any, dice: random.Random) -> None:
    read = read_lenient(decorated(value, dice))
    assert read == value
    assert read_lenient(json.dumps(value)) == value
    assert msgspec.json.encode(read)


@given(st.text(st.sampled_from("{}[],:'\"\\/* \n1a-.eu"), max_size=30))
def test_whatever_comes_is_json_or_is_refused_with_a_place_in_the_text(text: str) -> None:
    try:
        value = read_lenient(text)
    except NotJson as error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
    else:
        assert msgspec.json.encode(value)


@given(documents)
def test_agrees_with_the_strict_reader(value: Any) -> None:
    text = json.dumps(value, indent=2)
    assert is_strict(text)
    assert read_lenient(text) == json.loads(text)
