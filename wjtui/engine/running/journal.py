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
_HELD_SECONDS = 0.25
_TAIL_BYTES = 4096
_TAIL_LINES = 5


class Journal:
    """Stamps, appends and publishes growth at most ten times a second.

    Where another log tells of it too, ``output`` gets every stamped piece of the job's output as it is
    written, and ``engine`` the lines of the engine, whole.
    """

    __slots__ = (
        "_engine", "_errors", "_held", "_loop", "_output", "_ref", "_rooms", "_said", "_stamper", "_timers",
        "_writer",
    )  # fmt: skip

    def __init__(
        self,
        rooms: Rooms,
        ref: LogRef,
        *,
        rolling: Rolling | None = None,
        output: Callable[[bytes], None] | None = None,
        engine: Callable[[bytes], None] | None = None,
    ) -> None:
        self._rooms = rooms
        self._ref = ref
        self._output = output
        self._engine = engine
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
        self._said = b""
        self._held = False

    @property
    def errors(self) -> int:
        """Lines of level ERR so far, the engine's and the job's; a full disk may have lost some since."""
        return self._stamper.errors

    def feed(self, stream: Stream, chunk: bytes) -> None:
        """A chunk of a job's output."""
        if stream is Stream.ERR:
            self._errors = (self._errors + chunk)[-_TAIL_BYTES:]
        self._write(self._stamper.feed(LEVELS[stream], chunk, self._rooms.clock.now()))
        if self._stamper.unfinished:
            self._arm("flush", _FLUSH_SECONDS, self._flush)

    def system(self, text: str, level: Level = Level.INFO) -> None:
        """A message of the engine."""
        self._say(self._stamper.system(level, text, self._rooms.clock.now()))

    def note(self, text: str, level: Level) -> None:
        """A message that is not marked as the engine's (spec 6.4)."""
        self._say(self._stamper.note(level, text, self._rooms.clock.now()))

    def hold(self) -> None:
        """Gather the engine's messages for one write: until ``release``, output, or a quarter of a second."""
        self._held = True

    def release(self) -> None:
        """Write what was gathered; messages are written at once again."""
        self._held = False
        self._speak()

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
        self._speak()
        told = "tell" in self._timers
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if told:
            self._tell()
        self._writer.close()

    def _say(self, data: bytes) -> None:
        self._said += data
        if self._held:
            self._arm("speak", _HELD_SECONDS, self._speak)
        else:
            self._speak()

    def _speak(self) -> None:
        said, self._said = self._said, b""
        if not said:
            return
        self._append(said)
        lines = said.removeprefix(b"\n")
        if self._output is not None and len(lines) < len(said):
            # They end a line that the job left open.
            self._output(b"\n")
        if self._engine is not None:
            self._engine(lines)

    def _write(self, data: bytes) -> None:
        if not data:
            return
        self._speak()
        self._append(data)
        if self._output is not None:
            self._output(data)

    def _append(self, data: bytes) -> None:
        self._writer.write(data)
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
