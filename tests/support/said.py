"""Say: one command of the command line; its exit status, standard output and standard error."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[..., tuple[int, str, str]]
