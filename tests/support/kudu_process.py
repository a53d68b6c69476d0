"""The other process of ``serve_kudu``: says its port, and serves until its standard input ends."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.support.kudu import engine_on_a_port


async def serve(root: Path, variables: dict[str, str]) -> None:
    """Serve a root."""
    async with engine_on_a_port(root, variables) as (port, uploads):
        print(json.dumps([port, str(uploads)]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    where, given = json.loads(sys.argv[1])
    asyncio.run(serve(Path(where), given))
