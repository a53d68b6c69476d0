"""Line ends and byte order marks that a shell stumbles over, in a job's entry script (spec 2.3)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from wjtui.engine.catalog.script import extension_of
from wjtui.support.files import write_atomic

_BOM = b"\xef\xbb\xbf"
_MENDED_BYTES = 4 << 20


def mended(script: Path) -> tuple[str, bytes]:
    """What is wrong with a shell script, in words, and its content without that.

    No words: nothing is wrong, or it is no shell script.
    """
    data = _shell_script(script)
    return _flaws(data), data.removeprefix(_BOM).replace(b"\r\n", b"\n")


def rewrite(script: Path, data: bytes) -> None:
    """Replace a script's content; its mode and times stay. Raises OSError."""
    info = script.stat()
    write_atomic(script, data)
    script.chmod(stat.S_IMODE(info.st_mode))
    os.utime(script, ns=(info.st_atime_ns, info.st_mtime_ns))


def _shell_script(path: Path) -> bytes:
    """A shell script's content; nothing for other files, those with binary parts and those over 4 MiB."""
    extension = extension_of(path.name)
    if extension not in ("", ".sh"):
        return b""
    try:
        if path.stat().st_size > _MENDED_BYTES or not path.is_file():
            return b""
        data = path.read_bytes()
    except OSError:
        return b""
    is_shell = bool(extension) or data.removeprefix(_BOM).startswith(b"#!")
    # A self-extracting script carries an archive, in which CR LF is no line end.
    return data if is_shell and b"\0" not in data else b""


def _flaws(data: bytes) -> str:
    mark = "a byte order mark" if data.startswith(_BOM) else ""
    ends = "CRLF line ends" if b"\r\n" in data else ""
    return " and ".join(flaw for flaw in (mark, ends) if flaw)
