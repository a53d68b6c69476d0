"""queue: starts that wait for their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.model.jobs import Job
    from wjtui.model.starts import Waiting
    from wjtui.service import JobService

_TITLES = ("RUN", "ASKED", "DUE", "TRIGGER", "ARGUMENTS")


@click.command()
@click.argument("name")
@click.option("--withdraw", metavar="RUN", help="Take this start back.")
@click.option("--all", "every", is_flag=True, help="Take back all that wait.")
@common
@click.pass_context
def queue(context: click.Context, name: str, withdraw: str | None, every: bool) -> None:
    """List the starts of a job that wait, retries too, in their order; or take them back.

    RUN is what the run will be called; wjtui run has printed it.

    \b
    wjtui queue import
    wjtui queue import --withdraw 202611210200000000
    wjtui queue import --all
    """
    from wjtui.cli.ask import ask, find_job
    from wjtui.cli.output import clean, print_json, print_table
    from wjtui.model.errors import InvalidRequest
    from wjtui.model.runs import RunId

    if withdraw is not None and every:
        raise InvalidRequest("--withdraw takes one start back and --all every one: give one of them.")
    options = given(context)

    async def look(service: JobService) -> tuple[Job, list[Waiting]]:
        job = await find_job(service, name)
        return job, await service.queue.waiting(job.id)

    async def take(service: JobService) -> tuple[Job, int]:
        job = await find_job(service, name)
        run = RunId(withdraw) if withdraw is not None else None
        return job, await service.queue.withdraw(job.id, run)

    if withdraw is not None or every:
        job, count = ask(options, take)
        if options.json:
            print_json({"withdrawn": count})
        else:
            many = "1 start was" if count == 1 else f"{count} starts were"
            click.echo(clean(f"{many} taken back from '{job.id.name}'."))
        return
    job, waiting = ask(options, look)
    if options.json:
        print_json([_document(each) for each in waiting])
    elif not waiting:
        click.echo(clean(f"No start of '{job.id.name}' waits."))
    else:
        print_table(_TITLES, [_row(each) for each in waiting])
        if job.hold is not None and job.hold.reason:
            click.echo(clean(f"The first one waits: {job.hold.reason}."))


def _row(waiting: Waiting) -> tuple[str, ...]:
    from wjtui.tui.present.times import moment

    due = moment(waiting.due) if waiting.due is not None else ""
    start = waiting.start
    return waiting.id, moment(waiting.asked), due, start.trigger, start.arguments or ""


def _document(waiting: Waiting) -> dict[str, Any]:
    from wjtui.model.base import iso

    start = waiting.start
    return {
        "id": waiting.id,
        "asked": iso(waiting.asked),
        "due": iso(waiting.due) if waiting.due is not None else None,
        "trigger": start.trigger,
        "arguments": start.arguments,
        "attempt": start.attempt,
        "origin": str(start.origin) if start.origin is not None else None,
        "correlation_id": start.correlation or None,
    }
