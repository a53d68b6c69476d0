"""Names of changed jobs: file events say where to look, a scan every few seconds is the truth (spec 5.4)."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

from wjtui.engine.catalog.debounce import DEFAULT_QUIET_SECONDS, Debounce
from wjtui.engine.catalog.discover import Folders, JobKey
from wjtui.engine.catalog.scan import Identity, Look, Mark, look_at_folders, sign_files
from wjtui.engine.site import Site
from wjtui.model.identity import JobId
from wjtui.support.clock import Clock
from wjtui.support.tasks import first

FOLDERS_EVERY_SECONDS = 5.0
FILES_EVERY_SECONDS = 30.0
_RETRY_SECONDS = 30.0
_STEP_MS = 200
"""How often the native thread wakes up; 50 ms, the default, costs 0.4 % of a core for nothing."""


class Watcher:
    """Tells which jobs to look at again. It never says what changed: the job is read again, whole."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        on_dirty: Callable[[frozenset[JobKey], Folders], None],
        *,
        on_note: Callable[[str], None],
        quiet_seconds: float = DEFAULT_QUIET_SECONDS,
        native: bool = True,
        known: Callable[[], Collection[JobKey]] = tuple,
    ) -> None:
        """``on_dirty`` gets the keys of changed, new and vanished jobs and every folder there is now, for
        reading these jobs again; at first, unless ``look`` was asked, those of all without quiet time.

        ``on_note`` gets a sentence when file events are not to be had and scans alone remain. With ``native``
        False nobody asks for them. ``known`` tells which jobs are believed to be there: one that was deployed
        and removed between two looks differs in none of them.
        """
        self._site = site
        self._known = known
        self._clock = clock
        self._on_dirty = on_dirty
        self._on_note = on_note
        self._debounce = Debounce(quiet_seconds)
        self._events = _Events(self._heard) if native else None
        self._look: Look | None = None
        self._job_at: dict[str, JobKey] = {}
        self._signatures: dict[JobKey, int] = {}
        self._folders_due = self._files_due = self._retry_at = float("-inf")
        self._wake = asyncio.Event()
        self._noted = ""

    @property
    def trouble(self) -> str:
        """Why there are no file events, as far as is known; empty: there are, or nobody asked for them."""
        return self._events.failure if self._events is not None else ""

    def expect(self, job: JobId) -> None:
        """We changed this job ourselves, and are done: it is reported without quiet time."""
        self._debounce.at_once(job.key, self._clock.monotonic())
        self._wake.set()

    async def look(self) -> Folders:
        """The folders there are now; ``run`` will report nothing but what differs from them.

        For who reads every job anyway: what changes meanwhile is not lost.
        """
        self._look = await asyncio.to_thread(look_at_folders, self._site, None)
        self._signatures = await asyncio.to_thread(sign_files, self._marks(None))
        return self._look.found

    async def run(self) -> None:
        """Watch until cancelled; no thread is left behind then."""
        try:
            while True:
                self._wake.clear()
                await self._report(await self._scan())
                await first(self._clock.sleep(self._pause()), self._wake.wait())
        finally:
            if self._events:
                await self._events.stop()

    async def _scan(self) -> float:
        """Look at what is due to be looked at; when that began, in monotonic seconds."""
        now = self._clock.monotonic()
        files = now >= self._files_due
        if files:
            self._files_due = now + FILES_EVERY_SECONDS
        if files or now >= min(self._folders_due, self._report_due):
            self._folders_due = now + FOLDERS_EVERY_SECONDS
            # Together with the files the sources are listed in any case: two changes within one tick of the
            # file system's clock leave a folder's time as it was after the first.
            await self._scan_folders(None if files else self._look, now)
        if files:
            await self._scan_files()
        return now

    async def _scan_folders(self, before: Look | None, begun: float) -> None:
        # What comes while a thread looks is in none of this: neither due by it, nor gone because of it.
        known = [*self._known()]
        look = await asyncio.to_thread(look_at_folders, self._site, before)
        now = self._clock.monotonic()
        if self._look is None:
            for key in look.jobs:
                self._debounce.at_once(key, begun)
        else:
            for key in look.changed_since(self._look):
                self._debounce.touch(key, now)
            look = look.with_unseen(self._look)
        for key in known:
            if key not in look.jobs:
                self._debounce.at_once(key, begun)
        self._look = look
        self._job_at = {mark.path: key for key, mark in look.jobs.items()}
        await self._follow_events(look, now)

    async def _scan_files(self) -> None:
        signed = await asyncio.to_thread(sign_files, self._marks(None))
        now = self._clock.monotonic()
        for key, number in signed.items():
            if self._signatures.get(key, number) != number:
                self._debounce.touch(key, now)
        self._signatures = signed

    async def _report(self, looked: float) -> None:
        """Tell what was due when the look at hand began: it would show an older state of anything else."""
        due = self._debounce.take(looked)
        if due and self._look:
            # Signed before it is read again: what changes in between is found by the next scan.
            self._signatures |= await asyncio.to_thread(sign_files, self._marks(due))
            self._on_dirty(due, self._look.found)

    @property
    def _report_due(self) -> float:
        due = self._debounce.next_due
        return float("inf") if due is None else due

    def _marks(self, wanted: frozenset[JobKey] | None) -> list[tuple[JobKey, Mark]]:
        known = self._look.jobs if self._look else {}
        return [(key, mark) for key, mark in known.items() if wanted is None or key in wanted]

    def _pause(self) -> float:
        due = min(self._folders_due, self._files_due, self._report_due)
        return max(0.0, due - self._clock.monotonic())

    async def _follow_events(self, look: Look, now: float) -> None:
        """Listen to the folders of this look, those made anew included; after a failure try 30 s later."""
        events = self._events
        if events is None:
            return
        if events.failure and events.failure != self._noted:
            self._noted = events.failure
            self._on_note(
                f"File events are not to be had ({events.failure}): "
                f"changed files are found by looking every {FILES_EVERY_SECONDS:.0f} s."
            )
        marks = (*(mark for _, mark in look.sources.values()), *look.jobs.values())
        folders = frozenset(mark.identity for mark in marks if mark.inode)
        waiting = events.alive or (events.failure and now < self._retry_at)
        if not waiting or events.folders != folders:
            self._retry_at = now + _RETRY_SECONDS
            await events.start(folders)
            # What changes before its thread listens is heard by nobody: half a second on a busy machine.
            self._files_due = min(self._files_due, now + FOLDERS_EVERY_SECONDS)

    def _heard(self, paths: Iterable[str]) -> None:
        """Translate the paths of events to jobs; runs in the loop."""
        now = self._clock.monotonic()
        sources = self._look.sources if self._look else {}
        for path in paths:
            folder, name = os.path.split(path)
            if folder in self._job_at:
                self._debounce.touch(self._job_at[folder], now)
            elif folder in sources and not name.startswith("."):
                self._debounce.touch((sources[folder][0].value, name.lower()), now)
        self._wake.set()


