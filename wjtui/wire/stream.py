"""The event stream as Server-Sent Events: one frame an item, both directions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple

import msgspec

from wjtui.model.base import Value
from wjtui.model.errors import WjtuiError, error_from
from wjtui.model.events import Envelope, Snapshot

HEARTBEAT = b": still here\n\n"
"""A comment, so that both ends notice a connection that has died in silence."""
END = b"event: end\ndata:\n\n"
"""The last frame of a stream that ended in order."""
LIFE_HEADER = "X-Engine-Life"
"""Names one engine's life: sequence numbers of another one mean nothing."""


class Change(Value, frozen=True, tag="change"):
    """The stream's item for one event."""

    envelope: Envelope


class Whole(Value, frozen=True, tag="whole"):
    """The stream's item for a fresh start."""

    snapshot: Snapshot


class Refusal(Value, frozen=True):
    """A ``WjtuiError`` in JSON, in answers and in frames."""

    code: str
    message: str

    def error(self) -> WjtuiError:
        """The error it stands for."""
        return error_from(self.code, self.message)


class Frame(NamedTuple):
    """One frame as received."""

    event: str
    data: bytes


_decoder = msgspec.json.Decoder(Change | Whole)


def encode(value: object) -> bytes:
    """A value as one line of JSON."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Bytes of a path that are no UTF-8 come as lone surrogates; one such name must not end the stream.
        builtin = msgspec.to_builtins(value)
        return json.dumps(builtin, ensure_ascii=False).encode("utf-8", "replace")


def item_frame(item: Envelope | Snapshot) -> bytes:
    """The frame of one item; its id is the number to resume after."""
    wrapped = Whole(item) if isinstance(item, Snapshot) else Change(item)
    return b"id: %d\ndata: %s\n\n" % (item.seq, encode(wrapped))


def error_frame(error: WjtuiError) -> bytes:
    """The frame of a stream that cannot go on."""
    return b"event: error\ndata: %s\n\n" % encode(Refusal(error.code, error.message))


def read_item(data: bytes) -> Envelope | Snapshot:
    """The item in a frame's data. Raises msgspec.DecodeError."""
    item = _decoder.decode(data)
    return item.snapshot if isinstance(item, Whole) else item.envelope


async def read_frames(chunks: AsyncIterable[bytes]) -> AsyncIterator[Frame]:
    """Frames out of bytes, comments left out; a torn last one does not count."""
    # Split at LF alone: JSON may hold U+2028 and U+0085, at which a line decoder for text would split too.
    tail = b""
    async for chunk in chunks:
        *whole, tail = (tail + chunk).split(b"\n\n")
        for block in whole:
            if frame := _frame(block):
                yield frame


def _frame(block: bytes) -> Frame | None:
    event, data = "message", None
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"event":
            event = value.strip().decode("utf-8", "replace")
        elif name == b"data":
            data = value.strip()
    return Frame(event, data) if data is not None else None
