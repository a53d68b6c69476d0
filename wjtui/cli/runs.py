"""run, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from wjtui.cli.past import Wanted
    from wjtui.model.jobs import Job
    from wjtui.model.runs import Run, RunRef
    from wjtui.service import JobService

_NAME = click.argument("name")
_STATUSES = ("Success", "Failed", "Aborted", "Running", "Initializing")
_USUAL_COUNT = 20


@click.command()
@_NAME
@click.argument("arguments", nargs=-1)
@click.option("--wait", is_flag=True, help="Wait for the end: 0 for Success, 1 for any other.")
@click.option("--follow", is_flag=True, help="The same, and print the log as it comes.")
@click.option("--at", metavar="TIME", help="Start it then, for example 2027-03-01T09:00 or 09:00.")
@click.option("--in", "span", metavar="SPAN", help="Start it after 90s, 30m, 1h30m, 1d.")
@click.option("--cancel", is_flag=True, help="Take a start back that was put off.")
@click.option(
    "--input", "source", metavar="FILE", help="Give it this file, up to 1 MiB; - is standard input."
)
@common
@click.pass_context
def run(
    context: click.Context,
    name: str,
    arguments: tuple[str, ...],
    wait: bool,
    follow: bool,
    at: str | None,
    span: str | None,
    cancel: bool,
    source: str | None,
) -> None:
    """Start a run of a triggered job, now or once at a later time.

    ARGUMENTS after -- go to the job; without any it gets those of its settings. A start that is put off
    outlives the engine and takes the place of the one put off before. TIME without a zone is meant in that of
    the job's schedule. The job finds its input in the file that WEBJOBS_INPUT_FILE names.

    \b
    wjtui run nightly
    wjtui run nightly --wait -- --date "2 May"
    wjtui run nightly --in 1h30m
    wjtui run nightly --at 22:00 -- --all
    wjtui run nightly --cancel
    wjtui run import --wait --input orders.json
    """
    from wjtui.cli.ask import ask
    from wjtui.cli.inputs import read_input

    _check(arguments, wait or follow, at is not None, span is not None, cancel, source is not None)
    options = given(context)
    body = read_input(source) if source is not None else None
    if cancel:
        ask(options, lambda service: _take_back(service, options, name))
    elif at is not None or span is not None:
        ask(options, lambda service: _put_off(service, options, name, arguments, at, span))
    else:
        waits = wait or follow
        ended = ask(options, lambda service: _run(service, options, name, arguments, waits, follow, body))
        if ended is not None and ended.status.value != "Success":
            context.exit(1)


def _check(arguments: Sequence[str], waiting: bool, at: bool, span: bool, cancel: bool, fed: bool) -> None:
    """Refuse options that do not go together."""
    from wjtui.model.errors import InvalidRequest

    if at and span:
        raise InvalidRequest("--at and --in both say when: give one of them, for example --in 30m.")
    if cancel and (at or span or waiting or arguments or fed):
        raise InvalidRequest(
            "--cancel takes a put-off start back and goes with nothing else: leave it alone."
        )
    if waiting and (at or span):
        raise InvalidRequest(
            "--wait and --follow go with a run that starts now: leave them out with --at and --in, and look"
            " at 'wjtui history' afterwards."
        )
    if fed and (at or span):
        raise InvalidRequest(
            "--input goes with a run that starts now: leave it out with --at and --in, and name a file in the"
            " arguments."
        )


async def _run(
    service: JobService,
    options: Given,
    name: str,
    arguments: tuple[str, ...],
    wait: bool,
    follow: bool,
    body: bytes | None,
) -> Run | None:
    """Start a run; its end when that is to be waited for."""
    from wjtui.cli.documents import run_document
    from wjtui.cli.follow import Lines, follow_run, wait_for_end
    from wjtui.cli.output import print_json
    from wjtui.cli.who import here
    from wjtui.cli.words import ending
    from wjtui.model.runs import RunRef
    from wjtui.support.clock import SystemClock

    job = await _triggered(service, name)
    ref = RunRef(job.id, await service.run(job.id, _joined(arguments), trigger=here(), body=body))
    if not wait:
        if options.json:
            print_json(run_document(await service.get_run(ref), SystemClock().now()))
        else:
            waits = any(each.id == ref.run for each in await service.queue.waiting(job.id))
            click.echo(f"Run {ref.run} of {job.id.name} {'waits for its turn' if waits else 'has started'}.")
        return None
    if follow:
        await follow_run(service, ref, Lines(json=options.json))
    ended = await wait_for_end(service, ref)
    if options.json and not follow:
        print_json(run_document(ended, SystemClock().now(), await service.result(ref)))
    else:
        # Standard output holds the log alone, so that it can be kept in a file.
        click.echo(ending(ended, SystemClock().now()), err=follow)
    return ended


async def _put_off(
    service: JobService,
    options: Given,
    name: str,
    arguments: tuple[str, ...],
    at: str | None,
    span: str | None,
) -> None:
    """Put a start off, and say until when."""
    from wjtui.cli.ask import find_job
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import clean, print_json
    from wjtui.cli.schedule_words import put_off
    from wjtui.cli.who import here
    from wjtui.schedule.zones import zone_of

    job = await _triggered(service, name)
    snapshot = await service.snapshot()
    zone = zone_of(job, snapshot.engine)
    due = _due(at, span, zone, snapshot.at)
    await service.run_later(job.id, due, _joined(arguments), trigger=here())
    if options.json:
        print_json(job_document(await find_job(service, str(job.id)), snapshot.at))
    else:
        before = job.later.at if job.later is not None else None
        click.echo(clean(put_off(job, due, before, zone, snapshot.at)))


def _due(at: str | None, span: str | None, zone: tzinfo, now: datetime) -> datetime:
    from wjtui.schedule.moments import read_moment, read_span

    return now + read_span(span, "--in") if span is not None else read_moment(at or "", zone, now, "--at")


async def _take_back(service: JobService, options: Given, name: str) -> None:
    """Take the start that was put off back."""
    from wjtui.cli.ask import find_job
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import clean, print_json
    from wjtui.support.clock import SystemClock
    from wjtui.tui.present.times import moment

    job = await _triggered(service, name)
    await service.cancel_later(job.id)
    if options.json:
        print_json(job_document(await find_job(service, str(job.id)), SystemClock().now()))
    else:
        when = f" put off to {moment(job.later.at)}" if job.later is not None else ""
        click.echo(clean(f"The start of {job.id.name}{when} is taken back."))


async def _triggered(service: JobService, name: str) -> Job:
    """The job of that name. Raises NotAllowed for a continuous one."""
    from wjtui.cli.ask import find_job
    from wjtui.model.errors import NotAllowed

    job = await find_job(service, name)
    if job.is_continuous:
        raise NotAllowed(
            f"'{job.id.name}' is a continuous job and has no runs: 'wjtui start {name}' starts it."
        )
    return job


def _joined(arguments: tuple[str, ...]) -> str | None:
    from wjtui.engine.process.arguments import join

    return join(arguments) if arguments else None


@click.command()
@click.argument("name", required=False)
@click.option(
    "--status",
    "statuses",
    type=click.Choice(_STATUSES, case_sensitive=False),
    multiple=True,
    help="Runs of this status alone; more than one may be given.",
)
@click.option("--trigger", metavar="TEXT", default="", help="Runs whose trigger has this in it.")
@click.option("--since", metavar="WHEN", help="Not before: 7d, 12h, 2027-03-01, 09:00 (UTC).")
@click.option("-n", "count", type=click.IntRange(1), help="How many; 20, and with --since all of them.")
@common
@click.pass_context
def history(
    context: click.Context,
    name: str | None,
    statuses: tuple[str, ...],
    trigger: str,
    since: str | None,
    count: int | None,
) -> None:
    """List the runs of a triggered job, or the launches of a continuous one, newest first.

    Times at which a schedule was due and no run came have lines of their own between the runs. Without NAME,
    the runs of every job, day by day.

    \b
    wjtui history nightly
    wjtui history --status failed --since 7d
    wjtui history --trigger schedule -n 100
    """
    from wjtui.cli.ask import ask
    from wjtui.cli.past import Wanted, read_since
    from wjtui.model.runs import RunStatus
    from wjtui.support.clock import SystemClock

    options, now = given(context), SystemClock().now()
    moment = None if since is None else read_since(since, now)
    wanted = Wanted(tuple(RunStatus(status) for status in statuses), trigger, moment)
    if count is None and since is None:
        count = _USUAL_COUNT
    if name is None:
        ask(options, lambda service: _show_all(service, options, wanted, count))
    else:
        ask(options, lambda service: _show_history(service, options, name, wanted, count))


async def _show_all(service: JobService, options: Given, wanted: Wanted, count: int | None) -> None:
    """The runs of every job, printed as they come: a page of them is held at a time."""
    from wjtui.cli.documents import run_document
    from wjtui.cli.output import JsonList, clean
    from wjtui.cli.past import day_line, pick, run_line, title_line

    snapshot = await service.snapshot()
    found = pick(lambda before, limit: service.history(before=before, limit=limit), wanted, count)
    if options.json:
        with JsonList("runs") as printed:
            async for run in found:
                printed.add(run_document(run, snapshot.at))
        return
    width = max((len(job.id.name) for job in snapshot.jobs if not job.is_continuous), default=0)
    click.echo(title_line(width))
    day = ""
    async for run in found:
        if (its_day := day_line(run)) != day:
            day = its_day
            click.echo(day)
        click.echo(run_line(run, snapshot.at, width, clean))


async def _show_history(
    service: JobService, options: Given, name: str, wanted: Wanted, count: int | None
) -> None:
    """The runs of one job, or its launches."""
    from wjtui.cli.ask import find_job
    from wjtui.cli.documents import missed_document, run_document
    from wjtui.cli.output import print_json, print_table
    from wjtui.cli.past import pick
    from wjtui.cli.schedule_words import by_time
    from wjtui.cli.words import RUN_TITLES, missed_row, run_row
    from wjtui.model.runs import Run
    from wjtui.support.clock import SystemClock

    job = await find_job(service, name)
    if job.is_continuous:
        await _show_launches(service, options, job, wanted, count)
        return

    async def page(before: RunRef | None, limit: int) -> list[Run]:
        return await service.runs(job.id, before=before.run if before else None, limit=limit)

    runs = [run async for run in pick(page, wanted, count)]
    missed = [one for one in await service.missed(job.id) if wanted.misses(one)][:count]
    now = SystemClock().now()
    if options.json:
        found = [run_document(run, now) for run in runs]
        print_json({"runs": found, "missed": [missed_document(one) for one in missed]})
    else:
        rows = by_time(runs, missed, len(runs) + len(missed) if count is None else count)
        print_table(
            RUN_TITLES, [run_row(one, now) if isinstance(one, Run) else missed_row(one) for one in rows]
        )


async def _show_launches(
    service: JobService, options: Given, job: Job, wanted: Wanted, count: int | None
) -> None:
    """The launches of a continuous job. Raises InvalidRequest where something is asked that they have not."""
    from wjtui.cli.documents import launch_document
    from wjtui.cli.output import print_json, print_table
    from wjtui.cli.words import LAUNCH_TITLES, launch_row
    from wjtui.model.errors import InvalidRequest
    from wjtui.support.clock import SystemClock

    if wanted.by_result:
        raise InvalidRequest(
            f"'{job.id.name}' is a continuous job, whose launches have neither status nor trigger: leave "
            "--status and --trigger out."
        )
    launches = await service.launches(job.id)
    launches = [one for one in launches if wanted.since is None or one.started >= wanted.since][:count]
    now = SystemClock().now()
    if options.json:
        print_json({"launches": [launch_document(launch, now) for launch in launches]})
    else:
        print_table(LAUNCH_TITLES, [launch_row(launch, now) for launch in launches])
