"""Packing: a folder of this machine as a .zip, for an engine that cannot read it."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from wjtui.model.errors import Conflict, InvalidRequest

_BLOCK = 256 << 10
_LEFT_OUT = ".git"


class Stopped(Exception):
    """Nobody wants it any more."""


def pack_folder(folder: Path, target: Path, meter: Callable[[int, int], None]) -> None:
    """Write the .zip, modes and empty folders included, ``.git`` left out as the engine does it.

    ``meter`` hears bytes done and in all, and raises what ends the work. A link to a file inside becomes that
    file. Raises InvalidRequest for what no job may hold, Conflict for what cannot be read.
    """
    inside = os.path.realpath(folder)
    found = list(_below(inside))
    total = sum(info.st_size for _, info in found if stat.S_ISREG(info.st_mode))
    done = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, _ in found:
            path = f"{inside}/{name}"
            try:
                entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
                if entry.is_dir():
                    archive.writestr(entry, b"")
                    continue
                entry.compress_type = zipfile.ZIP_DEFLATED
                with open(path, "rb") as file, archive.open(entry, "w") as packed:
                    while block := file.read(_BLOCK):
                        packed.write(block)
                        done += len(block)
                        meter(done, max(total, done))
            except OSError as error:
                if error.filename != path:
                    raise
                raise Conflict(f"'{_shown(path)}' cannot be read ({error.strerror}).") from error
            except UnicodeEncodeError:
                raise InvalidRequest(
                    f"The name '{_shown(name)}' is no UTF-8, which a .zip cannot carry: rename the file."
                ) from None


def _below(inside: str, prefix: str = "") -> list[tuple[str, os.stat_result]]:
    found: list[tuple[str, os.stat_result]] = []
    try:
        entries = sorted(os.scandir(f"{inside}/{prefix}"), key=lambda entry: entry.name)
    except OSError as error:
        raise Conflict(f"'{_shown(f'{inside}/{prefix}')}' cannot be read ({error.strerror}).") from error
    for entry in entries:
        name = f"{prefix}{entry.name}"
        if entry.name == _LEFT_OUT:
            continue
        if entry.is_symlink() and not _leads_to_a_file_inside(inside, entry.path):
            raise InvalidRequest(
                f"The link '{_shown(name)}' leads to no file inside the folder: put the file itself there."
            )
        info = entry.stat()
        if stat.S_ISDIR(info.st_mode):
            found += [(name, info), *_below(inside, f"{name}/")]
        elif stat.S_ISREG(info.st_mode):
            found.append((name, info))
        else:
            raise InvalidRequest(f"'{_shown(name)}' is no file and no folder: take it away.")
    return found


def _leads_to_a_file_inside(inside: str, path: str) -> bool:
    real = os.path.realpath(path)
    return real.startswith(f"{inside}/") and os.path.isfile(real)


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()
