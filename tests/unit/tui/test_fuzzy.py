"""Fuzzy matching: what fits, what fits best, and which letters are it."""

from __future__ import annotations

import random

import pytest

from wjtui.tui.present.fuzzy import best, find, fold, words_of


def order(query: str, *texts: str) -> list[str]:
    return [text for text, _ in best(query, texts, fold)]


def lit(query: str, text: str) -> str:
    found = find(words_of(query), fold(text))
    assert found is not None
    return "".join(char if at in found.at else "." for at, char in enumerate(text))


def test_every_word_must_fit() -> None:
    assert order("stop mail", "stop mail-pump", "stop thumbs", "go to mail-pump") == ["stop mail-pump"]
    assert find(("x",), "abc") is None and find(("ab", "x"), "abc") is None
    assert find((), "anything") is not None


def test_nothing_typed_keeps_all_in_their_order() -> None:
    assert order("", "b", "a", "c") == ["b", "a", "c"] == order("  ", "b", "a", "c")


def test_the_beginning_then_words_then_initials_then_inside_then_anywhere() -> None:
    texts = ["oarb", "a-orb", "o-r-b", "xorb", "orb-it"]
    assert order("orb", *texts) == ["orb-it", "a-orb", "o-r-b", "xorb", "oarb"]


def test_what_fits_alike_keeps_its_order() -> None:
    assert order("r", "run", "restart", "run-with") == ["run", "restart", "run-with"]


def test_letters_closer_together_come_first() -> None:
    assert order("ab", "xaxxxb", "xaxb") == ["xaxb", "xaxxxb"]


@pytest.mark.parametrize(
    ("query", "text", "letters"),
    [
        ("stop", "stop it", "stop..."),
        ("nr", "nightly-report", "n.......r....."),
        ("nirep", "nightly-report", "ni......rep..."),
        ("port", "nightly-report", "..........port"),
        ("MAIL pump", "mail-pump", "mail.pump"),
        ("ß", "STRAßE", "....ß."),
        ("é", "CAFÉ", "...É"),
    ],
)
def test_the_letters_that_were_typed(query: str, text: str, letters: str) -> None:
    assert lit(query, text) == letters


def test_folding_keeps_every_letter_at_its_place() -> None:
    for text in ("İstanbul", "ﬁsh", "ẞtra", "日本", "ǅ"):
        assert len(fold(text)) == len(text)


def test_it_finds_exactly_the_texts_that_have_the_letters_in_order() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        text = "".join(chance.choices("ab-c ", k=chance.randrange(9)))
        word = "".join(chance.choices("abc", k=chance.randrange(1, 5)))
        letters = iter(text)
        there = all(letter in letters for letter in word)
        found = find((word,), text)
        assert (found is not None) is there, (word, text)
        if found is not None:
            assert "".join(text[at] for at in sorted(found.at)) == word and len(found.at) == len(word)
