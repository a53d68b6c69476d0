"""Limits of a job's processes: what its settings ask for, and how much of that a machine holds. Pure."""

from __future__ import annotations

import os

from wjtui.engine.process.account import Account
from wjtui.engine.process.cgroup import Ground
from wjtui.model.base import Value
from wjtui.model.settings import JobSettings


class Machine(Value, frozen=True):
    """What this machine, and the user of this engine, can hold jobs to."""

    uid: int
    """The engine's user."""
    switches: bool
    """Whether the engine may start processes as other users."""
    resources: bool
    """Whether it may limit processes of other users."""
    prlimit: str
    """The program that starts another one with a limit; empty: there is none."""
    lowest_nice: int
    io_classes: bool
    ground: Ground | None
    """Where it can make control groups."""


class Limits(Value, frozen=True):
    """What one launch is started with."""

    nice: int | None = None
    io_class: str = ""
    memory: int | None = None
    """Bytes."""
    ground: Ground | None = None
    """Where the group is made in which all its processes share ``memory``; None: each has it for itself."""
    account: Account | None = None
    """The user it runs as; None: the engine's."""
    prefix: tuple[str, ...] = ()
    """A command that puts on what the engine has no right to, and then becomes the job's."""

    @property
    def user(self) -> Account | None:
        """The user to change to, if that is another one than the engine's."""
        account = self.account
        return None if account is None or account.uid == os.geteuid() else account


NO_LIMITS = Limits()


class CannotLimit(Exception):
    """A job that must not be started without a limit that cannot be put on; the text is one sentence."""


def asks(settings: JobSettings) -> bool:
    """Whether a job's settings ask for a limit of its processes at all."""
    return any((settings.nice is not None, settings.io_class, settings.memory_limit, settings.run_as))


def limits_of(settings: JobSettings, machine: Machine, account: Account | None) -> Limits:
    """The limits of a launch, as far as this machine holds them. ``account``: of ``run_as``, if it is there.

    Raises CannotLimit: what was meant for another user is not run as the engine's.
    """
    if refusal := _refusal(settings, machine, account):
        raise CannotLimit(refusal)
    size, prefix = settings.memory_limit, tuple[str, ...]()
    if size and _out_of_reach(machine, account):
        prefix = (machine.prlimit, f"--as={size}", "--") if machine.prlimit else ()
        size = None
    return Limits(
        None if settings.nice is None else max(settings.nice, machine.lowest_nice),
        settings.io_class if settings.io_class and machine.io_classes else "",
        size,
        machine.ground if size else None,
        account,
        prefix,
    )


def unmet(settings: JobSettings, machine: Machine, account: Account | None) -> tuple[str, ...]:
    """Limits of these settings that this machine does not hold, one sentence each."""
    found: list[str] = []
    if settings.nice is not None and settings.nice < machine.lowest_nice:
        found.append(
            f"nice {settings.nice} takes a right that the engine's user does not have, so "
            f"{machine.lowest_nice} counts: start the engine as root, or raise its limit (ulimit -e)."
        )
    if settings.io_class and not machine.io_classes:
        found.append(f"io_class {settings.io_class} is not known on this machine, so it counts for nothing.")
    if settings.memory_limit and machine.ground is None:
        found.append(_memory_unmet(settings.memory_limit, machine, account))
    if refusal := _refusal(settings, machine, account):
        found.append(refusal)
    return tuple(found)


def size_text(size: int) -> str:
    """Bytes as ``settings.job`` has them, for example ``512M``."""
    for unit, letter in ((40, "T"), (30, "G"), (20, "M"), (10, "K")):
        if size % (1 << unit) == 0:
            return f"{size >> unit}{letter}"
    return f"{size} bytes"


def _memory_unmet(size: int, machine: Machine, account: Account | None) -> str:
    limit = f"memory_limit {size_text(size)}"
    if account is not None and _out_of_reach(machine, account) and not machine.prlimit:
        return (
            f"{limit} counts for nothing, because the engine can neither make a control group nor limit "
            f"processes of '{account.name}': install prlimit (of util-linux)."
        )
    return (
        f"{limit} counts for the address space of each process by itself, because the engine can make no "
        "control group here: give it one, in a systemd unit with Delegate=memory and DelegateSubgroup=engine."
    )


def _out_of_reach(machine: Machine, account: Account | None) -> bool:
    """Whether the engine can limit no memory of this user's processes, once they have been started."""
    other = account is not None and account.uid != machine.uid
    return other and machine.ground is None and not machine.resources


def _refusal(settings: JobSettings, machine: Machine, account: Account | None) -> str:
    """Why a job must not be started, in one sentence; empty: it may."""
    name = settings.run_as
    if not name:
        return ""
    if account is None:
        return (
            f"It is to run as '{name}', and this machine has no such user: create it, or correct run_as in "
            "settings.job."
        )
    if account.uid != machine.uid and not machine.switches:
        return (
            f"It is to run as '{name}', and only an engine of root or of that user can do so: start the "
            "engine as one of them, or take run_as out of settings.job."
        )
    return ""
