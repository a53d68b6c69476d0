"""What must not come in, and how to see that nothing of it did, whichever door it was tried at."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.deploying import make_folder, make_zip
from tests.support.site_builder import SiteBuilder
from wjtui.model.identity import JobId, JobType

NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
SETTINGS = '{\n  // ours\n  "idle_timeout": 60\n}\n'
_ESCAPED = ("/etc/wjtui-escaped", "/wjtui-escaped", "/tmp/escaped")


def build(site: SiteBuilder) -> None:
    """One job, which is to stay as it is."""
    site.triggered("nightly", {"run.sh": "echo old\n", "lib/data.txt": "old\n", "settings.job": SETTINGS})


class State(NamedTuple):
    """Everything that a deploy may change on a root."""

    files: Mapping[str, tuple[int, bytes]]
    """By path: type and mode, and what is in it; of the jobs, the versions and the trash."""
    staged: tuple[str, ...]
    """What lies beside the jobs."""
    escaped: tuple[str, ...]
    """What lies where an archive wants to."""


def state_of(site: SiteBuilder) -> State:
    """The state now; two of them are equal when nothing has happened."""
    beside = site.jobs / ".wjtui"
    files: dict[str, tuple[int, bytes]] = {}
    kept = site.root / "data" / "wjtui"
    for top in (site.root / "site", kept / "versions", kept / "trash"):
        for path in top.rglob("*"):
            if path != beside and beside not in path.parents:
                mode = path.lstat().st_mode
                files[str(path)] = mode, path.read_bytes() if stat.S_ISREG(mode) else b""
    staged = tuple(sorted(map(str, beside.rglob("*"))))
    escaped = tuple(path for path in (*_ESCAPED, str(site.root / "escaped")) if os.path.lexists(path))
    return State(files, staged, escaped)


class Source(NamedTuple):
    """Something that is no job."""

    make: Callable[[Path], Path]
    """Makes it in a folder."""
    says: str
    """What is said of it, in part: what to change."""


def _socket(folder: Path) -> Path:
    source = make_folder(folder / "with-socket", {"run.sh": "echo\n"})
    os.mknod(source / "control.sock", 0o600 | stat.S_IFSOCK)
    return source


def _link(folder: Path) -> Path:
    source = make_folder(folder / "with-link", {"run.sh": "echo\n"})
    (source / "passwd").symlink_to("/etc/passwd")
    return source


def _empty_script(folder: Path) -> Path:
    source = folder / "nothing.sh"
    source.touch()
    return source


NO_JOB: Mapping[str, Source] = {
    "a zip without a script": Source(
        lambda folder: make_zip(folder / "notes.zip", {"notes.txt": "x"}), "add a script, for example run.sh"
    ),
    "an empty zip": Source(lambda folder: make_zip(folder / "empty.zip", {}), "add a script"),
    "an empty script": Source(_empty_script, "nothing.sh is empty"),
    "a folder without a script": Source(
        lambda folder: make_folder(folder / "notes", {"notes.txt": "x"}),
        "holds notes.txt, none of which can run",
    ),
    "a folder with a socket": Source(_socket, "'control.sock' is a socket: take it away"),
    "a folder with a link out of it": Source(_link, "to '/etc/passwd': put the file itself there"),
}
NO_NAMES = ("a b", "x" * 64, "-x", "../x", ".x", "x/y", "é", "NIGHTLY")
"""The last one is there already, spelt otherwise."""
NO_VALUES: Mapping[str, str] = {
    "stopping_wait_time=-5": "0 to 2147483647",
    "idle_timeout=99999999999": "0 to 2147483647",
    "history_size=0": "1 to 2147483647",
    "idle_timeout=soon": "a whole number of seconds",
    "schedule=0 0 25 * * *": "it takes 0 to 23",
    "schedule=*/5 * * * *": "write '0 */5 * * * *'",
    "time_zone=Europe/Berln": "Europe/Berlin",
}
"""Assignments to keys of ``settings.job``, and what is said: what may stand there."""
