"""SiteSettingsForm: what is set for the whole site, and its connection strings; secrets are masked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Button, Static

from wjtui.model.errors import InvalidRequest, SettingsChanged
from wjtui.model.events import Tone
from wjtui.model.site import ConnectionString, SiteChange, SiteSettings
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.palette import Row
from wjtui.tui.present.plain import fit, plain
from wjtui.tui.present.site_settings import (
    KNOWN,
    NEXT_START,
    Setting,
    about_connection,
    about_setting,
    connection_line,
    setting_line,
    setting_rows,
)
from wjtui.tui.screens.connection import EditConnection
from wjtui.tui.screens.form import Form
from wjtui.tui.screens.question import CANCEL, Answer, Question
from wjtui.tui.screens.site_settings_edit import EditVariable, Pair
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.controls import Tick
from wjtui.tui.widgets.inked import paragraphs, say_in
from wjtui.tui.widgets.settings_list import SettingsList

_OVER = "over"


class SiteSettingsForm(Form[None]):
    """Each change is saved by itself, as its dialog is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Add", priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._site = SiteSettings()
        self._rows: list[Setting] = []
        self._read = False

    def compose(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        yield from self.above()
        with Container(id="site"):
            with Vertical(id="site-settings-box", classes="form-box") as box:
                box.border_title = "Site settings"
                yield SettingsList(ascii_only=ascii_only, id="site-settings")
            with Vertical(id="site-connections-box", classes="form-box") as box:
                box.border_title = "Connection strings"
                yield SettingsList(ascii_only=ascii_only, id="site-connections")
        yield Static(id="site-about")
        with Horizontal(id="site-buttons"):
            yield Button("Add setting", id="add-setting", compact=True)
            yield Button("Add connection string", id="add-connection", compact=True)
            yield Tick("reveal secrets", ascii_only=ascii_only, id="site-reveal")
        yield from self.below()

    def on_mount(self) -> None:
        self._connections.empty_text = "None yet: ctrl+n adds one."
        self._settings.empty_text = "…"
        self.session.topics[Topic.ENGINE].subscribe(self, self._on_engine)
        self.attempt("read the site settings", self._load())

    # What a form says of itself

    def header_line(self, width: int) -> Line:
        left = " › Site settings"
        return Piece(" wjtui", Ink.ACCENT), Piece(fit(left, max(0, width - 6)))

    def key_words(self) -> list[tuple[str, str, str]]:
        return [
            ("enter", "Change", ""),
            ("ctrl+n", "Add", "screen.add"),
            ("delete", "Remove", ""),
            ("tab", "Next list", "app.focus_next"),
            ("esc", "Back", "screen.back"),
        ]

    def save(self) -> None:
        self.say_status("Every change here is saved at once.")

    # What is there

    async def _load(self) -> None:
        self._take(await self.session.service.settings.site())
        self._settings.focus()

    def _take(self, site: SiteSettings) -> None:
        self._site, self._rows, self._read = site, setting_rows(site), True
        for rows, count, row in (
            (self._settings, len(self._rows), self._setting_row),
            (self._connections, len(site.connections), self._connection_row),
        ):
            rows.show(count, row, rows.cursor)
        self._say_about()

    def _setting_row(self, number: int, width: int) -> Row:
        return Row(setting_line(self._rows[number], width, reveal=self._reveals))

    def _connection_row(self, number: int, width: int) -> Row:
        return Row(connection_line(self._site.connections[number], width, reveal=self._reveals))

    def _say_about(self) -> None:
        lines = (
            about_connection(self._connection) if self._among_connections else about_setting(self._setting)
        )
        about = paragraphs(lines, ascii_only=self.session.options.ascii)
        say_in(self.query_one("#site-about", Static), about)

    def _on_engine(self, change: Change) -> None:
        """The engine came back, or obeys another setting: somebody may have changed one."""
        if not self.tasks and self._read:
            self.attempt("read the site settings", self._look())

    async def _look(self) -> None:
        found = await self.session.service.settings.site()
        if found.etag != self._site.etag:
            self._take(found)

    # What a person asks for

    def on_choices_moved(self) -> None:
        if self._read:
            self._say_about()

    def on_descendant_focus(self) -> None:
        if self._read:
            self._say_about()

    def on_choices_picked(self) -> None:
        self._say_about()

    def on_tick_changed(self) -> None:
        self._settings.refresh()
        self._connections.refresh()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if not self._read:
            return
        if event.button.id == "add-setting":
            self._edit_setting(Pair("", ""))
        else:
            self._edit_connection(None)

    def on_settings_list_asked(self, event: SettingsList.Asked) -> None:
        if event.verb == "add":
            self.action_add()
        elif event.list is self._connections:
            self._do_to_connection(event.verb)
        elif self._setting is not None:
            self._do_to_setting(event.verb, self._setting)

    def action_add(self) -> None:
        """Add one to the list that has the focus."""
        if not self._read:
            return
        if self._among_connections:
            self._edit_connection(None)
        else:
            self._edit_setting(Pair("", ""))

    def _do_to_setting(self, verb: str, row: Setting) -> None:
        name = plain(row.name)
        if verb == "change":
            self._edit_setting(Pair(row.name, row.value if row.value is not None else row.inherited or ""))
        elif row.value is None:
            self.say_status(f"{name} is not set for the site, so there is nothing to remove.")
        else:
            after = "What the engine's environment says counts then." if row.inherited is not None else ""
            change = SiteChange(remove=(row.name,), etag=self._site.etag)
            self._ask_to_remove(name, after or _then(row), change, f"{name} is removed. {_effect(row.name)}")

    def _do_to_connection(self, verb: str) -> None:
        found = self._connection
        if found is None:
            return
        if verb == "change":
            self._edit_connection(found)
            return
        name = plain(found.name)
        change = SiteChange(disconnect=(found.variable,), etag=self._site.etag)
        self._ask_to_remove(
            name, "Jobs do not find it any more.", change, f"{name} is removed. {_effect('')}"
        )

    def _ask_to_remove(self, name: str, after: str, change: SiteChange, done: str) -> None:
        def answered(answer: str | None) -> None:
            if answer == "remove":
                self._save(change, done)

        answers = [Answer(CANCEL, "Keep it", "k"), Answer("remove", "Remove", "r", dangerous=True)]
        undo = self.session.keys.name("app.undo")
        back = f"{undo} on the list of jobs brings it back, until you leave. {after}"
        lines: list[Line] = [(Piece(back),)]
        self.app.push_screen(Question(f"Remove {name}?", lines, answers), answered)

    def _edit_setting(self, pair: Pair) -> None:
        there = self._site.values

        def answered(found: Pair | None) -> None:
            if found is None or (found == pair and there.get(pair.name) == pair.value):
                return
            gone = (pair.name,) if pair.name in there and found.name != pair.name else ()
            change = SiteChange({found.name: found.value}, gone, etag=self._site.etag)
            self._save(change, f"{plain(found.name)} is set. {_effect(found.name)}")

        dialog = EditVariable(
            "Site setting",
            pair,
            about=lambda name: f"{_about(name)} {_effect(name)}",
            taken=[name for name in there if name != pair.name],
            ascii_only=self.session.options.ascii,
        )
        self.app.push_screen(dialog, answered)

    def _edit_connection(self, found: ConnectionString | None) -> None:
        def answered(wanted: ConnectionString | None) -> None:
            if wanted is None or wanted == found:
                return
            moved = found is not None and found.variable != wanted.variable
            gone = (found.variable,) if found is not None and moved else ()
            change = SiteChange(connect=(wanted,), disconnect=gone, etag=self._site.etag)
            self._save(change, f"Connection string {plain(wanted.name)} is set. {_effect('')}")

        title = "New connection string" if found is None else "Connection string"
        dialog = EditConnection(title, found, ascii_only=self.session.options.ascii)
        self.app.push_screen(dialog, answered)

    # Saving

    def _save(self, change: SiteChange, done: str) -> None:
        self.attempt("save the site settings", self._saved(change, done))

    async def _saved(self, change: SiteChange, done: str) -> None:
        try:
            names = ", ".join(map(plain, _touched(change)))
            self._take(await self.session.changes.change_site(change, names))
        except SettingsChanged:
            found = await self.session.service.settings.site()
            self._take(found)
            self._ask_over(change, found.etag, done)
        except InvalidRequest as error:
            self.say_status(error.message, Ink.FAILED)
            self.session.tell("Not saved.", error.message, Tone.WARNING)
        else:
            self.say_status(done, Ink.SUCCESS)

    def _ask_over(self, change: SiteChange, etag: str, done: str) -> None:
        def answered(answer: str | None) -> None:
            if answer == _OVER:
                again = SiteChange(change.put, change.remove, change.connect, change.disconnect, etag)
                self._save(again, done)
            else:
                self.say_status("Not saved: the list shows what somebody else has set.", Ink.WARNING)

        names = _touched(change)
        lines: list[Line] = [
            (Piece("Somebody else has saved them since you looked. The list shows them as they are now."),),
            (Piece("You were about to change "), Piece(", ".join(map(plain, names)), Ink.STRONG), Piece(".")),
        ]
        answers = [
            Answer(CANCEL, "Leave them as they are", "l"),
            Answer(_OVER, "Make my change to these", "m", dangerous=True),
        ]
        self.app.push_screen(Question("The site settings were changed meanwhile", lines, answers), answered)

    # Where things are

    @property
    def _settings(self) -> SettingsList:
        return self.query_one("#site-settings", SettingsList)

    @property
    def _connections(self) -> SettingsList:
        return self.query_one("#site-connections", SettingsList)

    @property
    def _among_connections(self) -> bool:
        return self.focused is self._connections

    @property
    def _reveals(self) -> bool:
        return self.query_one("#site-reveal", Tick).on

    @property
    def _setting(self) -> Setting | None:
        at = self._settings.cursor
        return self._rows[at] if at < len(self._rows) else None

    @property
    def _connection(self) -> ConnectionString | None:
        at = self._connections.cursor
        return self._site.connections[at] if 0 <= at < len(self._site.connections) else None


def _touched(change: SiteChange) -> list[str]:
    return [*change.put, *change.remove, *(each.name for each in change.connect), *change.disconnect]


def _about(name: str) -> str:
    known = KNOWN.get(name)
    return f"{known.meaning[0].upper()}{known.meaning[1:]}." if known is not None else "Every job finds it."


def _effect(name: str) -> str:
    known = KNOWN.get(name)
    return f"It takes effect {known.takes_effect if known is not None else NEXT_START}."


def _then(row: Setting) -> str:
    return f"Its default counts then: {row.known.default}." if row.known else "Jobs do not find it any more."
