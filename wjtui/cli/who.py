"""Who gives a command on this command line, as triggers and versions name them."""

from __future__ import annotations

import getpass


def here() -> str:
    """``CLI - USER``."""
    try:
        return f"CLI - {getpass.getuser()}"
    except (KeyError, OSError):
        return "CLI - unknown"
