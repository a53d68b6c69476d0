#!/usr/bin/env python3
"""Writes the SHA-256 sums of the files in ``data`` to ``WEBJOBS_DATA_PATH/SHA256SUMS``.

Another folder can be given as an argument. ``sha256sum --check`` reads the list in the folder it is about.
"""

import hashlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("WEBJOBS_DATA_PATH", "."))
BLOCK = 1024 * 1024


def checksum(file: Path) -> str:
    """The sum in hexadecimal, read block by block: a file may be larger than the memory."""
    found = hashlib.sha256()
    with open(file, "rb") as stream:
        for block in iter(lambda: stream.read(BLOCK), b""):
            found.update(block)
    return found.hexdigest()


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
    if not folder.is_dir():
        print(
            f"{folder} is no folder: give one that is, or none for the samples", file=sys.stderr, flush=True
        )
        return 2
    sums = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        sums.append(f"{checksum(file)}  {file.relative_to(folder)}\n")
        print(sums[-1], end="", flush=True)

    DATA.mkdir(parents=True, exist_ok=True)
    unfinished = DATA / "SHA256SUMS.part"
    unfinished.write_text("".join(sums), encoding="utf-8")
    unfinished.replace(DATA / "SHA256SUMS")
    print(f"{len(sums)} files listed in {DATA / 'SHA256SUMS'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
