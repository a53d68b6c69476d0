"""Web hooks: who is told of an event by a POST, and what became of the last one (spec 6.7, 8.9)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from wjtui.model.base import Value

RUN_FINISHED = "TriggeredJobFinished"
"""A run of a triggered job has ended, however it did. The body is the run (spec 6.7, 8.3)."""
RUN_FAILED = "TriggeredJobFailed"
"""A run of a triggered job ended as Failed. The body is the run, and what ``notify_command`` is told."""
JOB_FAILED = "ContinuousJobFailed"
"""The process of a continuous job failed, or could not be launched; it is started again.

The body is what ``notify_command`` is told, and the URL of the job."""
CRASH_LOOP = "ContinuousJobCrashLoop"
"""A continuous job ended three times in a row soon after its start. The body is like that of the failure."""

EVENTS = {
    RUN_FINISHED: "a run of a triggered job has ended, however it did",
    RUN_FAILED: "a run of a triggered job has failed",
    JOB_FAILED: "the process of a continuous job has failed, and is started again",
    CRASH_LOOP: "a continuous job ends again and again, soon after each start",
}
"""Events that an engine tells of by itself, each in a few words; others can be published by hand."""


def status_name(code: int) -> str:
    """An HTTP status in one word, ``NotFound`` for 404; the number where it has no name."""
    try:
        phrase = HTTPStatus(code).phrase
    except ValueError:
        return str(code)
    return "".join(char for char in phrase if char.isalnum())


_TAKEN = frozenset(map(status_name, range(200, 300)))
_LONG_SEGMENT = 20
_MASK = "***"


class Subscription(Value, frozen=True):
    """One web hook. Its URL may hold a password: never in a log or an event, and masked in lists."""

    id: str
    url: str
    """As it was given, ``user:password@`` included."""
    event: str
    """Compared in any case."""
    insecure_ssl: bool = False
    """Whether the certificate of an ``https`` address goes unchecked."""
    last_status: str | None = None
    """What answered, for example ``OK`` or ``NotFound``; ``Failure``: nothing did. None: never told."""
    last_reason: str | None = None
    last_datetime: datetime | None = None
    last_context: str | None = None
    """The body that was sent last."""

    def __repr__(self) -> str:
        return f"Subscription({self.id}, {self.shown_url!r}, {self.event!r}, last={self.last_status})"

    def matches(self, event: str) -> bool:
        """Whether it is told of an event."""
        return self.event.lower() == event.lower()

    @property
    def last_ok(self) -> bool:
        """Whether it was told last, and took it."""
        return self.last_status in _TAKEN

    @property
    def shown_url(self) -> str:
        """The URL for lists and logs."""
        return masked_url(self.url)


def masked_url(url: str) -> str:
    """A URL without what may be a secret: its password, its query, and long parts of its path.

    Chat services put their token into the path, 24 characters and more.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return _MASK
    user = f"{_MASK}@" if "@" in parts.netloc else ""
    path = "/".join(
        _MASK if len(segment) > _LONG_SEGMENT or ":" in segment or "@" in segment else segment
        for segment in parts.path.split("/")
    )
    query = f"?{_MASK}" if parts.query else ""
    host = f"[{host}]" if ":" in host else host
    text = f"{parts.scheme}://{user}{host}{port}{path}{query}"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
