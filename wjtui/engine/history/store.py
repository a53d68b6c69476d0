"""Run folders: one a run, with its status file (spec 1.2, 1.3). The files are the truth."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from wjtui.engine.site import Site
from wjtui.model.base import iso, parse_iso
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunId, RunRef, RunStatus, is_run_id, make_run_id, parse_run_ref
from wjtui.support.files import read_whole, write_atomic

STATUS = "status"
OUTPUT = "output_log.txt"


def encode_status(run: Run) -> bytes:
    """The status file: Kudu's four keys first, then ours; absent values are left out (spec 1.2)."""
    values: dict[str, Any] = {
        "Trigger": run.trigger,
        "Status": run.status.value,
        "StartTime": iso(run.started),
        "EndTime": iso(run.ended) if run.ended else None,
        "ScheduledTime": iso(run.scheduled) if run.scheduled else None,
        "ExitCode": run.exit.code if run.exit else None,
        "Signal": run.exit.signal if run.exit else None,
        "Arguments": run.arguments or None,
        "Pid": run.pid,
        "Reason": run.reason or None,
        "CpuSeconds": run.cpu_seconds,
        "PeakMemory": run.peak_memory,
        "Errors": run.errors,
        "Input": run.input or None,
        "CorrelationId": run.correlation or None,
        "IdempotencyKey": run.key or None,
        "Attempt": run.attempt or None,
        "Origin": str(run.origin) if run.origin else None,
        "Sequel": run.sequel or None,
        "Progress": run.progress,
        "Message": run.message or None,
        "Result": run.result or None,
    }
    return msgspec.json.encode({key: value for key, value in values.items() if value is not None})


def decode_status(ref: RunRef, data: bytes) -> Run | None:
    """Read a status file; None when it is empty, torn or no status: such a run is treated as absent."""
    try:
        values = msgspec.json.decode(data, type=dict[str, Any])
        ended = values.get("EndTime")
        code, signum = values.get("ExitCode"), values.get("Signal")
        return msgspec.convert(
            {
                "ref": ref,
                "status": RunStatus(values["Status"]),
                "trigger": values.get("Trigger") or "",
                "started": parse_iso(values["StartTime"]),
                "ended": parse_iso(ended) if ended else None,
                "exit": None if code is None and signum is None else {"code": code, "signal": signum},
                "scheduled": _instant(values.get("ScheduledTime")),
                "arguments": values.get("Arguments") or "",
                "pid": values.get("Pid"),
                "reason": values.get("Reason") or "",
                "cpu_seconds": values.get("CpuSeconds"),
                "peak_memory": values.get("PeakMemory"),
                "errors": values.get("Errors"),
                "input": values.get("Input") or "",
                "correlation": values.get("CorrelationId") or "",
                "key": values.get("IdempotencyKey") or "",
                "attempt": values.get("Attempt") or 0,
                "origin": parse_run_ref(values.get("Origin") or ""),
                "sequel": bool(values.get("Sequel")),
                "progress": values.get("Progress"),
                "message": values.get("Message") or "",
                "result": bool(values.get("Result")),
            },
            Run,
        )
    except (
        msgspec.MsgspecError,
        ValueError,
        OverflowError,
        RecursionError,
        LookupError,
        TypeError,
        AttributeError,
    ):
        return None


