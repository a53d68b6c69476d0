"""The last error lines of a run, out of the end of its log."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.logs.line import LineKind, kind_of, parse
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit
from wjtui.tui.present.sgr import colourless
from wjtui.tui.present.times import clock

TAIL_BYTES = 64 * 1024
"""So much of the end of a log is looked at."""
_LINES = 24
_LINE_BYTES = 2048
ERRORS = frozenset((LineKind.ERR, LineKind.SYS_ERR))
"""Kinds of lines of level ERR: the job's and the engine's."""
_WORDS = {LineKind.ERR: "ERR", LineKind.SYS_ERR: "SYS"}


class ErrorLine(NamedTuple):
    """One line: when it was written, who by, and its text without colours."""

    time: str
    word: str
    text: str


def error_lines(data: bytes, *, whole: bool) -> list[ErrorLine]:
    """The last lines of level ERR, with those that go on from them, oldest first.

    ``whole``: the log begins where ``data`` does; else its first line is a part of one.
    """
    lines = data.splitlines()
    found: list[ErrorLine] = []
    rest: list[ErrorLine] = []
    for raw in reversed(lines if whole else lines[1:]):
        kind = kind_of(raw)
        line = parse(raw[:_LINE_BYTES])
        text = colourless(line.text)
        if kind is LineKind.CONTINUATION:
            rest.append(ErrorLine("", "", text))
        elif kind in ERRORS:
            found += rest
            found.append(ErrorLine(clock(line.at) if line.at else "", _WORDS[kind], text))
            rest = []
        else:
            rest = []
        if len(found) + len(rest) >= _LINES:
            break
    return found[:_LINES][::-1]


def last_words(lines: list[ErrorLine]) -> str:
    """The last thing that the job itself said, else the engine; empty where nobody said anything."""
    said = [line for line in lines if line.text.strip()]
    own = [line for line in said if line.word != "SYS"]
    return (own or said)[-1].text.strip() if said else ""


def painted(lines: list[ErrorLine], width: int, rows: int) -> list[Line]:
    """The last of them, one row each."""
    return [
        (
            Piece(f"{line.time:<8} ", Ink.LOG_TIME),
            Piece(f"{line.word:<3} ", Ink.LOG_SYSTEM if line.word == "SYS" else Ink.LOG_ERROR),
            Piece(fit(line.text, width - 13).rstrip(), Ink.LOG_ERROR),
        )
        for line in lines[-rows:]
    ]
