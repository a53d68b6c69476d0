"""Flow: whether the terminal keeps up, however much lies between it and this program."""

from __future__ import annotations

QUESTION = "\x1b[6n"
"""Where is the cursor? Every terminal answers, in turn: once it has drawn what came before."""
SLACK_SECONDS = 0.06
"""So much later than at its best an answer may come while nothing is held back."""
AGAIN_SECONDS = 0.5
"""After that it is asked again: an answer that comes right behind the Esc key is read as part of a key."""
PATIENCE_SECONDS = 5.0
"""After that the terminal is taken for one that does not answer."""
_FORGET = 1.02
"""The best time grows by so much an answer, so that a link that became slower for good is not held back."""


class Flow:
    """One question is out at a time, behind a frame; until it is answered no further frame is due.

    Without it what is painted piles up in buffers that nobody here can look into (the kernel's, those of
    SSH and of the network), and a key's effect comes after all of it: 2.5 s on a link of 20 kB/s. Times are
    monotonic seconds. A terminal that never answers is taken to keep up.
    """

    def __init__(self) -> None:
        self._asked: float | None = None
        self._asked_last = 0.0
        self._best: float | None = None

    def ask(self, now: float) -> str:
        """What to write behind a frame; mostly empty while an answer is awaited."""
        if self._asked is None or now - self._asked >= PATIENCE_SECONDS:
            self._asked = now
        elif now - self._asked_last < AGAIN_SECONDS:
            return ""
        self._asked_last = now
        return QUESTION

    @property
    def waiting(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked is not None

    def answered(self, now: float) -> None:
        """The terminal answered."""
        if self._asked is None:
            return
        took, self._asked = now - self._asked, None
        self._best = took if self._best is None else min(took, self._best * _FORGET)

    def clogged(self, now: float) -> bool:
        """Whether a frame would only add to what has not been drawn yet."""
        if self._asked is None or self._best is None:
            return False
        waited = now - self._asked
        return self._best + SLACK_SECONDS < waited < PATIENCE_SECONDS
