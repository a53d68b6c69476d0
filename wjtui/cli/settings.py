"""settings, config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from wjtui.model.jobs import Job
    from wjtui.model.site import ConnectionString, SettingsDocument, SiteSettings
    from wjtui.service import JobService


@click.command()
@click.argument("name")
@click.option("--set", "assignments", metavar="KEY=VALUE", multiple=True, help="env.NAME=VALUE: a variable.")
@click.option("--unset", metavar="KEY", multiple=True, help="Take a key out; env.NAME: a variable.")
@common
@click.pass_context
def settings(context: click.Context, name: str, assignments: tuple[str, ...], unset: tuple[str, ...]) -> None:
    """Print a job's settings.job, or change some of its keys.

    Comments, order and unknown keys stay as they are. A change counts at once; the settings before are kept
    as a version ('wjtui rollback NAME').

    \b
    wjtui settings nightly
    wjtui settings nightly --set 'schedule=0 0 3 * * *' --set idle_timeout=600
    wjtui settings worker --set env.DB_HOST=db-01 --unset stop_signal
    """
    from wjtui.cli.ask import ask

    options = given(context)
    if assignments or unset:
        ask(options, lambda service: _change(service, options, name, assignments, unset))
    else:
        ask(options, lambda service: _print(service, options, name))


@click.command()
@click.option("--set", "assignments", metavar="NAME=VALUE", multiple=True, help="A variable of every job.")
@click.option("--unset", metavar="NAME", multiple=True, help="Take it away.")
@click.option(
    "--connection",
    "connections",
    metavar="NAME=TYPE:VALUE",
    multiple=True,
    help="A connection string; - as the value reads it from standard input.",
)
@click.option("--disconnect", metavar="NAME", multiple=True, help="Take a connection string away.")
@click.option("--reveal", is_flag=True, help="Print secrets too.")
@common
@click.pass_context
def config(
    context: click.Context,
    assignments: tuple[str, ...],
    unset: tuple[str, ...],
    connections: tuple[str, ...],
    disconnect: tuple[str, ...],
    reveal: bool,
) -> None:
    """Print the settings of the site, or change some.

    Every job finds them in its environment from its next launch on; WEBJOBS_* settings are obeyed at once.
    TYPE is SQLServer, SQLAzure, MySQL, PostgreSQL or Custom.

    \b
    wjtui config
    wjtui config --set WEBJOBS_HISTORY_SIZE=100 --unset DEBUG
    wjtui config --connection AzureWebJobsStorage=Custom:- < storage.txt
    """
    from wjtui.cli.ask import ask
    from wjtui.cli.connections import change_of

    options = given(context)
    anything = assignments or unset or connections or disconnect

    async def work(service: JobService) -> SiteSettings:
        found = await service.settings.site()
        if not anything:
            return found
        change = change_of(found, assignments, unset, connections, disconnect, _standard_input)
        return await service.settings.change_site(change)

    _show_site(options, ask(options, work), reveal=reveal)


async def _print(service: JobService, options: Given, name: str) -> None:
    from wjtui.cli.ask import find_job
    from wjtui.cli.output import print_json

    job = await find_job(service, name)
    found = await service.settings.read(job.id)
    if options.json:
        print_json(_document(found))
    else:
        # As it is, so that it can be kept in a file and put back.
        click.echo(found.text, nl=bool(found.text) and not found.text.endswith("\n"))
        for problem in found.problems:
            click.echo(problem.text, err=True)


async def _change(
    service: JobService, options: Given, name: str, assignments: tuple[str, ...], unset: tuple[str, ...]
) -> None:
    from wjtui.cli.ask import find_job
    from wjtui.cli.assignments import edit_settings, refuse_faults
    from wjtui.cli.output import clean, print_json
    from wjtui.cli.who import here

    job = await find_job(service, name)
    before = await service.settings.read(job.id)
    text = edit_settings(before.text, assignments, unset)
    refuse_faults(before.text, text, job.id.type)
    saved = await service.settings.save(job.id, text, etag=before.etag, by=here())
    if options.json:
        print_json(_document(saved))
        return
    if saved.version == before.version:
        click.echo(clean(f"{job.id}: nothing was different."))
        return
    for line in _effect(job, before, saved):
        click.echo(clean(line))
    click.echo(clean(f"{job.id}: saved as version {saved.version} ('wjtui rollback {job.id}' goes back)."))


def _effect(job: Job, before: SettingsDocument, after: SettingsDocument) -> tuple[str, ...]:
    from wjtui.settings.effect import effect

    return effect(before.settings, after.settings, job.id.type, job.live, inherited=after.inherited)


def _document(found: SettingsDocument) -> dict[str, Any]:
    return {
        "name": found.job.name,
        "type": found.job.type.value,
        "settings": dict(found.settings.raw),
        "text": found.text,
        "version": found.version,
        "problems": [problem.text for problem in found.problems],
    }


def _show_site(options: Given, found: SiteSettings, *, reveal: bool) -> None:
    from wjtui.cli.connections import masked, shown
    from wjtui.cli.output import clean, print_json

    if options.json:
        print_json(
            {
                "settings": {name: shown(name, value, reveal=reveal) for name, value in found.values.items()},
                "connection_strings": [_connection(each, reveal=reveal) for each in found.connections],
                "environment": {
                    name: shown(name, value, reveal=reveal) for name, value in found.inherited.items()
                },
            }
        )
        return
    for name, value in sorted(found.values.items()):
        click.echo(clean(f"{name}={shown(name, value, reveal=reveal)}"))
    for each in found.connections:
        value = each.value if reveal else masked(each.value)
        click.echo(clean(f"{each.name} ({each.type.value} connection string)={value}"))
    for name, value in sorted(found.inherited.items()):
        if name not in found.values:
            click.echo(clean(f"{name}={shown(name, value, reveal=reveal)} (environment of the engine)"))


def _connection(each: ConnectionString, *, reveal: bool) -> dict[str, str]:
    from wjtui.cli.connections import masked

    value = each.value if reveal else masked(each.value)
    return {"name": each.name, "type": each.type.value, "value": value, "variable": each.variable}


def _standard_input() -> str:
    import sys

    return sys.stdin.read().rstrip("\r\n")
