"""The base of every value, and the one way to write an instant."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """An immutable, comparable, printable value with JSON built in."""


def iso(at: datetime) -> str:
    """An aware instant as ISO 8601 in UTC: microseconds and ``Z`` (spec 1.2, 8.1)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_iso(text: str) -> datetime:
    """Read an ISO 8601 instant with up to seven fraction digits; without a zone it is UTC (spec 1.2).

    Raises ValueError when the text is no instant.
    """
    head, dot, rest = text.strip().partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        text = f"{head}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    at = datetime.fromisoformat(text.strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
