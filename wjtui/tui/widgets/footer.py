"""What the footer shows: keys from the command table that count here and now."""

from __future__ import annotations

from wjtui.model.jobs import Job
from wjtui.tui.bindings import shown_key
from wjtui.tui.commands import BY_ID, COMMANDS, Command, Where
from wjtui.tui.present.ink import Ink, Piece, plain_text
from wjtui.tui.store import Store
from wjtui.tui.widgets.bar import Part

_ALWAYS = (BY_ID["app.help"], BY_ID["app.leave"])


def footer(store: Store, job: Job | None, where: Where, width: int) -> list[Part]:
    """The parts that fit into ``width`` cells; help and leave always, greyed what is refused now."""
    left = width - sum(len(plain_text(_part(command, store, job).line)) for command in _ALWAYS)
    parts = []
    for command in COMMANDS:
        if not command.footer or command in _ALWAYS or command.where not in (Where.SCREEN, where):
            continue
        if job is None and command.why_not(store, None) is not None:
            continue
        if command.kind is not None and job is not None and command.kind is not job.id.type:
            continue
        part = _part(command, store, job)
        if (left := left - len(plain_text(part.line))) < 0:
            break
        parts.append(part)
    return [*parts, *(_part(command, store, job) for command in _ALWAYS)]


def _part(command: Command, store: Store, job: Job | None) -> Part:
    refused = command.why_not(store, job) is not None
    key = Piece(f" {shown_key(command.keys[0])} ", Ink.DIM if refused else Ink.KEY)
    return Part(
        (key, Piece(f"{command.footer} ", Ink.DIM if refused else Ink.PLAIN)),
        f"screen.command('{command.id}')",
    )
