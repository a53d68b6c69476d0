"""The bytes of a log without the job's colours and other terminal codes, for files and clipboards."""

from __future__ import annotations

import re

_CODE = re.compile(
    rb"\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]"
    rb"|\x1b[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]{0,4}[0-Z\\^-~]"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)


def without_codes(lines: bytes) -> bytes:
    """Whole lines without escape sequences and control codes; tabs and line ends stay."""
    return _CODE.sub(b"", lines)
