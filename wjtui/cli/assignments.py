"""KEY=VALUE on the command line: what a value means to ``settings.job``; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wjtui.model.errors import InvalidRequest, InvalidSettings
from wjtui.model.identity import JobType
from wjtui.settings.edit import REMOVED, CannotEdit, set_keys
from wjtui.settings.judge import judge
from wjtui.settings.keys import BY_NAME
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import parse_object
from wjtui.settings.values import Kind

_VARIABLE = "env."
_TEXTS = frozenset((Kind.TEXT, Kind.WORD, Kind.SIGNAL, Kind.SCHEDULE, Kind.ZONE, Kind.JOB, Kind.SIZE))


def split_assignment(text: str, option: str = "--set") -> tuple[str, str]:
    """Key and value of ``KEY=VALUE``. Raises InvalidRequest."""
    key, found, value = text.partition("=")
    if not found or not key:
        raise InvalidRequest(
            f"{option} '{text}' is no KEY=VALUE: write for example {option} stopping_wait_time=60."
        )
    return key, value


def read_value(key: str, text: str) -> Any:
    """A value for ``settings.job``: as it is for keys whose values are texts, else as JSON, else as it is."""
    known = BY_NAME.get(key)
    if known is not None and known.kind in _TEXTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def edit_settings(text: str, assignments: Iterable[str], unset: Iterable[str] = ()) -> str:
    """The text of a ``settings.job`` with some keys set and others taken out; all else stays as it is.

    ``env.NAME`` is one variable of ``env``. Raises InvalidRequest.
    """
    changes: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for assignment in assignments:
        key, value = split_assignment(assignment)
        if key.startswith(_VARIABLE):
            variables[key.removeprefix(_VARIABLE)] = value
        else:
            changes[key] = read_value(key, value)
    for key in unset:
        if key.startswith(_VARIABLE):
            variables[key.removeprefix(_VARIABLE)] = REMOVED
        else:
            changes[key] = REMOVED
    try:
        if variables:
            changes["env"] = _environment(text, changes, variables)
        return set_keys(text, changes)
    except NotJson as error:
        reason = f"line {error.line}, column {error.column}: {error.reason}"
    except CannotEdit as error:
        reason = str(error)
    raise InvalidRequest(f"settings.job was left as it is ({reason}): correct it first.")


def refuse_faults(before: str, after: str, kind: JobType) -> None:
    """Refuse a value that the engine would only leave out. Raises InvalidSettings.

    What was wrong before is no reason to refuse a change of something else.
    """
    known = judge(before, kind)
    if new := [fault.text for fault in judge(after, kind) if fault not in known]:
        raise InvalidSettings(" ".join(new))


def _environment(text: str, changes: dict[str, Any], variables: dict[str, Any]) -> Any:
    """``env`` with some variables set or taken out."""
    known = changes.get("env", parse_object(text).get("env") if text.strip() else None)
    if known is not None and known is not REMOVED and not isinstance(known, dict):
        raise InvalidRequest("'env' of settings.job is no object of texts: correct it first.")
    found = dict(known) if isinstance(known, dict) else {}
    for name, value in variables.items():
        if value is REMOVED:
            found.pop(name, None)
        else:
            found[name] = value
    return found or REMOVED
