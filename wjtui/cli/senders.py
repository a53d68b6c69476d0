"""sender: a secret URL that starts one job without a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from wjtui.model.identity import JobId
    from wjtui.model.senders import NewSender, Sender
    from wjtui.service import JobService


@click.command()
@click.argument("name")
@click.option("--new", "new", is_flag=True, help="Make one; the one before counts no more.")
@click.option("--off", "off", is_flag=True, help="Let it count no more.")
@common
@click.pass_context
def sender(context: click.Context, name: str, new: bool, off: bool) -> None:
    """Say whether a triggered job has a sender URL, make one, or take it away.

    Whoever knows the URL can start this one job by a POST, without a login; what is sent, up to 1 MiB, is the
    run's input. The engine keeps a hash of it alone, so it is shown when it is made and never again.

    \b
    wjtui sender orders --new
    wjtui sender orders
    wjtui sender orders --off
    """
    from wjtui.cli.ask import ask

    if new and off:
        raise click.UsageError("--new makes a URL and --off takes it away: give one of them.")
    options = given(context)
    if new:
        _show_new(options, ask(options, lambda service: _make(service, name)))
    elif off:
        _show_end(options, *ask(options, lambda service: _remove(service, name)))
    else:
        _show(options, ask(options, lambda service: _find(service, name)))


async def _find(service: JobService, name: str) -> Sender:
    from wjtui.cli.ask import find_job

    return await service.senders.find((await find_job(service, name)).id)


async def _make(service: JobService, name: str) -> NewSender:
    from wjtui.cli.ask import find_job

    return await service.senders.make((await find_job(service, name)).id)


async def _remove(service: JobService, name: str) -> tuple[JobId, bool]:
    from wjtui.cli.ask import find_job

    job = (await find_job(service, name)).id
    return job, await service.senders.remove(job)


def _show(options: Given, found: Sender) -> None:
    from wjtui.cli.output import clean, print_json
    from wjtui.model.base import iso
    from wjtui.tui.present.times import moment

    if options.json:
        print_json({"job": found.job.name, "made": iso(found.made)})
    else:
        click.echo(clean(f"'{found.job.name}' has a sender URL, made {moment(found.made)}."))
        click.echo("Its hash alone is kept: --new makes another one, --off takes it away.")


def _show_new(options: Given, made: NewSender) -> None:
    from wjtui.cli.output import clean, print_json
    from wjtui.model.base import iso

    url, job = made.url(_base(options)), made.sender.job.name
    if options.json:
        print_json({"job": job, "url": url, "made": iso(made.sender.made)})
        return
    click.echo(url)
    click.echo(clean(f"A POST to it starts '{job}', without a login. It is shown this once."), err=True)
    if url.startswith("/"):
        click.echo(
            "The engine does not listen on TCP: put the address in front of it under which others reach it.",
            err=True,
        )


def _show_end(options: Given, job: JobId, was_there: bool) -> None:
    from wjtui.cli.output import clean, print_json

    if options.json:
        print_json({"job": job.name, "removed": was_there})
    elif was_there:
        click.echo(clean(f"The sender URL of '{job.name}' counts no more."))
    else:
        click.echo(clean(f"'{job.name}' had no sender URL."))


def _base(options: Given) -> str:
    """Where the engine is reached, as far as that is known here."""
    if options.connect is not None:
        return options.connect
    from wjtui.client.probe import find_engine

    site = options.place().site
    card = find_engine(site.engine_lock, site.engine_file)
    return card.urls[0] if card is not None and card.urls else ""
