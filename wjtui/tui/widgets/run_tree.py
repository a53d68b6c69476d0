"""RunTree: rows of a history."""

from __future__ import annotations

from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Where
from wjtui.tui.widgets.line_list import LineList


class RunTree(LineList, inherit_bindings=False):
    """A ``LineList`` whose keys are those of runs."""

    BINDINGS = bindings(Where.RUNS)
