"""LogOut: what leaves the log view: to the clipboard, to a file, to a pager, to an editor."""

from __future__ import annotations

import asyncio
import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.tui.lend import lend
from wjtui.tui.log_copy import write_log
from wjtui.tui.pager import pager_command
from wjtui.tui.present.ink import Line, Piece
from wjtui.tui.present.log_lines import ERRORS, block_at, previous_block
from wjtui.tui.present.log_place import copy_name, log_command, log_path
from wjtui.tui.present.log_text import without_codes
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import size
from wjtui.tui.screens.log_save import SaveLog, SaveWish
from wjtui.tui.screens.menu import Entry, Menu
from wjtui.tui.screens.question import CANCEL, Answer, Question

if TYPE_CHECKING:
    from wjtui.tui.app import WjtuiApp
    from wjtui.tui.widgets.log_pane import LogPane

_COPIED_BYTES = 64 * 1024
"""So much of a block of errors is copied: terminals take 75 kB."""
_READ_ONLY = {
    "-R": ("vi", "vim", "nvim", "gvim", "vim.basic", "vim.tiny", "view"),
    "-v": ("nano", "pico"),
}
"""How editors are told to change nothing."""


class LogOut:
    """For one log pane; whatever takes time is an errand of the pane."""

    def __init__(self, pane: LogPane) -> None:
        self._pane = pane
        self._session = pane.session

    def copy(self) -> None:
        """What the mouse selected, or else one of a few things."""
        if chosen := self._pane.screen.get_selected_text():
            self._to_clipboard("the selection", chosen)
            return
        ref = self._pane.ref
        no_path = "" if self._path() else "The engine's files are not here."
        entries = [
            Entry("line", "This line", "c"),
            Entry("sight", "The lines in sight", "v"),
            Entry("errors", "The errors here", "e", "" if self._errors() else "There is no error here."),
        ]
        if ref is not None:
            entries += [
                Entry("path", "The path of the log", "p", no_path),
                Entry("command", "The wjtui line that prints it", "w"),
            ]
        menu = Menu("Copy", entries, ascii_only=self._session.options.ascii)
        self._pane.app.push_screen(menu, self._copy_chosen)

    def save(self) -> None:
        """Ask for a file, then write it."""
        pages = self._pane.pages
        if pages is None:
            return
        what = size(pages.extent.end - pages.extent.start)
        dialog = SaveLog(f"~/{copy_name(self._pane.refs)}", what, ascii_only=self._session.options.ascii)
        self._pane.app.push_screen(dialog, self._save_as)

    def page(self) -> None:
        """In the pager."""
        argv = pager_command(self._session.options.environment)
        if argv is None:
            self._refuse("There is no program to read files with: set PAGER.")
        else:
            self._pane.errands.start("pager", self._lend(argv))

    def edit(self) -> None:
        """In the editor, so that nothing is changed where the editor can be told so."""
        self._pane.errands.start("editor", self._lend(editor_command(self._session.options.environment)))

    def _copy_chosen(self, value: str | None) -> None:
        view, ref = self._pane.view, self._pane.ref
        viewport = view.viewport
        match value:
            case "line" if (line := viewport.current) is not None:
                at = next((row.at for row in viewport.in_sight if viewport.numbers[row.at] == line), 0)
                self._to_clipboard("this line", (view.line_text(at) or "").strip())
            case "sight":
                lines = [view.line_text(at) for at in dict.fromkeys(row.at for row in viewport.in_sight)]
                self._to_clipboard(
                    "the lines in sight", "\n".join(line for line in lines if line is not None)
                )
            case "errors":
                self._pane.errands.start("copy errors", self._copy_errors())
            case "path":
                self._to_clipboard("the path", str(self._path() or ""))
            case "command" if ref is not None:
                self._to_clipboard("the line", log_command(ref, self._session.options.again))

    async def _copy_errors(self) -> None:
        pages, block = self._pane.pages, self._errors()
        if pages is None or not block:
            return
        start, end = pages.index.span(block[0])[0], pages.index.span(block[-1])[1]
        try:
            data = await pages.source.read(start, min(end - start, _COPIED_BYTES))
        except WjtuiError as error:
            self._refuse(error.message)
            return
        self._to_clipboard("the errors", without_codes(data).decode("utf-8", "replace").rstrip("\n"))

    def _errors(self) -> range:
        """The block of errors at the current line, else the nearest one before it."""
        pages, line = self._pane.pages, self._pane.view.viewport.current
        if pages is None or line is None:
            return range(0)
        errors = pages.index.lines_of(ERRORS)
        found = block_at(errors, line)
        if not found and (before := previous_block(errors, line)) is not None:
            found = block_at(errors, before)
        return found

    def _to_clipboard(self, what: str, text: str) -> None:
        self._pane.app.copy_to_clipboard(text)
        self._session.tell(f"Copied {what}: {len(text):,} characters.")

    def _save_as(self, wish: SaveWish | None) -> None:
        if wish is not None:
            self._pane.errands.start("look where to save", self._look_where(wish))

    async def _look_where(self, wish: SaveWish) -> None:
        """Save at once where nothing is yet, and ask where a file is."""
        try:
            path = _absolute(wish.path)
            exists = await asyncio.to_thread(path.exists)
            is_file = await asyncio.to_thread(path.is_file)
        except (OSError, RuntimeError, ValueError) as error:
            self._refuse(f"'{plain(wish.path)}' names no file: {error}.")
            return
        if exists and not is_file:
            self._refuse(f"'{plain(str(path))}' is no file: name another one.")
        elif exists:
            lines: list[Line] = [(Piece(f"{plain(str(path))} is there already."),)]
            answers = [Answer(CANCEL, "Leave it", "n"), Answer("yes", "Replace it", "r", dangerous=True)]
            question = Question("Replace the file?", lines, answers)
            self._pane.app.push_screen(
                question, lambda answer: self._write(path, codes=wish.codes) if answer == "yes" else None
            )
        else:
            await self._save(path, codes=wish.codes)

    def _write(self, path: Path, *, codes: bool) -> None:
        self._pane.errands.start("save log", self._save(path, codes=codes))

    async def _save(self, path: Path, *, codes: bool) -> None:
        if await self._written(path, codes=codes):
            self._session.tell(f"Saved to {plain(str(path))}.", brief=True)

    async def _written(self, path: Path, *, codes: bool) -> bool:
        """Write the log to a file; False: it failed, and that was said."""
        pages = self._pane.pages
        if pages is None:
            return False
        try:
            await write_log(pages.source, pages.extent, path, codes=codes, progress=self._progress)
        except OSError as error:
            self._refuse(f"'{plain(str(path))}' cannot be written: {error.strerror or error}.")
            return False
        except WjtuiError as error:
            self._refuse(error.message)
            return False
        finally:
            self._pane.working = ""
        return True

    def _progress(self, share: float) -> None:
        self._pane.working = f"saving {share:.0%}"
        self._session.wake()

    async def _lend(self, argv: list[str]) -> None:
        """Give the terminal to a program that shows the log's file, or a copy where there is none here."""
        path = self._path()
        if path is not None and await asyncio.to_thread(path.is_file):
            await self._show(argv, path)
            return
        with tempfile.TemporaryDirectory(prefix="wjtui-") as folder:
            copy = Path(folder) / copy_name(self._pane.refs)
            if await self._written(copy, codes=True):
                await self._show(argv, copy)

    async def _show(self, argv: list[str], path: Path) -> None:
        app = cast("WjtuiApp", self._pane.app)
        environment = {**os.environ, "LESS": os.environ.get("LESS", "-R")}
        trouble = await lend(app, [*argv, str(path)], environment=environment)
        if trouble is not None:
            self._refuse(trouble)

    def _path(self) -> Path | None:
        """The file of the log, if it lies on this machine."""
        store, ref = self._session.store, self._pane.ref
        job = store.jobs.get(ref.job.key) if ref is not None else None
        if ref is None or job is None or store.engine is None or not store.engine.shares_files:
            return None
        path = log_path(job, ref)
        return Path(path) if path else None

    def _refuse(self, why: str) -> None:
        self._session.tell(plain(why), tone=Tone.WARNING)


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """``$VISUAL`` or ``$EDITOR`` taken apart as a shell does, else vi; told to change nothing."""
    for name in ("VISUAL", "EDITOR"):
        try:
            argv = shlex.split(environment.get(name, ""))
        except ValueError:
            continue
        if argv:
            break
    else:
        argv = ["vi"]
    flag = next((flag for flag, names in _READ_ONLY.items() if Path(argv[0]).name in names), None)
    return argv if flag is None else [*argv, flag]


def _absolute(text: str) -> Path:
    """What a person typed as a path. Raises RuntimeError where ``~NAME`` is nobody, and OSError."""
    return Path(text).expanduser().absolute()
