"""schedule: what an expression or a recurrence means; asks no engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wjtui.cli.options import common, given

if TYPE_CHECKING:
    from wjtui.cli.forecast import Forecast

_MOST = 1000


@click.command()
@click.argument("expression", metavar="EXPRESSION", nargs=-1, required=True)
@click.option(
    "--count", type=click.IntRange(1, _MOST), default=10, show_default=True, help="How many runs to print."
)
@click.option("--from", "start", metavar="TIME", help="Begin then, for example 2027-03-01; without it now.")
@click.option("--zone", metavar="ZONE", help="Zone of its wall times, for example Europe/Berlin; else UTC.")
@click.option("--recurrence", is_flag=True, help="EXPRESSION is the JSON object of a recurrence.")
@common
@click.pass_context
def schedule(
    context: click.Context,
    expression: tuple[str, ...],
    count: int,
    start: str | None,
    zone: str | None,
    recurrence: bool,
) -> None:
    """Say what a schedule means and when it is due.

    EXPRESSION has six fields: second minute hour day month day-of-week. One that begins with { is a
    recurrence, as in "recurrence" of settings.job. Without --zone, WEBSITE_TIME_ZONE counts, else UTC.
    The schedule of a job: wjtui show NAME.

    \b
    wjtui schedule '0 0 9 * * Mon-Fri' --zone Europe/Berlin
    wjtui schedule '0 */20 * * * *' --count 3 --from 2027-03-28T00:00
    wjtui schedule '{"kind": "every", "unit": "week", "weekdays": ["mon"], "hours": [9]}'
    """
    import sys

    from wjtui.cli.documents import forecast_document
    from wjtui.cli.marker import mark
    from wjtui.cli.output import print_facts, print_json, print_table
    from wjtui.cli.schedule_words import forecast_facts, forecast_table
    from wjtui.model.errors import InvalidRequest, InvalidSchedule

    if len(expression) > 1:
        raise InvalidRequest(
            f"EXPRESSION is {len(expression)} words, of which the shell may have made file names: put it in"
            " quotes, for example wjtui schedule '0 */15 * * * *'."
        )
    [text] = expression
    try:
        found = _look(text, count, start, zone, recurrence=recurrence)
    except InvalidSchedule as error:
        # For people only: a script gets the one line that every refusal is.
        if sys.stderr.isatty():
            for line in mark(text, error):
                click.echo(line, err=True)
        raise
    if given(context).json:
        print_json(forecast_document(found))
        return
    print_facts(forecast_facts(found))
    if found.ahead.runs:
        click.echo()
        print_table(*forecast_table(found))


def _look(text: str, count: int, start: str | None, zone: str | None, *, recurrence: bool) -> Forecast:
    """The schedule from ``start`` on. Raises InvalidSchedule and InvalidRequest."""
    import os

    from wjtui.cli.forecast import choose_zone, forecast, read_plan
    from wjtui.schedule.moments import read_moment
    from wjtui.support.clock import SystemClock

    plan = read_plan(text, recurrence=recurrence)
    chosen, notes = choose_zone(plan, zone, os.environ.get("WEBSITE_TIME_ZONE"))
    now = SystemClock().now()
    begin = now if start is None else read_moment(start, chosen, now, "--from")
    return forecast(plan, chosen, begin, count, notes)
