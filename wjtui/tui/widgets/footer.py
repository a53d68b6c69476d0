"""What the footer shows: keys from the command table that count here and now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wjtui.model.jobs import Job
from wjtui.tui.bindings import shown_key
from wjtui.tui.commands import BY_ID, COMMANDS, Command, Where
from wjtui.tui.present.ink import Ink, Piece, plain_text
from wjtui.tui.store import Store
from wjtui.tui.widgets.bar import Part

_ALWAYS = (BY_ID["app.leave"], BY_ID["app.help"])
_ROOMY = 100
_DISPENSABLE = {
    Where.LIST: ("pane.zoom", "pane.next", "log.split", "job.run_with", "job.pause"),
    Where.LOG: ("job.run_with", "job.pause", "job.schedule", "pane.zoom", "pane.next"),
}
"""What gives its room to other words first, where not all fit."""


def footer(
    store: Store, job: Job | None, where: Where, width: int, rows: int = 1
) -> tuple[list[Part], list[Part]]:
    """The words of the last row and, where ``rows`` is 2, of the one above it; leave and help always."""
    here = [c for c in COMMANDS if c.where in (Where.SCREEN, where) and c not in _ALWAYS]
    tight = width < _ROOMY and rows == 1
    words = {c.id: _tight(part) if tight else part for c, part in _words(here, store, job)}
    always = [_part(command, command.footer, store, job) for command in _ALWAYS]
    if tight:
        always = [_tight(part) for part in always]
    to_go = [
        *_DISPENSABLE.get(where, ()),
        *(id for id in words if BY_ID[id].why_not(store, job) is not None),
        *reversed(words),
    ]
    above, last = _broken([*words.values()], width * (rows - 1))
    for id in to_go:
        if _cells([*last, *always]) <= width:
            break
        words.pop(id, None)
        above, last = _broken([*words.values()], width * (rows - 1))
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


def _words(commands: Iterable[Command], store: Store, job: Job | None) -> Iterator[tuple[Command, Part]]:
    """The commands that count for the job, and their words."""
    for command in commands:
        if job is None and command.why_not(store, None) is not None:
            continue
        if command.kind is not None and job is not None and command.kind is not job.id.type:
            continue
        word = command.says(job) if command.says is not None and job is not None else command.footer
        if word:
            yield command, _part(command, word, store, job)


def command_parts(commands: Iterable[Command], store: Store, job: Job | None, width: int) -> list[Part]:
    """The words of these commands, as far as they count for the job and fit."""
    parts: list[Part] = []
    for _, part in _words(commands, store, job):
        if _cells([*parts, part]) > width:
            break
        parts.append(part)
    return parts


def _part(command: Command, word: str, store: Store, job: Job | None) -> Part:
    refused = command.why_not(store, job) is not None
    key = Piece(f" {shown_key(command.keys[0])} ", Ink.DIM if refused else Ink.KEY)
    return Part(
        (key, Piece(f"{word} ", Ink.DIM if refused else Ink.PLAIN)), f"screen.command('{command.id}')"
    )
