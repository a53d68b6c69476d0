"""Fuzzy matching: how well some typed words fit a text, and which of its letters they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

_PREFIX, _WORD, _INITIALS, _INSIDE, _SCATTERED = range(0, 5000, 1000)
_WIDEST = 999

T = TypeVar("T")


class Found(NamedTuple):
    """A text that fits: what it costs, 0 being best, and the places of the letters that were typed."""

    cost: int
    at: frozenset[int]


def fold(text: str) -> str:
    """The text without the difference of case, each letter at its old place."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def words_of(query: str) -> tuple[str, ...]:
    """The words of what was typed."""
    return tuple(fold(query).split())


def find(words: Iterable[str], text: str) -> Found | None:
    """How well all the words fit a folded text; None: one of them does not.

    A word fits when its letters are there in this order. Best is the beginning of the text, then that of a
    word, then the beginnings of several words, then letters side by side, then letters anywhere.
    """
    cost, places = 0, set[int]()
    for word in words:
        found = _find(word, text)
        if found is None:
            return None
        cost += found[0]
        places.update(found[1])
    return Found(cost, frozenset(places))


def best(query: str, items: Iterable[T], text: Callable[[T], str]) -> list[tuple[T, Found]]:
    """The items that fit, the best first, those that fit alike in their order; ``text`` is folded."""
    words = words_of(query)
    found = [(item, fit) for item in items if (fit := find(words, text(item))) is not None]
    found.sort(key=lambda pair: pair[1].cost)
    return found


def _find(word: str, text: str) -> tuple[int, Iterable[int]] | None:
    if text.startswith(word):
        return _PREFIX, range(len(word))
    letters = iter(text)
    # Most texts fit no word: this tells so in a microsecond.
    if not all(letter in letters for letter in word):
        return None
    inside = at = text.find(word)
    while at >= 0:
        if _begins(text, at):
            return _WORD, range(at, at + len(word))
        at = text.find(word, at + 1)
    initials = _initials(word, text)
    if initials is not None:
        return _INITIALS, initials
    if inside >= 0:
        return _INSIDE, range(inside, inside + len(word))
    places = _scattered(word, text)
    return _SCATTERED + min(_WIDEST, places[-1] - places[0] + 1 - len(word)), places


def _begins(text: str, at: int) -> bool:
    """Whether a word begins there."""
    return at == 0 or not text[at - 1].isalnum()


def _initials(word: str, text: str) -> list[int] | None:
    """Places at which each letter begins a word or follows the letter before it."""
    places: list[int] = []
    for letter in word:
        after = places[-1] + 1 if places else 0
        if not (places and text[after : after + 1] == letter):
            after = next((n for n in range(after, len(text)) if text[n] == letter and _begins(text, n)), -1)
        if after < 0:
            return None
        places.append(after)
    return places


def _scattered(word: str, text: str) -> list[int]:
    places: list[int] = []
    for letter in word:
        places.append(text.index(letter, places[-1] + 1 if places else 0))
    return places
