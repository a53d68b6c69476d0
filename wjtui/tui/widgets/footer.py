"""What the footer shows: keys from the command table that count here and now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from wjtui.tui.bindings import OWN, Keys
from wjtui.tui.commands.command import Command
from wjtui.tui.present.ink import Ink, Piece, plain_text
from wjtui.tui.widgets.bar import Part

_ALWAYS = ("app.undo", "app.back", "app.leave", "app.help")
_ROOMY = 100
_DISPENSABLE = (
    "job.kill", "job.new", "list.copy", "list.mark", "pane.zoom", "pane.next", "list.split", "log.split",
)  # fmt: skip
"""What gives its room to other words first, where not all fit; then what is refused goes."""
_AFTER_THE_REFUSED = ("job.edit", "job.run_with", "job.pause", "job.schedule")


class Given(NamedTuple):
    """A command, and who would do it."""

    command: Command[Any]
    desk: Any


def footer(
    given: Sequence[Given], width: int, rows: int = 1, *, empty: bool = False, keys: Keys = OWN
) -> tuple[list[Part], list[Part]]:
    """The words of the last row and, where ``rows`` is 2, of the one above it; leave and help always.

    ``empty``: no job is chosen, so what cannot be done is not even named.
    """
    tight = width < _ROOMY and rows == 1
    words: dict[str, Part] = {}
    refused = []
    for command, desk in given:
        word = command.word(desk)
        if not word or not keys.of(command.id):
            continue
        no = command.why_not(desk) is not None
        if no and empty:
            continue
        part = _part(command, keys.name(command.id), word, refused=no)
        words[command.id] = _tight(part) if tight else part
        if no:
            refused.append(command.id)
    always = [words.pop(id) for id in _ALWAYS if id in words]
    to_go = dict.fromkeys(
        id for id in (*_DISPENSABLE, *refused, *_AFTER_THE_REFUSED, *reversed(words)) if id in words
    )
    gone: list[str] = []

    def broken() -> tuple[list[Part], list[Part]]:
        left = [part for id, part in words.items() if id not in gone]
        return _broken(left, width * (rows - 1))

    for id in to_go:
        if _cells([*broken()[1], *always]) <= width:
            break
        gone.append(id)
    # What went last made the most room: of what went before it something may have room again.
    for id in [*reversed(gone)]:
        gone.remove(id)
        if _cells([*broken()[1], *always]) > width:
            gone.append(id)
    above, last = broken()
    return above, [*last, *always]


def _broken(parts: list[Part], width: int) -> tuple[list[Part], list[Part]]:
    """As many of them as fit into ``width`` cells, and the rest."""
    at = next((at for at in range(len(parts)) if _cells(parts[: at + 1]) > width), len(parts))
    return parts[:at], parts[at:]


def _cells(parts: Iterable[Part]) -> int:
    return sum(len(plain_text(part.line)) for part in parts)


def _tight(part: Part) -> Part:
    """A word without the blank behind it."""
    key, word = part.line
    return part._replace(line=(key, word._replace(text=word.text.rstrip())))


def _part(command: Command[Any], key_name: str, word: str, *, refused: bool) -> Part:
    key = Piece(f" {key_name} ", Ink.DIM if refused else Ink.KEY)
    return Part(
        (key, Piece(f"{word} ", Ink.DIM if refused else Ink.PLAIN)), f"screen.command('{command.id}')"
    )
