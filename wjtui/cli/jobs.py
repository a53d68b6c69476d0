"""list, show, run, start, stop, restart, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from wjtui.model.jobs import Job
    from wjtui.model.runs import Run
    from wjtui.service import JobService

_NAME = click.argument("name")


@click.command("list")
@common
@click.pass_context
def list_jobs(context: click.Context) -> None:
    """List the jobs, a line each."""
    from wjtui.cli.ask import ask
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import print_json, print_table
    from wjtui.cli.words import JOB_TITLES, job_row

    options = given(context)
    snapshot = ask(options, lambda service: service.snapshot())
    jobs = sorted(snapshot.jobs, key=lambda job: (job.id.name.lower(), job.id.type.value))
    if options.json:
        print_json([job_document(job, snapshot.at) for job in jobs])
    else:
        print_table(JOB_TITLES, [job_row(job, snapshot.at) for job in jobs])


@click.command()
@_NAME
@common
@click.pass_context
def show(context: click.Context, name: str) -> None:
    """Show everything that is known of one job."""
    from wjtui.cli.ask import ask, choose_job
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import print_facts, print_json
    from wjtui.cli.words import job_facts

    options = given(context)
    snapshot = ask(options, lambda service: service.snapshot())
    job = choose_job(snapshot.jobs, name)
    if options.json:
        print_json(job_document(job, snapshot.at))
    else:
        print_facts(job_facts(job, snapshot.at))


@click.command()
@_NAME
@click.argument("arguments", nargs=-1)
@click.option("--wait", is_flag=True, help="Wait for the end: 0 for Success, 1 for any other.")
@click.option("--follow", is_flag=True, help="The same, and print the log as it comes.")
@common
@click.pass_context
def run(context: click.Context, name: str, arguments: tuple[str, ...], wait: bool, follow: bool) -> None:
    """Start a run of a triggered job.

    ARGUMENTS after -- go to the job; without any it gets those of its settings.

    \b
    wjtui run nightly
    wjtui run nightly --wait -- --date "2 May"
    """
    from wjtui.cli.ask import ask

    options = given(context)
    ended = ask(options, lambda service: _run(service, options, name, arguments, wait or follow, follow))
    if ended is not None and ended.status.value != "Success":
        context.exit(1)


async def _run(
    service: JobService, options: Given, name: str, arguments: tuple[str, ...], wait: bool, follow: bool
) -> Run | None:
    """Start a run; its end when that is to be waited for."""
    from wjtui.cli.ask import find_job
    from wjtui.cli.documents import run_document
    from wjtui.cli.follow import Lines, follow_run, wait_for_end
    from wjtui.cli.output import print_json
    from wjtui.cli.words import ending
    from wjtui.engine.process.arguments import join
    from wjtui.model.errors import NotAllowed
    from wjtui.model.runs import RunRef
    from wjtui.support.clock import SystemClock

    job = await find_job(service, name)
    if job.is_continuous:
        raise NotAllowed(
            f"'{job.id.name}' is a continuous job and has no runs: 'wjtui start {name}' starts it."
        )
    text = join(arguments) if arguments else None
    ref = RunRef(job.id, await service.run(job.id, text, trigger=f"CLI - {_user()}"))
    if not wait:
        if options.json:
            print_json(run_document(await service.get_run(ref), SystemClock().now()))
        else:
            click.echo(f"Run {ref.run} of {job.id.name} has started.")
        return None
    if follow:
        await follow_run(service, ref, Lines(json=options.json))
    ended = await wait_for_end(service, ref)
    if options.json and not follow:
        print_json(run_document(ended, SystemClock().now()))
    else:
        # Standard output holds the log alone, so that it can be kept in a file.
        click.echo(ending(ended, SystemClock().now()), err=follow)
    return ended


@click.command()
@_NAME
@common
@click.pass_context
def start(context: click.Context, name: str) -> None:
    """Start a continuous job, and let it start with the engine again."""
    _change(given(context), name, "start")


@click.command()
@_NAME
@click.option("--now", is_flag=True, help="Kill it without its waiting time.")
@common
@click.pass_context
def stop(context: click.Context, name: str, now: bool) -> None:
    """Stop a continuous job, or end the run of a triggered one.

    The job gets its waiting time to end by itself. A continuous job stays stopped until it is started.
    """
    _change(given(context), name, "stop", now=now)


@click.command()
@_NAME
@common
@click.pass_context
def restart(context: click.Context, name: str) -> None:
    """Stop and start a continuous job."""
    _change(given(context), name, "restart")


def _change(options: Given, name: str, verb: str, *, now: bool = False) -> None:
    from wjtui.cli.ask import ask, choose_job, find_job
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import clean, print_json
    from wjtui.cli.words import status
    from wjtui.model.errors import NotAllowed
    from wjtui.support.clock import SystemClock

    async def change(service: JobService) -> Job:
        job = await find_job(service, name)
        if verb == "stop":
            await service.stop(job.id, now=now)
        elif not job.is_continuous:
            raise NotAllowed(
                f"'{job.id.name}' is a triggered job, it cannot be {verb}ed: 'wjtui run {name}' starts a run."
            )
        elif verb == "start":
            await service.start(job.id)
        else:
            await service.restart(job.id)
        snapshot = await service.snapshot()
        return choose_job(snapshot.jobs, str(job.id))

    job = ask(options, change)
    if options.json:
        print_json(job_document(job, SystemClock().now()))
    else:
        click.echo(f"{clean(job.id.name)}: {status(job)}")


@click.command()
@_NAME
@click.option("-n", "count", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@common
@click.pass_context
def history(context: click.Context, name: str, count: int) -> None:
    """List the runs of a triggered job, or the launches of a continuous one, newest first."""
    from wjtui.cli.ask import ask, find_job
    from wjtui.cli.documents import launch_document, run_document
    from wjtui.cli.output import print_json, print_table
    from wjtui.cli.words import LAUNCH_TITLES, RUN_TITLES, launch_row, run_row
    from wjtui.model.runs import Launch
    from wjtui.support.clock import SystemClock

    async def collect(service: JobService) -> tuple[Job, list[Run], list[Launch]]:
        job = await find_job(service, name)
        if job.is_continuous:
            return job, [], (await service.launches(job.id))[:count]
        return job, await service.runs(job.id, limit=count), []

    options = given(context)
    job, runs, launches = ask(options, collect)
    now = SystemClock().now()
    if options.json and job.is_continuous:
        print_json({"launches": [launch_document(launch, now) for launch in launches]})
    elif options.json:
        print_json({"runs": [run_document(run, now) for run in runs]})
    elif job.is_continuous:
        print_table(LAUNCH_TITLES, [launch_row(launch, now) for launch in launches])
    else:
        print_table(RUN_TITLES, [run_row(run, now) for run in runs])


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
