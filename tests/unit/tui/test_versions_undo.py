"""The undo stack: the newest first, one at a time, and what stays after a refusal."""

from __future__ import annotations

import pytest

from wjtui.model.errors import (
    Conflict,
    EngineUnreachable,
    JobNotFound,
    RunNotFound,
    TrashNotFound,
    VersionNotFound,
    WjtuiError,
)
from wjtui.tui.undo import KEPT, Overtaken, Undoable, UndoStack


async def _nothing() -> str:
    return "It is back."


def thing(what: str, entry: str = "") -> Undoable:
    return Undoable(what, _nothing, entry=entry)


def begun(*what: str) -> tuple[UndoStack, Undoable]:
    """A stack of these things, of which the newest is being taken back."""
    stack = UndoStack()
    for each in what:
        stack.put(thing(each))
    found = stack.begin()
    assert found is not None
    return stack, found


def names(stack: UndoStack) -> tuple[str, str]:
    """What would be taken back next, and what is being taken back."""
    return stack.next.what if stack.next else "", stack.going.what if stack.going else ""


def test_the_newest_first() -> None:
    stack, newest = begun("one", "two")
    assert newest.what == "two" and names(stack) == ("two", "two")
    assert stack.end(newest)
    assert names(stack) == ("one", "")
    empty = UndoStack()
    assert empty.begin() is None and names(empty) == ("", "")


def test_what_is_done_meanwhile_comes_first_afterwards() -> None:
    stack, two = begun("one", "two")
    stack.put(thing("three"))
    assert not stack.end(two, Conflict("not now"))
    order = []
    while (found := stack.begin()) is not None:
        order.append(found.what)
        stack.end(found)
    assert order == ["three", "two", "one"]


@pytest.mark.parametrize(
    ("refusal", "gone"),
    [
        (Conflict(""), False),
        (EngineUnreachable(""), False),
        (RunNotFound(""), False),
        (JobNotFound(""), False),
        (TrashNotFound(""), True),
        (VersionNotFound(""), True),
        (Overtaken(""), True),
    ],
)
def test_what_stays_after_a_refusal(refusal: WjtuiError, gone: bool) -> None:
    stack, done = begun("one")
    assert stack.end(done, refusal) is gone
    assert (stack.next is None) is gone


def test_what_is_not_there_is_believed_the_second_time_in_a_row() -> None:
    stack, done = begun("one")
    assert not stack.end(done, RunNotFound(""))
    stack.begin()
    assert not stack.end(done, Conflict(""))
    stack.begin()
    assert not stack.end(done, RunNotFound(""))
    stack.begin()
    assert stack.end(done, JobNotFound("")) and stack.next is None


def test_it_keeps_so_many_and_forgets_what_came_back_otherwise() -> None:
    stack = UndoStack()
    for number in range(KEPT + 5):
        stack.put(thing(str(number), f"entry {number}"))
    stack.forget(f"entry {KEPT + 4}")
    count = 0
    while (found := stack.begin()) is not None:
        count += 1
        assert found.what != str(KEPT + 4)
        stack.end(found)
    assert count == KEPT - 1
