"""The zoo: archives that want out, and archives that are odd but good. Written byte by byte, for any lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SCRIPT = b"echo hello\n"
_DAY = (2024 - 1980) << 9 | 5 << 5 | 6
_CLOCK = 7 << 11 | 8 << 5 | 5


@dataclass(frozen=True)
class Raw:
    """One entry, and what is said of it."""

    name: str | bytes
    data: bytes = b""
    mode: int = 0o100644
    """Unix type and mode; 0: nothing is said."""
    method: int = 8
    flags: int = 0
    descriptor: bool = False
    """Sizes stand behind the data and not before it, as in an archive that was streamed."""
    declared: int | None = None
    """Bytes, unpacked, as the directory has it."""
    crc: int | None = None
    at: int | None = None
    """Where its local header begins, as the directory has it."""
    packed: bytes | None = None
    """What lies in the archive, if it is not what ``method`` makes of ``data``."""
    seconds: int | None = None
    """Modification time since 1970, in UTC."""

    @property
    def raw_name(self) -> bytes:
        return self.name.encode() if isinstance(self.name, str) else self.name

    @property
    def raw_flags(self) -> int:
        utf8 = 1 << 11 if isinstance(self.name, str) and not self.name.isascii() else 0
        return self.flags | utf8 | (1 << 3 if self.descriptor else 0)

    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != 8:
            return self.data
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflate.compress(self.data) + deflate.flush()


def make_zip(*entries: Raw, comment: bytes = b"", prefix: bytes = b"", wide: bool = False) -> bytes:
    """A .zip; ``prefix`` stands before it, ``wide``: all its sizes and places are 64 bits wide (zip64)."""
    parts, directory = bytearray(), bytearray()
    for entry in entries:
        body, at = entry.body(), len(parts)
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        size = len(entry.data) if entry.declared is None else entry.declared
        told = (0, 0, 0) if entry.descriptor else (crc, len(body), size & 0xFFFFFFFF)
        head = (b"PK\3\4", 20, entry.raw_flags, entry.method, _CLOCK, _DAY, *told, len(entry.raw_name), 0)
        parts += struct.pack("<4s5H3L2H", *head) + entry.raw_name + body
        if entry.descriptor:
            parts += struct.pack("<4s3L", b"PK\7\x08", crc, len(body), size)
        place = at if entry.at is None else entry.at
        extra = b"" if entry.seconds is None else struct.pack("<2HBl", 0x5455, 5, 1, entry.seconds)
        numbers = (size, len(body), place)
        if wide or size > 0xFFFFFFFE:
            extra += struct.pack("<2H3Q", 1, 24, *numbers)
            numbers = (0xFFFFFFFF,) * 3
        size, packed, place = numbers
        dos = 0x10 if entry.raw_name.endswith(b"/") else 0
        directory += struct.pack(
            "<4s2B5H3L5H2L", b"PK\1\2", 45, 3, 45, entry.raw_flags, entry.method, _CLOCK, _DAY, crc, packed,
            size, len(entry.raw_name), len(extra), 0, 0, 0, entry.mode << 16 | dos, place,
        )  # fmt: skip
        directory += entry.raw_name + extra
    return (
        prefix + bytes(parts) + bytes(directory) + _end(entries, bytes(directory), len(parts), comment, wide)
    )


def _end(entries: tuple[Raw, ...], directory: bytes, start: int, comment: bytes, wide: bool) -> bytes:
    count, size = len(entries), len(directory)
    end = b""
    if wide or count > 0xFFFE:
        end += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
        end += struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        count, size, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return end + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment


RUN = Raw("run.sh", SCRIPT, 0o100755)


@dataclass(frozen=True)
class Hostile:
    """An archive that must be refused, and the code of the finding that says why."""

    code: str
    make: Callable[[], bytes]


def _with(*entries: Raw) -> Callable[[], bytes]:
    return lambda: make_zip(RUN, *entries)


def _good() -> bytes:
    return make_zip(RUN, Raw("data.txt", bytes(range(256)) * 64, method=0))


def _torn(at: int, by: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        good = bytearray(_good())
        good[at : at + len(by)] = by
        return bytes(good)

    return make


def _directory_torn() -> bytes:
    good = _good()
    second = good.rindex(b"PK\1\2")
    return good[:second] + b"XX" + good[second + 2 :]


def _several_disks() -> bytes:
    good = bytearray(_good())
    end = good.rindex(b"PK\5\6")
    good[end + 4 : end + 8] = struct.pack("<2H", 1, 1)
    return bytes(good)


HOSTILE: Mapping[str, Hostile] = {
    "absolute": Hostile("absolute", _with(Raw("/etc/wjtui-escaped"))),
    "absolute backslash": Hostile("absolute", _with(Raw("\\wjtui-escaped"))),
    "network share": Hostile("absolute", _with(Raw("\\\\server\\share\\x"))),
    "drive letter": Hostile("drive", _with(Raw("C:\\wjtui\\escaped"))),
    "drive without a slash": Hostile("drive", _with(Raw("d:escaped"))),
    "parent": Hostile("escape", _with(Raw("../escaped"))),
    "parent deep": Hostile("escape", _with(Raw("a/b/../../../escaped"))),
    "parent backslash": Hostile("escape", _with(Raw("..\\..\\escaped"))),
    "parent mixed": Hostile("escape", _with(Raw("a\\../..\\escaped"))),
    "parent inside": Hostile("escape", _with(Raw("a/../b"))),
    "parent folder": Hostile("escape", _with(Raw("../", mode=0o040755))),
    "link out": Hostile("link", _with(Raw("way", b"/etc", 0o120777))),
    "link, then through it": Hostile("link", _with(Raw("way", b"/tmp", 0o120777), Raw("way/escaped", b"x"))),
    "link inside": Hostile("link", _with(Raw("way", b"run.sh", 0o120777))),
    "device": Hostile("link", _with(Raw("null", mode=0o020666))),
    "block device": Hostile("link", _with(Raw("disk", mode=0o060666))),
    "named pipe": Hostile("link", _with(Raw("pipe", mode=0o010644))),
    "socket": Hostile("link", _with(Raw("sock", mode=0o140644))),
    "encrypted": Hostile("encrypted", _with(Raw("secret", b"x" * 40, flags=1))),
    "strongly encrypted": Hostile("encrypted", _with(Raw("secret", b"x" * 40, flags=1 << 6 | 1))),
    "bzip2": Hostile("compression", _with(Raw("big", b"x" * 40, method=12))),
    "unknown method": Hostile("compression", _with(Raw("big", b"x" * 40, method=77))),
    "too many": Hostile("too-many", lambda: make_zip(*(Raw(f"f{n}", method=0) for n in range(10_001)))),
    "too large": Hostile("too-large", _with(Raw("big", b"x", declared=2 << 30))),
    "too large for 32 bits": Hostile("too-large", _with(Raw("big", b"x", declared=5 << 30))),
    "bomb": Hostile("ratio", _with(Raw("zeros", bytes(20 << 20)))),
    "overlapping bomb": Hostile(
        "ratio", lambda: make_zip(RUN, *(Raw(f"z{n}", bytes(100_000), at=41) for n in range(500)))
    ),
    "more than declared": Hostile("damaged", _with(Raw("big", bytes(300_000), declared=10))),
    "less than declared": Hostile("damaged", _with(Raw("big", b"x" * 100, declared=1000))),
    "stored with more than declared": Hostile("damaged", _with(Raw("big", b"x" * 500, 0, 0, declared=10))),
    "wrong checksum": Hostile("damaged", _with(Raw("data", b"x" * 100, crc=1))),
    "no deflate": Hostile("damaged", _with(Raw("data", b"x" * 100, packed=b"\xff" * 30))),
    "stream cut": Hostile("damaged", _with(Raw("data", bytes(range(256)) * 9, packed=b"\x4b"))),
    "header elsewhere": Hostile("damaged", _with(Raw("data", b"x", at=7))),
    "header far away": Hostile("damaged", _with(Raw("data", b"x", at=0x7FFFFFFF))),
    "local header torn": Hostile("damaged", _torn(0, b"XX")),
    "directory torn": Hostile("damaged", _directory_torn),
    "several disks": Hostile("damaged", _several_disks),
    "long name": Hostile("name-long", _with(Raw("n" * 256))),
    "long name of two bytes each": Hostile("name-long", _with(Raw("é" * 128))),
    "long path": Hostile("name-long", _with(Raw("/".join(["d" * 100] * 41)))),
    "very long path": Hostile("name-long", _with(Raw("d/" * 30_000 + "f"))),
    "deep": Hostile("too-deep", _with(Raw("d/" * 150 + "f"))),
    "more folders than entries": Hostile(
        "too-many", _with(*(Raw(f"{n}/" * 90 + "f", method=0) for n in range(130)))
    ),
    "a folder for each of two bytes": Hostile(
        "too-deep", _with(*(Raw("d/" * 2000 + f"{n}", method=0) for n in range(500)))
    ),
    "NUL": Hostile("name", _with(Raw(b"run.sh\0.txt"))),
    "control characters": Hostile("name", _with(Raw("a\x1b[31mred"))),
    "line break": Hostile("name", _with(Raw("two\nlines"))),
    "no name": Hostile("name", _with(Raw(b""))),
    "nothing but a dot": Hostile("name", _with(Raw("./."))),
    "file and folder": Hostile("file-and-folder", _with(Raw("lib", b"x"), Raw("lib/tool.py", b"y"))),
    "folder and file": Hostile("file-and-folder", _with(Raw("lib/", mode=0o040755), Raw("lib", b"x"))),
    "truncated": Hostile("damaged", lambda: _good()[:-40]),
    "half": Hostile("damaged", lambda: _good()[: len(_good()) // 2]),
    "no zip": Hostile("damaged", lambda: b"this is no archive\n" * 30),
    "end record alone, lying": Hostile(
        "damaged", lambda: struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 9000, 90, 0)
    ),
    "nothing": Hostile("damaged", lambda: b""),
    "RAR": Hostile("damaged", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(60)),
    "tar": Hostile("damaged", lambda: bytes(257) + b"ustar" + bytes(250)),
}


@dataclass(frozen=True)
class Odd:
    """An archive that must be taken: its files, its folders, and the codes of its warnings."""

    make: Callable[[], bytes]
    files: Mapping[str, bytes] = field(default_factory=lambda: {"run.sh": SCRIPT})
    folders: frozenset[str] = frozenset()
    warnings: frozenset[str] = frozenset()


_MANY = {f"lib/part{n}.txt": b"%d" % n * 50 for n in range(40)}

ODD: Mapping[str, Odd] = {
    "plain": Odd(lambda: make_zip(RUN)),
    "stored": Odd(lambda: make_zip(Raw("run.sh", SCRIPT, method=0))),
    "data descriptors": Odd(
        lambda: make_zip(
            Raw("run.sh", SCRIPT, descriptor=True), Raw("a.txt", b"x" * 9000, method=0, descriptor=True)
        ),
        {"run.sh": SCRIPT, "a.txt": b"x" * 9000},
    ),
    "zip64": Odd(lambda: make_zip(RUN, Raw("b", b"b" * 300), wide=True), {"run.sh": SCRIPT, "b": b"b" * 300}),
    "zip64 behind a prefix": Odd(lambda: make_zip(RUN, wide=True, prefix=b"#!/bin/sh\nexit 1\n" * 9)),
    "self-extracting": Odd(lambda: make_zip(RUN, prefix=b"MZ" + bytes(5000))),
    "comment": Odd(lambda: make_zip(RUN, comment=b"made by hand")),
    "comment with an end record": Odd(lambda: make_zip(RUN, comment=b"PK\5\6" + bytes(18) + b"more")),
    "the longest comment": Odd(lambda: make_zip(RUN, comment=b"c" * 65_535)),
    "bytes behind the end": Odd(lambda: make_zip(RUN) + b"\r\n"),
    "UTF-8": Odd(
        lambda: make_zip(RUN, Raw("отчёт/日本.txt", b"1")),
        {"run.sh": SCRIPT, "отчёт/日本.txt": b"1"},
        frozenset({"отчёт"}),
    ),
    "UTF-8 without its flag": Odd(
        lambda: make_zip(RUN, Raw("größe.txt".encode(), b"1")), {"run.sh": SCRIPT, "größe.txt": b"1"}
    ),
    "code page 437": Odd(
        lambda: make_zip(RUN, Raw("größe.txt".encode("cp437"), b"1")),
        {"run.sh": SCRIPT, "größe.txt": b"1"},
    ),
    "backslashes": Odd(
        lambda: make_zip(RUN, Raw("lib\\sub\\tool.py", b"1"), Raw("empty\\", mode=0)),
        {"run.sh": SCRIPT, "lib/sub/tool.py": b"1"},
        frozenset({"lib", "lib/sub", "empty"}),
    ),
    "dots and double slashes": Odd(
        lambda: make_zip(Raw("./", mode=0o040755), Raw("./run.sh", SCRIPT), Raw("lib//./x", b"1")),
        {"run.sh": SCRIPT, "lib/x": b"1"},
        frozenset({"lib"}),
    ),
    "dots in names": Odd(
        lambda: make_zip(RUN, Raw("..a/b..c/...", b"1")),
        {"run.sh": SCRIPT, "..a/b..c/...": b"1"},
        frozenset({"..a", "..a/b..c"}),
    ),
    "empty folders": Odd(
        lambda: make_zip(Raw("out/empty/", mode=0o040755), RUN), folders=frozenset({"out", "out/empty"})
    ),
    "folders behind their files": Odd(
        lambda: make_zip(RUN, Raw("a/b/f", b"1"), Raw("a/b/", mode=0o040500), Raw("a/", mode=0o040700)),
        {"run.sh": SCRIPT, "a/b/f": b"1"},
        frozenset({"a", "a/b"}),
    ),
    "empty files": Odd(
        lambda: make_zip(RUN, Raw("empty"), Raw("stored", method=0)),
        {"run.sh": SCRIPT, "empty": b"", "stored": b""},
    ),
    "duplicate": Odd(
        lambda: make_zip(Raw("run.sh", b"exit 1\n"), Raw("run.sh", SCRIPT)),
        warnings=frozenset({"duplicate"}),
    ),
    "case twins": Odd(
        lambda: make_zip(RUN, Raw("Data.txt", b"1"), Raw("data.TXT", b"2")),
        {"run.sh": SCRIPT, "Data.txt": b"1", "data.TXT": b"2"},
        warnings=frozenset({"case"}),
    ),
    "from a Mac": Odd(
        lambda: make_zip(Raw("job/run.sh", SCRIPT), Raw("__MACOSX/job/._run.sh", b"Mac OS X")),
        {"job/run.sh": SCRIPT},
        frozenset({"job"}),
        frozenset({"left-out"}),
    ),
    "from DOS": Odd(lambda: make_zip(Raw("run.sh", SCRIPT, 0))),
    "no day and no month": Odd(lambda: make_zip(RUN).replace(struct.pack("<2H", _CLOCK, _DAY), bytes(4))),
    "many": Odd(
        lambda: make_zip(RUN, *(Raw(name, data) for name, data in _MANY.items())),
        {"run.sh": SCRIPT, **_MANY},
        frozenset({"lib"}),
    ),
}
