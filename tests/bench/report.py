"""Figures beside their floor and their peer, and the table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Limit:
    """What a figure may be at most: ``factor`` times what it is held against, plus ``plus``."""

    factor: float
    against: str = ""
    """``floor``, ``peer``, or empty: the factor is the limit itself."""
    plus: float = 0.0
    plus_name: str = ""

    def __str__(self) -> str:
        more = f" + {self.plus_name} {self.plus:.3g}" if self.plus else ""
        return f"≤ {self.factor:g}{f' x {self.against}' if self.against else ''}{more}"


@dataclass(frozen=True)
class Figure:
    """One line of the table. None stands for what could not be taken."""

    goal: str
    what: str
    unit: str
    ours: float | None
    limits: tuple[Limit, ...]
    floor: float | None = None
    peer: float | None = None
    peer_name: str = ""
    note: str = ""

    @property
    def verdict(self) -> str:
        """``met`` needs every limit kept; one whose peer is missing stays open."""
        if self.ours is None:
            return "not run"
        bounds = [self._bound(limit) for limit in self.limits]
        if any(bound is not None and self.ours > bound for bound in bounds):
            return "NOT MET"
        return "met" if None not in bounds else "met, no peer"

    def _bound(self, limit: Limit) -> float | None:
        reference = {"floor": self.floor, "peer": self.peer, "": 1.0}[limit.against]
        return None if reference is None else limit.factor * reference + limit.plus

    def cells(self) -> list[str]:
        """The line's columns, in the order of ``_HEADS``."""
        peer = "missing" if self.peer_name and self.peer is None else _number(self.peer)
        return [
            self.goal,
            f"{self.what} [{self.unit}]",
            _number(self.ours),
            _number(self.floor),
            f"{peer} {self.peer_name}".strip(),
            _ratio(self.ours, self.floor),
            _ratio(self.ours, self.peer),
            ", ".join(map(str, self.limits)),
            self.verdict,
            self.note,
        ]


_HEADS = ["", "figure", "wjtui", "floor", "peer", "x floor", "x peer", "goal", "verdict", ""]


def print_table(figures: Sequence[Figure]) -> None:
    """Print figures in columns."""
    lines = [_HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def percentile(values: Sequence[float], part: int) -> float:
    """The value that ``part`` of a hundred do not exceed."""
    return quantiles(values, n=100, method="inclusive")[part - 1]


def percentile_95(values: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return percentile(values, 95)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _ratio(value: float | None, reference: float | None) -> str:
    return f"{value / reference:.3g}" if value is not None and reference else "-"
