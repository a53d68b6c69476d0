"""The command line: parser, sentences for errors, exit statuses."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

import click

from wjtui import __version__
from wjtui.cli import (
    changes,
    completion,
    credentials,
    demo,
    deploy,
    doctor,
    hooks,
    jobs,
    logs,
    queue,
    runs,
    schedule,
    senders,
    serve,
    settings,
    web,
)
from wjtui.cli.completing import add_completion
from wjtui.cli.look import look
from wjtui.cli.options import Given, common, given
from wjtui.model.errors import WjtuiError

_INTERRUPTED = 130


class Program(click.Group):
    """A group whose commands are listed in the order in which they are added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; ends quietly when who read the output has enough."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Else the interpreter complains when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


@click.group(
    cls=Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--in-process", is_flag=True, help="Host the engine inside the screen's process.")
@click.option("--read-only", is_flag=True, help="Show everything, change nothing.")
@look
@click.version_option(__version__, prog_name="wjtui", message="%(prog)s %(version)s")
@common
@click.pass_context
def cli(
    context: click.Context,
    in_process: bool,
    read_only: bool,
    theme: str,
    ascii: bool | None,
    mouse: bool | None,
) -> None:
    """Azure WebJobs on any Linux machine, in a terminal.

    Without a command, wjtui opens its screen. It attaches to the engine of the root, or brings one.

    \b
    wjtui demo                     look around with sample jobs
    wjtui up                       start the engine in the background
    wjtui run nightly --follow     run a job and watch it
    wjtui schedule '0 0 9 * * *'   what that means, and when it is due
    """
    if context.invoked_subcommand is None:
        from wjtui.launch.screen import ScreenWish, show_screen

        options = given(context)
        wish = ScreenWish(in_process, read_only, options.debug, theme, ascii, mouse)
        if (remote := options.remote()) is not None:
            from wjtui.launch.connected import show_connected

            show_connected(remote, wish)
        else:
            show_screen(options.place(), wish)


for command in (
    jobs.list_jobs, jobs.show, runs.run, jobs.start, jobs.stop, jobs.restart, jobs.pause, jobs.resume,
    runs.history, logs.logs, deploy.deploy, changes.versions, changes.rollback, changes.delete, changes.trash,
    changes.restore, queue.queue, settings.settings, settings.config, hooks.hooks, senders.sender,
    schedule.schedule, serve.up, serve.down, serve.serve, doctor.doctor, credentials.credentials,
    completion.completion, web.web, demo.demo,
):  # fmt: skip
    cli.add_command(command)
add_completion(cli)


def main() -> None:
    """Run a command and leave with its exit status (contract: commands)."""
    options = Given()
    sys.excepthook = lambda kind, error, trace: _say_bug(options, kind, error, trace)
    # A file name that is no UTF-8 must not turn a list into an error.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run(options))


def run(options: Given, arguments: list[str] | None = None) -> int:
    """One command; returns its exit status. Errors that are not bugs become one line on standard error."""
    try:
        status = cli.main(arguments, prog_name="wjtui", standalone_mode=False, obj=options)
    except click.ClickException as error:
        return _say(options, error.format_message(), error.exit_code)
    except WjtuiError as error:
        return _say(options, error.message, error.exit_status)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    return status if isinstance(status, int) else 0


def _say(options: Given, sentence: str, status: int) -> int:
    if options.debug:
        traceback.print_exc()
    click.echo(" ".join(sentence.split()), err=True)
    return status


def _say_bug(
    options: Given, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if options.debug:
        traceback.print_exception(kind, error, trace)
    else:
        click.echo(f"wjtui failed by a bug ({kind.__name__}: {error}); --debug shows where.", err=True)
