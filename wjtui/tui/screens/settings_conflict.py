"""What to do when somebody else has changed what is being edited."""

from __future__ import annotations

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.screens.question import CANCEL, Answer, Question

MINE = "mine"
THEIRS = "theirs"
_MOST = 8


def changed_meanwhile(what: str, differences: list[Line]) -> Question:
    """Answered with ``MINE``, ``THEIRS``, or, to go on editing, ``CANCEL``."""
    lines: list[Line] = [(Piece("Somebody else, or another program, has saved it since you opened it."),), ()]
    lines += differences[:_MOST] or [(Piece("It says the same, written in another way.", Ink.DIM),)]
    if len(differences) > _MOST:
        lines.append((Piece(f"and {len(differences) - _MOST} more.", Ink.DIM),))
    answers = [
        Answer(CANCEL, "Go on editing, decide when saving", "g"),
        Answer(MINE, "Keep mine: saving replaces theirs", "m", dangerous=True),
        Answer(THEIRS, "Take theirs: what I changed is lost", "t", dangerous=True),
    ]
    return Question(f"{what} was changed meanwhile", lines, answers)
