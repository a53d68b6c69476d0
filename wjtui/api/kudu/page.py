"""Pages for people: what ``extra_info_url`` leads to. Read-only, without a script, all text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.jobs import known_job
from wjtui.api.kudu.named import job_id
from wjtui.model.base import iso
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, status_word
from wjtui.model.runs import Run
from wjtui.service import JobService
from wjtui.wire.kudu import duration_text

_RUNS = 50
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "section{border-top:1px solid #999;padding:.5rem 0}section:target{outline:2px solid #07c}"
    "th{text-align:left;padding-right:1rem}td{padding-right:1rem}"
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def show_list(service: JobService, request: Request) -> Response:
    """Every job; each can be gone to by ``#/jobs/TYPE/NAME``, as ``extra_info_url`` does."""
    jobs = sorted(
        (await service.snapshot()).jobs,
        key=lambda job: (job.is_continuous, job.id.name.lower()),
    )
    none = "" if jobs else "<p>There is no job yet.</p>"
    return _page("WebJobs", none + "".join(_section(job) for job in jobs))


async def show_job(service: JobService, request: Request) -> Response:
    """One job, with its latest runs."""
    job = await known_job(service, job_id(request))
    runs = await service.runs(job.id, limit=_RUNS) if job.id.type is JobType.TRIGGERED else []
    return _page(job.id.name, f"<p><a href='/azurejobs/'>All jobs</a></p>{_facts(job)}{_runs(job, runs)}")


def _page(title: str, body: str) -> Response:
    text = (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{_text(title)}</h1>{body}</body></html>"
    )
    return Response(text.encode("utf-8", "replace"), headers=_HEADERS)


def _section(job: Job) -> str:
    return (
        f"<section id='{_text(f'/jobs/{job.id}')}'>"
        f"<h2><a href='/azurejobs/jobs/{_url(job.id)}'>{_text(job.id.name)}</a></h2>{_facts(job)}</section>"
    )


def _facts(job: Job) -> str:
    rows = [
        ("Type", job.id.type.value),
        ("Status", status_word(job.phase)),
        ("Runs", job.script.path if job.script is not None else "nothing"),
    ]
    if job.error is not None:
        rows.append(("Error", job.error))
    if job.settings.schedule is not None:
        rows.append(("Schedule", job.settings.schedule))
    if job.next_run is not None:
        rows.append(("Next run", iso(job.next_run)))
    if job.latest_run is not None:
        rows.append(("Latest run", f"{job.latest_run.status.value}, {iso(job.latest_run.started)}"))
    return _table((f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>") for name, value in rows)


def _runs(job: Job, runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    head = "<tr><th>Started</th><th>Status</th><th>Took</th><th>Trigger</th><th>Log</th></tr>"
    return f"<h2>Runs</h2>{_table([head, *(_run(job, run) for run in runs)])}"


def _run(job: Job, run: Run) -> str:
    took = duration_text(run.ended - run.started) if run.ended is not None else ""
    cells = [iso(run.started), run.status.value, took, run.trigger]
    url = f"/vfs/data/jobs/{_url(job.id)}/{run.ref.run}/output_log.txt"
    log = f"<a href='{_text(url)}'>log</a>" if run.output_size is not None else ""
    return f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}<td>{log}</td></tr>"


def _table(rows: Iterable[str]) -> str:
    return f"<table>{''.join(rows)}</table>"


def _url(job: JobId) -> str:
    return f"{job.type.value}/{quote(job.name, safe='', errors='surrogateescape')}"


def _text(text: str) -> str:
    return escape(text, quote=True)
