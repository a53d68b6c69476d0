"""Engine: builds the rooms, owns their tasks, starts and stops them in order."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wjtui import __version__
from wjtui.archives.limits import Limits
from wjtui.engine.catalog.discover import Folders, JobKey, list_jobs
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.catalog.watch import Watcher
from wjtui.engine.config import Config
from wjtui.engine.damage import Aside, set_damage_aside
from wjtui.engine.deploy.limits import limits_of
from wjtui.engine.deploy.recovery import recover
from wjtui.engine.history.store import RunStore
from wjtui.engine.history.trash import Trash
from wjtui.engine.notify import Notifier
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.subreaper import reap_orphans
from wjtui.engine.process.usage import Sampler
from wjtui.engine.recovery import close_open_runs, empty_temp, end_earlier_processes
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.engine.scheduling.scheduler import Scheduler
from wjtui.engine.service import LocalJobService
from wjtui.engine.site import Site, expand_variables, instance_of, short_instance
from wjtui.engine.state import State
from wjtui.engine.vitals import LocalVitals
from wjtui.engine.watching.watching import Watching
from wjtui.model.base import iso
from wjtui.model.errors import EngineBusy, RootUnusable
from wjtui.model.events import EngineInfo, Tone
from wjtui.model.identity import JobId
from wjtui.support.clock import Clock, SystemClock
from wjtui.support.locks import FileLock, holder_note

log = logging.getLogger(__name__)

SETTINGS_EVERY_SECONDS = 5.0
USAGE_EVERY_SECONDS = 2.0
REAP_EVERY_SECONDS = 10.0
_LOCK_LOOKS = 5
_LOCK_PAUSE_SECONDS = 0.01


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
    config_file: Callable[[], Path] | None = None
    """Where the user's ``config.toml`` lies, which may name a ``notify_command``; None: there is none."""


def make_site(options: EngineOptions) -> Site:
    """Where the engine of these options finds and keeps everything."""
    environment = dict(options.environment)
    instance = instance_of(environment, options.instance)
    return Site(
        options.root,
        instance,
        short_instance(instance, environment, options.instance),
        jobs_root=expand_variables(environment.get("WEBJOBS_ROOT_PATH", ""), environment),
        temp=environment.get("WJTUI_TEMP", ""),
    )


