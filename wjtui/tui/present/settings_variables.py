"""The variables of one job as rows: its own, and those that every job gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from wjtui.model.identity import JobId
from wjtui.settings.values import variable_fault
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.site_settings import shown_value


class Variable(NamedTuple):
    """One of them."""

    name: str
    value: str
    by_wjtui: bool = False
    """Set for each launch (spec 4); the job's own settings do not change it."""
    fault: str = ""
    """Why no environment takes it; empty: one does."""
    hidden: bool = False
    """A variable of its own that one of wjtui hides."""


def set_by_wjtui(job: JobId, root: str) -> dict[str, str]:
    """What every launch sets, as far as it is known beforehand (spec 4)."""
    return {
        "WEBJOBS_NAME": job.name,
        "WEBJOBS_TYPE": job.type.value,
        "HOME": root,
    }


def variables(env: Any, own: Mapping[str, str]) -> list[Variable]:
    """What a text's ``env`` says, in its order, and then what wjtui sets."""
    rows = [
        Variable(
            name,
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
            fault=variable_fault(name, value),
            hidden=name in own,
        )
        for name, value in (env.items() if isinstance(env, dict) else ())
    ]
    return rows + [Variable(name, value, by_wjtui=True) for name, value in own.items()]


def variable_line(row: Variable, width: int, *, reveal: bool) -> Line:
    """A row of the list."""
    names = min(24, width // 3)
    name = Piece(fit(plain(row.name), names) + " ", Ink.DIM if row.by_wjtui else Ink.PLAIN)
    note, ink = "", Ink.DIM
    if row.by_wjtui:
        note = "set by wjtui"
    elif row.fault:
        note, ink = row.fault, Ink.FAILED
    elif row.hidden:
        note, ink = "no effect: wjtui sets it", Ink.WARNING
    value = shorten(shown_value(row.name, row.value, reveal=reveal), max(8, width - names - 3 - len(note)))
    pieces = [name, Piece(value, Ink.DIM if row.by_wjtui else Ink.STRONG)]
    return (*pieces, Piece(f"  {note}", ink)) if note else tuple(pieces)
