"""A .zip as a package: judged whole from its directory, then unpacked without trusting it (spec 9.2, 9.3)."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from wjtui.archives.limits import Limits, judge_amount, judge_source
from wjtui.archives.meter import Meter
from wjtui.archives.naming import folders_of, judge_together, quoted, read_name, shorten
from wjtui.archives.zip_directory import LOCAL, Damaged, Entry, read_directory
from wjtui.model.base import Value
from wjtui.model.deploys import Finding, Weight

_STORED, _DEFLATED = 0, 8
_METHODS = {
    1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd",
}  # fmt: skip
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
_HEADER = struct.Struct("<4s22x2H")
_BLOCK = 256 << 10
_LEFT_OUT = "__MACOSX"
"""What the Mac's Finder puts beside the files; with it the files' own folder would not be the only one."""


class Contents(Value, frozen=True):
    """What an archive holds, by the path that each entry will have in the package."""

    files: dict[str, Entry]
    folders: dict[str, Entry]
    findings: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(entry.size for entry in self.files.values())


def read_contents(file: BinaryIO, limits: Limits) -> Contents:
    """Read and judge an archive; every finding at once. Nothing is written. Raises OSError."""
    upload = os.fstat(file.fileno()).st_size
    findings = judge_source(upload, limits)
    try:
        directory = read_directory(file, limits.entries)
    except Damaged as damage:
        return Contents({}, {}, (*findings, refusal(damage)))
    files: dict[str, Entry] = {}
    folders: dict[str, Entry] = {}
    left_out = False
    for entry in directory.entries:
        named = read_name(entry.name)
        path = named.path
        if path == _LEFT_OUT or path.startswith(f"{_LEFT_OUT}/"):
            left_out = True
            continue
        findings += [*named.faults, *_judge_entry(entry)]
        if path and entry.folder:
            folders[path] = entry
        elif path:
            if path in files:
                text = f"{quoted(path)} is there more than once: the last one counts."
                findings.append(Finding("duplicate", text, path=path))
            files[path] = entry
        elif not named.faults and not entry.folder:
            text = f"The entry {quoted(entry.name)} names no file: make the archive again."
            findings.append(Finding("name", text, Weight.REFUSED))
    if left_out:
        text = (
            f"The folder {_LEFT_OUT} is left out: it holds what the Mac notes about files, nothing of a job."
        )
        findings.append(Finding("left-out", text, path=_LEFT_OUT))
    size = sum(entry.size for entry in files.values())
    every_folder = folders_of(files, folders, limits.entries)
    findings += judge_together(files, every_folder)
    count = max(len(directory.entries) + directory.more, len(files) + len(every_folder))
    findings += judge_amount(count, size, limits)
    if size > upload * limits.ratio:
        text = (
            f"It unpacks to {size // max(1, upload):,} times its size, and at most {limits.ratio} times is "
            "allowed: raise WJTUI_MAX_RATIO if it is meant to."
        )
        findings.append(Finding("ratio", text, Weight.REFUSED))
    return Contents(files, folders, tuple(shorten(findings)))


def unpack(file: BinaryIO, contents: Contents, target: Path, meter: Meter) -> None:
    """Write what was judged into ``target``, which is there, empty and nobody else's.

    No entry gets more bytes than the directory says, which the limits were held against. Modes lose all but
    rwx, the owner can always read. Raises Damaged, Stopped and OSError; what is written then is the caller's.
    """
    made = {""}
    for path, entry in contents.files.items():
        _make_folders(target, path.rpartition("/")[0], made)
        _write(file.fileno(), entry, path, f"{target}/{path}", meter)
    for path in contents.folders:
        _make_folders(target, path, made)
    # The times last, the deepest first: each thing that is made in a folder changes its time.
    for path in sorted(contents.folders, reverse=True):
        entry = contents.folders[path]
        if entry.mode:
            os.chmod(f"{target}/{path}", entry.mode & 0o777 | 0o700)
        os.utime(f"{target}/{path}", (entry.mtime, entry.mtime))


def refusal(damage: Damaged) -> Finding:
    """The finding of a damaged archive."""
    return Finding("damaged", str(damage), Weight.REFUSED, damage.path)


def _judge_entry(entry: Entry) -> Iterator[Finding]:
    name = quoted(entry.name)
    if kind := _KINDS.get(stat.S_IFMT(entry.mode)):
        yield _refuse("link", name, f"{name} is {kind}: put the file itself into the archive.")
    if entry.encrypted:
        yield _refuse("encrypted", name, f"{name} is encrypted: make the archive again without a password.")
    elif entry.method not in (_STORED, _DEFLATED):
        method = _METHODS.get(entry.method, f"method {entry.method}")
        text = (
            f"{name} is packed with {method}: make the archive again with Deflate, which every program knows."
        )
        yield _refuse("compression", name, text)


def _refuse(code: str, name: str, text: str) -> Finding:
    return Finding(code, text, Weight.REFUSED, name[1:-1])


def _make_folders(target: Path, path: str, made: set[str]) -> None:
    missing = []
    while path not in made:
        missing.append(path)
        path = path.rpartition("/")[0]
    for each in reversed(missing):
        os.mkdir(f"{target}/{each}", 0o755)
        made.add(each)


def _write(source: int, entry: Entry, path: str, place: str, meter: Meter) -> None:
    # O_EXCL also refuses a link that somebody has put there meanwhile.
    fd = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        size = crc = 0
        try:
            for block in _blocks(source, entry):
                size += len(block)
                if size > entry.size:
                    break
                crc = zlib.crc32(block, crc)
                write_all(fd, block)
                meter.add(len(block))
        except zlib.error:
            size = -1
        if (size, crc) != (entry.size, entry.crc):
            raise Damaged(
                f"{quoted(path)} is damaged in the archive: make it again, or transfer it again.", path
            )
        os.fchmod(fd, entry.mode & 0o777 | 0o600 if entry.mode else 0o644)
        os.utime(fd, (entry.mtime, entry.mtime))
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    """Write every byte; a full disk or a quota takes a part first. Raises OSError."""
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, memoryview(data)[written:])


def _blocks(source: int, entry: Entry) -> Iterator[bytes]:
    """The unpacked bytes; too few, too many or zlib.error where the archive is damaged."""
    pieces = _packed(source, entry)
    if entry.method == _STORED:
        yield from pieces
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    piece: bytes | None = b""
    while piece is not None and not inflate.eof:
        piece = inflate.unconsumed_tail or next(pieces, None)
        # With no more to read, what is still inside comes out in the same bounded blocks.
        while block := inflate.decompress(piece or b"", _BLOCK):
            yield block
            piece = inflate.unconsumed_tail


def _packed(source: int, entry: Entry) -> Iterator[bytes]:
    """The entry's bytes as they lie in the archive; fewer where it is damaged."""
    head = os.pread(source, _HEADER.size, entry.at) if 0 <= entry.at < 1 << 62 else b""
    if len(head) < _HEADER.size or not head.startswith(LOCAL):
        return
    _, name_length, extra_length = _HEADER.unpack(head)
    at, left = entry.at + _HEADER.size + name_length + extra_length, entry.packed
    while left and (piece := os.pread(source, min(left, _BLOCK), at)):
        at, left = at + len(piece), left - len(piece)
        yield piece
