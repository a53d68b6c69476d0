"""Cut short: a piece of work on the disk that ends before its n-th change, as if the process were killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from wjtui.engine.deploy import moves, switch

_CHANGES = ("rename", "replace", "unlink", "rmdir", "mkdir", "symlink", "open")


class Killed(BaseException):
    """The process is no more: nothing in it may catch this and go on."""


class _Blade:
    def __init__(self, at: int) -> None:
        self.left = at

    def cut(self) -> None:
        self.left -= 1
        # A dead process changes nothing more, whatever stands in its `finally`.
        if self.left <= 0:
            raise Killed


def cut_short(
    patch: pytest.MonkeyPatch, begin: Callable[[], Callable[[], None]], check: Callable[[int], None]
) -> int:
    """Do a piece of work again and again, each time cut short one change later, until it gets to its end.

    ``begin`` prepares anew and returns the work; ``check`` looks at what it left. Returns how often it was
    cut.
    """
    # A kill loses nothing that was written: only the machine's end would, and the disk is slow.
    patch.setattr(os, "fsync", lambda fd: None)
    patch.setattr(moves, "sync_tree", lambda folder: None)
    for number in count(1):
        work, blade = begin(), _Blade(number)
        with patch.context() as cut:
            for name in _CHANGES:
                cut.setattr(os, name, _wrapped(getattr(os, name), blade, name))
            cut.setattr(switch, "exchange", _wrapped(vars(switch)["exchange"], blade, "exchange"))
            try:
                work()
            except Killed:
                ended = False
            else:
                ended = True
        check(number)
        if ended:
            return number - 1
    raise AssertionError


def _wrapped(call: Callable[..., Any], blade: _Blade, name: str) -> Callable[..., Any]:
    def wrapped(*args: Any, **options: Any) -> Any:
        if name != "open" or args[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            blade.cut()
        return call(*args, **options)

    return wrapped
