"""Reads ``config.toml`` from the disk, tolerant of whatever is there."""

from __future__ import annotations

from pathlib import Path

from wjtui.model.preferences import Preferences, parse_preferences
from wjtui.support.files import read_whole

LARGEST = 1 << 20
"""Bytes; a larger file is something else that was put there by mistake."""


def read_preferences(path: Path) -> tuple[Preferences, tuple[str, ...]]:
    """What the file says, and a sentence for each trouble with it. A missing file is none."""
    try:
        if path.stat().st_size > LARGEST:
            return Preferences(), (f"{path} is larger than 1 MiB, so it is no configuration: replace it.",)
        text = read_whole(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return Preferences(), ()
    except OSError as error:
        trouble = f"{path} cannot be read ({error.strerror}), so it does not count: make it a readable file."
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        trouble = f"{path} is no UTF-8 text (line {line}), so it does not count: save it as such."
    else:
        return parse_preferences(text, path.name)
    return Preferences(), (trouble,)
