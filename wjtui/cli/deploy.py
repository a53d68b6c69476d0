"""deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from wjtui.cli.options import Given, common, given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wjtui.cli.planning import Wanted
    from wjtui.model.deploys import Deployed, DeployPlan, Finding, Package, Preview
    from wjtui.service import JobService

_TYPES = ("triggered", "continuous")
_RUNNING = ("now", "after", "stop")
_LISTED = 20
"""Files that a deploy names; --dry-run names all of them."""


@click.command()
@click.argument("source")
@click.option("--type", "kind", type=click.Choice(_TYPES), help="How it runs; not needed to replace a job.")
@click.option("--name", metavar="NAME", help="What it is called; else as the source is.")
@click.option("--schedule", metavar="CRON", help="Six fields, for example '0 0 2 * * *'; implies triggered.")
@click.option("--set", "assignments", metavar="KEY=VALUE", multiple=True, help="A key of its settings.job.")
@click.option("--only", metavar="TYPE/NAME", multiple=True, help="Of a package with app_data/jobs: this job.")
@click.option(
    "--when",
    type=click.Choice(_RUNNING),
    default="now",
    help="Where a run is going: switch now, after it, or stop it first.",
)
@click.option("--keep-line-ends", is_flag=True, help="Leave CRLF in the script that runs.")
@click.option("--dry-run", is_flag=True, help="Check everything, say what would change, change nothing.")
@click.option("--run", "start", is_flag=True, help="Start a run of it afterwards (triggered).")
@click.option(
    "--follow", is_flag=True, help="The same, and print its log: 0 for Success, 1 for any other end."
)
@common
@click.pass_context
def deploy(
    context: click.Context,
    source: str,
    kind: str | None,
    name: str | None,
    schedule: str | None,
    assignments: tuple[str, ...],
    only: tuple[str, ...],
    when: str,
    keep_line_ends: bool,
    dry_run: bool,
    start: bool,
    follow: bool,
) -> None:
    """Bring a job in, or a new version of one.

    SOURCE is a .zip, a folder, one script, or - for a .zip on standard input. It is unpacked beside the jobs
    and checked first; then it is put in place as a whole, and the version before is kept. A package with
    app_data/jobs/TYPE/NAME in it brings all of its jobs, or none.

    \b
    wjtui deploy nightly.zip --type triggered --schedule '0 0 2 * * *'
    wjtui deploy ./worker --type continuous --set is_singleton=true
    wjtui deploy report.py --name report --dry-run
    ssh host wjtui deploy - --name report < report.zip
    """
    from wjtui.cli.ask import ask
    from wjtui.cli.intake import source_path
    from wjtui.cli.planning import Wanted
    from wjtui.model.deploys import WhenRunning
    from wjtui.model.errors import InvalidRequest
    from wjtui.model.identity import JobType

    options = given(context)
    if dry_run and (start or follow):
        raise InvalidRequest(
            "--dry-run changes nothing, so there is nothing to run: leave --run and --follow out."
        )
    wanted = Wanted(
        JobType(kind) if kind is not None else None,
        name,
        schedule,
        assignments,
        only,
        WhenRunning(when),
        keep_line_ends,
    )
    with source_path(source) as (path, called):
        failed = ask(
            options,
            lambda service: _deploy(service, options, path, called, wanted, dry_run, start or follow, follow),
        )
    if failed:
        context.exit(1)


async def _deploy(
    service: JobService,
    options: Given,
    path: Path,
    called: str,
    wanted: Wanted,
    dry_run: bool,
    start: bool,
    follow: bool,
) -> bool:
    """Stage, show, and put in place; whether a run that was waited for failed."""
    import secrets

    from wjtui.cli.planning import make_plan
    from wjtui.cli.progress import showing_progress
    from wjtui.cli.who import here
    from wjtui.model.errors import DeployRejected

    token, done = secrets.token_hex(16), None
    try:
        async with showing_progress(service, token):
            package = await service.deploys.stage(path, token, name=called)
        if not package.ok:
            _show(options, package, None, None, dry_run)
            raise DeployRejected(_sentences(package.refusals))
        plan = make_plan(package, wanted, (await service.snapshot()).jobs)
        preview = await service.deploys.preview(token, plan)
        if refusals := preview.refusals:
            _show(options, package, preview, None, dry_run)
            raise DeployRejected(_sentences(refusals))
        if dry_run:
            _show(options, package, preview, None, dry_run)
            return False
        async with showing_progress(service, token):
            done = await service.deploys.commit(token, plan, by=here())
        _show(options, package, preview, done, dry_run)
        return await _start(service, options, plan, follow) if start and not done.waiting else False
    finally:
        # What waits for a run to end is staged until then: to discard it is to call the deploy off.
        if done is None or not done.waiting:
            await service.deploys.discard(token)


def _sentences(refusals: Sequence[Finding]) -> str:
    """Every reason, each once: two long paths that were shortened may read the same."""
    return " ".join(dict.fromkeys(each.text for each in refusals))


def _show(
    options: Given, package: Package, preview: Preview | None, done: Deployed | None, dry_run: bool
) -> None:
    from wjtui.cli.deploy_words import package_lines, preview_lines
    from wjtui.cli.output import clean, print_json

    if options.json:
        print_json(_document(package, preview, done))
        return
    if done is None and not dry_run:
        return  # the refusal says it all, in one line
    most = None if dry_run else _LISTED
    lines = [*package_lines(package), *(preview_lines(preview, most) if preview is not None else [])]
    for job in done.jobs if done is not None else ():
        kept = "" if job.replaced is None else f" (version {job.replaced} is kept: wjtui rollback {job.id})"
        how = (
            "is put in place when the run that is going has ended" if done and done.waiting else "is in place"
        )
        lines.append(f"{job.id}: version {job.version} {how}{kept}.")
    if dry_run:
        lines.append("Nothing was changed.")
    for line in lines:
        click.echo(clean(line))


def _document(package: Package, preview: Preview | None, done: Deployed | None) -> dict[str, Any]:
    import msgspec

    return {
        "ok": package.ok and (preview is None or not preview.refusals),
        "package": msgspec.to_builtins(package),
        "preview": msgspec.to_builtins(preview.jobs) if preview is not None else None,
        "deployed": msgspec.to_builtins(done) if done is not None else None,
    }


async def _start(service: JobService, options: Given, plan: DeployPlan, follow: bool) -> bool:
    """Run what was deployed, where it is a triggered job; True: it was waited for, and failed."""
    from wjtui.cli.follow import Lines, follow_run, wait_for_end
    from wjtui.cli.who import here
    from wjtui.cli.words import ending
    from wjtui.model.identity import JobType
    from wjtui.model.runs import RunRef, RunStatus
    from wjtui.support.clock import SystemClock

    failed = False
    for job in plan.jobs:
        if job.id.type is JobType.CONTINUOUS:
            continue  # it has started by itself
        ref = RunRef(job.id, await service.run(job.id, trigger=here()))
        if not follow:
            click.echo(f"Run {ref.run} of {job.id.name} has started.", err=options.json)
            continue
        await follow_run(service, ref, Lines(json=options.json))
        ended = await wait_for_end(service, ref)
        click.echo(ending(ended, SystemClock().now()), err=True)
        failed = failed or ended.status is not RunStatus.SUCCESS
    return failed
