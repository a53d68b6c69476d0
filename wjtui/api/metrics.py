"""Metrics over HTTP: what the engine, its jobs and this API did, for Prometheus and its kind."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.surroundings import Surroundings
from wjtui.model.metrics import Family, Kind, Sample
from wjtui.service import JobService
from wjtui.wire.metrics import CONTENT_TYPE, exposition

_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")


async def scrape(service: JobService, request: Request) -> Response:
    """Figures in Prometheus' text format. Counters begin at 0 with the engine."""
    state = request.app.state
    around: Surroundings | None = state.surroundings
    vitals = around.vitals if around is not None else None
    known = [*(vitals.families() if vitals is not None else ()), *state.traffic.families(), *_process()]
    # In a thread: 2,000 jobs are 650 kB of text, some 20 ms.
    text = await asyncio.to_thread(exposition, known)
    return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


def _process() -> Iterator[Family]:
    """The process that answers, under the names that every Prometheus client uses."""
    yield Family(
        "process_cpu_seconds_total",
        Kind.COUNTER,
        "Processor time of the engine, without its jobs.",
        (Sample(time.process_time()),),
    )
    try:
        resident = int(_STATM.read_bytes().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return  # no Linux
    yield Family(
        "process_resident_memory_bytes",
        Kind.GAUGE,
        "Memory of the engine, without its jobs.",
        (Sample(float(resident)),),
    )
