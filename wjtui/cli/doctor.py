"""doctor: what an engine needs on this machine, and what of it is missing."""

from __future__ import annotations

import os

import click

from wjtui.cli.options import common, given


@click.command()
@common
@click.pass_context
def doctor(context: click.Context) -> None:
    """Look at everything an engine needs here, and change nothing. Exit status 1: something is wrong.

    Interpreters, root, lock, socket, disk, clock, file watching, secrets, settings; whether a log-out ends
    the engine and a boot starts it; with an engine running, jobs that cannot run.
    """
    from wjtui.cli.output import clean, print_json
    from wjtui.launch import doctor_life, doctor_machine, doctor_root
    from wjtui.launch.doctor import Case, Level, examine, worst

    options = given(context)
    place = options.place()
    parts = (*doctor_root.PARTS, *doctor_machine.PARTS, *doctor_life.PARTS)
    checks = examine(Case(place, dict(os.environ)), parts)
    level = worst(checks)
    if options.json:
        print_json(
            {
                "root": str(place.root),
                "instance": place.site.instance,
                "level": level,
                "checks": checks,
            }
        )
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            click.echo(f"{check.level:<7}  {clean(check.name):<{width}}  {clean(check.text)}")
        counts = [sum(check.level is each for check in checks) for each in (Level.ERROR, Level.WARNING)]
        click.echo(f"{len(checks)} checks: {_many(counts[0], 'error')}, {_many(counts[1], 'warning')}.")
    if level is Level.ERROR:
        context.exit(1)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
