"""When changed files are due, and how long they wait for each other."""

from __future__ import annotations

from wjtui.engine.watching.batch import LONGEST_WAIT, after_start, due_batch, newest
from wjtui.engine.watching.sightings import Mark, Sighting, sight

OLD, NEW = Mark(1, 10), Mark(2, 10)


def test_a_file_is_quiet_since_it_was_first_seen_as_it_is() -> None:
    first = sight({"a": OLD, "b": OLD}, {}, 5.0)
    second = sight({"a": NEW, "b": OLD, "c": OLD}, first, 6.0)
    assert second == {"a": Sighting(NEW, 6.0), "b": Sighting(OLD, 5.0), "c": Sighting(OLD, 6.0)}
    assert sight({}, second, 7.0) == {}


def test_a_size_alone_is_a_change() -> None:
    assert sight({"a": Mark(1, 11)}, {"a": Sighting(OLD, 1.0)}, 2.0)["a"].since == 2.0


def test_what_is_known_is_not_due() -> None:
    seen = {"a": Sighting(OLD, 0.0)}
    assert due_batch(seen, {"a": OLD}, 2.0, 100.0) == set()
    assert due_batch(seen, {"a": NEW}, 2.0, 100.0) == {"a"}
    assert due_batch(seen, {}, 2.0, 1.9) == set()
    assert due_batch(seen, {}, 2.0, 2.0) == {"a"}


def test_files_wait_for_each_other_but_not_for_ever() -> None:
    begun = 10.0
    early = {"a": Sighting(NEW, begun), "log": Sighting(NEW, begun + 3)}
    assert due_batch(early, {}, 2.0, begun + 4) == set()
    assert due_batch(early, {}, 2.0, begun + 5) == {"a", "log"}
    restless = {"a": Sighting(NEW, begun), "log": Sighting(NEW, begun + LONGEST_WAIT + 1.5)}
    assert due_batch(restless, {}, 2.0, begun + LONGEST_WAIT + 1.9) == set()
    assert due_batch(restless, {}, 2.0, begun + LONGEST_WAIT + 2) == {"a"}


def test_the_newest_and_what_is_known_afterwards() -> None:
    seen = {"a": Sighting(NEW, 0.0), "b": Sighting(NEW, 0.0), "c": Sighting(OLD, 0.0)}
    assert newest({"a", "b", "c"}, seen) == "b"
    assert after_start(seen, {"c": NEW, "gone": OLD}, {"a"}) == {"a": NEW, "c": NEW}
