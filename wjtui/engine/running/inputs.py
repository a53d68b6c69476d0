"""Inputs: what was sent along with a start, kept as a file until its run has it in its folder."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from wjtui.engine.site import Site
from wjtui.model.runs import Run
from wjtui.model.starts import MAX_INPUT
from wjtui.support.files import sync_folder

INPUT = "input"
"""Its name in the run's folder."""
_FOLDER = "inputs"


def keep_input(site: Site, body: bytes) -> Path:
    """Keep a body until a run takes it; it outlives the engine. Raises OSError; nothing is left then.

    It waits on the disk, so it belongs in a thread.
    """
    folder = _folder(site)
    # What is sent may be secret, and is nobody's business but the engine's and the job's.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    _write(path, body)
    sync_folder(folder)
    return path


def take_input(site: Site, kept: str, folder: Path) -> str:
    """Bring an input into the folder of the run that gets it; returns where it is then. Raises OSError.

    That of an earlier run, of which this one is the retry, is there in both from then on. A file from
    elsewhere, such as a message of a spool folder, stays where it is. Twice is as once.
    """
    path, own = Path(kept), folder / INPUT
    if path == own:
        return kept
    if _is_kept(site, path):
        _move(path, own)
    elif _is_of_run(site, path):
        _write(own, _read(path))  # no link to it: either run may write to its own
    else:
        return kept
    return str(own)


def carry_input(site: Site, run: Run) -> str:
    """Keep the input of a run for its retry: the history may drop the run before. Raises OSError.

    Returns where it is then: a file from elsewhere is where it was, and so is one that a run whose engine was
    killed had not taken yet. It belongs in a thread.
    """
    if not run.input:
        return ""
    # Not where the status says: the engine may have been killed right after it was moved.
    own = site.run_folder(run.ref) / INPUT
    return str(keep_input(site, _read(own))) if os.path.lexists(own) else run.input


def drop_input(site: Site, kept: str) -> None:
    """Forget an input whose start was refused or taken back; one that lies elsewhere is not ours to touch.

    Raises OSError.
    """
    if _is_kept(site, path := Path(kept)):
        path.unlink(missing_ok=True)


def sweep_inputs(site: Site, wanted: Iterable[str]) -> None:
    """Remove what no start waits for any more. ``wanted``: the ``input`` of each one. Raises OSError."""
    keep = {Path(path).name for path in wanted}
    try:
        names = os.listdir(_folder(site))
    except FileNotFoundError:
        return
    for name in names:
        if name not in keep:
            (_folder(site) / name).unlink(missing_ok=True)


def _folder(site: Site) -> Path:
    # This instance's own: what another one has just kept, and has not begun yet, is not ours to sweep.
    return site.own / _FOLDER


def _is_kept(site: Site, path: Path) -> bool:
    """Whether an instance of this root has kept it: any one may begin a start that waits."""
    return path.parent.name == _FOLDER and path.parent.parent.parent == site.shared


def _is_of_run(site: Site, path: Path) -> bool:
    return path.name == INPUT and path.is_relative_to(site.data)


def _move(path: Path, own: Path) -> None:
    try:
        os.rename(path, own)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _write(own, _read(path))  # the data of jobs may be on a disk of its own
        path.unlink()


def _write(path: Path, data: bytes) -> None:
    """A new file. Raises OSError; there is none then."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes:
    """What a run has got. Raises OSError.

    The job may have put a link, or a huge file, in its place, and must not get by its retry what it may not
    read itself.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "it is no file any more", str(path))
        data = file.read(MAX_INPUT + 1) or b""
    if len(data) > MAX_INPUT:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data
