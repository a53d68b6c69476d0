"""Kills a process that switches versions, again and again, and looks each time at what it left.

It runs by itself, so that a fork costs two milliseconds and not the start of an interpreter.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from wjtui.engine.config import Config
from wjtui.engine.deploy import switch as switching
from wjtui.engine.deploy.journal import Journal, Origin, Place, Stage
from wjtui.engine.deploy.recovery import recover
from wjtui.engine.deploy.switch import finish, prepare, switch
from wjtui.engine.deploy.version_store import FILES, VersionStore
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause

FILES_EACH = 12
JOBS = (JobId(JobType.TRIGGERED, "report"), JobId(JobType.CONTINUOUS, "worker"))


def write_version(folder: Path, mark: str) -> None:
    """A job whose every file says which version it is of."""
    (folder / "lib").mkdir(parents=True)
    for number in range(FILES_EACH):
        (folder / ("lib" if number % 2 else ".") / f"{number}.txt").write_text(mark)


def mark_of(folder: Path) -> str:
    """The version that a folder is, whole; fails where it is a mixture or part of one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    marks = {path.read_text() for path in files}
    assert len(files) == FILES_EACH and len(marks) == 1, (folder, len(files), marks)
    return marks.pop()


def look(folder: Path) -> str:
    """The same while the folder may be switched: one that was opened stays the one it was."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return mark_of(Path(f"/proc/self/fd/{fd}"))
    finally:
        os.close(fd)


def deploy_for_ever(site: Site, config: Config, begun: int) -> None:
    """Both jobs, all or none, version after version."""
    store, number = VersionStore(site, config), begun
    while True:
        number += 1
        folder = site.primary / ".wjtui" / f"{number:016x}"
        places = []
        for job in JOBS:
            new = folder / "package" / job.type.value
            write_version(new, str(number))
            target = site.primary / job.type.value / job.name
            places.append(Place(job, str(new), str(target)))
        origin = Origin(Cause.DEPLOY, str(number), "test", datetime.now(UTC))
        ready = tuple(prepare(place, store, origin) for place in places)
        journal = Journal(Stage.FORWARD, origin, ready)
        switch(folder, journal, store)
        finish(folder, journal, store)


def check(site: Site, config: Config) -> int:
    """Everything that must hold after a recovery; returns the version in place."""
    assert recover(site, config).waiting == ()
    marks = {mark_of(site.primary / job.type.value / job.name) for job in JOBS}
    assert len(marks) == 1, marks  # all of them, or none
    mark = int(marks.pop())
    store = VersionStore(site, config)
    for job in JOBS:
        current, *earlier = store.list(job)
        assert current.note in (str(mark), ""), (current, mark)
        for version in earlier:
            assert mark_of(store.of(job) / str(version.number) / FILES) == (version.note or "0")
        assert {int(v.note or "0") for v in earlier} <= set(range(mark)), (earlier, mark)
        assert len(earlier) <= 6
    left = [p for p in site.primary.rglob("*") if p.name.startswith(".wjtui")]
    assert left == [], left
    return mark


def main(root: Path, kills: int, seed: int, *, can_exchange: bool) -> None:
    """Kill so many times; what fails ends the program."""
    if not can_exchange:
        setattr(switching, "exchange", lambda one, other: False)  # noqa: B010
    # A kill loses nothing that was written, and syncing would take nearly all of the time.
    os.fsync = lambda fd: None
    chance = random.Random(seed)
    site, config = Site(root, "one", "one"), Config({}, None)
    for job in JOBS:
        write_version(site.primary / job.type.value / job.name, "0")
    number = highest = 0
    reach = 0.02
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            deploy_for_ever(site, config, number)
        end = time.monotonic() + chance.random() * reach
        while can_exchange and time.monotonic() < end:
            for job in JOBS:
                look(site.primary / job.type.value / job.name)
            time.sleep(0.001)
        time.sleep(max(0.0, end - time.monotonic()))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if can_exchange:
            for job in JOBS:
                mark_of(site.primary / job.type.value / job.name)
        mark = check(site, config)
        # A slow disk gets more time, so that kills fall everywhere between two versions and not before one.
        reach = min(1.0, reach * 1.3) if mark <= highest else max(0.002, reach * 0.8)
        highest = max(highest, mark)
        number = highest + 1
    print(f"{kills} kills, {highest} the last version")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), can_exchange=sys.argv[4] == "exchange")
