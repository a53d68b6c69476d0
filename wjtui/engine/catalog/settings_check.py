"""The keys of ``settings.job``: which types they want, and what contradicts what (spec 3.2, D-08)."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from wjtui.model.identity import JobType
from wjtui.model.settings import DEFAULT_GRACE, JobSettings

Remark = tuple[str, str]
"""A problem's code and the sentence that goes with it; all of them are notes."""

_LARGEST = 2**31 - 1
_RUN_MODES = ("continuous", "scheduled", "on_demand")
_MISFIRES = ("run_once_within_10m", "run_once", "skip")


class _Wrong(Exception):
    """The value counts as absent; the text is what was wanted."""


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false")
    return value


def _seconds(value: Any) -> int:
    # True is an int in Python, and 60.0 is no integer to the original either.
    if type(value) is not int or not -_LARGEST <= value <= _LARGEST:
        raise _Wrong("a whole number")
    return value


def _natural(value: Any) -> int:
    if _seconds(value) < 0:
        raise _Wrong("a whole number from 0 on")
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise _Wrong("a text")
    return value


def _word(*allowed: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise _Wrong("one of " + ", ".join(allowed))
        return str(value)

    return check


def _signal(value: Any) -> str:
    name = value.upper() if isinstance(value, str) else ""
    name = name if name.startswith("SIG") else f"SIG{name}"
    if name not in signal.Signals.__members__:
        raise _Wrong("a signal's name, for example SIGINT")
    return name


_KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "is_in_place": ("is_in_place", _boolean),
    "stopping_wait_time": ("stopping_wait_time", _natural),
    "is_singleton": ("is_singleton", _boolean),
    "schedule": ("schedule", _text),
    "shutdownGraceTimeLimit": ("shutdown_grace_limit", _natural),
    "run_mode": ("run_mode", _word(*_RUN_MODES)),
    "time_zone": ("time_zone", _text),
    "idle_timeout": ("idle_timeout", _seconds),
    "restart_time": ("restart_time", _seconds),
    "history_size": ("history_size", _seconds),
    "stop_signal": ("stop_signal", _signal),
    "enabled": ("enabled", _boolean),
    "misfire": ("misfire", _word(*_MISFIRES)),
    "arguments": ("arguments", _text),
}
"""Key in the file -> attribute and what its value must be."""

_OTHER_KEYS = ("env", "recurrence", "notify")
_BY_LETTERS = {key.lower().replace("_", ""): key for key in (*_KEYS, *_OTHER_KEYS)}


def check_settings(raw: dict[str, Any], kind: JobType) -> tuple[JobSettings, list[Remark]]:
    """The typed view of the file's object, which it keeps whole, and what a person should know about it.

    A value of the wrong type counts as absent, as does null, which goes without a remark.
    """
    values: dict[str, Any] = {}
    remarks: list[Remark] = []
    for key, (attribute, check) in _KEYS.items():
        if raw.get(key) is None:
            continue
        try:
            values[attribute] = check(raw[key])
        except _Wrong as wrong:
            remarks.append(_wrong(key, raw[key], str(wrong)))
    values["env"] = _environment(raw.get("env"), remarks)
    settings = JobSettings(**values, raw=raw)
    remarks += _mistyped(raw)
    remarks += _contradictions(settings, kind)
    return settings, remarks


def _environment(found: Any, remarks: list[Remark]) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        remarks.append(_wrong("env", found, "an object of texts"))
        return {}
    good: dict[str, str] = {}
    for name, value in found.items():
        if not name or "=" in name or "\0" in name:
            text = (
                f"'env' has a variable called '{_short(name)}', which no environment takes: it is left out."
            )
            remarks.append(("settings-type", text))
        elif not isinstance(value, str) or "\0" in value:
            remarks.append(_wrong(f"env.{name}", value, "a text"))
        else:
            good[name] = value
    return good


def _mistyped(raw: dict[str, Any]) -> list[Remark]:
    remarks = []
    for key in raw:
        meant = _BY_LETTERS.get(key.lower().replace("_", "").replace("-", ""))
        if meant is not None and meant != key and meant not in raw:
            remarks.append(("settings-key", f"'{_short(key)}' has no effect: the key is '{meant}'."))
    return remarks


def _contradictions(settings: JobSettings, kind: JobType) -> list[Remark]:
    """What the file says in vain. ``run_mode`` never moves a job between the types (D-08)."""
    remarks: list[Remark] = []
    mode, schedule = settings.run_mode, settings.schedule
    continuous = kind is JobType.CONTINUOUS
    if mode is not None and (mode == "continuous") != continuous:
        text = f"'run_mode' is {mode}, but the job lies in the {kind.value} folder, which decides."
        remarks.append(("settings-run-mode", text))
    elif mode == "scheduled" and not schedule and not settings.raw.get("recurrence"):
        remarks.append(("settings-run-mode", "'run_mode' is scheduled, but there is no 'schedule'."))
    elif mode == "on_demand" and schedule:
        remarks.append(("settings-run-mode", "'run_mode' is on_demand, so 'schedule' has no effect."))
    if schedule and continuous:
        remarks.append(("settings-unused", "'schedule' has no effect on a continuous job."))
    wait, limit = settings.stopping_wait_time, settings.shutdown_grace_limit
    wait = DEFAULT_GRACE[kind] if wait is None else wait
    if limit and limit < wait:
        text = f"'shutdownGraceTimeLimit' cuts the 'stopping_wait_time' of {wait} s to {limit} s."
        remarks.append(("settings-grace", text))
    return remarks


def _wrong(key: str, value: Any, wanted: str) -> Remark:
    return "settings-type", f"'{_short(key)}' is {_kind_of(value)}, not {wanted}: it counts as absent."


def _kind_of(value: Any) -> str:
    """A value in words, short enough for a line."""
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, int | float):
        return f"the number {_short(str(value))}"
    if isinstance(value, str):
        return f'the text "{_short(value)}"'
    return "a list" if isinstance(value, list) else "an object"


def _short(text: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in text[:40])
    return shown if len(text) <= 40 else shown + "…"