class _Events:
    """watchfiles in a thread of its own, for a set of folders that is replaced as a whole."""

    def __init__(self, heard: Callable[[Iterable[str]], None]) -> None:
        self._heard = heard
        self._ended: asyncio.Future[None] | None = None
        self._stop = threading.Event()
        self.folders: frozenset[Identity] = frozenset()

    @property
    def alive(self) -> bool:
        """Whether the thread listens."""
        return self._ended is not None and not self._ended.done()

    @property
    def failure(self) -> str:
        """Why it ended by itself; empty also for a folder that went away, which the next look settles."""
        error = self._ended.exception() if self._ended is not None and self._ended.done() else None
        return "" if error is None or isinstance(error, FileNotFoundError) else str(error)

    async def start(self, folders: frozenset[Identity]) -> None:
        """Listen to these folders and to no others."""
        await self.stop()
        self.folders = folders
        if not folders:
            return
        self._stop = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(paths: set[str]) -> None:
            loop.call_soon_threadsafe(self._heard, paths)

        executor = ThreadPoolExecutor(1, thread_name_prefix="wjtui-watch")
        paths = sorted(path for path, _, _ in folders)
        self._ended = loop.run_in_executor(executor, _listen, paths, self._stop, tell)
        executor.shutdown(wait=False)

    async def stop(self) -> None:
        """End the thread; returns when it has ended, within two steps."""
        self._stop.set()
        if self._ended is not None:
            await asyncio.wait([self._ended])
            self._ended.exception()  # so that nobody reports it as never looked at


def _listen(paths: list[str], stop: threading.Event, tell: Callable[[set[str]], None]) -> None:
    # Only here, so that the product works without the package.
    import watchfiles

    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    batches = watchfiles.watch(
        *paths,
        watch_filter=None,  # the default one hides .git, node_modules, *.pyc and more
        recursive=False,  # one node_modules in each job would use up the system's watches
        step=_STEP_MS,
        rust_timeout=0,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=False,
        poll_delay_ms=int(FOLDERS_EVERY_SECONDS * 1000),
        ignore_permission_denied=True,
    )
    for batch in batches:
        tell({path for _, path in batch})
