"""Lists of numbers in English: ``1st to 7th and 15th``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wjtui.schedule.fields import runs


def joined(parts: Sequence[str], word: str = "and") -> str:
    """``a, b and c``."""
    *most, last = parts
    return f"{', '.join(most)} {word} {last}" if most else last


def listed(values: Sequence[int], write: Callable[[int], str] = str, word: str = "and") -> str:
    """Sorted ``values``, three and more neighbours as ``a to b``."""
    parts: list[str] = []
    for first, last in runs(values):
        if last - first < 2:
            parts += map(write, range(first, last + 1))
        else:
            parts.append(f"{write(first)} to {write(last)}")
    return joined(parts, word)


def is_run(values: Sequence[int]) -> bool:
    """Whether sorted ``values`` are at least three neighbours and nothing else."""
    return len(values) > 2 and values[-1] - values[0] == len(values) - 1


def pace(values: Sequence[int]) -> int | None:
    """The distance at which sorted ``values`` follow each other; None: fewer than three, or not evenly."""
    if len(values) < 3:
        return None
    step = values[1] - values[0]
    return step if list(values) == list(range(values[0], values[-1] + 1, step)) else None


def ordinal(number: int) -> str:
    """``1st``, ``22nd``."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else ending}"


def counted(number: int, unit: str) -> str:
    """``1 minute``, ``5 minutes``."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
