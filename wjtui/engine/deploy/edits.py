"""Edits of a staged folder that a plan asks for: its ``settings.job``, and the line ends of its script."""

from __future__ import annotations

from pathlib import Path

from wjtui.engine.catalog.script import find_script_dir
from wjtui.engine.catalog.settings_file import spellings
from wjtui.engine.deploy.moves import remove
from wjtui.engine.deploy.version_store import put_settings
from wjtui.engine.running.line_ends import mended, rewrite
from wjtui.model.base import Value
from wjtui.model.jobs import Script
from wjtui.settings.parse import SETTINGS
from wjtui.support.files import read_whole, sync_folder, write_atomic


class Kept(Value, frozen=True):
    """A file as it was before it was edited."""

    path: Path
    data: bytes | None
    """None: there was none."""
    mode: int = 0o644


def edit(folder: Path, script: Script | None, settings_text: str | None, fix_line_ends: bool) -> list[Kept]:
    """Make a staged folder what the plan wants; returns what takes it back. Raises OSError, undone.

    ``settings_text``: None leaves the settings as they came, an empty one removes them.
    """
    kept: list[Kept] = []
    try:
        if settings_text is not None:
            script_dir = find_script_dir(folder)
            names = spellings(script_dir, SETTINGS) or [SETTINGS]
            kept += [_keep(script_dir / name) for name in names]
            put_settings(folder, settings_text.encode())
        if fix_line_ends and script is not None:
            path = folder / script.path
            flaws, data = mended(path)
            if flaws:
                kept.append(_keep(path))
                rewrite(path, data)
                sync_folder(path.parent)
    except OSError:
        undo(kept)
        raise
    return kept


def undo(kept: list[Kept]) -> None:
    """Give the files back what they held. Raises OSError."""
    for file in reversed(kept):
        if file.data is None:
            remove(file.path)
        else:
            write_atomic(file.path, file.data, mode=file.mode)


def _keep(path: Path) -> Kept:
    if not path.is_file():
        return Kept(path, None)
    return Kept(path, read_whole(path), path.stat().st_mode & 0o777)
