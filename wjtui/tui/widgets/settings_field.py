"""SettingField: one key of ``settings.job``, shown from its text, and told of when a person changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input

from wjtui.model.identity import JobType
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.edit import REMOVED
from wjtui.settings.keys import Key
from wjtui.settings.values import Kind
from wjtui.tui.present.ink import Line
from wjtui.tui.present.settings_fields import as_typed, beside, chosen_label, labels, read_typed
from wjtui.tui.present.settings_text import Shadow
from wjtui.tui.widgets.controls import Choice, Option, Tick
from wjtui.tui.widgets.field import Field, FieldInput

_BUILT = frozenset({Kind.SCHEDULE, Kind.RECURRENCE})
_RESET = "use-default"
_CHOSEN = frozenset({Kind.FLAG, Kind.WORD})


class SettingField(Field):
    """Controls for one key, chosen by its kind; of kind ``VARIABLES`` there is a list of its own."""

    class Edited(Message):
        """A person has changed it: ``field.take()`` is what the text is to say.

        Not a value of its own, since more may have been typed by the time that this arrives.
        """

        def __init__(self, field: SettingField) -> None:
            super().__init__()
            self.field = field

    class BuilderWanted(Message):
        """The button beside a schedule was pressed."""

    def __init__(self, key: Key, kind: JobType, *, ascii_only: bool = False) -> None:
        self.key = key
        self._kind = kind
        self._shadow = Shadow("")
        self._untaken = False
        self._usual = True
        """Of ticks: they show the default, and the key is not there."""
        controls = _controls(key, ascii_only)
        self._inputs = [each for each in controls if isinstance(each, Input)]
        self._choices = [each for each in controls if isinstance(each, Choice)]
        self._ticks = [each for each in controls if isinstance(each, Tick)]
        self._reset = [each for each in controls if each.id == _RESET]
        help = f"{key.meaning}\nDefault: {key.default_for(kind)}." + (
            f" Example: {key.example}" if key.example else ""
        )
        if key.app_setting:
            help += f"\nWhere it is empty, {key.app_setting} counts."
        super().__init__(key.name, *controls, help=help, ascii_only=ascii_only, id=f"key-{key.name}")

    def put(
        self,
        settings: JobSettings,
        before: JobSettings,
        inherited: Mapping[str, Inherited],
        error: str,
        says: Line = (),
    ) -> None:
        """Show what the text says; a field that says the same already is left alone."""
        value = settings.raw.get(self.key.name, REMOVED)
        found = beside(self.key, settings, before, inherited, self._kind)
        self._put_value(value, found.placeholder)
        self.remark(found.note)
        self.say(says or found.says, error)

    def _put_value(self, value: Any, empty: str) -> None:
        for choice in self._choices:
            offered = labels(self.key, value, empty)
            if [label.label for label in offered] != choice.labels:
                choice.offer([Option(label.json, label.label) for label in offered])
            choice.put(chosen_label(value))
        self._usual = value is REMOVED
        for tick in self._ticks:
            counts = value if isinstance(value, list) else empty.split(", ") if value is REMOVED else []
            tick.put(tick.label in counts)
        for button in self._reset:
            button.display = value is not REMOVED
        for field in self._inputs:
            field.placeholder = empty
            # What was typed and is still on its way to the text must not be undone by what that says yet.
            on_its_way = self._untaken or field.value != self._shadow.shown
            if not on_its_way and chosen_label(self._typed()) != chosen_label(value):
                self._shadow = Shadow(as_typed(self.key, value))
                field.value = self._shadow.shown

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # What was put there by us comes back as a change, too.
        if event.input.value != self._shadow.shown:
            self._shadow.edit(event.input.value)
            self._untaken = True
            self.post_message(self.Edited(self))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self))

    def on_tick_changed(self, event: Tick.Changed) -> None:
        event.stop()
        self._usual = False
        self.post_message(self.Edited(self))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == _RESET:
            self._usual = True
            self._ticks[0].focus()
            self.post_message(self.Edited(self))
        else:
            self.post_message(self.BuilderWanted())

    def take(self) -> Any:
        """What the text is to say now, or ``REMOVED``; until it was taken, no older value is shown here."""
        self._untaken = False
        for choice in self._choices:
            return json.loads(choice.value) if choice.value else REMOVED
        if self._ticks:
            return REMOVED if self._usual else [tick.label for tick in self._ticks if tick.on]
        return self._typed()

    def _typed(self) -> Any:
        return read_typed(self.key, self._shadow.text)


def _controls(key: Key, ascii_only: bool) -> list[Widget]:
    if key.kind in _CHOSEN:
        options = [Option(label.json, label.label) for label in labels(key, REMOVED, "")]
        return [Choice(options, ascii_only=ascii_only)]
    if key.kind is Kind.WAYS:
        ticks: list[Widget] = [Tick(way, ascii_only=ascii_only, id=f"way-{way}") for way in key.choices]
        return [*ticks, Button("Default", id=_RESET, compact=True)]
    field = FieldInput()
    field.set_class(key.kind is Kind.NUMBER, "-number")
    if key.kind in _BUILT:
        return [field, Button("Builder", id=f"build-{key.name}", compact=True)]
    return [field]
