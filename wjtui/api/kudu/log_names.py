"""Log names that documents promise, and the files that are there (spec 11: D-10, D-11). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wjtui.logs.line import LineKind, kind_of
from wjtui.model.base import Value
from wjtui.model.identity import JobType
from wjtui.model.runs import is_run_id

_RUN_LOG = re.compile(r"(output|error)_(\d+)\.log", re.ASCII | re.IGNORECASE)
_HEAD = 512
"""Bytes of a line that tell its kind: stamp, instance and level."""
_ERRORS = (LineKind.ERR, LineKind.SYS_ERR)


class LogFile(Value, frozen=True):
    """A file behind a name."""

    path: str
    """Below the root, with ``/``."""
    errors: bool = False
    """Whether its error lines alone are meant."""


def logs_behind(parts: tuple[str, ...]) -> tuple[LogFile, ...]:
    """What a path below the root stands for where there is no such file: the first one that is there.

    ``job.log`` in the data folder of a continuous job; ``output_RID.log`` and ``error_RID.log`` in that of a
    triggered one, or in the run's folder there.
    """
    low = [part.lower() for part in parts[:3]]
    if len(parts) < 5 or low[:2] != ["data", "jobs"] or low[2] not in list(JobType):
        return ()
    folder, rest = "/".join(parts[:4]), parts[4:]
    if low[2] == JobType.CONTINUOUS:
        is_job_log = len(rest) == 1 and rest[0].lower() == "job.log"
        return (LogFile(f"{folder}/job_log.txt"),) if is_job_log else ()
    found = _RUN_LOG.fullmatch(rest[-1])
    if found is None or not is_run_id(run := found[2]) or rest[:-1] not in ((), (run,)):
        return ()
    output = f"{folder}/{run}/output_log.txt"
    if found[1].lower() == "output":
        return (LogFile(output),)
    # Runs of Kudu's first years have a file of their own for errors.
    return LogFile(f"{folder}/{run}/error_log.txt"), LogFile(output, errors=True)


def error_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The error lines of a log, each with the lines that belong to it; a long line is never held whole."""
    rest, kept, inside = b"", False, False
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        found = bytearray()
        for line in lines:
            kept = kept if inside else _is_kept(line, kept)
            inside = False
            if kept:
                found += line + b"\n"
        if len(rest) > _HEAD:
            kept = kept if inside else _is_kept(rest, kept)
            inside = True
            if kept:
                found += rest
            rest = b""
        if found:
            yield bytes(found)
    if rest and (kept if inside else _is_kept(rest, kept)):
        yield rest


def _is_kept(line: bytes, before: bool) -> bool:
    """Whether a line is one of an error; a line without a stamp goes with the one before it."""
    kind = kind_of(line[:_HEAD])
    return before if kind is LineKind.CONTINUATION else kind in _ERRORS
