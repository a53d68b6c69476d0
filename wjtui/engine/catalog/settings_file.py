"""``settings.job`` and ``disable.job`` on disk: read leniently, written exactly (spec 3.2, 5.3)."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from wjtui.model.base import Value
from wjtui.model.identity import JobType
from wjtui.model.jobs import Problem, Severity
from wjtui.model.settings import JobSettings
from wjtui.settings.edit import CannotEdit, set_key
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import SETTINGS, parse_settings
from wjtui.support.files import sync_folder, write_atomic

DISABLE = "disable.job"
MAX_BYTES = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""Byte order mark -> how the text behind it is encoded."""


class SettingsFile(Value, frozen=True):
    """``settings.job`` as it was read."""

    settings: JobSettings = JobSettings()
    text: str = ""
    """The file's text without a byte order mark; line ends as they are."""
    path: Path | None = None
    """None: there is none."""
    data: bytes = b""
    """The file as it lies on the disk, as far as it can be read."""
    plain: bool = True
    """Whether the text is strict JSON: what is not (comments, trailing commas) is never rewritten unasked."""
    problems: tuple[Problem, ...] = ()


def read_settings(script_dir: Path, kind: JobType) -> SettingsFile:
    """Read the settings of a job of this type; every trouble is a problem, never an exception.

    A file that cannot be read, or holds no JSON object, counts as empty: the job stays runnable (spec 3.2).
    """
    found = spellings(script_dir, SETTINGS)
    if not found:
        return SettingsFile()
    path = script_dir / found[0]
    notes: tuple[Problem, ...] = ()
    if len(found) > 1:
        others = ", ".join(found[1:])
        text = f"{found[0]} is read, not {others}: remove what is not meant."
        notes = (Problem("settings-case", text, Severity.NOTE),)
    data = b""
    try:
        data = _read(path)
        text = _decode(data)
    except (OSError, UnicodeDecodeError) as error:
        return SettingsFile(path=path, data=data, problems=(_unreadable(found[0], error), *notes))
    try:
        parsed = parse_settings(text, kind, found[0])
    except NotJson as error:
        reason = f"line {error.line}, column {error.column}: {error.reason}"
        problem = Problem(
            "settings-invalid", f"{found[0]} is not valid ({reason}); it counts as empty until corrected."
        )
        return SettingsFile(text=text, path=path, data=data, plain=False, problems=(problem, *notes))
    problems = (*notes, *parsed.problems)
    return SettingsFile(parsed.settings, parsed.text, path, data, parsed.plain, problems)


def write_settings(script_dir: Path, text: str) -> Path:
    """Replace ``settings.job`` durably, under the spelling found on disk. Raises OSError."""
    found = spellings(script_dir, SETTINGS)
    path = script_dir / (found[0] if found else SETTINGS)
    mode = stat.S_IMODE(path.stat().st_mode) & 0o777 if path.exists() else 0o644
    write_atomic(path, text.encode(), mode=mode, durable=True)
    if found:
        path.chmod(mode)  # the mask of the process may have taken some of it away
    return path


def remove_settings(script_dir: Path) -> None:
    """Take ``settings.job`` away durably, in every spelling: what was hidden must not count instead.

    Raises OSError.
    """
    for name in spellings(script_dir, SETTINGS):
        (script_dir / name).unlink(missing_ok=True)
    sync_folder(script_dir)


def set_setting(script_dir: Path, key: str, value: bool) -> None:
    """Set one key of ``settings.job`` durably; all else stays as it is, its encoding too. No file: make one.

    Raises OSError, and CannotEdit where the text does not allow it; the file is then as it was.
    """
    found = spellings(script_dir, SETTINGS)
    path = script_dir / (found[0] if found else SETTINGS)
    data = _read(path) if found else b""
    try:
        text = _decode(data)
    except UnicodeDecodeError as error:
        raise CannotEdit(f"byte {error.start + 1} is no UTF-8") from None
    text = set_key(text, key, value)
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    mode = stat.S_IMODE(path.stat().st_mode) & 0o777 if found else 0o644
    write_atomic(path, mark + text.encode(_MARKS.get(mark, "utf-8")), mode=mode, durable=True)


def has_disable(script_dir: Path) -> bool:
    """Whether ``disable.job`` is there, in any case and however it came: the job is not to run."""
    return bool(spellings(script_dir, DISABLE))


def set_disabled(script_dir: Path, disabled: bool) -> None:
    """Write ``disable.job``, or take away every spelling of it; durable, twice is as once. Raises OSError.

    An empty folder of that name disables too, and goes as a file does.
    """
    found = spellings(script_dir, DISABLE)
    if disabled and not found:
        write_atomic(script_dir / DISABLE, b"", durable=True)
    elif not disabled and found:
        for name in found:
            path = script_dir / name
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        sync_folder(script_dir)


def spellings(folder: Path, name: str) -> list[str]:
    """The entries of a folder called ``name`` in any case, lower case first; none where it is unreadable."""
    try:
        found = [entry for entry in os.listdir(folder) if entry.lower() == name]
    except OSError:
        return []
    return sorted(found, key=lambda entry: (entry != name, entry))


def _read(path: Path) -> bytes:
    # Without O_NONBLOCK the open of a fifo of this name would wait for a writer for ever.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb", buffering=0) as file:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no regular file")
        if found.st_size > MAX_BYTES:
            raise OSError(f"it is larger than {MAX_BYTES >> 20} MiB")
        return file.read(found.st_size) or b""


def _decode(data: bytes) -> str:
    # PowerShell's '>' writes UTF-16 with a byte order mark, which the original's reader takes.
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    # Not as utf-8-sig: its module is loaded at first use, which fails where descriptors are used up.
    return data.removeprefix(codecs.BOM_UTF8).decode()


def _unreadable(name: str, error: OSError | UnicodeDecodeError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        reason = f"byte {error.start + 1} is no UTF-8"
    else:
        reason = error.strerror or str(error)
    return Problem("settings-unreadable", f"{name} cannot be read ({reason}); it counts as empty until then.")
