"""SettingsDriver: the settings of a job and of the site, as a person edits them."""

from __future__ import annotations

from typing import Any

from textual.widgets import Button, Input, Static

from tests.support.tui_driver import TuiDriver
from wjtui.settings.lenient import read_lenient
from wjtui.tui.screens.settings import SettingsForm
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.controls import Choice, Tick
from wjtui.tui.widgets.raw_json import RawJson
from wjtui.tui.widgets.settings_field import SettingField


class SettingsDriver:
    """One open form. ``by_tab``: the way to a field is gone by keys too, as one test does for all fields."""

    def __init__(self, tui: TuiDriver, *, by_tab: bool = False) -> None:
        self.tui = tui
        self.by_tab = by_tab

    async def open(self, name: str) -> None:
        """Open the form of a job by its key."""
        await self.tui.select(name)
        await self.tui.press("e")
        await self.tui.until(lambda: isinstance(self.tui.app.screen, SettingsForm))
        await self.tui.settle()

    @property
    def form(self) -> SettingsForm:
        """The form, under whatever dialog is open."""
        return next(each for each in reversed(self.tui.app.screen_stack) if isinstance(each, SettingsForm))

    def is_open(self) -> bool:
        """Whether the form is there."""
        return any(isinstance(each, SettingsForm) for each in self.tui.app.screen_stack)

    @property
    def text(self) -> str:
        """The text that would be saved."""
        return self.form.query_one(RawJson).true_text

    @property
    def values(self) -> Any:
        """What that text says."""
        return read_lenient(self.text) if self.text.strip() else {}

    @property
    def status(self) -> str:
        """The line over the keys."""
        return self.form.query_one("#form-status", Bar).text.strip()

    @property
    def header(self) -> str:
        """The first line."""
        return self.form.query_one("#form-header", Bar).text

    @property
    def effect(self) -> str:
        """What saving would do, in words."""
        return str(self.form.query_one("#settings-effect-text", Static).content)

    @property
    def keys(self) -> list[str]:
        """The keys that have fields, in their order."""
        return [field.key.name for field in self.form.query(SettingField)]

    def field(self, key: str) -> SettingField:
        """The field of a key."""
        return self.form.query_one(f"#key-{key}", SettingField)

    def error(self, key: str) -> str:
        """What is wrong with a field."""
        return self.field(key).error

    def note(self, key: str) -> str:
        """What stands behind a field."""
        return self.field(key)._note

    def shown(self, key: str) -> str:
        """What a field shows as its value."""
        for field in self.field(key).query(Input):
            return field.value
        for choice in self.field(key).query(Choice):
            return choice.value
        return " ".join(tick.label for tick in self.field(key).query(Tick) if tick.on)

    async def go_to(self, key: str) -> None:
        """Go to the field of a key, from wherever the focus is."""
        await self.put_focus(lambda focused: focused in self.field(key).query("*"))

    async def fill(self, key: str, text: str) -> None:
        """Put a text into a field, in the place of what is there."""
        await self.go_to(key)
        await self.tui.burst("end", "ctrl+u", *text)

    async def choose(self, key: str, value: str) -> None:
        """Choose a word by its arrows."""
        await self.go_to(key)
        choice = self.field(key).query_one(Choice)
        steps = [option.value for option in choice._options].index(value)
        await self.tui.burst("home", *["right"] * steps)
        assert choice.value == value, f"{value!r} cannot be chosen: {choice.labels}"

    async def tick(self, key: str, label: str) -> None:
        """Switch one of the ticks of a field."""
        await self.put_focus(lambda focused: isinstance(focused, Tick) and focused.label == label)
        await self.tui.press("space")

    async def push(self, id: str) -> None:
        """Go to a button and press it."""
        await self.put_focus(lambda focused: isinstance(focused, Button) and focused.id == id)
        await self.tui.press("enter")

    async def write_raw(self, text: str) -> None:
        """Replace the raw text, as by selecting all of it and pasting."""
        raw = self.form.query_one(RawJson)
        if not raw.has_focus:
            await self.tui.press("ctrl+r")
        raw.select_all()
        raw.replace(text, *raw.selection)
        await self.tui.settle()

    async def put_focus(self, there: Any) -> None:
        """Go to the first widget that is ``there`` and can have the focus; by tab: the shorter way round."""
        screen = self.tui.app.screen
        chain = screen.focus_chain
        goal = next((at for at, widget in enumerate(chain) if there(widget)), None)
        assert goal is not None, f"tab never comes there: {chain}"
        if not self.by_tab:
            screen.set_focus(chain[goal])
            await self.tui.settle()
            return
        here = chain.index(screen.focused) if screen.focused in chain else -1
        steps = goal - here
        if screen.focused is not None and len(chain) - abs(steps) < abs(steps):
            steps -= len(chain) if steps > 0 else -len(chain)
        await self.tui.burst(*["tab" if steps > 0 else "shift+tab"] * abs(steps))
        assert there(screen.focused), f"{abs(steps)} steps lead to {screen.focused}"
