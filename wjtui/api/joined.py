"""Joined: a connection's writing side, with what is written in one step of the loop sent as one."""

from __future__ import annotations

import asyncio
from typing import Any

SILENT_SECONDS = 2.0
"""What a refused client still sends is thrown away until it has sent nothing for so long. A close under it
would take the refusal back: of a busy machine's uploads over the limit some ended in "does not answer"."""
LINGER_SECONDS = 30.0
"""At most so long all in all, for one that was let in."""
UPLOAD_SECONDS = 300.0
"""For one that brings a package: 100 MiB that are refused at the first byte take minutes on a slow line, and
most clients read no answer before they have sent all."""
BRIEF_SECONDS = 1.0
"""For one for which there is no room."""
_AT_ONCE = 64 * 1024
"""Bytes that do not wait for more: an answer without an end must feel that its reader is slow."""


class Joined(asyncio.Transport):
    """Head and body of an answer go out in one packet, so nobody waits for the second one (40 ms)."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._held = 0
        self._flushing: asyncio.Handle | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._until = self._heard = 0.0
        self.lingers = 0.0
        """Seconds, at most, of a close in two steps: a client is still sending, and a plain close would take
        our answer back."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send this, a little later."""
        if not data or self.is_closing():
            return
        self._parts.append(bytes(data))
        self._held += len(data)
        if self._held >= _AT_ONCE:
            self.flush()
        elif self._flushing is None:
            self._flushing = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what was written."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._parts:
            data, self._parts, self._held = b"".join(self._parts), [], 0
            self._transport.write(data)

    def close(self) -> None:
        """Send what was written, then close."""
        if self.is_closing():
            return
        self.flush()
        if not self.lingers:
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
        self._heard = self._loop.time()
        self._until = self._heard + self.lingers
        self._linger()

    def throw_away(self) -> None:
        """The client is still sending what nobody reads."""
        self._heard = self._loop.time()

    def _linger(self) -> None:
        end = min(self._until, self._heard + SILENT_SECONDS)
        if self._loop.time() >= end:
            self._transport.close()
        else:
            self._lingering = self._loop.call_at(end, self._linger)

    def cut(self) -> None:
        """Close without waiting for what the client still sends; what was written is sent."""
        self.lingers = 0.0
        if self._lingering is not None:
            self._transport.close()
        else:
            self.close()

    def abort(self) -> None:
        """Close at once."""
        self.forget()
        self._transport.abort()

    def forget(self) -> None:
        """The connection is gone: nothing is sent any more."""
        self._parts.clear()
        for handle in (self._flushing, self._lingering):
            if handle is not None:
                handle.cancel()
        self._flushing = None

    def is_closing(self) -> bool:
        """Whether nothing more can be said."""
        return self._lingering is not None or self._transport.is_closing()

    def is_reading(self) -> bool:
        """Whether it takes what the client sends."""
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        """Take nothing for a while."""
        if not self.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """A fact about the connection."""
        return self._transport.get_extra_info(name, default)
