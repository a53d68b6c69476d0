"""Names as Windows takes them: in any case (spec 1.1, D-01)."""

from __future__ import annotations

import os
from pathlib import Path


def child_in_any_case(folder: Path, name: str) -> Path:
    """The entry of ``folder`` called ``name`` in any case: exact first, then lower case, then by name.

    Where there is none, the path it would have (spec 1.1, D-01).
    """
    exact = folder / name
    if os.path.lexists(exact):
        return exact
    try:
        found = sorted(entry for entry in os.listdir(folder) if entry.lower() == name.lower())
    except OSError:
        return exact
    if not found:
        return exact
    return folder / (name.lower() if name.lower() in found else found[0])


def resolve_in_any_case(folder: Path, *names: str) -> Path:
    """``folder`` and the given segments below it, each matched in any case."""
    for name in names:
        folder = child_in_any_case(folder, name)
    return folder
