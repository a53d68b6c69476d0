"""The text of a settings.job in an editor: what is not touched stays, and nothing odd reaches a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.tui.present.settings_text import Shadow, count_lines, difference, line_ends, secret_spans

ODD = [
    "\r\n",
    "\n",
    "\r",
    "\t",
    "\x1b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u202e",
    "\u0301",
    "日",
    "é",
    "\ud800",
    "🇩",
    "a",
]
texts = st.lists(st.sampled_from(ODD)).map("".join)
plain_texts = st.text("\x1b\u2028\t\n日ax")
"""Of characters no two of which are shown alike: then it is clear which of them were kept."""


@given(texts)
def test_what_is_shown_is_harmless_and_nothing_is_lost(text: str) -> None:
    shadow = Shadow(text)
    assert shadow.text == text
    assert not {"\x1b", "\r", "\x0c", "\x85", "\u2028", "\u202e", "\ud800"} & set(shadow.shown)
    # An editor that takes more than LF for a line end would give another text back.
    assert "\n".join(shadow.shown.split("\n")) == shadow.shown
    assert shadow.shown.splitlines() == shadow.shown.removesuffix("\n").split("\n") or not shadow.shown


@given(plain_texts, plain_texts, plain_texts, st.text("xyz\n"))
def test_only_the_changed_part_becomes_what_was_typed(head: str, gone: str, tail: str, typed: str) -> None:
    shadow = Shadow(head + gone + tail)
    shadow.edit(Shadow(head).shown + typed + Shadow(tail).shown)
    assert shadow.text == head + typed + tail


def test_a_typed_line_end_is_one_of_the_text() -> None:
    shadow = Shadow('{\r\n  "a": 1\r\n}\r\n')
    shadow.edit('{\n  "a": 1,\n  "b": 2\n}\n')
    assert shadow.text == '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n'


def test_odd_characters_beside_the_change_stay() -> None:
    shadow = Shadow('{"a": "\x1b[31m\u2028", "b": 1}')
    assert shadow.shown == '{"a": "␛[31m�", "b": 1}'
    shadow.edit('{"a": "␛[31m�", "b": 12}')
    assert shadow.text == '{"a": "\x1b[31m\u2028", "b": 12}'


@pytest.mark.parametrize(
    ("text", "lines", "ends"),
    [
        ("", 0, ""), ("{}", 1, ""), ("{}\n", 1, "LF"), ("{\r\n}", 2, "CRLF"), ("a\rb\r", 2, "CR"),
        ("a\r\nb\n", 2, "mixed"),
    ],
)  # fmt: skip
def test_lines_and_their_ends(text: str, lines: int, ends: str) -> None:
    assert (count_lines(text), line_ends(text)) == (lines, ends)


@given(st.text("ab\n"), st.text("ab\n"))
def test_a_difference_makes_one_text_of_the_other(before: str, after: str) -> None:
    start, end, put = difference(before, after)
    assert before[:start] + put + before[end:] == after
    assert len(put) <= len(after) and 0 <= start <= end <= len(before)


def test_where_the_secrets_of_a_text_stand() -> None:
    text = (
        """{"env": {"API_TOKEN": "hunter2", "HOST": "db", 'pwd' : 'it\\'s', "DB": "pg://me:s@h"}, "key": 5}"""
    )
    found = [text[start:end] for start, end in secret_spans(text)]
    assert found == ['"hunter2"', "'it\\'s'", '"pg://me:s@h"']
