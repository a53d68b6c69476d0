"""``python -m tests.bench.bare_server FILE SIZE``: uvicorn with nothing behind it, the floor of any API.

Answers every request with SIZE bytes of JSON on a port of 127.0.0.1, which it writes into FILE.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send


def main(file: Path, size: int) -> None:
    """Serve until it is ended."""
    body = b'"' + b"x" * max(0, size - 2) + b'"'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.bind(("127.0.0.1", 0))
    opened.listen(128)
    file.write_text(str(opened.getsockname()[1]))
    config = uvicorn.Config(
        answer, interface="asgi3", lifespan="off", log_config=None, access_log=False, ws="none"
    )
    uvicorn.Server(config).run([opened])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
