"""The C-runtime rule of spec 4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.process.arguments import join, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t  ", []),
        ("a", ["a"]),
        ("a b", ["a", "b"]),
        ("  a \t b\t", ["a", "b"]),
        ('""', [""]),
        ('a "" b', ["a", "", "b"]),
        ('"a b" c', ["a b", "c"]),
        ('"a\tb"', ["a\tb"]),
        ('a"b c"d', ["ab cd"]),
        ('"a" "b"', ["a", "b"]),
        ('"a""b"', ["ab"]),
        # backslashes that precede no quote
        (r"a\b", [r"a\b"]),
        (r"a\\b", [r"a\\b"]),
        (r"C:\dir\ x", ["C:\\dir\\", "x"]),
        ("\\", ["\\"]),
        (r"\\server\share", [r"\\server\share"]),
        # 2n backslashes and a quote: n, and the quote groups
        (r'"a\\" b', ["a\\", "b"]),
        (r'\\"a b"', ["\\a b"]),
        (r'"\\\\" b', [r"\\", "b"]),
        # 2n+1 backslashes and a quote: n, and a literal quote
        (r"\"", ['"']),
        (r"\"a b\"", ['"a', 'b"']),
        (r'"a \" b"', ['a " b']),
        (r"a\\\"b", [r"a\"b"]),
        (r'"a\\\" b"', [r"a\" b"]),
        # a quote that stays open runs to the end
        ('"a b', ["a b"]),
        ('a "b c ', ["a", "b c "]),
        ('a "', ["a", ""]),
        ('"a\\', ["a\\"]),
        # ordinary characters
        ("'a b'", ["'a", "b'"]),
        ("a&b | c<d> ^e;$F * `g` (h)", ["a&b", "|", "c<d>", "^e;$F", "*", "`g`", "(h)"]),
        ("$(id) %PATH% ~ #x !y", ["$(id)", "%PATH%", "~", "#x", "!y"]),
        ("a\nb c\rd", ["a\nb", "c\rd"]),
        ("größe 日本 a\u00a0b", ["größe", "日本", "a\u00a0b"]),
    ],
)
def test_takes_text_apart_as_the_c_runtime_does(text: str, expected: list[str]) -> None:
    assert tokenise(text) == expected


@given(st.lists(st.text(alphabet=st.sampled_from("ab \t\"\\'\n$é"))))
def test_joined_arguments_come_apart_again(arguments: list[str]) -> None:
    assert tokenise(join(arguments)) == arguments


@given(st.lists(st.text()))
def test_so_do_arguments_of_any_text(arguments: list[str]) -> None:
    assert tokenise(join(arguments)) == arguments


@given(st.text(alphabet=st.sampled_from('ab \t"\\')))
def test_every_character_but_quotes_blanks_and_backslashes_is_kept(text: str) -> None:
    kept = "".join(char for char in text if char in "ab")
    assert "".join(char for char in "".join(tokenise(text)) if char in "ab") == kept


def test_a_plain_argument_is_joined_as_it_is() -> None:
    assert join(["--since", "2026-01-01", r"C:\x", "a b", ""]) == r'--since 2026-01-01 C:\x "a b" ""'


def test_a_long_run_of_backslashes_is_no_trouble() -> None:
    assert tokenise("\\" * 32_000 + '"') == ["\\" * 16_000]


def test_a_backslash_before_a_line_end_closes_nothing() -> None:
    assert join(['"\\\n']) == '"\\"\\\n"'
    assert tokenise(join(['"\\\n'])) == ['"\\\n']
