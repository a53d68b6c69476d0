"""list, show, pause, resume, start, stop, restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from wjtui.model.jobs import Job
    from wjtui.service import JobService

_NAME = click.argument("name")
_SHOWN_AHEAD = 5
"""Runs of a schedule that ``show`` names."""


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
    """Show everything that is known of one job.

    For a scheduled one that is also what its schedule means, how it stands, and its next runs.
    """
    from wjtui.cli.ask import ask, choose_job
    from wjtui.cli.documents import instants_document, job_document
    from wjtui.cli.forecast import upcoming
    from wjtui.cli.output import print_facts, print_json
    from wjtui.cli.words import job_facts
    from wjtui.schedule.zones import zone_of

    options = given(context)
    snapshot = ask(options, lambda service: service.snapshot())
    job = choose_job(snapshot.jobs, name)
    ahead = upcoming(job.schedule, job.next_run, _SHOWN_AHEAD) if job.schedule else []
    if options.json:
        due = instants_document(ahead, zone_of(job, snapshot.engine))
        print_json(job_document(job, snapshot.at) | {"next": due})
    else:
        print_facts(job_facts(job, snapshot.at, ahead))


@click.command()
@_NAME
@common
@click.pass_context
def pause(context: click.Context, name: str) -> None:
    """Let a job's schedule wait no more, until it is resumed.

    Writes "enabled": false into settings.job, so it holds over restarts. A run that is going goes on, and
    'wjtui run' still starts one.
    """
    _change(given(context), name, "pause")


@click.command()
@_NAME
@common
@click.pass_context
def resume(context: click.Context, name: str) -> None:
    """Let a job's schedule wait again.

    Runs that were due meanwhile are not made up for.
    """
    _change(given(context), name, "resume")


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
    from wjtui.cli.schedule_words import pause_words
    from wjtui.cli.words import status
    from wjtui.model.errors import NotAllowed
    from wjtui.support.clock import SystemClock

    async def change(service: JobService) -> Job:
        job = await find_job(service, name)
        if verb == "stop":
            await service.stop(job.id, now=now)
        elif verb == "pause":
            await service.pause(job.id)
        elif verb == "resume":
            await service.resume(job.id)
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
        return
    about_schedule = verb in ("pause", "resume")
    became = pause_words(job.schedule, job.next_run, SystemClock().now()) if about_schedule else status(job)
    click.echo(f"{clean(job.id.name)}: {became}")
