"""versions, rollback, delete, trash, restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from wjtui.model.jobs import Job
    from wjtui.model.versions import Trashed
    from wjtui.service import JobService

_NAME = click.argument("name")
_RUNNING = ("now", "after", "stop")


@click.command()
@_NAME
@click.option("--compare", "number", type=int, metavar="VERSION", help="What going back to it would change.")
@click.option("--diff", "path", metavar="FILE", help="With --compare: that one file, line by line.")
@common
@click.pass_context
def versions(context: click.Context, name: str, number: int | None, path: str | None) -> None:
    """List the versions of a job that can be gone back to, newest first.

    \b
    wjtui versions nightly
    wjtui versions nightly --compare 5
    wjtui versions nightly --compare 5 --diff run.py
    """
    from wjtui.cli.ask import ask
    from wjtui.model.errors import InvalidRequest

    options = given(context)
    if path is not None and number is None:
        raise InvalidRequest("--diff compares a file with an earlier version: name that with --compare 5.")
    if number is None:
        ask(options, lambda service: _list_versions(service, options, name))
    elif path is None:
        ask(options, lambda service: _compare(service, options, name, number))
    else:
        ask(options, lambda service: _diff(service, options, name, number, path))


@click.command()
@_NAME
@click.argument("version", type=int, required=False)
@click.option(
    "--when",
    type=click.Choice(_RUNNING),
    default="now",
    help="Where a run is going: switch now, after it, or stop it first.",
)
@common
@click.pass_context
def rollback(context: click.Context, name: str, version: int | None, when: str) -> None:
    """Put an earlier version of a job in place; without VERSION the one before.

    It gets a new number, and what was in place is kept: a rollback can be rolled back.
    """
    from wjtui.cli.ask import ask

    options = given(context)
    ask(options, lambda service: _roll_back(service, options, name, version, when))


@click.command()
@_NAME
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--keep-history", is_flag=True, help="Leave its runs and logs where they are.")
@common
@click.pass_context
def delete(context: click.Context, name: str, yes: bool, keep_history: bool) -> None:
    """Delete a job. It is stopped first, and rests in the trash for seven days.

    On a terminal its name has to be typed; elsewhere --yes is needed.
    """
    from wjtui.cli.ask import ask

    options = given(context)
    job = ask(options, lambda service: _meant(service, name))
    if not yes:
        _confirm(job, keep_history)
    entry = ask(options, lambda service: service.trash.delete(job.id, keep_history=keep_history))
    _say_trashed(options, entry)


@click.command()
@common
@click.pass_context
def trash(context: click.Context) -> None:
    """List deleted jobs that can be brought back, newest first."""
    from wjtui.cli.ask import ask
    from wjtui.cli.deploy_words import TRASH_TITLES, trash_row
    from wjtui.cli.output import print_json, print_table

    options = given(context)
    lying = ask(options, lambda service: service.trash.contents())
    if options.json:
        print_json(lying)
    else:
        print_table(TRASH_TITLES, [trash_row(entry) for entry in lying])


@click.command()
@_NAME
@common
@click.pass_context
def restore(context: click.Context, name: str) -> None:
    """Bring a deleted job back, with its history.

    NAME is a job's name, of which the one deleted last is meant, or an ID that 'wjtui trash' lists.
    """
    from wjtui.cli.ask import ask

    options = given(context)
    ask(options, lambda service: _restore(service, options, name))


async def _list_versions(service: JobService, options: Given, name: str) -> None:
    from wjtui.cli.deploy_words import VERSION_TITLES, version_row
    from wjtui.cli.output import print_json, print_table

    found = await service.versions.of((await _meant(service, name)).id)
    if options.json:
        print_json(found)
    else:
        print_table(VERSION_TITLES, [version_row(version) for version in found])


async def _compare(service: JobService, options: Given, name: str, number: int) -> None:
    from wjtui.cli.deploy_words import change_lines
    from wjtui.cli.output import clean, print_json

    changes = await service.versions.compare((await _meant(service, name)).id, number)
    if options.json:
        print_json(changes)
        return
    for line in change_lines(changes) or [f"Version {number} has the same files as the one in place."]:
        click.echo(clean(line))


async def _diff(service: JobService, options: Given, name: str, number: int, path: str) -> None:
    from wjtui.cli.output import clean, print_json

    diff = await service.versions.diff((await _meant(service, name)).id, number, path)
    if options.json:
        print_json({"version": number, "path": path, "diff": diff})
        return
    for line in diff.splitlines():
        click.echo(clean(line))


async def _roll_back(service: JobService, options: Given, name: str, number: int | None, when: str) -> None:
    from wjtui.cli.output import clean, print_json
    from wjtui.cli.who import here
    from wjtui.model.deploys import WhenRunning

    job = await _meant(service, name)
    made = await service.versions.roll_back(job.id, number, running=WhenRunning(when), by=here())
    if options.json:
        print_json(made)
    else:
        click.echo(clean(f"{job.id}: version {made.number} is in place, as {made.note} was."))


async def _restore(service: JobService, options: Given, name: str) -> None:
    from wjtui.cli.ask import find_job
    from wjtui.cli.documents import job_document
    from wjtui.cli.output import clean, print_json
    from wjtui.support.clock import SystemClock

    entry = _find(await service.trash.contents(), name)
    job = await service.trash.restore(entry.id)
    if options.json:
        print_json(job_document(await find_job(service, str(job)), SystemClock().now()))
    else:
        click.echo(clean(f"{job} is back."))


async def _meant(service: JobService, name: str) -> Job:
    from wjtui.cli.ask import find_job

    return await find_job(service, name)


def _find(lying: list[Trashed], text: str) -> Trashed:
    """What ``text`` names: an id, or a job, of which the one deleted last. Raises TrashNotFound."""
    from wjtui.model.errors import InvalidRequest, TrashNotFound
    from wjtui.model.identity import parse_job_id

    if (exact := next((entry for entry in lying if entry.id == text), None)) is not None:
        return exact
    kind, name = parse_job_id(text)
    found = [
        entry
        for entry in lying
        if entry.job.name.lower() == name.lower() and (kind is None or entry.job.type is kind)
    ]
    if not found:
        raise TrashNotFound(f"There is no '{text}' in the trash: 'wjtui trash' lists what is.")
    if len(types := sorted({entry.job.type.value for entry in found})) > 1:
        raise InvalidRequest(
            f"'{text}' means two deleted jobs: write {types[0]}/{name} or {types[1]}/{name}."
        )
    return found[0]


def _confirm(job: Job, keep_history: bool) -> None:
    """Have the job's name typed on a terminal. Raises InvalidRequest elsewhere, Abort for another name."""
    import sys

    from wjtui.cli.output import clean
    from wjtui.model.errors import InvalidRequest

    if not sys.stdin.isatty():
        raise InvalidRequest(
            f"'{job.id.name}' is not deleted without a question: add --yes where nobody can answer."
        )
    history = "its history stays" if keep_history else "its history goes with it"
    running = " It runs now, and is stopped first." if job.live else ""
    click.echo(clean(f"{job.id} goes to the trash for seven days; {history}.{running}"), err=True)
    typed = click.prompt("Type its name to delete it", err=True)
    if typed.strip().lower() != job.id.name.lower():
        raise InvalidRequest(f"'{typed}' is not '{job.id.name}': nothing was deleted.")


def _say_trashed(options: Given, entry: Trashed) -> None:
    from wjtui.cli.output import clean, print_json

    if options.json:
        print_json(entry)
    else:
        click.echo(clean(f"{entry.job} is in the trash: 'wjtui restore {entry.job}' brings it back."))
