"""Random expressions, each with the numbers that it stands for, worked out apart from the parser."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
LIMITS = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]
NAMES: list[list[str]] = [[], [], [], [], MONTHS, WEEKDAYS]


@dataclass(frozen=True)
class Sample:
    text: str
    fields: tuple[frozenset[int], ...]


@st.composite
def elements(draw: st.DrawFn, place: int) -> tuple[str, set[int]]:
    low, high = LIMITS[place]

    def write(number: int) -> str:
        digits = [str(number), f"{number:02}", f"{number:03}"]
        names = [NAMES[place][number - low]] if NAMES[place] else []
        return draw(st.sampled_from([*digits, *names, *map(str.upper, names), *map(str.title, names)]))

    a, b = draw(st.integers(low, high)), draw(st.integers(low, high))
    form = draw(st.sampled_from(["*", "n", "n", "a-b"]))
    step = draw(st.sampled_from([None, None, -1, 0, 1, 2, 3, 5, 7, 15, 70]))
    text = {"*": "*", "n": write(a), "a-b": f"{write(a)}-{write(b)}"}[form]
    first, last = {"*": (low, high), "n": (a, a if step is None else high), "a-b": (min(a, b), max(a, b))}[
        form
    ]
    pace = max(1, step or 1)
    numbers = {
        number for number in range(low, high + 1) if first <= number <= last and (number - first) % pace == 0
    }
    return text if step is None else f"{text}/{step}", numbers


@st.composite
def fields(draw: st.DrawFn, place: int) -> tuple[str, frozenset[int]]:
    low, high = LIMITS[place]
    # As people write: the hour on the hour, every day.
    if place < 2 and draw(st.booleans()):
        return "0", frozenset({0})
    if draw(st.integers(0, 2)) == 0:
        return "*", frozenset(range(low, high + 1))
    parts = draw(st.lists(elements(place), min_size=1, max_size=3))
    return ",".join(text for text, _ in parts), frozenset().union(*(numbers for _, numbers in parts))


@st.composite
def expressions(draw: st.DrawFn) -> Sample:
    parts = [draw(fields(place)) for place in range(6)]
    gap = draw(st.sampled_from([" ", "  "]))
    return Sample(gap.join(text for text, _ in parts), tuple(numbers for _, numbers in parts))
