"""Metrics in Prometheus' text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wjtui.model.metrics import Family, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_WHOLE = 2.0**53
"""Up to here every whole number is exact."""


def exposition(families: Iterable[Family]) -> bytes:
    """Families as text; those without a figure keep their two lines of description.

    Text that is no UTF-8, as a file's name may be, comes with ``?`` in the place of what cannot be told.
    """
    text = "".join(line for family in families for line in _lines(family))
    return text.encode("utf-8", "replace")


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_help(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind.value}\n"
    for sample in family.samples:
        yield f"{family.name}{sample.suffix}{_labels(sample)} {_number(sample.value)}\n"


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in sample.labels) + "}"


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _help(text).replace('"', r"\"")


def _number(value: float) -> str:
    if abs(value) < _WHOLE and value == int(value):
        return str(int(value))
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(text := repr(value), text)
