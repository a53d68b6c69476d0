"""What the kernel tells of a process: time on the processor, memory, state, children."""

from __future__ import annotations

import os
from pathlib import Path

_MIB = 1024.0


def cpu_seconds(pid: int) -> float:
    """Seconds of processor time so far, its own and the kernel's for it; in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def state(pid: int) -> str:
    """One letter: ``T`` is stopped, ``Z`` has ended; empty: there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_gone(pid: int) -> bool:
    """Whether it has ended."""
    return state(pid) in ("", "X", "Z")


def children(pid: int) -> list[int]:
    """Process ids of the children that its main thread started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pss(pid: int) -> float:
    """MiB: private memory and the process's share of what it shares."""
    return _rollup(pid, "Pss")


def private_dirty(pid: int) -> float:
    """MiB that it alone has written to: what would be free again without it."""
    return _rollup(pid, "Private_Dirty")


def memory(pid: int, name: str) -> float:
    """MiB of a line of its status: ``VmRSS`` now, ``VmHWM`` at most."""
    return _line(Path(f"/proc/{pid}/status"), name)


def forget_peak(pid: int) -> float:
    """Have the kernel count ``VmHWM`` anew; MiB resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return memory(pid, "VmRSS")


def _rollup(pid: int, name: str) -> float:
    return _line(Path(f"/proc/{pid}/smaps_rollup"), name)


def _line(file: Path, name: str) -> float:
    for line in file.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / _MIB
    raise ValueError(f"the kernel tells no {name} in {file}")
