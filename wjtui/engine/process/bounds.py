"""Bounds: what this machine can hold jobs to, and how the processes of a launch come to share a limit."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from wjtui.engine.process.account import Account, find_account
from wjtui.engine.process.cgroup import Fence, Ground, find_ground, group_prefix, make_fence, remove_left
from wjtui.engine.process.limits import NO_LIMITS, Limits, Machine, asks, limits_of, unmet
from wjtui.engine.process.mark import Mark, marked
from wjtui.engine.process.priority import has_io_classes, lowest_nice
from wjtui.engine.process.proc import process_ids, read_file
from wjtui.model.settings import JobSettings
from wjtui.support.files import read_whole, write_atomic

log = logging.getLogger(__name__)

_CAP_SETGID, _CAP_SETUID, _CAP_SYS_RESOURCE = 6, 7, 24


class Bounds:
    """Looks at the machine when somebody asks for the first time. All of it belongs in threads."""

    def __init__(self, mark: str, note: Path) -> None:
        """``mark``: ``Site.mark``; ``note``: a file that tells the next engine where ours made groups."""
        self._mark = mark
        self._note = note
        self._looking = threading.Lock()
        self._machine: Machine | None = None

    @property
    def machine(self) -> Machine:
        """What it can."""
        with self._looking:
            if self._machine is None:
                self._machine = look_at_machine(self._mark)
            return self._machine

    def limits(self, settings: JobSettings) -> Limits:
        """The limits of a launch. Raises CannotLimit."""
        return limits_of(settings, self.machine, _account(settings)) if asks(settings) else NO_LIMITS

    def unmet(self, settings: JobSettings) -> tuple[str, ...]:
        """What ``Job.unmet`` says of a job with these settings."""
        return unmet(settings, self.machine, _account(settings)) if asks(settings) else ()

    def hold(self, leader: int, mark: Mark, limits: Limits) -> Fence | None:
        """Put a launch that is stopped under its limit of memory; returns the group made for it, if one was.

        Raises OSError; the launch has no limit then.
        """
        size = limits.memory
        if size is None:
            return None
        if limits.ground is not None:
            fence: Fence | None = None
            try:
                fence = self._fence(limits.ground, mark.text, size)
                enclose(leader, mark, fence.take)
            except OSError as error:
                log.warning("a control group could not be used, so each process has its limit: %s", error)
                if fence is not None:
                    fence.remove()
            else:
                return fence
        enclose(leader, mark, lambda pid: bound_memory(pid, size))
        return None

    def _fence(self, ground: Ground, name: str, memory: int) -> Fence:
        with self._looking:
            folders = self._noted()
            if ground.folder not in folders:
                # Before the group is made: should this engine be killed, the next one finds it.
                text = "".join(f"{folder}\n" for folder in (*folders, ground.folder))
                write_atomic(self._note, text.encode("utf-8", "surrogateescape"))
        return make_fence(ground, name, memory)

    def clear(self) -> None:
        """Remove the groups of an earlier engine, whose processes have been ended before."""
        with self._looking:
            folders = self._noted()
            left = remove_left(folders, group_prefix(self._mark))
            for folder in left:
                log.warning("the control group '%s' stays: a process is left in it", folder)
            if folders and not left:
                self._note.unlink(missing_ok=True)

    def _noted(self) -> list[str]:
        try:
            return read_whole(self._note).decode("utf-8", "surrogateescape").splitlines()
        except OSError:
            return []


def look_at_machine(mark: str) -> Machine:
    """Try out what the engine of this mark can do here."""
    rights = effective_rights(read_file("/proc/self/status"))
    return Machine(
        uid=os.geteuid(),
        switches=os.geteuid() == 0 and {_CAP_SETUID, _CAP_SETGID} <= rights,
        resources=_CAP_SYS_RESOURCE in rights,
        prlimit=shutil.which("prlimit") or "",
        lowest_nice=lowest_nice(),
        io_classes=has_io_classes(),
        ground=find_ground(mark),
    )


def effective_rights(status: bytes) -> set[int]:
    """The numbers of the capabilities in effect, from the text of ``/proc/PID/status``."""
    _, found, rest = status.partition(b"\nCapEff:")
    bits = int(rest.split(maxsplit=1)[0], 16) if found else 0
    return {number for number in range(bits.bit_length()) if bits >> number & 1}


def enclose(leader: int, mark: Mark, put: Callable[[int], None]) -> None:
    """Put every process of a launch under a limit that those inherit which they start.

    There is no way to put it on before the program begins, but for a program of ours in front of it, which
    would hide from us why the job's cannot be started. On a busy machine that is some milliseconds late, and
    the leader may have started others by then: whoever is found is put under it too, until nobody is found.

    ``put`` raises OSError; that of a process that is gone does not count, every other comes to the caller.
    """
    done: set[int] = set()
    found = [leader]
    while found:
        for pid in found:
            done.add(pid)
            try:
                put(pid)
            except ProcessLookupError:
                continue
        found = [pid for pid in process_ids() if pid not in done and _is_of(pid, leader, mark)]


def bound_memory(pid: int, size: int) -> None:
    """Let a process, and all that it starts, have ``size`` bytes of addresses each. Raises OSError."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_AS)
    most = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.prlimit(pid, resource.RLIMIT_AS, (most, most))


def _is_of(pid: int, leader: int, mark: Mark) -> bool:
    if marked(pid) == mark:
        return True
    try:
        return os.getsid(pid) == leader
    except OSError:
        return False


def _account(settings: JobSettings) -> Account | None:
    return find_account(settings.run_as) if settings.run_as else None