class Engine:
    """The supervisor of one root on one instance; lives in one loop, of any thread."""

    def __init__(
        self,
        options: EngineOptions,
        clock: Clock | None = None,
        *,
        withdraw: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``withdraw`` takes down what shows the engine to the world; the lock is held until it is done."""
        clock = clock or SystemClock()
        self.site = site = make_site(options)
        self._options = options
        self._withdraw = withdraw
        self._lock = FileLock(site.engine_lock)
        config = Config(options.environment, site.site_settings, site.connection_strings)
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
        self.vitals = LocalVitals(self._rooms)
        self._scheduler = Scheduler(self._rooms)
        self._supervisor = Supervisor(self._rooms, self._scheduler)
        self.service = LocalJobService(self._rooms, self._supervisor, self._scheduler, self._begin_stop)
        self._watching = Watching(self._rooms, self._supervisor.queue, reread=self._read_again)
        self._supervisor.following.settle = self._watching.settle
        self._notifier = Notifier(self._rooms, options.config_file)
        self._tasks: list[asyncio.Task[None]] = []
        self._aside = Aside(clock.now())
        self._watcher: Watcher | None = None
        self._stopper: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._changed: asyncio.Queue[tuple[frozenset[JobKey], Folders | None]] = asyncio.Queue()

    @property
    def has_work(self) -> bool:
        """Whether a run is going or waits for its time or a file, or a continuous job is not stopped."""
        return self._supervisor.has_work or self._scheduler.has_work or self._watching.has_work

    @property
    def max_upload(self) -> int:
        """Bytes of the largest archive or script that is taken now."""
        return self._rooms.config.max_upload

    @property
    def limits(self) -> Limits:
        """What an archive may not exceed now."""
        return limits_of(self._rooms.config)

    @property
    def _ends(self) -> bool:
        return self._stopper is not None

    @property
    def watched(self) -> bool:
        """Whether a front end listens to the events."""
        return self._rooms.state.bus.watched

    async def take(self) -> None:
        """Take the root, and nothing more. Raises RootUnusable or EngineBusy."""
        self._make_folders()
        note = f"serve {iso(self._rooms.clock.now())} pid {os.getpid()} instance {self.site.instance}"
        for _ in range(_LOCK_LOOKS):
            try:
                if self._lock.claim(note):
                    break
            except OSError as error:
                raise RootUnusable(
                    f"The engine's lock '{self._lock.path}' cannot be used ({error.strerror}): "
                    "remove it, or make it a file that you may write to."
                ) from None
            # Somebody who looks whether an engine is here holds it for a moment.
            await self._rooms.clock.sleep(_LOCK_PAUSE_SECONDS)
        else:
            raise EngineBusy(self._busy_text())
        try:
            self._make_room()
        except OSError as error:
            self._lock.release()
            raise self._unusable(error) from None

    async def start(self) -> None:
        """Take the root, mend what a crash left, read every job, let them run.

        Each of ``take`` and ``read`` that was asked for before is not done again. Raises RootUnusable or
        EngineBusy; after a failure nothing is held.
        """
        if not self._lock.held and not self._ends:
            await self.take()
        if self._watcher is None and not self._ends:
            await self.read()
        if self._watcher is None or self._ends:
            return  # somebody ended it meanwhile
        self._notifier.begin()
        self.service.hooks.begin()
        self._supervisor.begin()
        self._watching.begin()
        self._own("scheduler", self._scheduler.run())
        self._own("queue", self._supervisor.queue.run())
        self._own("watch", self._watcher.run())
        self._own("catalog", self._follow_changes())
        self._own("settings", self._follow_settings())
        self._own("usage", self._measure())
        self._own("orphans", self._reap())

    async def read(self) -> None:
        """Mend what a crash left and read every job: from then on a snapshot is true; nothing runs yet."""
        try:
            await self._read()
        except BaseException:
            await self.stop(now=True)
            raise

    async def _read(self) -> None:
        rooms = self._rooms
        killed = await end_earlier_processes(rooms)
        if killed:
            rooms.state.raise_notice(f"{killed} processes of an earlier engine were ended", Tone.WARNING)
        await asyncio.to_thread(empty_temp, self.site)
        runs = await asyncio.to_thread(close_open_runs, self.site, rooms.store, self._aside)
        for run in runs.aborted:
            text = f"run {run.ref.run} was aborted: the engine ended while it ran"
            rooms.state.raise_notice(text, Tone.WARNING, run.ref.job)
        left = await asyncio.to_thread(recover, self.site, rooms.config)
        for mended in left.mended:
            rooms.state.raise_notice(mended.text, Tone.WARNING, mended.job)
        await self.service.settings.mend()
        rooms.state.put_info(hosts=rooms.hosts.summary(), **rooms.config.facts)
        watcher = Watcher(
            self.site,
            rooms.clock,
            lambda keys, found: self._changed.put_nowait((keys, found)),
            on_note=lambda text: rooms.state.raise_notice(text, Tone.WARNING),
            native=self._options.native_watch,
            known=lambda: tuple(self._supervisor.definitions),
        )
        found = await watcher.look()
        jobs = [folder.id for folder in found.jobs.values()]
        await asyncio.to_thread(set_damage_aside, self.site, jobs, self._aside)
        self._aside.tell(lambda text, job: rooms.state.raise_notice(text, Tone.WARNING, job, "damaged"))
        await self._supervisor.refresh(found.jobs, found)
        await self._supervisor.queue.read()
        await self._supervisor.following.resume(runs.unfollowed, runs.followed)
        await self._supervisor.queue.sweep()
        self.service.resume_deploys(left.waiting)
        self._watcher = watcher
        self.vitals.begin(lambda: watcher.trouble)

    async def stop(self, *, now: bool = False) -> None:
        """Stop every job in order, then everything else; returns when that is done."""
        self._begin_stop()
        if now:
            self.hurry()
        await self._closed.wait()

    def hurry(self) -> None:
        """Skip what is left of every grace period."""
        self._supervisor.hurry()
        self._notifier.hurry()
        self.service.hooks.hurry()

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
            await self._watching.close()
            await self._supervisor.stop_all()
            await self.service.close()
            await asyncio.gather(self._notifier.close(), self.service.hooks.close())
            self._rooms.state.bus.close()
        finally:
            try:
                if self._withdraw is not None:
                    await self._withdraw()
            finally:
                # Last: what is removed after this may be a successor's.
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
            if found is None:
                found = await asyncio.to_thread(list_jobs, self.site)
            await self._supervisor.refresh(keys, found)

    def _read_again(self, job: JobId) -> None:
        self._changed.put_nowait((frozenset({job.key}), None))

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
            self._supervisor.read_settings()

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
        """Reap orphans; at the start and once a day, empty the trash of what has lain there long enough."""
        clock, trash, emptied = self._rooms.clock, Trash(self.site), None
        while True:
            if (today := clock.now().date()) != emptied:
                emptied = today
                await asyncio.to_thread(trash.empty, clock.now())
                await self.service.trash.empty()
            await self._rooms.clock.sleep(REAP_EVERY_SECONDS)
            reap_orphans(self._rooms.launches.leaders)

    def _make_folders(self) -> None:
        site = self.site
        try:
            site.own.mkdir(parents=True, exist_ok=True)
            probe = site.own / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise self._unusable(error) from None
        if self._rooms.config.source_read_only:
            return
        try:
            site.primary.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            # Jobs in the secondary folder run all the same.
            text = f"The folder '{site.primary}' for jobs cannot be made ({error.strerror}): make it."
            self._rooms.state.raise_notice(text, Tone.WARNING)

    def _make_room(self) -> None:
        """Remove what would speak for a killed engine, now that its lock is ours. Raises OSError."""
        site = self.site
        if site.engine_file.is_dir():
            self._aside.put(site.engine_file)
        site.engine_file.unlink(missing_ok=True)
        if os.path.lexists(site.temp) and not site.temp.is_dir():
            self._aside.put(site.temp)
        site.temp.mkdir(parents=True, exist_ok=True)

    def _unusable(self, error: OSError) -> RootUnusable:
        root = self.site.root
        return RootUnusable(
            f"The root '{root}' cannot be used ({error.filename or root}: {error.strerror}): "
            "choose a folder you may write to, with --root DIR or WJTUI_ROOT."
        )

    def _busy_text(self) -> str:
        note = holder_note(self.site.engine_lock)
        pid = note.partition("pid ")[2].partition(" ")[0]
        by = f" (pid {pid})" if pid else ""
        return (
            f"Another engine{by} serves '{self.site.root}' as instance '{self.site.iid}': attach to it with "
            "wjtui, or give this one another name with --instance NAME (its first six characters count)."
        )
