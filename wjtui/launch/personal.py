"""Personal: where a person's own files lie: configuration, themes, what the screen remembers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path


def config_file(environment: Mapping[str, str]) -> Path:
    """``config.toml``: what ``WJTUI_CONFIG`` names, else the one in the platform's config folder."""
    if given := environment.get("WJTUI_CONFIG"):
        return Path(os.path.expanduser(given)).absolute()
    return _config_folder() / "config.toml"


def themes_folder() -> Path:
    """Where a person's own themes lie."""
    return _config_folder() / "themes"


def memory_file(root: Path | str) -> Path:
    """What the screen remembers of one root, by a hash of its path, or of the URL of its engine."""
    import platformdirs

    digest = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()
    return platformdirs.user_state_path("wjtui", appauthor=False) / "roots" / f"{digest[:16]}.json"


def _config_folder() -> Path:
    # 2 ms, which an engine pays in a thread, once its jobs run.
    import platformdirs

    return platformdirs.user_config_path("wjtui", appauthor=False)
