"""Which short messages are on the screen: at most three, and a storm is one that counts up."""

from __future__ import annotations

from dataclasses import dataclass

from wjtui.model.events import Notice, Tone
from wjtui.tui.present.failures import FAILED
from wjtui.tui.present.plain import plain

AT_MOST = 3
BRIEF_SECONDS = 5.0
SECONDS = {Tone.INFO: 5.0, Tone.WARNING: 8.0, Tone.ERROR: 15.0}
DELETED = "deleted"
"""The group of messages that jobs are in the trash."""
RECURRING = frozenset({"missed", "unhealthy"})
"""Codes of what may happen to a job all night: a schedule of each minute is skipped each minute, and a
sick job is restarted again and again."""
QUIET_SECONDS = 600.0
"""Only after that is such a thing told of the same job again."""
_NAMED = 4


@dataclass
class Toast:
    """One message."""

    title: str
    body: str
    tone: Tone
    group: str
    """Toasts of one group that come while it is shown become one."""
    expires: float
    """Monotonic seconds."""
    names: tuple[str, ...] = ()
    count: int = 1
    brief: bool = False
    """One row for a few seconds: another line of the screen says it in full."""


class ToastQueue:
    """The messages shown now; times are monotonic seconds that the caller brings."""

    def __init__(self) -> None:
        self.toasts: list[Toast] = []
        self._told: dict[tuple[str, str], float] = {}

    def add(
        self,
        title: str,
        body: str,
        tone: Tone,
        now: float,
        *,
        group: str = "",
        name: str = "",
        brief: bool = False,
    ) -> None:
        """Show a message, or count it up with those of its group."""
        self.expire(now)
        expires = now + (BRIEF_SECONDS if brief else SECONDS[tone])
        known = next((toast for toast in self.toasts if group and toast.group == group), None)
        if known is None:
            names = (name,) if name else ()
            key = group or f"{title}\0{body}"
            self.toasts.append(Toast(title, body, tone, key, expires, names, brief=brief))
            del self.toasts[:-AT_MOST]
            return
        known.count += 1
        known.expires = expires
        if name not in known.names:
            known.names = (*known.names, name)
        known.title, known.body, known.brief = title, body, brief

    def is_repeated(self, group: str, name: str, now: float) -> bool:
        """Whether this was told of the name within the last ten minutes; if not, it counts as told now."""
        before = self._told.get((group, name))
        if before is not None and now - before < QUIET_SECONDS:
            return True
        self._told = {key: at for key, at in self._told.items() if now - at < QUIET_SECONDS}
        self._told[group, name] = now
        return False

    def expire(self, now: float) -> bool:
        """Drop what was shown long enough; True when something was."""
        kept = [toast for toast in self.toasts if toast.expires > now]
        dropped = len(kept) < len(self.toasts)
        self.toasts = kept
        return dropped

    def clear(self) -> bool:
        """Drop them all; True when there were any."""
        had = bool(self.toasts)
        self.toasts = []
        return had


def heading(toast: Toast) -> str:
    """The first line: of a storm, how many there were."""
    if toast.count == 1:
        return toast.title
    if len(toast.names) == 1:
        return f"{toast.title} ({toast.count} times)"
    if not toast.names:
        return f"{toast.title} ({toast.count})"
    if toast.group == DELETED:
        return f"{len(toast.names)} jobs are in the trash."
    what = "failures in" if toast.group == FAILED else "messages about"
    return f"{toast.count} {what} {len(toast.names)} jobs"


def text(toast: Toast) -> str:
    """What stands under the heading."""
    if len(toast.names) <= 1:
        return toast.body
    shown = ", ".join(toast.names[-_NAMED:])
    return shown if len(toast.names) <= _NAMED else f"{shown} and {len(toast.names) - _NAMED} more"


def in_one_row(toast: Toast) -> str:
    """Heading and the first words under it."""
    return ": ".join(part for part in (heading(toast), text(toast).partition("\n")[0]) if part)


def from_notice(notice: Notice) -> tuple[str, str]:
    """Title and body for a notice."""
    words = plain(notice.text)
    if notice.job is None:
        return words, ""
    name = plain(notice.job.name)
    if notice.code == FAILED:
        head, _, rest = words.partition(": ")
        how, _, last = rest.partition("  ")
        return f"{name} {head}", f"{how}\n{last}"
    return name, words
