"""What the footer shows: keys from the command table that count here and now."""

from __future__ import annotations

from collections.abc import Iterable

from wjtui.model.jobs import Job
from wjtui.tui.bindings import shown_key
from wjtui.tui.commands import BY_ID, COMMANDS, Command, Where
from wjtui.tui.present.ink import Ink, Piece, plain_text
from wjtui.tui.store import Store
from wjtui.tui.widgets.bar import Part

_ALWAYS = (BY_ID["app.help"], BY_ID["app.leave"])


def footer(store: Store, job: Job | None, where: Where, width: int) -> list[Part]:
    """The parts that fit into ``width`` cells; help and leave always, greyed what is refused now."""
    here = (c for c in COMMANDS if c.where in (Where.SCREEN, where) and c not in _ALWAYS)
    always = [_part(command, command.footer, store, job) for command in _ALWAYS]
    left = width - sum(len(plain_text(part.line)) for part in always)
    return [*command_parts(here, store, job, left), *always]


def command_parts(commands: Iterable[Command], store: Store, job: Job | None, width: int) -> list[Part]:
    """The words of these commands, as far as they count for the job and fit."""
    parts = []
    for command in commands:
        if job is None and command.why_not(store, None) is not None:
            continue
        if command.kind is not None and job is not None and command.kind is not job.id.type:
            continue
        word = command.says(job) if command.says is not None and job is not None else command.footer
        if not word:
            continue
        part = _part(command, word, store, job)
        if (width := width - len(plain_text(part.line))) < 0:
            break
        parts.append(part)
    return parts


def _part(command: Command, word: str, store: Store, job: Job | None) -> Part:
    refused = command.why_not(store, job) is not None
    key = Piece(f" {shown_key(command.keys[0])} ", Ink.DIM if refused else Ink.KEY)
    return Part(
        (key, Piece(f"{word} ", Ink.DIM if refused else Ink.PLAIN)), f"screen.command('{command.id}')"
    )
