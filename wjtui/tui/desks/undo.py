"""Undo: takes back what was done last on this screen, and tells how that went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.tui.present.plain import plain
from wjtui.tui.refusals import engine_why_not
from wjtui.tui.undo import Undoable

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View


_TO_BE_UNDONE = ("Deleting", "Going back")
"""Words of commands on their way of which there is a way back at their end."""


class Undo:
    """For the view on which it was asked for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session

    def why_not(self) -> str | None:
        """Why nothing can be taken back now; None: something can."""
        stack, store = self._session.undo, self._session.store
        done = stack.next
        for key, word in store.pending.items():
            # Else an older thing would be taken back in its place.
            if word in _TO_BE_UNDONE and (job := store.jobs.get(key)) is not None:
                undo = self._session.keys.name("app.undo")
                return f"{plain(job.id.name)}: {word.lower()}. When that is done, {undo} takes it back."
        if done is None:
            return "Nothing to undo: nothing was deleted, deployed or saved on this screen."
        if stack.going is not None:
            return f"{_capital(stack.going.what)} is being undone."
        busy = next((job for job in done.jobs if job.key in store.pending), None)
        if busy is not None:
            return f"A command for {plain(busy.name)} is on its way."
        return engine_why_not(store)

    def begin(self) -> None:
        """Take back the newest thing; its rows say so meanwhile."""
        done = self._session.undo.begin()
        if done is None:
            return
        self._view.undoing(done)
        word = "Bringing back" if done.run is not None or done.entry else "Undoing"
        self._session.dispatch.give(done.jobs, word, self._undo(done))

    async def _undo(self, done: Undoable) -> None:
        stack, session = self._session.undo, self._session
        try:
            said = await done.undo()
        except WjtuiError as error:
            gone = stack.end(done, error)
            hint = " It is not tried again." if gone else ""
            session.tell(f"Not undone: {done.what}", f"{plain(error.message)}{hint}", Tone.ERROR)
        except BaseException:
            stack.end(done)
            raise
        else:
            stack.end(done)
            session.tell(f"Undone: {done.what}", said)
            if done.entry:
                self._view.shell.main.await_job(done.jobs[0].key)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
