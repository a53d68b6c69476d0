from __future__ import annotations

import pytest

from wjtui.api import throttle
from wjtui.api.throttle import FREE, MOST_ADDRESSES, MOST_SECONDS, Throttle, address_of, pause_after


def test_the_pauses_grow_up_to_some_seconds() -> None:
    pauses = [pause_after(number) for number in range(40)]
    assert pauses[:FREE] == [0.0] * FREE
    assert all(0 < before <= after for before, after in zip(pauses[FREE:], pauses[FREE + 1 :], strict=False))
    assert pauses[-1] == MOST_SECONDS


def test_the_first_guesses_cost_nothing_and_the_others_come_one_after_another() -> None:
    known = Throttle()
    turns = [known.turn("a", 100.0) for _ in range(FREE + 4)]
    assert turns[: FREE + 1] == [0.0] * (FREE + 1)
    later = [turn for turn in turns[FREE + 1 :] if turn is not None]
    assert later == sorted(later) and later[0] > 0 and len(set(later)) == len(later)
    assert known.turn("b", 100.0) == 0.0


def test_too_many_at_once_are_refused_and_are_judged_later() -> None:
    known = Throttle()
    turns = [known.turn("a", 0.0) for _ in range(100)]
    assert turns.count(None) > 50
    longest = max(turn for turn in turns if turn is not None)
    assert known.turn("a", longest + MOST_SECONDS) == 0.0


def test_right_guesses_are_not_counted() -> None:
    known = Throttle()
    for _ in range(50):
        assert known.turn("a", 0.0) == 0.0
        known.right("a")


def test_an_address_begins_anew_after_a_while() -> None:
    known = Throttle()
    for _ in range(30):
        known.turn("a", 0.0)
    assert known.turn("a", throttle.FORGOTTEN_SECONDS + 1) == 0.0
    assert known.turn("a", throttle.FORGOTTEN_SECONDS + 1) == 0.0


def test_it_does_not_grow() -> None:
    known = Throttle()
    for number in range(5 * MOST_ADDRESSES):
        known.turn(f"192.0.2.{number}", 0.0)
    assert len(known) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_one_address(host: str, address: str) -> None:
    assert address_of(host) == address
