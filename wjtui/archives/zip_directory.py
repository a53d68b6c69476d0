"""The directory at the end of a .zip: what the archive says it holds, before anything is unpacked."""

from __future__ import annotations

import os
import struct
import time
from typing import BinaryIO

from wjtui.model.base import Value

LOCAL = b"PK\3\4"
_END = struct.Struct("<4s4H2LH")
_END_SIGN, _END64_SIGN, _LOCATOR_SIGN, _RECORD_SIGN = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2"
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_RECORD = struct.Struct("<4s2B5H3L5H2L")
_LONGEST_COMMENT = 0xFFFF
_KEPT_NAME = 4200
"""Bytes of a name that are kept: enough to see that it is too long."""
_ENCRYPTED = (1 << 0) | (1 << 6) | (1 << 13)
_OTHERS = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
)


class Damaged(Exception):
    """It is no .zip, or not a whole one: a sentence for people; ``path``: the entry it is about."""

    def __init__(self, text: str, path: str = "") -> None:
        super().__init__(text)
        self.path = path


class Entry(Value, frozen=True):
    """One entry, as the archive has it."""

    name: str
    size: int
    """Bytes, unpacked; the archive says so, which need not be true."""
    packed: int
    """Bytes in the archive."""
    crc: int
    method: int
    encrypted: bool
    mode: int
    """Unix type and mode; 0: the archive says nothing about it."""
    folder: bool
    at: int
    """Where its local header begins in the file."""
    mtime: float
    """Seconds since 1970."""


class Directory(Value, frozen=True):
    """The entries, in their order."""

    entries: tuple[Entry, ...]
    more: bool = False
    """There are more than were wanted, which were not read."""


class _End(Value, frozen=True):
    start: int
    size: int
    prefix: int
    """Bytes in front of the archive proper, as in one that extracts itself."""


def read_directory(file: BinaryIO, most: int) -> Directory:
    """Read at most ``most`` entries. Raises Damaged, and OSError."""
    end = _find_end(file)
    file.seek(end.start)
    left = end.size
    entries: list[Entry] = []
    while left > 0:
        if len(entries) == most:
            return Directory(tuple(entries), more=True)
        head = file.read(_RECORD.size)
        if len(head) < _RECORD.size or not head.startswith(_RECORD_SIGN):
            raise Damaged("The archive's directory is damaged: make it again, or transfer it again.")
        fields = _RECORD.unpack(head)
        lengths = fields[11:14]
        tail = file.read(sum(lengths))
        left -= len(head) + len(tail)
        if len(tail) < sum(lengths) or left < 0:
            raise Damaged("The archive's directory is cut off: transfer it again.")
        entries.append(_entry(fields, tail, end))
    return Directory(tuple(entries))


def _find_end(file: BinaryIO) -> _End:
    size = file.seek(0, os.SEEK_END)
    first = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(first)
    tail = file.read()
    for at in _places(tail):
        _, disk, disk_of_directory, _, _, length, offset, _ = _END.unpack_from(tail, at)
        ends = first + at
        if wide := _read_end64(file, ends):
            length, offset, ends = wide
        elif disk or disk_of_directory:
            raise Damaged("The archive is one of several parts: make it again as a single file.")
        for start in (ends - length, offset):
            if 0 <= start <= ends - length and start >= offset and _begins(file, start, length):
                return _End(start, length, start - offset)
    raise Damaged(_no_end(file, size))


def _places(tail: bytes) -> list[int]:
    """Where the end record may be, the likeliest first: its comment reaches to the end of the file."""
    found = []
    at = tail.rfind(_END_SIGN)
    while at >= 0:
        if at + _END.size <= len(tail):
            found.append(at)
        at = tail.rfind(_END_SIGN, 0, at)
    exact = [at for at in found if at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)]
    return [*exact, *(at for at in found if at not in exact)][:16]


def _read_end64(file: BinaryIO, end: int) -> tuple[int, int, int] | None:
    """Length and offset of the directory, and where it ends at the latest, of a large archive."""
    if end < _LOCATOR.size + _END64.size:
        return None
    file.seek(end - _LOCATOR.size)
    sign, _, offset, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if sign != _LOCATOR_SIGN:
        return None
    for at in (offset, end - _LOCATOR.size - _END64.size):
        if not 0 <= at <= end - _LOCATOR.size - _END64.size:
            continue
        file.seek(at)
        fields = _END64.unpack(file.read(_END64.size))
        if fields[0] == _END64_SIGN:
            return fields[8], fields[9], at
    return None


def _begins(file: BinaryIO, start: int, length: int) -> bool:
    file.seek(start)
    return not length or file.read(4) == _RECORD_SIGN


def other_archive(head: bytes) -> str:
    """What kind of archive begins so that is no .zip; empty: none that is known."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((what for sign, what in _OTHERS if head.startswith(sign)), "")


def _no_end(file: BinaryIO, size: int) -> str:
    file.seek(0)
    head = file.read(512)
    if not size:
        return "The file is empty: make the archive again, or transfer it again."
    if head.startswith(LOCAL):
        return "The archive is cut off, its directory at the end is missing: transfer it again."
    return f"It is {other_archive(head) or 'no .zip archive'}: pack the files into a .zip."


def _entry(fields: tuple[int, ...], tail: bytes, end: _End) -> Entry:
    _, _, _, _, flags, method, clock, day, crc, packed, size, name_length, extra_length, *_ = fields
    attributes, at = fields[16], fields[17]
    extra = _extra(tail[name_length : name_length + extra_length])
    if large := extra.get(1):
        wide = iter(struct.unpack_from(f"<{len(large) // 8}Q", large))
        size = next(wide, size) if size == 0xFFFFFFFF else size
        packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
        at = next(wide, at) if at == 0xFFFFFFFF else at
    name = _decode(tail[: min(name_length, _KEPT_NAME)])
    folder = name.endswith(("/", "\\")) or bool(attributes & 0x10 and not size)
    return Entry(
        name, size, packed, crc, method, bool(flags & _ENCRYPTED), attributes >> 16, folder,
        at + end.prefix, _mtime(extra.get(0x5455, b""), day, clock),
    )  # fmt: skip


def _extra(data: bytes) -> dict[int, bytes]:
    """Extra fields by their kind; of a damaged one, what can be read."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, at)
        found.setdefault(kind, data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _decode(raw: bytes) -> str:
    # The Mac writes UTF-8 without saying so; text in the old code page is hardly ever valid UTF-8.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _mtime(stamp: bytes, day: int, clock: int) -> float:
    """UTC where the archive has it, else its local time taken for ours, as every program does."""
    if len(stamp) >= 5 and stamp[0] & 1:
        return float(struct.unpack_from("<l", stamp, 1)[0])
    year, month, date = (day >> 9) + 1980, (day >> 5) & 15, day & 31
    hour, minute, second = clock >> 11, (clock >> 5) & 63, (clock & 31) * 2
    return time.mktime((year, max(1, month), max(1, date), hour, minute, second, 0, 0, -1))
