"""What kind of content a file has, by its extension, whatever this machine has in its own table."""

from __future__ import annotations

import mimetypes

FOLDER = "inode/directory"
_OTHERWISE = "application/octet-stream"
_TYPES = mimetypes.MimeTypes(filenames=())
for _extension in (".txt", ".log", ".md"):
    _TYPES.add_type("text/plain", _extension)


def mime_of(name: str) -> str:
    """The type without parameters."""
    kind, coding = _TYPES.guess_type(f"file/{name}", strict=True)
    return _OTHERWISE if kind is None or coding is not None else kind


def content_type(name: str) -> str:
    """The type for a header: logs are UTF-8, which many clients take for Latin-1 unless they are told."""
    kind = mime_of(name)
    return f"{kind}; charset=utf-8" if kind == "text/plain" else kind
