"""Herald: decides when failures ring outside the screen, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping

from wjtui.tui.outside import BEL, note, one_line

QUIET_SECONDS = 10.0
"""At most one bell and one note in that time; what fails meanwhile is counted and told after it."""
_NAME = 60
"""Characters of a job's name, so that there is room for what became of it."""


class Herald:
    """Told of each failure; says what to write to the terminal. Times are monotonic seconds."""

    def __init__(self, environment: Mapping[str, str], *, bell: bool = True, notify: bool = True) -> None:
        self._environment = environment
        self._bell = bell
        self._notify = notify
        self._quiet_until = float("-inf")
        self._held: dict[str, int] = {}
        """Failures of each job that were not told, in the order of their newest."""
        self._sentence = ""

    @property
    def waiting(self) -> bool:
        """Whether something is held back."""
        return bool(self._held)

    def failed(self, job: str, sentence: str, now: float) -> str | None:
        """A job failed; ``sentence`` says how (``exit 1 after 00:04:31``). What to write now, if anything."""
        self._held[job] = self._held.pop(job, 0) + 1
        self._sentence = sentence
        return self.due(now)

    def due(self, now: float) -> str | None:
        """What to write of what was held back, once its time has come."""
        if not self._held or now < self._quiet_until:
            return None
        text = self._text()
        self._held.clear()
        self._quiet_until = now + QUIET_SECONDS
        written = BEL * self._bell + (note(text, self._environment) if self._notify else "")
        return written or None

    def _text(self) -> str:
        job, times = list(self._held.items())[-1]
        name = one_line(job, _NAME)
        if len(self._held) > 1:
            return f"{len(self._held)} jobs failed, newest {name}: {self._sentence}"
        return f"{name} failed{'' if times == 1 else f' {times} times, newest'}: {self._sentence}"
