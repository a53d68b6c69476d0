"""The collector comes back after a start, and leaves alone whoever never held it back."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from wjtui.support.collector import hold_back, let_go


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_a_start_made_is_not_looked_at_again() -> None:
    hold_back()
    assert not gc.isenabled()
    let_go()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_letting_go_twice_freezes_nothing_more() -> None:
    hold_back()
    let_go()
    gc.unfreeze()
    let_go()
    assert gc.get_freeze_count() == 0
