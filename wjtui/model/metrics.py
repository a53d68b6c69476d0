"""Metrics: named figures with labels, as monitoring systems gather them."""

from __future__ import annotations

from enum import StrEnum

from wjtui.model.base import Value


class Kind(StrEnum):
    """How a family's figures behave."""

    COUNTER = "counter"
    """Only ever grows, from 0 at the start of what counts."""
    GAUGE = "gauge"
    """What is now."""
    SUMMARY = "summary"
    """A sum and a count, called ``NAME_sum`` and ``NAME_count``."""


class Sample(Value, frozen=True):
    """One figure."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    """Names and values; a value may hold any text."""
    suffix: str = ""
    """What follows the family's name, for example ``_sum``."""


class Family(Value, frozen=True):
    """Figures of one name. Units are base units and part of the name: seconds, bytes, cores."""

    name: str
    kind: Kind
    help: str
    """One sentence."""
    samples: tuple[Sample, ...] = ()
