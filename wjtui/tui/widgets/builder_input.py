"""Text fields of the schedule builder: a whole schedule can be pasted into each, and zones complete."""

from __future__ import annotations

import asyncio

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.suggester import Suggester
from textual.widgets import Input

from wjtui.schedule.zones import complete_zone
from wjtui.tui.present.builder_paste import first_line, is_whole

_LONGEST = 600


class BuilderInput(Input):
    """Takes one harmless line of what is pasted; a whole schedule goes to the screen."""

    # How long the text is moves nothing: the field is as wide as its style says. The library's own lays the
    # whole screen out again with each character.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=True)

    class Whole(Message):
        """A whole schedule was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self, *, placeholder: str = "", suggester: Suggester | None = None, id: str | None = None
    ) -> None:
        super().__init__(
            placeholder=placeholder,
            suggester=suggester,
            compact=True,
            select_on_focus=False,
            max_length=_LONGEST,
            # It has no validators, yet the library would mark each text as valid, and style the field anew.
            validate_on=(),
            id=id,
        )

    def put(self, value: str) -> None:
        """Show another text; nobody is told."""
        if value != self.value:
            with self.prevent(Input.Changed):
                self.value = value

    def _on_paste(self, event: events.Paste) -> None:
        # The library calls the handlers of every base unless it is told not to.
        event.prevent_default()
        event.stop()
        if is_whole(event.text):
            self.post_message(self.Whole(event.text))
        else:
            self.replace(first_line(event.text), *self.selection)


class ZoneSuggester(Suggester):
    """Completes names of time zones."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first name that begins so; on a thread, since reading the names takes 60 ms the first time."""
        return await asyncio.to_thread(complete_zone, value) if value.strip() else None
