"""What ``settings.job`` says as typed values, and what contradicts what (spec 3.2, D-08)."""

from __future__ import annotations

from typing import Any

from wjtui.model.identity import JobType
from wjtui.model.settings import DEFAULT_GRACE, JobSettings
from wjtui.settings.keys import BY_NAME, KEYS
from wjtui.settings.values import Kind, Wrong, kind_of, short, variable_fault

Remark = tuple[str, str]
"""A problem's code and the sentence that goes with it; all of them are notes."""

_BY_LETTERS = {name.lower().replace("_", ""): name for name in BY_NAME}


def check_settings(raw: dict[str, Any], kind: JobType) -> tuple[JobSettings, list[Remark]]:
    """The typed view of the file's object, which it keeps whole, and what a person should know about it.

    A value of the wrong type counts as absent, as does null, which goes without a remark.
    """
    values: dict[str, Any] = {}
    remarks: list[Remark] = []
    for key in KEYS:
        # What is wrong with a recurrence, its schedule says.
        if raw.get(key.name) is None or key.kind is Kind.RECURRENCE:
            continue
        try:
            found = key.read(raw[key.name])
        except Wrong as wrong:
            what = wrong.what(key.name, raw[key.name])
            remarks.append(("settings-type", f"{what}, not {wrong}: it counts as absent."))
            continue
        if key.kind is Kind.VARIABLES:
            found = _environment(found, remarks)
        elif key.kind is Kind.WAYS:
            found = _ways(found, remarks)
        values[key.field] = found
    settings = JobSettings(**values, raw=raw)
    remarks += _mistyped(raw)
    remarks += _contradictions(settings, kind)
    return settings, remarks


def _environment(found: dict[str, Any], remarks: list[Remark]) -> dict[str, str]:
    good: dict[str, str] = {}
    for name, value in found.items():
        if variable_fault(name, ""):
            text = f"'env' has a variable called '{short(name)}', which no environment takes: it is left out."
            remarks.append(("settings-type", text))
        elif not isinstance(value, str) or "\0" in value:
            remarks.append(_wrong(f"env.{name}", value, "a text"))
        else:
            good[name] = value
    return good


def _ways(found: tuple[Any, ...], remarks: list[Remark]) -> tuple[str, ...]:
    choices = BY_NAME["notify"].choices
    for value in found:
        if value not in choices:
            text = f"'notify' has {kind_of(value)} in it, which is left out: it takes {', '.join(choices)}."
            remarks.append(("settings-type", text))
    return tuple(way for way in choices if way in found)


def _mistyped(raw: dict[str, Any]) -> list[Remark]:
    remarks = []
    for key in raw:
        meant = _BY_LETTERS.get(key.lower().replace("_", "").replace("-", ""))
        if meant is not None and meant != key and meant not in raw:
            remarks.append(("settings-key", f"'{short(key)}' has no effect: the key is '{meant}'."))
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
    return "settings-type", f"'{short(key)}' is {kind_of(value)}, not {wanted}: it counts as absent."
