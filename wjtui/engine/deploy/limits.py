"""The limits of packages that are in force."""

from __future__ import annotations

from wjtui.archives.limits import Limits
from wjtui.engine.config import Config


def limits_of(config: Config) -> Limits:
    """What a package may not exceed now."""
    return Limits(config.max_upload, config.max_entries, config.max_unpacked, config.max_ratio)
