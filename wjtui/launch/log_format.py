"""How a line of the engine's log looks where people read it."""

from __future__ import annotations

import logging
import time


def plain_formatter() -> logging.Formatter:
    """Time in UTC with milliseconds, level, who says it, what."""
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    return formatter
