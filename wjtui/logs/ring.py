"""Ring: the newest output of a job, held in memory while its log cannot be written."""

from __future__ import annotations

RING_LINES = 2000
RING_BYTES = 256_000


class Ring:
    """Bytes in order; at most ``RING_LINES`` lines and ``RING_BYTES``, the oldest are lost first."""

    __slots__ = ("_data", "_lines", "lost_bytes", "lost_lines")

    def __init__(self) -> None:
        self._data = bytearray()
        self._lines = 0
        self.lost_bytes = 0
        """Bytes pushed out, ever."""
        self.lost_lines = 0
        """Line ends among them."""

    def __len__(self) -> int:
        return len(self._data)

    def held(self) -> bytes:
        """What is held, oldest first."""
        return bytes(self._data)

    def add(self, data: bytes) -> None:
        """Hold ``data`` too, and push out what is too much: whole lines, where there are line ends."""
        self._data += data
        self._lines += data.count(b"\n")
        cut = 0
        for _ in range(self._lines - RING_LINES):
            cut = self._data.find(b"\n", cut) + 1
        if len(self._data) - cut > RING_BYTES:
            cut = self._line_start(len(self._data) - RING_BYTES)
        self.lose(cut)

    def lose(self, count: int) -> None:
        """Push the oldest ``count`` bytes out."""
        self.lost_bytes += count
        self.lost_lines += self.take(count)

    def take(self, count: int) -> int:
        """Forget the oldest ``count`` bytes, which are written; how many lines ended in them."""
        lines = self._data.count(b"\n", 0, count)
        self._lines -= lines
        del self._data[:count]
        return lines

    def _line_start(self, position: int) -> int:
        """The first line start from ``position`` on; ``position`` itself inside a last line too long."""
        start = self._data.find(b"\n", position - 1) + 1
        return start if 0 < start < len(self._data) else position
