"""Journal: the log file of one job or run, fed by its streams and by the engine, and told of as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wjtui.engine.process.pipes import Stream
from wjtui.engine.rooms import Rooms
from wjtui.logs.line import Level, system_line
from wjtui.logs.stamp import LineStamper
from wjtui.logs.writer import LogWriter, Rolling
from wjtui.model.events import LogExtent, LogRef, Tone

LEVELS = {Stream.OUT: Level.INFO, Stream.ERR: Level.ERR}
_TOLD_EVERY_SECONDS = 0.1
_FLUSH_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_TAIL_BYTES = 4096
_TAIL_LINES = 5


class Journal:
    """Stamps, appends and publishes growth at most ten times a second.

    ``copy``, where given, gets every stamped piece too, as it is written.
    """

    def __init__(
        self,
        rooms: Rooms,
        ref: LogRef,
        *,
        rolling: Rolling | None = None,
        copy: Callable[[bytes], None] | None = None,
    ) -> None:
        self._rooms = rooms
        self._ref = ref
        self._copy = copy
        self._stamper = LineStamper(rooms.site.iid)
        self._writer = LogWriter(
            rooms.site.log_path(ref),
            rolling=rolling,
            lost_line=lambda text: system_line(rooms.site.iid, Level.WARN, text, rooms.clock.now()),
            on_trouble=self._tell_trouble,
        )
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._errors = b""

    def feed(self, stream: Stream, chunk: bytes) -> None:
        """A chunk of a job's output."""
        if stream is Stream.ERR:
            self._errors = (self._errors + chunk)[-_TAIL_BYTES:]
        self._write(self._stamper.feed(LEVELS[stream], chunk, self._rooms.clock.now()))
        if self._stamper.unfinished:
            self._arm("flush", _FLUSH_SECONDS, self._flush)

    def system(self, text: str, level: Level = Level.INFO) -> None:
        """A message of the engine."""
        self._write(self._stamper.system(level, text, self._rooms.clock.now()))

    def note(self, text: str, level: Level) -> None:
        """A message that is not marked as the engine's (spec 6.4)."""
        self._write(self._stamper.note(level, text, self._rooms.clock.now()))

    def begin(self) -> None:
        """A new process writes from now on."""
        self._errors = b""

    def finish(self) -> None:
        """Both streams have ended: their unterminated last lines are written."""
        now = self._rooms.clock.now()
        for level in LEVELS.values():
            self._write(self._stamper.finish(level, now))

    def error_tail(self) -> tuple[str, ...]:
        """The last lines on standard error since ``begin``, oldest first, at most five."""
        lines = self._errors.decode("utf-8", "replace").splitlines()
        return tuple(line for line in lines if line.strip())[-_TAIL_LINES:]

    def close(self) -> None:
        """Write no more; the growth not told yet is told now."""
        told = "tell" in self._timers
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if told:
            self._tell()
        self._writer.close()

    def _write(self, data: bytes) -> None:
        if not data:
            return
        self._writer.write(data)
        if self._copy is not None:
            self._copy(data)
        if self._writer.troubled:
            self._arm("retry", _RETRY_SECONDS, self._retry)
        self._arm("tell", _TOLD_EVERY_SECONDS, self._tell)

    def _arm(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        if name not in self._timers:
            self._timers[name] = self._loop.call_later(seconds, self._fire, name, action)

    def _fire(self, name: str, action: Callable[[], None]) -> None:
        del self._timers[name]
        action()

    def _flush(self) -> None:
        self._write(self._stamper.flush(self._rooms.clock.now()))
        if self._stamper.unfinished:
            self._arm("flush", _FLUSH_SECONDS, self._flush)

    def _retry(self) -> None:
        self._writer.retry()
        if self._writer.troubled:
            self._arm("retry", _RETRY_SECONDS, self._retry)
        else:
            self._tell()

    def _tell(self) -> None:
        self._rooms.state.log_grew(self._ref, LogExtent(0, self._writer.position))

    def _tell_trouble(self, text: str) -> None:
        self._rooms.state.raise_notice(text, Tone.ERROR, self._ref.job, "log-trouble")
