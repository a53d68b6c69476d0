"""What came of telling a hook, and what follows from it; pure (spec 6.7)."""

from __future__ import annotations

from wjtui.model.base import Value
from wjtui.model.hooks import status_name

PAUSES = (1.0, 5.0)
"""Seconds before the first and the second of two further tries."""
FAILURE = "Failure"
"""The status where nothing answered."""
_GONE = 410
_LONGEST = 200


class Outcome(Value, frozen=True):
    """What came of one POST."""

    status: str
    """The name of the HTTP status, as .NET writes it; ``Failure``: nothing answered."""
    reason: str
    code: int = 0
    """The HTTP status; 0: none."""

    @property
    def ok(self) -> bool:
        """Whether the hook took it."""
        return 200 <= self.code < 300

    @property
    def gone(self) -> bool:
        """Whether the hook wants to be told no more."""
        return self.code == _GONE

    @property
    def passing(self) -> bool:
        """Whether another try may come to something else."""
        return self.code == 0 or self.code >= 500


def answered(code: int, phrase: str) -> Outcome:
    """The outcome of a request that was answered."""
    return Outcome(status_name(code), _clean(phrase), code)


def unanswered(reason: str) -> Outcome:
    """The outcome of a request that nothing answered."""
    return Outcome(FAILURE, _clean(reason))


def _clean(text: str) -> str:
    """What somebody else wrote, on one line and not too long of it."""
    return "".join(char if char.isprintable() else " " for char in text[:_LONGEST]).strip()
