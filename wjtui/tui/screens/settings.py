"""SettingsForm: the settings of one job, as fields and as their text; each follows the other at once."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Static

from wjtui.model.errors import SettingsChanged
from wjtui.model.events import Tone
from wjtui.model.site import SettingsDocument
from wjtui.settings.edit import REMOVED, CannotEdit, set_inner, set_keys
from wjtui.settings.keys import Key
from wjtui.settings.values import Kind
from wjtui.tui.present import settings_page as page
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.present.settings_fields import Group, differences, group_of, keys_for
from wjtui.tui.present.settings_schedule import schedule_says
from wjtui.tui.present.settings_variables import set_by_wjtui
from wjtui.tui.screens.form import Form
from wjtui.tui.screens.settings_conflict import MINE, THEIRS, changed_meanwhile
from wjtui.tui.screens.site_settings_edit import Pair, edit_variable_of
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.inked import paragraphs, say_in
from wjtui.tui.widgets.raw_json import RawJson
from wjtui.tui.widgets.settings_field import SettingField
from wjtui.tui.widgets.settings_list import SettingsList
from wjtui.tui.widgets.variables import Variables

LOOK_EVERY = 3
"""Seconds between two looks whether the file on the disk is another one."""


class SettingsForm(Form[SettingsDocument]):
    """Dismissed with what was saved. The text is the one truth: fields edit it, and show what it says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "next_tab", "Raw JSON, and back", priority=True),
    ]

    def __init__(self, session: Session, key: JobKey) -> None:
        super().__init__(session)
        self.add_class("-tab-form")
        self._key = key
        self._job = session.store.jobs[key]
        self._document: SettingsDocument | None = None
        """What lies on the disk, as far as it was accepted here; None: it is being read."""
        self._before = self._draft = page.read_draft("", self._job.id.type)
        self._origin = page.Origin("", "")
        self._said: dict[str, list[Line]] = {}
        self._fields: list[SettingField] = []
        self._theirs = ""
        """The tag of a file of somebody else that a person knows of, and has not decided about."""
        self._tab = "form"
        self._seconds = 0
        self._saving = False

    def compose(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        yield from self.above()
        yield Bar(id="settings-tabs", ascii_only=ascii_only)
        with Container(id="settings") as body:
            # Unseen, and out of reach of the focus, until it is known what there is to fill in.
            body.display = body.visible = False
            with VerticalScroll(id="settings-fields", classes="form-body form-box", can_focus=False) as box:
                box.border_title = "Form"
                for group in Group:
                    keys = [key for key in keys_for(self._job.id.type) if group_of(key) is group]
                    if keys:
                        yield from self._group(group, keys)
            with Vertical(id="settings-text"):
                with Vertical(id="settings-raw", classes="form-box") as box:
                    box.border_title = "settings.job"
                    yield RawJson(ascii_only=ascii_only, id="raw")
                    yield Static(id="settings-verdict")
                with VerticalScroll(id="settings-effect", classes="form-box", can_focus=False) as box:
                    box.border_title = "Effect of saving"
                    yield Static(id="settings-effect-text")
        yield from self.below()

    def _group(self, group: Group, keys: list[Key]) -> ComposeResult:
        ascii_only = self.session.options.ascii
        with Container(classes="settings-group", id=f"group-{group.value.lower()}"):
            yield Static(group.value, classes="settings-heading")
            for key in keys:
                if key.kind is Kind.VARIABLES:
                    yield Static(id="settings-env-says")
                    yield Variables(ascii_only=ascii_only, id="variables")
                else:
                    field = SettingField(key, self._job.id.type, ascii_only=ascii_only)
                    self._fields.append(field)
                    yield field

    def on_mount(self) -> None:
        self._show_tab("form")
        self.session.topics[Topic.JOBS].subscribe(self, self.on_jobs)
        self.set_interval(1.0, self.tick, name="settings")
        self.attempt("read the settings", self._load())

    # What a form says of itself

    def header_line(self, width: int) -> Line:
        version = self._document.version if self._document is not None else None
        return page.header(self._job.id.name, version, page.count_changes(self._before, self._draft), width)

    def key_words(self) -> list[tuple[str, str, str]]:
        names = list(page.TABS)
        following = page.TABS[names[(names.index(self._tab) + 1) % len(names)]]
        if not self.has_class("-narrow"):
            following = "Form" if isinstance(self.focused, RawJson) else page.TABS["raw"]
        save, *others = super().key_words()
        return [save, ("ctrl+r", following, "screen.next_tab"), *others]

    @property
    def changed(self) -> bool:
        return self._draft.text != self._before.text

    @property
    def losing(self) -> str:
        changes = page.count_changes(self._before, self._draft)
        return f"{changes[0].upper()}{changes[1:]} not saved." if changes else super().losing

    def save(self) -> None:
        if self._document is None or self._saving:
            return
        wrong = self._draft.broken or next(iter(self._draft.faults), None)
        if wrong is not None:
            self.say_status(page.errors_line(self._draft), Ink.FAILED)
            self._show_tab(page.tab_of(wrong))
            if wrong is self._draft.broken:
                self.query_one(RawJson).go_to(wrong.line, wrong.column)
            elif not self.focus_first_error():
                self.query_one(SettingsList).focus()
        elif not self.changed:
            self.session.tell("Nothing was changed, so nothing is saved.", brief=True)
            self.dismiss(None)
        else:
            self.attempt("save the settings", self._save(self._document.etag))

    # From the text to the screen

    async def _load(self) -> None:
        self._take(await self.session.service.settings.read(self._job.id))
        body = self.query_one("#settings")
        body.display = body.visible = True
        self._focus_fields()

    def _take(self, document: SettingsDocument) -> None:
        """Edit this from now on."""
        self._document, self._theirs = document, ""
        self._before = page.read_draft(document.text, self._job.id.type)
        self._put_text(document.text)

    def _put_text(self, text: str, origin: page.Origin | None = None) -> None:
        """The text is this now: show what it says."""
        self._origin = origin or page.Origin("", "")
        self._draft = page.read_draft(text, self._job.id.type, self._draft.settings)
        self.query_one(RawJson).put(text)
        self.query_one("#settings-fields").disabled = self._draft.broken is not None
        for field in self._fields:
            self._put_field(field)
        self.query_one(Variables).put(self._draft.raw.get("env"), self._own)
        wrong = self._draft.error_of("env")
        self._say("#settings-env-says", [(Piece(f"✗ {plain(wrong)}", Ink.FAILED),)] if wrong else [])
        self._say("#settings-verdict", [page.verdict(self._draft)])
        self.say_status(page.errors_line(self._draft) if self._draft.broken else "", Ink.FAILED)
        self._say_effect()
        self.say_around()

    def _put_field(self, field: SettingField) -> None:
        name = field.key.name
        inherited = self._document.inherited if self._document is not None else {}
        error = self._draft.error_of(name)
        says: Line = ()
        if name == ("schedule" if self._draft.settings.schedule else "recurrence") and not error:
            engine = self.session.store.engine
            zone = inherited.get("WEBSITE_TIME_ZONE")
            site_zone = zone.value if zone is not None else engine.zone if engine is not None else None
            says = schedule_says(self._draft.settings, site_zone, self.session.now)
        field.put(self._draft.settings, self._before.settings, inherited, error, says)

    def _say_effect(self) -> None:
        inherited = self._document.inherited if self._document is not None else {}
        job = self.session.store.jobs.get(self._key, self._job)
        lines = page.effect_lines(self._before, self._draft, job, inherited, bool(self._theirs))
        self._say("#settings-effect-text", lines)

    def _say(self, selector: str, lines: list[Line]) -> None:
        """Say it where it is not said already: to say it again would lay out the whole screen at each key."""
        if self._said.get(selector) != lines:
            self._said[selector] = lines
            says = self.query_one(selector, Static)
            says.display = bool(lines)
            say_in(says, paragraphs(lines, ascii_only=self.session.options.ascii))

    @property
    def _own(self) -> dict[str, str]:
        """Variables that every launch gets from wjtui."""
        engine = self.session.store.engine
        return set_by_wjtui(self._job.id, engine.root if engine is not None else "")

    # From the screen to the text

    def on_setting_field_edited(self, event: SettingField.Edited) -> None:
        name = event.field.key.name
        # A value that is typed anew is empty for a moment: its key must not lose its place by that.
        origin = self._origin.text if self._origin.key == name else self._draft.text
        try:
            self._put_text(set_keys(origin, {name: event.field.take()}), page.Origin(name, origin))
        except CannotEdit as error:
            self._cannot_edit(name, error)

    def on_raw_json_edited(self) -> None:
        self._put_text(self.query_one(RawJson).true_text)

    def on_setting_field_builder_wanted(self) -> None:
        # Here and not above, as everywhere: a screen is read when it is opened.
        from wjtui.tui.present.schedule_draft import ScheduleDraft, draft_of, write_draft
        from wjtui.tui.screens.builder import BuilderScreen

        def built(draft: ScheduleDraft | None) -> None:
            if draft is None:
                return
            try:
                self._put_text(write_draft(self._draft.text, draft))
            except CannotEdit as error:
                self._cannot_edit("schedule", error)

        draft, name = draft_of(self._draft.settings), plain(self._job.id.name)
        self.app.push_screen(BuilderScreen(self.session, name, draft, job=self._job), built)

    def on_variables_revealed(self, event: Variables.Revealed) -> None:
        self.query_one(RawJson).reveal(event.on)

    def on_variables_asked(self, event: Variables.Asked) -> None:
        env = self._draft.raw.get("env")
        if env is not None and not isinstance(env, dict):
            self.say_status("'env' is no object in braces: put it right in the raw JSON.", Ink.FAILED)
            return
        there = env or {}
        if event.verb == "remove":
            self._put_variable(event.name, REMOVED)
            self.say_status(f"{plain(event.name)} goes when you save.")
        else:
            value = there.get(event.name, "")
            self._ask_variable(Pair(event.name, value if isinstance(value, str) else ""), list(there))

    def _ask_variable(self, pair: Pair, there: list[str]) -> None:
        def answered(found: Pair | None) -> None:
            if found is None:
                return
            if pair.name and found.name != pair.name:
                self._put_variable(pair.name, REMOVED)
            self._put_variable(found.name, found.value)

        taken = [name for name in there if name != pair.name]
        ascii_only = self.session.options.ascii
        dialog = edit_variable_of(self._job.id.name, pair, taken, self._own, ascii_only=ascii_only)
        self.app.push_screen(dialog, answered)

    def _put_variable(self, name: str, value: Any) -> None:
        try:
            text = set_inner(self._draft.text, "env", name, value)
            if value is REMOVED and page.read_draft(text, self._job.id.type).raw.get("env") == {}:
                text = set_keys(text, {"env": REMOVED})
            self._put_text(text)
        except CannotEdit as error:
            self._cannot_edit("env", error)

    def _cannot_edit(self, name: str, error: CannotEdit) -> None:
        self._put_text(self._draft.text)
        self.say_status(f"'{name}' cannot be set in this text: {error}. Edit the raw JSON.", Ink.FAILED)

    # The file on the disk

    async def _save(self, etag: str) -> None:
        self._saving = True
        self.say_status("Saving …")
        try:
            saved = await self.session.changes.save(self._job.id, self._draft.text, etag)
        except SettingsChanged:
            self._ask(await self.session.service.settings.read(self._job.id), again=True)
            self.say_status("Not saved: the file is another one by now.", Ink.WARNING)
            return
        finally:
            self._saving = False
        self.session.tell(f"{plain(self._job.id.name)}: saved as version {saved.version}.", "u undoes.")
        self.dismiss(saved)

    def tick(self) -> None:
        """Once a second: how long it is to the next run, and now and then a look at the disk."""
        if self._document is None or not self.app.app_focus or self.session.lagging():
            return
        for field in self._fields:
            if field.key.kind in (Kind.SCHEDULE, Kind.RECURRENCE):
                self._put_field(field)
        self._seconds += 1
        if self._seconds % LOOK_EVERY == 0:
            self.look()

    def on_jobs(self, change: Change) -> None:
        """Jobs changed: this one may be gone, or have other settings."""
        if self._key not in change.jobs or self._document is None:
            return
        job = self.session.store.jobs.get(self._key)
        if job is None:
            self._gone()
        elif self._job is not job:
            differs = job.settings.raw != self._before.raw and job.settings != self._job.settings
            self._job = job
            self._say_effect()
            if differs:
                self.look()

    def look(self) -> None:
        """See whether the file on the disk is another one by now."""
        if not self._saving and not self.tasks:
            self.attempt("look at the settings", self._look())

    async def _look(self) -> None:
        found = await self.session.service.settings.read(self._job.id)
        known = self._document
        if known is None or self._saving or found.etag in (known.etag, self._theirs):
            return
        if not self.changed:
            self._take(found)
            self.say_status("settings.job was changed on disk: this is the new one.", Ink.WARNING)
        elif self.app.screen is self:
            self._ask(found)

    def _ask(self, theirs: SettingsDocument, *, again: bool = False) -> None:
        """Somebody else was there: whose counts? ``again``: with one's own, save at once."""
        found = page.read_draft(theirs.text, self._job.id.type)

        def answered(answer: str | None) -> None:
            if answer == THEIRS:
                self._take(theirs)
            elif answer == MINE:
                self._document, self._theirs, self._before = theirs, "", found
                self._put_text(self._draft.text)
                if again:
                    self.save()
            else:
                self._theirs = theirs.etag
                self._say_effect()

        told = differences(self._draft.raw, found.raw)
        self.app.push_screen(changed_meanwhile("settings.job", told), answered)

    def _gone(self) -> None:
        name = plain(self._job.id.name)
        self.session.tell(f"{name} is gone.", "It was deleted; its settings cannot be saved.", Tone.WARNING)
        while self in self.app.screen_stack and self.app.screen is not self:
            self.app.pop_screen()
        if self.app.screen is self:
            self.dismiss(None)

    # Panes and tabs

    def action_next_tab(self) -> None:
        """Where there is room for both: from the fields to the text and back. Else to the next tab."""
        if self.has_class("-narrow"):
            names = list(page.TABS)
            self.action_tab(names[(names.index(self._tab) + 1) % len(names)])
        elif isinstance(self.focused, RawJson):
            self._focus_fields()
        else:
            self.query_one(RawJson).focus()

    def action_tab(self, tab: str) -> None:
        """Show one of them, and go into it."""
        self._show_tab(tab)
        if tab == "raw":
            self.query_one(RawJson).focus()
        elif tab == "env":
            self.query_one(SettingsList).focus()
        else:
            self._focus_fields()

    def _show_tab(self, tab: str) -> None:
        self._tab = tab
        for name in page.TABS:
            self.set_class(name == tab, f"-tab-{name}")
        parts = [Part((piece,), f"screen.tab('{name}')") for name, piece in page.tabs_line(tab)]
        self.query_one("#settings-tabs", Bar).say(*parts)
        self.say_around()

    def _focus_fields(self) -> None:
        self.set_focus(next((child for child in self._fields[0].query("*") if child.can_focus), None))

    def on_descendant_focus(self) -> None:
        self.say_around()
