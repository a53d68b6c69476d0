"""logs: the lines of a job's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.cli.follow import Lines
    from wjtui.service import JobService


@click.command()
@click.argument("name")
@click.option("--run", "run_id", metavar="ID", help="A run of a triggered job; without it the latest.")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on with what comes, until ctrl+c.")
@click.option("-n", "count", type=click.IntRange(0), help="Begin with the last N lines.")
@click.option("--level", type=click.Choice(["info", "error", "sys"]), help="Only lines of this kind.")
@click.option("--raw", is_flag=True, help="Without prefixes; error lines on standard error.")
@common
@click.pass_context
def logs(
    context: click.Context,
    name: str,
    run_id: str | None,
    following: bool,
    count: int | None,
    level: str | None,
    raw: bool,
) -> None:
    """Print a job's log. Following a run ends with the run.

    \b
    wjtui logs worker -f -n 20
    wjtui logs nightly --level error
    """
    from wjtui.cli.ask import ask
    from wjtui.cli.follow import Lines, Wanted

    options = given(context)
    lines = Lines(Wanted(level) if level else None, raw, options.json)
    try:
        ask(options, lambda service: _print(service, name, run_id, lines, count, following))
    except KeyboardInterrupt:
        if not following:
            raise


async def _print(
    service: JobService, name: str, run_id: str | None, lines: Lines, count: int | None, following: bool
) -> None:
    from wjtui.cli.ask import find_job
    from wjtui.cli.follow import Reading, follow, print_log
    from wjtui.model.errors import InvalidRequest, RunNotFound
    from wjtui.model.events import LogRef
    from wjtui.model.runs import RunId, RunRef

    job = await find_job(service, name)
    run: RunRef | None = None
    if job.is_continuous:
        if run_id:
            raise InvalidRequest(f"'{job.id.name}' is a continuous job and has no runs: leave --run out.")
    elif run_id:
        run = RunRef(job.id, RunId(run_id))
    elif job.latest_run is not None:
        run = job.latest_run.ref
    else:
        raise RunNotFound(f"'{job.id.name}' has no run yet: 'wjtui run {name}' starts one.")
    reading = Reading(await service.open_log(LogRef(job.id, run.run if run else None)))
    await print_log(reading, lines, count)
    if following:
        await follow(reading, lines, service, run)
    lines.print([line for line in reading.rest() if lines.wants(line)])
