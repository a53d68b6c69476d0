"""Answers to a command that could not be carried out (architecture: errors).

A trouble of a job is data on the job (``Problem``); these are answers to a command; anything else is a bug.
"""

from __future__ import annotations

from typing import ClassVar


class WjtuiError(Exception):
    """A refusal: ``message`` is one sentence for people, ``code`` is stable for programs."""

    code: ClassVar[str] = "failed"
    http_status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class JobNotFound(WjtuiError):
    """No job of that name."""

    code = "job-not-found"
    http_status = 404
    exit_status = 4


class RunNotFound(WjtuiError):
    """No run of that id, or no log of it."""

    code = "run-not-found"
    http_status = 404
    exit_status = 4


class VersionNotFound(WjtuiError):
    """No version of that number."""

    code = "version-not-found"
    http_status = 404
    exit_status = 4


class TrashNotFound(WjtuiError):
    """No such job in the trash."""

    code = "trash-not-found"
    http_status = 404
    exit_status = 4


class HookNotFound(WjtuiError):
    """No web hook of that id."""

    code = "hook-not-found"
    http_status = 404
    exit_status = 4


class SenderNotFound(WjtuiError):
    """No such sender URL, or none for the job."""

    code = "sender-not-found"
    http_status = 404
    exit_status = 4


class InvalidRequest(WjtuiError):
    """Something in the request is not allowed; the sentence names it, says what is, and gives an example."""

    code = "invalid-request"
    http_status = 400
    exit_status = 2


class TooLarge(InvalidRequest):
    """A body over the limit of what it is for (spec 9.2)."""

    code = "too-large"
    http_status = 413


class InvalidName(InvalidRequest):
    """A job's name that the rule of spec 9.1 refuses."""

    code = "invalid-name"


class InvalidSettings(InvalidRequest):
    """A ``settings.job`` or a setting that cannot be used."""

    code = "invalid-settings"


class DeployRejected(InvalidRequest):
    """A package, or a plan for it, that cannot be put in place; the sentences are all the reasons."""

    code = "deploy-rejected"


class InvalidSchedule(InvalidRequest):
    """A schedule expression or a recurrence that cannot be used; says which part of it is wrong."""

    code = "invalid-schedule"

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        start: int = 0,
        end: int = 0,
        meant: str | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        """The field's name, for example ``hour`` or ``month_days``; None: the text as a whole."""
        self.start = start
        """Where the wrong part begins in the text, in characters."""
        self.end = end
        """Where it ends, exclusive; equal to ``start`` where no part can be named."""
        self.meant = meant
        """The expression that was probably meant, where the message names a single one."""


class Conflict(WjtuiError):
    """The state of the job does not allow it now."""

    code = "conflict"
    http_status = 409
    exit_status = 5


class AlreadyRunning(Conflict):
    """A run of the job is going; the sentence contains ``already running`` (spec 8.4)."""

    code = "already-running"


class QueueFull(Conflict):
    """As many starts of a job wait as may."""

    code = "queue-full"


class NotRunning(Conflict):
    """There is nothing to end."""

    code = "not-running"


class SettingsChanged(Conflict):
    """Somebody else has changed what was edited."""

    code = "settings-changed"


class NotAllowed(WjtuiError):
    """The command does not fit this job, or this engine is read-only."""

    code = "not-allowed"
    http_status = 403
    exit_status = 2


class EngineStopping(WjtuiError):
    """The engine is shutting down and takes no new commands."""

    code = "engine-stopping"
    http_status = 503
    exit_status = 1


class EngineBusy(WjtuiError):
    """Another engine holds this root and instance."""

    code = "engine-busy"
    http_status = 409
    exit_status = 5


class EngineUnreachable(WjtuiError):
    """No engine answers."""

    code = "engine-unreachable"
    http_status = 503
    exit_status = 3


class AccessDenied(WjtuiError):
    """An engine elsewhere refuses the credentials, or cannot be trusted with them."""

    code = "access-denied"
    http_status = 401
    exit_status = 1


class RootUnusable(WjtuiError):
    """The root cannot be used: not a folder, not writable."""

    code = "root-unusable"
    http_status = 500
    exit_status = 1


def _all(base: type[WjtuiError]) -> list[type[WjtuiError]]:
    return [base, *(found for child in base.__subclasses__() for found in _all(child))]


def error_from(code: str, message: str) -> WjtuiError:
    """The error that ``code`` stands for: the client raises what the engine raised."""
    kind = next((kind for kind in _all(WjtuiError) if kind.code == code), WjtuiError)
    return kind(message)
