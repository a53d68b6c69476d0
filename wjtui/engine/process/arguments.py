"""Arguments of a job: one string into a list and back, by the C-runtime rule (spec 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PIECE = re.compile(r'(?P<slashes>\\*)(?P<quote>")|(?P<blanks>[ \t]+)|\\+|[^\\" \t]+')
_BEFORE_QUOTE = re.compile(r'(\\*)("|\Z)')


def tokenise(text: str) -> list[str]:
    """The arguments in ``text``, which no shell ever sees.

    Blanks and tabs separate, ``"`` groups and may stay open to the end. Backslashes are themselves unless a
    quote follows: 2n of them are n and the quote groups, 2n+1 are n and the quote is a character. Everything
    else, single quotes and ``& | < > ^ ; $ *`` among it, is ordinary. The caller limits the length (32 KiB).
    """
    found: list[str] = []
    token: str | None = None
    quoted = False
    for piece in _PIECE.finditer(text):
        if piece["quote"]:
            slashes, literal = divmod(len(piece["slashes"]), 2)
            token = (token or "") + "\\" * slashes + '"' * literal
            quoted ^= not literal
        elif not piece["blanks"] or quoted:
            token = (token or "") + piece[0]
        elif token is not None:
            found.append(token)
            token = None
    return found if token is None else [*found, token]


def join(arguments: Iterable[str]) -> str:
    """One string that ``tokenise`` takes apart into exactly these arguments."""
    return " ".join(_quote(argument) for argument in arguments)


def _quote(argument: str) -> str:
    if argument and not any(char in argument for char in ' \t"'):
        return argument
    # Backslashes count double before a quote: before one inside, and before the one that closes.
    inside = _BEFORE_QUOTE.sub(lambda run: run[1] * 2 + ('\\"' if run[2] else ""), argument)
    return f'"{inside}"'
