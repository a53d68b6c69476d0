"""SourceStep: where the files of a job come from, and what that will deploy."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static, TextArea

from wjtui.tui.present.deploy_samples import BY_KEY, SAMPLES
from wjtui.tui.present.findings import package_lines, package_title, progress_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.paths import (
    Entry,
    Folder,
    complete,
    entry_line,
    extension_of,
    parent_of,
    shown,
    typed_parts,
    what_it_is,
)
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.wrap import wrap
from wjtui.tui.screens.deploy_files import find_source, read_folder
from wjtui.tui.screens.deploy_staging import Source, Staging
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.controls import Choice, Option
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.file_list import Browser, FileList
from wjtui.tui.widgets.findings import FindingsPane
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.path_field import PathField
from wjtui.tui.widgets.script_area import ScriptArea

if TYPE_CHECKING:
    from wjtui.tui.screens.deploy import DeployForm

REMEMBERED = "deploy.folder"
"""Under this name the memory of a root has the folder that was used last."""
_KINDS = (
    Option("zip", ".zip file"),
    Option("folder", "Folder"),
    Option("script", "Single script"),
    Option("paste", "Paste a script"),
    Option("sample", "Sample job"),
)
_FILES = ("zip", "folder", "script")
_CANDIDATES = 3
_HERE = Entry(".", is_folder=True)
_SSH = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_HELP_PATH = (
    "Type, or paste: quotes, file:// and ~ are understood. Tab completes.\n"
    "Enter takes what stands there; ctrl+o goes to the list below, where\n"
    "Enter opens a folder or takes a file, ~ goes home, - up, . shows hidden files."
)


class SourceStep(Container):
    """Says what is to be staged, and shows what came of it."""

    def __init__(self, form: DeployForm, staging: Staging) -> None:
        super().__init__(id="step-source", classes="deploy-step")
        self._form = form
        self._staging = staging
        self._ascii = form.session.options.ascii
        self._hidden = False
        self._folder = Folder("")
        self._head: str | None = None
        self._wanted: str | None = None
        self._listing = False
        self._rows: tuple[Entry, ...] = ()
        self._first_path = ""
        self._own_name = ""

    def compose(self) -> ComposeResult:
        ascii_only = self._ascii
        yield Field(
            "Files from",
            Choice(_KINDS, ascii_only=ascii_only, id="deploy-kind"),
            help="Arrow keys choose. A sample needs no files of yours.",
            ascii_only=ascii_only,
        )
        yield Field(
            "Path",
            PathField(id="deploy-path"),
            help=_HELP_PATH,
            note="tab completes",
            ascii_only=ascii_only,
            id="deploy-path-field",
        )
        yield Field(
            "File name",
            Input("run.sh", compact=True, select_on_focus=False, id="deploy-script-name"),
            help="The name of the file that runs. Its ending says with what: .sh, .py, .js, .php, .ps1.",
            ascii_only=ascii_only,
            id="deploy-name-field",
        )
        with Container(id="deploy-panes"):
            with Container(id="deploy-left", classes="deploy-pane"):
                yield Browser(ascii_only=ascii_only, id="deploy-browser")
                yield ScriptArea(id="deploy-script", show_line_numbers=True, compact=True)
                with VerticalScroll(id="deploy-samples", can_focus=False):
                    yield Choice(
                        [Option(each.key, f"{each.name:<14}{each.type.value}") for each in SAMPLES],
                        rows=True,
                        ascii_only=ascii_only,
                        id="deploy-sample",
                    )
                    yield Static(id="deploy-sample-says")
            yield FindingsPane("What this will deploy", ascii_only=ascii_only, id="deploy-findings")
        with Container(id="deploy-scp"):
            yield Bar(ascii_only=ascii_only, id="deploy-scp-line")
            yield Button("Copy", compact=True, id="deploy-scp-copy")

    def on_mount(self) -> None:
        folder = self._form.session.memory.get(REMEMBERED, "") or "~/"
        self._first_path = folder
        self.path.put(folder)
        self._say_kind()
        self.say_staging()

    # What is filled in

    @property
    def kind(self) -> str:
        """``zip``, ``folder``, ``script``, ``paste`` or ``sample``."""
        return self.query_one("#deploy-kind", Choice).value

    @property
    def path(self) -> PathField:
        """Where a path is typed."""
        return self.query_one(PathField)

    @property
    def browser(self) -> Browser:
        """The list of what is in the folder."""
        return self.query_one(Browser)

    @property
    def typed(self) -> bool:
        """Whether something was filled in that leaving would lose."""
        path = self.path.path
        touched = not path.endswith("/") and path not in ("", self._first_path)
        return touched or bool(self.query_one(ScriptArea).text)

    def focus_first(self) -> None:
        """Where typing begins."""
        target = {"paste": "#deploy-script", "sample": "#deploy-sample"}.get(self.kind, "#deploy-path")
        self.query_one(target).focus()

    def jump(self) -> None:
        """To the list of files and back to the path; else to the pane and back."""
        if self.kind not in _FILES:
            pane = self.query_one(FindingsPane)
            self.focus_first() if pane.has_focus else pane.focus()
        elif self.browser.has_focus:
            self.path.focus()
        else:
            self.browser.focus()

    async def read(self) -> Source | None:
        """What the fields say; None: there is no such source, and the field says so."""
        if self.kind == "sample":
            return Source(sample=BY_KEY[self.query_one("#deploy-sample", Choice).value])
        if self.kind == "paste":
            return self._read_script()
        typed = self.path.path
        field = self.query_one("#deploy-path-field", Field)
        found, is_folder = await asyncio.to_thread(find_source, typed.strip())
        if found is None:
            field.say(
                error=f"There is no {plain(typed) or 'path yet'}: type one, or choose in the list below."
            )
            self.path.focus()
            return None
        field.say()
        if is_folder and self.kind != "folder":
            self._go_to(typed if typed.endswith("/") else f"{typed}/")
            self._form.say_status("This is a folder: choose a file in it, or 'Folder' above for all of it.")
            return None
        self._say_found(typed, found, is_folder)
        return Source(path=found)

    def _read_script(self) -> Source | None:
        text, name = (
            self.query_one(ScriptArea).text,
            self.query_one("#deploy-script-name", Input).value.strip(),
        )
        field = self.query_one("#deploy-name-field", Field)
        if not text.strip():
            self._form.say_status("There is no script yet: paste one, then ctrl+s goes on.", Ink.WARNING)
            return None
        if not name or name in (".", "..") or "/" in name or "\0" in name or len(name.encode()) > 200:
            field.say(error="A file name is wanted, without a path: run.sh.")
            return None
        field.say()
        return Source(script=text if text.endswith("\n") else f"{text}\n", name=name)

    def _say_found(self, typed: str, found: Path, is_folder: bool) -> None:
        """Show what it turned out to be, and remember its folder."""
        kind = "folder" if is_folder else "zip" if found.suffix.lower() == ".zip" else "script"
        self.query_one("#deploy-kind", Choice).put(kind)
        self._say_kind()
        head = typed_parts(typed.rstrip("/"))[0]
        self._form.session.memory.put(REMEMBERED, head or "./")

    # What happens

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice.id == "deploy-kind":
            self._say_kind()
            self._form.say_steps()
        else:
            self._say_sample()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.path:
            event.stop()
            self.query_one("#deploy-path-field", Field).say()
            self._list()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        name = self.query_one("#deploy-script-name", Input)
        fitting = f"run{extension_of(event.text_area.text[:300])}"
        if name.value in ("", "run.sh", self._own_name):
            name.value = self._own_name = fitting

    def on_path_field_completing(self) -> None:
        self._form.attempt("completing", self._complete())

    def on_browser_wanted(self, event: Browser.Wanted) -> None:
        event.stop()
        if event.what == "hidden":
            self._hidden = not self._hidden
            self._say_folder()
        elif event.what == "home":
            self._go_to("~/")
        else:
            self._go_to(parent_of(typed_parts(self.path.path)[0], self._folder.path))

    def on_file_list_opened(self, event: FileList.Opened) -> None:
        event.stop()
        entry = self._rows[event.row]
        head = typed_parts(self.path.path)[0]
        if entry is _HERE:
            self.path.put(head)
            self._form.next()
        elif entry.is_folder:
            self._go_to(f"{head}{entry.name}/")
        elif not what_it_is(entry):
            self._form.say_status(f"{entry.name} is neither a .zip file nor a script.", Ink.WARNING)
        else:
            self.path.put(head + entry.name)
            self._form.next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "deploy-scp-copy":
            event.stop()
            self.app.copy_to_clipboard(self._scp())
            self._form.say_status("Copied. Run it on your machine, then choose the file here.")

    # Showing

    def say_staging(self) -> None:
        """What is staged, or on its way, or why it is not."""
        staging, session, pane = self._staging, self._form.session, self.query_one(FindingsPane)
        if staging.package is not None:
            package, zone = staging.package, self._form.site_zone
            pane.say(lambda width: package_lines(package, width, zone, session.now), package_title(package))
        elif staging.busy:
            going = progress_line(staging.progress)
            pane.say(lambda width: wrap(going, width), (Piece("working", Ink.ACCENT),))
        elif staging.trouble:
            trouble = plain(staging.trouble)
            pane.say(
                lambda width: wrap((Piece("✗ ", Ink.FAILED), Piece(trouble, Ink.FAILED)), width, 2),
                (Piece("✗ cannot be used", Ink.FAILED),),
            )
        else:
            hint = (
                Piece("Choose a source. Then this says which file will run, and everything found.", Ink.DIM),
            )
            pane.say(lambda width: wrap(hint, width))

    def _say_kind(self) -> None:
        kind = self.kind
        files = kind in _FILES
        self.query_one("#deploy-path-field").display = self.browser.display = files
        self.query_one("#deploy-name-field").display = self.query_one(ScriptArea).display = kind == "paste"
        self.query_one("#deploy-samples").display = kind == "sample"
        environment = self._form.session.options.environment
        self.query_one("#deploy-scp").display = files and any(environment.get(name) for name in _SSH)
        titles = {"paste": "Paste it here", "sample": "Sample jobs"}
        self.query_one("#deploy-left").border_title = Content(titles.get(kind, ""))
        self.query_one("#deploy-left").border_subtitle = Content("~ home  - up  . hidden" if files else "")
        self._say_sample()
        if files:
            self._say_folder()

    def _say_sample(self) -> None:
        chosen = BY_KEY[self.query_one("#deploy-sample", Choice).value]
        self.query_one("#deploy-sample-says", Static).update(
            paragraphs([(Piece(chosen.sentence, Ink.DIM),)], ascii_only=self._ascii)
        )

    def _say_folder(self) -> None:
        if self.kind not in _FILES or self._head is None:
            return
        session, typed = self._form.session, self.path.path
        hidden = self._hidden or typed_parts(typed)[1].startswith(".")
        here = (_HERE,) if self.kind == "folder" and not self._folder.trouble else ()
        self._rows = rows = (*here, *shown(self._folder.entries, hidden))
        found = complete(typed, self._folder, hidden=hidden)
        named = typed_parts(typed)[1] != ""
        likely = (each for each in found.candidates if what_it_is(each) == self.kind)
        best = next(likely, found.candidates[0] if found.candidates else None)
        cursor = rows.index(best) if named and best is not None else 0

        def line(row: int, width: int) -> Line:
            if rows[row] is _HERE:
                return (Piece("./", Ink.ACCENT), Piece("  take this folder", Ink.STRONG))
            return entry_line(rows[row], width, session.now)

        browser = self.browser
        browser.empty_text = plain(self._folder.trouble) or "Nothing in it."
        keep = min(browser.cursor, len(rows)) if browser.has_focus and browser.count == len(rows) else cursor
        browser.show(len(rows), line, cursor if named else keep)
        more = f"  and {self._folder.left_out:,} more" if self._folder.left_out else ""
        title = plain(self._head or "./")
        self.query_one("#deploy-left").border_title = Content(shorten(f"Browse  {title}{more}", 46))
        self.query_one("#deploy-scp-line", Bar).say(
            (Piece(" From your machine:  ", Ink.DIM), Piece(plain(self._scp()), Ink.KEY))
        )
        self._say_candidates(
            found.candidates if named and (found.text != typed or len(found.candidates) > 1) else ()
        )

    def _say_candidates(self, candidates: tuple[Entry, ...]) -> None:
        field = self.query_one("#deploy-path-field", Field)
        if field.error:
            return
        names = "   ".join(
            plain(each.name) + ("/" if each.is_folder else "") for each in candidates[:_CANDIDATES]
        )
        more = f"   and {len(candidates) - _CANDIDATES:,} more" if len(candidates) > _CANDIDATES else ""
        field.say((Piece(names + more, Ink.DIM),) if names else ())

    def _scp(self) -> str:
        engine = self._form.session.store.engine
        user = self._form.session.options.environment.get("USER", "")
        host = engine.instance if engine is not None and engine.instance else "HOST"
        folder = self._head or self._folder.path
        return f"scp my.zip {user}@{host}:{folder}" if user else f"scp my.zip {host}:{folder}"

    # Looking

    def _go_to(self, folder: str) -> None:
        self.browser.cursor = 0
        self.path.put(folder)
        self._list()

    def _list(self) -> None:
        """Look into the folder that is typed; the newest wish counts."""
        self._wanted = self.path.path
        if not self._listing:
            self._listing = True
            self._form.tasks.start("listing", self._read_wanted())

    async def _read_wanted(self) -> None:
        try:
            while self._wanted is not None:
                typed, self._wanted = self._wanted, None
                await self._read_folder(typed)
                self._say_folder()
        finally:
            self._listing = False

    async def _read_folder(self, typed: str) -> None:
        head = typed_parts(typed)[0]
        if head != self._head or self._folder.left_out or self._folder.trouble:
            self._folder = await asyncio.to_thread(read_folder, typed)
            self._head = head

    async def _complete(self) -> None:
        typed = self.path.path
        await self._read_folder(typed)
        if self.path.path != typed:
            return
        found = complete(typed, self._folder, hidden=self._hidden)
        if found.text != typed:
            self.path.put(found.text)
        else:
            self.screen.focus_next()
