"""LineStamper: the output of one job's two streams, made into the lines of one log file."""

from __future__ import annotations

from datetime import datetime, timedelta

from wjtui.logs.line import Level, message, prefix

HELD_BYTES = 64 * 1024
"""So much of an unfinished line is held back; more is written as an open line (quality R12)."""
HELD_FOR = timedelta(seconds=0.9)
"""A tail that old is a prompt or a progress bar. Under a second, so that a timer of one second finds it."""


class _Tail:
    """The beginning of a line whose end has not come yet."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.data = bytearray()

    def ripe(self, at: datetime) -> bool:
        """Whether it was held long enough; yes, too, when the clock was set back."""
        return not timedelta(0) <= at - self.since < HELD_FOR


class LineStamper:
    """Turns chunks as they come from a job into what has to be appended to its log file.

    Each line gets its prefix (spec 1.4); the job's bytes stay as they are. A line that is written before its
    end has come stays *open*: later bytes of its stream go on without a prefix. When another stream or the
    engine has to write meanwhile, the open line is ended, and what follows of it starts a line of its own.
    """

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self.errors = 0
        """Lines of level ERR that were begun so far."""
        self._open: Level | None = None
        self._tails: dict[Level, _Tail] = {}

    @property
    def unfinished(self) -> bool:
        """Whether a tail is held back: then call ``flush`` about a second later, and look again."""
        return bool(self._tails)

    def feed(self, level: Level, chunk: bytes, at: datetime) -> bytes:
        """A chunk of a stream."""
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            return self._hold(level, chunk, at)
        lines = self._emit(level, self._take(level) + chunk[:cut], at)
        return lines + self._hold(level, chunk[cut:], at)

    def flush(self, at: datetime) -> bytes:
        """The tails that were held for ``HELD_FOR``, as open lines, so that a prompt shows.

        Younger ones stay: under load a chunk often ends inside a line, and two streams would cut each other's
        lines.
        """
        ripe = [level for level, tail in self._tails.items() if tail.ripe(at)]
        ripe.sort(key=lambda level: level is not self._open)  # go on with the open line before ending it
        return b"".join(self._emit(level, self._take(level), at) for level in ripe)

    def finish(self, level: Level, at: datetime) -> bytes:
        """The end of a stream: its last line is written and ended, if it was not."""
        rest = self._take(level)
        if rest or self._open is level:
            return self._emit(level, rest + b"\n", at)
        return b""

    def system(self, level: Level, text: str, at: datetime) -> bytes:
        """A message of the engine."""
        self.errors += level is Level.ERR
        return self._end_open() + message(self._instance, level, text, at, system=True)

    def note(self, level: Level, text: str, at: datetime) -> bytes:
        """A message that is not marked as the engine's, such as the one of D-05."""
        self.errors += level is Level.ERR
        return self._end_open() + message(self._instance, level, text, at)

    def _hold(self, level: Level, rest: bytes, at: datetime) -> bytes:
        if not rest:
            return b""
        tail = self._tails.setdefault(level, _Tail(at))
        tail.data += rest
        return self._emit(level, self._take(level), at) if len(tail.data) > HELD_BYTES else b""

    def _take(self, level: Level) -> bytes:
        tail = self._tails.pop(level, None)
        return bytes(tail.data) if tail else b""

    def _emit(self, level: Level, data: bytes, at: datetime) -> bytes:
        """``data``, which is not empty, with a prefix before each line that begins in it."""
        mark = prefix(self._instance, level, at)
        lead = b"" if self._open is level else self._end_open() + mark
        whole = data.endswith(b"\n")
        self._open = None if whole else level
        # One replace for all lines: 0.03 µs a line, where a loop over them takes 0.3.
        text = data[:-1] if whole else data
        body = text.replace(b"\n", b"\n" + mark)
        if level is Level.ERR:
            # What the text has grown by tells how many lines began in it; to count them takes 22 µs a chunk.
            self.errors += bool(lead) + (len(body) - len(text)) // len(mark)
        return b"".join((lead, body, b"\n" if whole else b""))

    def _end_open(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        return b"\n"
