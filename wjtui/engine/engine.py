"""Engine: builds the rooms, owns their tasks, starts and stops them in order."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wjtui import __version__
from wjtui.engine.catalog.discover import Folders, JobKey
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.catalog.watch import Watcher
from wjtui.engine.config import Config
from wjtui.engine.history.store import RunStore
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.subreaper import reap_orphans
from wjtui.engine.process.usage import Sampler
from wjtui.engine.recovery import close_open_runs, empty_temp, end_earlier_processes
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.engine.service import LocalJobService
from wjtui.engine.site import Site, instance_of, short_instance
from wjtui.engine.state import State
from wjtui.model.base import iso
from wjtui.model.errors import EngineBusy, RootUnusable
from wjtui.model.events import EngineInfo, Tone
from wjtui.support.clock import Clock, SystemClock
from wjtui.support.locks import FileLock, holder_note

log = logging.getLogger(__name__)

SETTINGS_EVERY_SECONDS = 5.0
USAGE_EVERY_SECONDS = 2.0
REAP_EVERY_SECONDS = 10.0


@dataclass(frozen=True)
class EngineOptions:
    """What an engine is started with."""

    root: Path
    instance: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    attended: bool = False
    """Brought by a screen: it may end when nobody needs it."""
    native_watch: bool = True
    """Whether file events are used beside the scans."""


def make_site(options: EngineOptions) -> Site:
    """Where the engine of these options finds and keeps everything."""
    environment = dict(options.environment)
    instance = instance_of(environment, options.instance)
    return Site(
        options.root,
        instance,
        short_instance(instance, environment, options.instance),
        jobs_root=environment.get("WEBJOBS_ROOT_PATH", ""),
        temp=environment.get("WJTUI_TEMP", ""),
    )


class Engine:
    """The supervisor of one root on one instance; lives in one loop, of any thread."""

    def __init__(self, options: EngineOptions, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.site = site = make_site(options)
        self._options = options
        self._lock = FileLock(site.engine_lock)
        config = Config(options.environment, site.site_settings)
        info = EngineInfo(
            str(site.root), site.instance, os.getpid(), __version__, clock.now(), attended=options.attended
        )
        self._rooms = Rooms(
            site,
            config,
            clock,
            State(clock, info),
            RunStore(site),
            Launches(site.mark),
            find_hosts(options.environment),
        )
        self._supervisor = Supervisor(self._rooms)
        self.service = LocalJobService(self._rooms, self._supervisor, self._begin_stop)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopper: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._changed: asyncio.Queue[tuple[frozenset[JobKey], Folders]] = asyncio.Queue()

    @property
    def has_work(self) -> bool:
        """Whether a run is going or a continuous job is not stopped."""
        return self._supervisor.has_work

    @property
    def watched(self) -> bool:
        """Whether a front end listens to the events."""
        return self._rooms.state.bus.watched

    async def start(self) -> None:
        """Take the root, mend what a crash left, start every job. Raises RootUnusable or EngineBusy."""
        rooms = self._rooms
        self._make_folders()
        if not self._lock.acquire(
            f"serve {iso(rooms.clock.now())} pid {os.getpid()} instance {self.site.instance}"
        ):
            raise EngineBusy(self._busy_text())
        # A killed engine left its own behind, which would be believed now that the lock is held again.
        self.site.engine_file.unlink(missing_ok=True)
        killed = await end_earlier_processes(rooms)
        if killed:
            rooms.state.raise_notice(f"{killed} processes of an earlier engine were ended", Tone.WARNING)
        await asyncio.to_thread(empty_temp, self.site)
        for run in await asyncio.to_thread(close_open_runs, self.site, rooms.store):
            text = f"run {run.ref.run} was aborted: the engine ended while it ran"
            rooms.state.raise_notice(text, Tone.WARNING, run.ref.job)
        rooms.state.put_info(
            hosts=rooms.hosts.summary(), stopped_by_setting=rooms.config.stopped, notes=self._notes()
        )
        await self._supervisor.read_all()
        watcher = Watcher(
            self.site,
            rooms.clock,
            lambda keys, found: self._changed.put_nowait((keys, found)),
            on_note=lambda text: rooms.state.raise_notice(text, Tone.WARNING),
            native=self._options.native_watch,
        )
        self._own("watch", watcher.run())
        self._own("catalog", self._follow_changes())
        self._own("settings", self._follow_settings())
        self._own("usage", self._measure())
        self._own("orphans", self._reap())

    async def stop(self, *, now: bool = False) -> None:
        """Stop every job in order, then everything else; returns when that is done."""
        self._begin_stop()
        if now:
            self.hurry()
        await self._closed.wait()

    def hurry(self) -> None:
        """Skip what is left of every grace period."""
        self._supervisor.hurry()

    async def closed(self) -> None:
        """Wait until the engine has ended, whoever asked for it."""
        await self._closed.wait()

    def _begin_stop(self) -> None:
        if self._stopper is None:
            self._rooms.state.put_info(stopping=True)
            self._stopper = asyncio.get_running_loop().create_task(self._stop(), name="stop")
            self._stopper.add_done_callback(self._part_ended)

    async def _stop(self) -> None:
        """The order of the architecture's shutdown; each step is bounded by those it calls."""
        try:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._supervisor.stop_all()
            self._rooms.state.bus.close()
        finally:
            self._lock.release()
            self._closed.set()

    def _own(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._part_ended)
        self._tasks.append(task)

    def _part_ended(self, task: asyncio.Task[None]) -> None:
        """Without one of its parts there is no engine: jobs are stopped in order, and it ends."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the engine's part '%s' failed", task.get_name(), exc_info=error)
            self._rooms.state.raise_notice("The engine failed and ends; its log tells why.", Tone.ERROR)
            self._begin_stop()

    async def _follow_changes(self) -> None:
        while True:
            keys, found = await self._changed.get()
            await self._supervisor.refresh(keys, found)

    async def _follow_settings(self) -> None:
        """Settings take effect within 5 s (spec 3.1); so does an interpreter that came or went."""
        rooms = self._rooms
        while True:
            await rooms.clock.sleep(SETTINGS_EVERY_SECONDS)
            hosts = find_hosts(self._options.environment)
            if hosts != rooms.hosts:
                rooms.hosts = hosts
                rooms.state.put_info(hosts=hosts.summary())
                await self._supervisor.read_all()
            if rooms.config.refresh():
                rooms.state.put_info(stopped_by_setting=rooms.config.stopped, notes=self._notes())
                self._supervisor.reconcile_all()

    async def _measure(self) -> None:
        """What jobs use, while somebody looks: the scan costs 10 ms with 500 processes."""
        rooms, sampler = self._rooms, Sampler[JobKey]()
        measured: set[JobKey] = set()
        while True:
            await rooms.clock.sleep(USAGE_EVERY_SECONDS)
            if not rooms.state.bus.watched:
                continue
            groups = self._supervisor.groups
            sample = await sampler.sample(groups)
            for key in measured | sample.keys():
                if (job := rooms.state.jobs.get(key)) is not None:
                    rooms.state.put_usage(job.id, sample.get(key))
            measured = set(sample)

    async def _reap(self) -> None:
        while True:
            await self._rooms.clock.sleep(REAP_EVERY_SECONDS)
            reap_orphans(self._rooms.launches.leaders)

    def _make_folders(self) -> None:
        site = self.site
        try:
            site.own.mkdir(parents=True, exist_ok=True)
            site.temp.mkdir(parents=True, exist_ok=True)
            probe = site.own / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
            if not self._rooms.config.source_read_only:
                site.primary.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            where = error.filename or site.root
            raise RootUnusable(
                f"The root '{site.root}' cannot be used ({where}: {error.strerror}): "
                "choose a folder you may write to, with --root DIR or WJTUI_ROOT."
            ) from None

    def _busy_text(self) -> str:
        note = holder_note(self.site.engine_lock)
        pid = note.partition("pid ")[2].partition(" ")[0]
        by = f" (pid {pid})" if pid else ""
        return (
            f"Another engine{by} serves '{self.site.root}' as instance '{self.site.iid}': attach to it with "
            "wjtui, or give this one another name with --instance NAME."
        )

    def _notes(self) -> tuple[str, ...]:
        unknown = self._rooms.config.unknown_keys()
        return tuple(f"{key} is no WebJobs setting: check its spelling." for key in unknown)