class RunStore:
    """The runs of every triggered job of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._names: dict[JobId, tuple[int, list[RunId]]] = {}

    def ids(self, job: JobId) -> list[RunId]:
        """Run ids of a job, newest first. Cached by the folder's time: 4 ms for 10,000 runs else."""
        folder = self._site.job_data(job)
        try:
            stamp = folder.stat().st_mtime_ns
        except OSError:
            return []
        known = self._names.get(job)
        if known is not None and known[0] == stamp:
            return known[1]
        names = self.list_ids(job)
        self._names[job] = (stamp, names)
        return names

    def list_ids(self, job: JobId) -> list[RunId]:
        """The same straight from the disk: safe in any thread, which the cache is not."""
        try:
            names = os.listdir(self._site.job_data(job))
        except OSError:
            return []
        return sorted((RunId(name) for name in names if is_run_id(name)), reverse=True)

    def moved(self, job: JobId) -> None:
        """A run was moved in or out. The folder's time alone need not tell: it counts in milliseconds."""
        self._names.pop(job, None)

    def create(
        self,
        job: JobId,
        at: datetime,
        trigger: str,
        arguments: str,
        scheduled: datetime | None = None,
        *,
        run_id: RunId | None = None,
        **facts: Any,
    ) -> Run:
        """Make the folder of a new run and its first status, ``Initializing``. Raises OSError.

        ``run_id``: what it was promised to be called. ``facts``: more fields of the Run.
        """
        folder = self._site.job_data(job)
        folder.mkdir(parents=True, exist_ok=True)
        known = self.ids(job)
        last = known[0] if known else None
        if run_id is not None and (folder / run_id / STATUS).exists():
            run_id = None  # taken meanwhile, by a start of the same tenth of a millisecond
        if run_id is not None:
            # An engine that was killed here may have left the folder; without a status it is no run.
            (folder / run_id).mkdir(exist_ok=True)
        while run_id is None:
            made = make_run_id(at, last)
            try:
                (folder / made).mkdir()
                run_id = made
            except FileExistsError:
                last = made
        self._names.pop(job, None)
        ref = RunRef(job, run_id)
        run = Run(ref, RunStatus.INITIALIZING, trigger, at, scheduled=scheduled, arguments=arguments, **facts)
        try:
            self.save(run)
        except OSError:
            # Else a full disk leaves a folder at each try, which counts as a run and drives real ones out.
            (folder / run_id).rmdir()
            raise
        return run

    def save(self, run: Run, *, durable: bool = False) -> None:
        """Write a run's status whole. Raises OSError."""
        write_atomic(self._site.run_folder(run.ref) / STATUS, encode_status(run), durable=durable)

    def load(self, ref: RunRef) -> Run | None:
        """One run, or None when there is no readable status of it."""
        folder = self._site.run_folder(ref)
        try:
            run = decode_status(ref, read_whole(folder / STATUS))
        except OSError:
            return None
        return None if run is None else msgspec.structs.replace(run, output_size=_size(folder / OUTPUT))

    def page(self, job: JobId, before: RunId | None, limit: int, known: Iterable[Run] = ()) -> list[Run]:
        """Up to ``limit`` runs older than ``before``, newest first; unreadable ones are skipped.

        ``known`` runs are taken as they are, if they are still there: ten files less to read at each start.
        """
        found: list[Run] = []
        at_hand = {run.ref.run: run for run in known}
        for run_id in self.ids(job):
            if len(found) >= limit:
                break
            if before is not None and run_id >= before:
                continue
            run = at_hand.get(run_id) or self.load(RunRef(job, run_id))
            if run is not None:
                found.append(run)
        return found

    def latest(self, job: JobId) -> Run | None:
        """The newest run; None when there is none or its status cannot be read (spec 8.3)."""
        known = self.ids(job)
        return self.load(RunRef(job, known[0])) if known else None

    def excess(self, job: JobId, keep: int) -> list[RunRef]:
        """The oldest runs beyond ``keep`` - 1: those to remove before a new one is added (spec 1.5)."""
        return [RunRef(job, run_id) for run_id in self.ids(job)[max(0, keep - 1) :]]

    def remove(self, ref: RunRef) -> bool:
        """Delete a run's folder; False when it could not be deleted whole."""
        folder = self._site.run_folder(ref)
        shutil.rmtree(folder, ignore_errors=True)
        self._names.pop(ref.job, None)
        return not folder.exists()

    def open_runs(self, job: JobId) -> list[Run]:
        """Runs whose status is not final, newest first."""
        runs = (self.load(RunRef(job, run_id)) for run_id in self.ids(job))
        return [run for run in runs if run is not None and not run.status.ended]

    def last_written(self, ref: RunRef) -> datetime | None:
        """When the run's log, else its status, was last written."""
        folder = self._site.run_folder(ref)
        for name in (OUTPUT, STATUS):
            try:
                return datetime.fromtimestamp((folder / name).stat().st_mtime, UTC)
            except (OSError, ValueError, OverflowError):  # a file's time may lie beyond the year 9999
                continue
        return None


def _instant(found: Any) -> datetime | None:
    """A time that a run can do without: what is none counts as absent."""
    try:
        return parse_iso(found) if isinstance(found, str) else None
    except (ValueError, OverflowError):
        return None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
