"""What a job's settings say of retries, chains, waiting, limits, files and health, as labels and values."""

from __future__ import annotations

from collections.abc import Iterator

from wjtui.model.settings import JobSettings, Probe, Retry, Watch
from wjtui.schedule.lists import counted
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import file_size, span

_READ = 200


def rules(settings: JobSettings) -> Iterator[tuple[str, str]]:
    """Only what is set, in the order of the form."""
    if settings.retry is not None:
        yield "Retry", retry_words(settings.retry)
    for label, job in (("On failure", settings.on_failure), ("On success", settings.on_success)):
        if job:
            yield label, f"runs {plain(job[:_READ])}"
    if settings.poison_after is not None:
        yield (
            "Poison",
            f"its schedule is paused after {counted(settings.poison_after, 'failed run')} in a row",
        )
    if settings.queues:
        yield "If running", f"a start waits, at most {settings.queue_room}"
    if settings.priority:
        yield "Priority", str(settings.priority)
    if settings.lock:
        yield "Lock", f"{plain(settings.lock[:_READ])}: one job of those that name it at a time"
    if settings.max_run_time is not None:
        yield "Longest run", span(settings.max_run_time)
    if settings.memory_limit is not None:
        yield "Memory", f"at most {file_size(settings.memory_limit)}"
    if settings.nice is not None:
        yield "Nice", str(settings.nice)
    if settings.io_class:
        yield "Disk", plain(settings.io_class[:_READ])
    if settings.run_as:
        yield "Runs as", plain(settings.run_as[:_READ])
    if settings.watch is not None:
        yield "Watches", watch_words(settings.watch)
    if settings.probe is not None:
        yield "Probe", probe_words(settings.probe)


def retry_words(retry: Retry) -> str:
    """``3 times, after 30 s, then each 2 times as late``."""
    words = f"{counted(retry.count, 'time')}, after {_seconds(retry.delay)}"
    more = f", then each {retry.backoff:g} times as late" if retry.backoff != 1 and retry.count > 1 else ""
    return words + more


def watch_words(watch: Watch) -> str:
    """``*.csv in inbox, one run a file``."""
    words = f"{plain(watch.pattern[:_READ])} in {plain(watch.path[:_READ])}"
    return f"{words}, one run a file" if watch.spool else words


def probe_words(probe: Probe) -> str:
    """``GET /health every 30 s; 3 failures in a row are unhealthy, and restart it``."""
    way = f"GET {probe.http}" if probe.http else f"the age of {probe.file}" if probe.file else probe.command
    failures = counted(probe.threshold, "failure") + (" is" if probe.threshold == 1 else " in a row are")
    after = ", and restart it" if probe.restart else ""
    return f"{plain(way[:_READ])} every {_seconds(probe.interval)}; {failures} unhealthy{after}"


def _seconds(count: float) -> str:
    return f"{count:g} s" if count < 120 else span(count)
