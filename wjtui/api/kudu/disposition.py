"""``Content-Disposition`` of an upload: the name of the file, in every form that clients send (spec 8.5)."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

_PARAMETER = re.compile(
    r"""(?:^|[;\s])(?P<key>filename\*?)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^;]*)""", re.IGNORECASE
)
_EXTENDED = re.compile(r"([A-Za-z0-9_.:-]*)'[A-Za-z0-9-]*'(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]+)(?:\*[A-Za-z-]+)?\?([BbQq])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_CHARSETS = {"utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"}


def file_name(header: str) -> str:
    """The file's name without its folders; empty where the header has none that can be used.

    The type before the parameters is not looked at: it is often misspelt or doubled. ``filename*`` counts
    before ``filename`` (RFC 6266). ``header`` is Latin-1 as the server gives it; bytes in UTF-8 are read so.
    """
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(_as_utf8(header)):
        found.setdefault(match["key"].lower(), match["value"].strip())
    name = _extended(found.get("filename*", "")) or _words(_unquoted(found.get("filename", "")))
    return _last_part(name)


def _as_utf8(header: str) -> str:
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _unquoted(value: str) -> str:
    if len(value) < 2 or not value.startswith('"'):
        return value.strip("\"' ")
    # Only a quote is escaped: a backslash before anything else is the end of a folder on Windows.
    return value[1:-1].replace('\\"', '"')


def _extended(value: str) -> str:
    """RFC 5987: ``charset'language'percent-encoded``; empty where it is not that."""
    match = _EXTENDED.fullmatch(_unquoted(value))
    return _decode(unquote_to_bytes(match[2]), match[1]) if match else ""


def _words(value: str) -> str:
    """RFC 2047: encoded words replaced by what they say."""
    return _WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1\2", value))


def _word(match: re.Match[str]) -> str:
    charset, kind, text = match.groups()
    try:
        if kind in "Bb":
            data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        else:
            data = binascii.a2b_qp(text, header=True)
    except (binascii.Error, ValueError):
        return match[0]
    return _decode(data, charset) or match[0]


def _decode(data: bytes, charset: str) -> str:
    if charset.lower() not in _CHARSETS:
        return ""
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return ""


def _last_part(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2].replace('"', "").strip()
    if last in (".", "..") or any(c < " " or c == "\x7f" for c in last):
        return ""
    return last
