"""hooks: list, add, remove, test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.model.hooks import Subscription
    from wjtui.service import JobService

_ID = click.argument("id")
_TITLES = ("ID", "EVENT", "URL", "LAST", "WHEN")
_STREAM = "-"


@click.group(invoke_without_command=True)
@common
@click.pass_context
def hooks(context: click.Context) -> None:
    """Web hooks: URLs that the engine tells of ends of runs and of failures, by a POST.

    Without a command it lists them, and masks what may be secret in their URLs.

    \b
    wjtui hooks
    wjtui hooks add https://ci.example.org/hooks/42 TriggeredJobFailed
    wjtui hooks add - ContinuousJobCrashLoop < url.txt
    wjtui hooks test 639034123456789012
    """
    if context.invoked_subcommand is None:
        context.invoke(list_hooks)


@hooks.command("list")
@click.option("--reveal", is_flag=True, help="Print URLs as they are, passwords too.")
@common
@click.pass_context
def list_hooks(context: click.Context, reveal: bool) -> None:
    """List the web hooks, and what became of telling them last."""
    from wjtui.cli.ask import ask
    from wjtui.cli.output import print_json, print_table

    options = given(context)
    found = ask(options, lambda service: service.hooks.subscriptions())
    if options.json:
        print_json([_document(each, reveal=reveal) for each in found])
    else:
        print_table(_TITLES, [_row(each, reveal=reveal) for each in found])


@hooks.command()
@click.argument("url")
@click.argument("event")
@click.option("--insecure", is_flag=True, help="Do not check the certificate of an https URL.")
@common
@click.pass_context
def add(context: click.Context, url: str, event: str, insecure: bool) -> None:
    """Have URL told of EVENT; - as URL reads it from standard input, out of sight of others.

    user:password@ before the host is sent as Basic authentication.

    \b
    TriggeredJobFinished     a run has ended, however it did
    TriggeredJobFailed       a run has failed
    ContinuousJobFailed      a continuous job's process has failed; it is started again
    ContinuousJobCrashLoop   a continuous job ends again and again, soon after each start
    """
    import sys

    from wjtui.cli.ask import ask
    from wjtui.cli.output import clean, print_json
    from wjtui.model.hooks import EVENTS

    options = given(context)
    if url == _STREAM:
        url = sys.stdin.read().strip()
    hook, new = ask(options, lambda service: service.hooks.subscribe(url, event, insecure))
    if options.json:
        print_json(_document(hook, reveal=False) | {"created": new})
        return
    there = "is told of" if new else "was told already of"
    click.echo(clean(f"{hook.shown_url} {there} {hook.event}: web hook {hook.id}."))
    if not any(hook.matches(name) for name in EVENTS):
        names = ", ".join(EVENTS)
        click.echo(clean(f"No engine tells of '{hook.event}' by itself; it does of {names}."), err=True)


@hooks.command()
@_ID
@common
@click.pass_context
def remove(context: click.Context, id: str) -> None:
    """Take a web hook away."""
    from wjtui.cli.ask import ask
    from wjtui.cli.output import clean, print_json

    options = given(context)

    async def work(service: JobService) -> Subscription:
        hook = await service.hooks.find(id)
        await service.hooks.unsubscribe(id)
        return hook

    hook = ask(options, work)
    if options.json:
        print_json(_document(hook, reveal=False))
    else:
        click.echo(clean(f"{hook.shown_url} is told of {hook.event} no more."))


@hooks.command()
@_ID
@common
@click.pass_context
def test(context: click.Context, id: str) -> None:
    """Tell a web hook of a made-up event now, and say what it answers. Exit status 1: it did not take it."""
    from wjtui.cli.ask import ask
    from wjtui.cli.output import clean, print_json

    options = given(context)
    hook = ask(options, lambda service: service.hooks.test(id))
    if options.json:
        print_json(_document(hook, reveal=False))
    else:
        click.echo(clean(f"{hook.shown_url}: {_last(hook)}"))
    if not hook.last_ok:
        context.exit(1)


def _row(hook: Subscription, *, reveal: bool) -> tuple[str, ...]:
    from wjtui.tui.present.times import moment

    url = hook.url if reveal else hook.shown_url
    when = "" if hook.last_datetime is None else moment(hook.last_datetime)
    return hook.id, hook.event, url, _last(hook), when


def _last(hook: Subscription) -> str:
    """What became of telling it last, in a few words."""
    if hook.last_status is None:
        return ""
    same = "".join((hook.last_reason or "").split()).lower() == hook.last_status.lower()
    return hook.last_status if same or not hook.last_reason else f"{hook.last_status}: {hook.last_reason}"


def _document(hook: Subscription, *, reveal: bool) -> dict[str, Any]:
    """A web hook with the members that the REST API gives it (spec 8.9)."""
    from wjtui.model.base import iso

    at = hook.last_datetime
    return {
        "id": hook.id,
        "url": hook.url if reveal else hook.shown_url,
        "event": hook.event,
        "insecure_ssl": hook.insecure_ssl,
        "last_status": hook.last_status,
        "last_reason": hook.last_reason,
        "last_datetime": None if at is None else iso(at),
        "last_context": hook.last_context,
    }
