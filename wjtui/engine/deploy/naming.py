"""Names for people and for jobs: a path in a sentence, and what a job of some source may be called. Pure."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from wjtui.archives.naming import on_one_line
from wjtui.engine.catalog.script import shown


def quoted_path(path: Path | str) -> str:
    """A path of this machine for a sentence: in quotes, on one line, whole."""
    return f"'{on_one_line(shown(str(path)))}'"


def suggest_name(text: str) -> str:
    """A job's name out of any text, by the rule of spec 9.1; empty where nothing of it can be used."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).lstrip("-_")[:63].rstrip("-")
