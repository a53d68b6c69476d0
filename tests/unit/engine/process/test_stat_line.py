"""Reading /proc/PID/stat."""

from __future__ import annotations

import os

import pytest

from wjtui.engine.process.proc import PAGE_SIZE, ancestors, parse_stat, process_ids, read_stat

TAIL = b"4 5 6 34816 7 4194304 100 200 0 0 11 22 33 44 20 0 1 0 987654 1000000 250 18446744073709551615 1 2\n"


@pytest.mark.parametrize("name", [b"bash", b"a b", b"a) R 1 2 3", b"(sd-pam)", b")", b"x\ny", b"\xff"])
def test_the_name_never_confuses_the_numbers(name: bytes) -> None:
    stat = parse_stat(b"3 (" + name + b") S " + TAIL)
    assert (stat.pid, stat.parent, stat.group, stat.session) == (3, 4, 5, 6)
    assert (stat.ticks, stat.reaped_ticks, stat.start) == (33, 77, 987654)
    assert stat.memory == 250 * PAGE_SIZE


@pytest.mark.parametrize(
    ("state", "alive"), [(b"R", True), (b"S", True), (b"D", True), (b"T", True), (b"Z", False), (b"X", False)]
)
def test_one_that_waits_to_be_reaped_is_not_alive(state: bytes, alive: bool) -> None:
    assert parse_stat(b"3 (x) " + state + b" " + TAIL).alive is alive


def test_this_process_is_found() -> None:
    stat = read_stat(os.getpid())
    assert stat is not None
    assert stat.alive
    assert (stat.parent, stat.group, stat.session) == (os.getppid(), os.getpgrp(), os.getsid(0))
    assert stat.memory > 1_000_000
    assert os.getpid() in process_ids()


def test_the_ancestors_begin_with_the_parent() -> None:
    found = ancestors(os.getpid())
    assert found[0] == os.getppid()
    assert len(found) == len(set(found))
    assert os.getpid() not in found


def test_a_process_that_is_gone_is_none() -> None:
    assert read_stat(2**22 + 1) is None
