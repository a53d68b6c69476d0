"""Bodies of requests that change the files of jobs: one definition for both ends."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote_to_bytes

from wjtui.model.base import Value
from wjtui.model.deploys import DeployPlan, PlannedJob, WhenRunning
from wjtui.model.errors import InvalidRequest

_TOKEN = re.compile(r"[0-9a-fA-F]{16,64}")


class StageBody(Value, frozen=True):
    """A source to stage. Both texts are ``escaped``."""

    source: str
    """An absolute path on the engine's machine."""
    name: str = ""


class DiffBody(Value, frozen=True):
    """A file of a planned job to look at."""

    job: PlannedJob
    path: str


class CommitBody(Value, frozen=True):
    """A plan to carry out, and who wants it."""

    plan: DeployPlan
    by: str = ""


class RollBackBody(Value, frozen=True):
    """A version to go back to; None: the one before."""

    number: int | None = None
    running: WhenRunning = WhenRunning.NOW
    by: str = ""


class SaveBody(Value, frozen=True):
    """A ``settings.job`` to write, and the tag of what was edited; None: whatever is there."""

    text: str
    etag: str | None = None
    by: str = ""


def check_token(token: str) -> str:
    """Return what may name a package. Raises InvalidRequest."""
    if _TOKEN.fullmatch(token) is None:
        raise InvalidRequest(
            f"'{token}' is no token of a package: make up 16 to 64 hexadecimal digits, for example"
            " '4f1c09aa53b2e7d8'."
        )
    return token


def escaped(path: str) -> str:
    """A path as in a URL: what bytes it has besides letters, digits and ``/`` comes as ``%XX``.

    JSON holds UTF-8 alone, a path may hold any bytes.
    """
    return quote(os.fsencode(path))


def unescaped(text: str) -> str:
    """The path that ``escaped`` made a text of."""
    return os.fsdecode(unquote_to_bytes(text))
