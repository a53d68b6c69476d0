"""What commands print: tables, lists of facts, JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

import click
import msgspec


def print_json(document: object) -> None:
    """One JSON document, readable."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))


class JsonList:
    """One JSON document with a list in it that is printed as it comes, so that nobody holds all of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lead = ""

    def __enter__(self) -> Self:
        click.echo("{\n  " + msgspec.json.encode(self._name).decode() + ": [", nl=False)
        return self

    def add(self, item: object) -> None:
        """Print one item, on a line of its own."""
        click.echo(f"{self._lead}\n    {msgspec.json.encode(item).decode()}", nl=False)
        self._lead = ","

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the document, unless something went wrong in it: a torn one must not look whole."""
        if kind is None:
            click.echo(("\n  ]" if self._lead else "]") + "\n}")
        else:
            click.echo()


def clean(text: str) -> str:
    """Text from jobs and files on one line, with nothing in it that a terminal obeys."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns under their titles."""
    cells = [list(titles), *([clean(cell) or "-" for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        click.echo("  ".join(map(str.ljust, line, widths)).rstrip())


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """``key: value`` lines; those without a value are left out."""
    for key, value in facts:
        if value:
            click.echo(f"{key}: {clean(value)}")
