"""What saving a ``settings.job`` does, and from when on: sentences for people, made before it is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping

from wjtui.model.identity import JobType
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.keys import BY_NAME, KEYS, Key, effective
from wjtui.settings.values import Kind, short

_OF_SCHEDULE = ("schedule", "recurrence", "time_zone", "enabled", "misfire", "run_mode")
_OF_STARTS = ("if_running", "queue_limit", "priority", "lock", "watch")
_WHEN = {
    **dict.fromkeys((*_OF_SCHEDULE, *_OF_STARTS), "at once"),
    "stopping_wait_time": "from the next stop on",
    "shutdownGraceTimeLimit": "from the next stop on",
    "stop_signal": "from the next stop on",
    "restart_time": "from the next restart on",
    "notify": "from the next failure on",
}


def effect(
    before: JobSettings,
    after: JobSettings,
    kind: JobType,
    live: bool,
    *,
    inherited: Mapping[str, Inherited] | None = None,
    runs: int | None = None,
) -> tuple[str, ...]:
    """One sentence for each value that changes, and a last one that says whether the job is restarted.

    ``live``: a continuous job is not stopped, or a run is going. ``runs``: how many there are, where that is
    known. Called for texts that differ: a continuous job is restarted for a comment too (spec 5.4).
    """
    sentences = []
    for key in KEYS:
        if _meaning_of(key, before) == _meaning_of(key, after):
            continue
        if not key.scope.covers(kind):
            sentences.append(f"{key.name} has no effect on a {kind.value} job.")
            continue
        old = effective(key, before, inherited or {}, kind).text
        new = effective(key, after, inherited or {}, kind).text
        if old == new and key.kind is not Kind.VARIABLES:
            sentences.append(f"{key.name} stays {short(new)}.")
            continue
        change = "changes" if old == new else f"{short(old)} -> {short(new)}"
        if key.name == "history_size":
            when = _of_history(int(old), int(new), runs)
        else:
            when = _WHEN.get(key.name, f"from the next {_start(kind)} on")
        sentences.append(f"{key.name} {change}: {when}.")
    sentences += _of_others(before, after)
    return (*sentences, _last(kind, live))


def _meaning_of(key: Key, settings: JobSettings) -> str:
    return json.dumps(settings.raw.get(key.name), sort_keys=True)


def _start(kind: JobType) -> str:
    return "launch" if kind is JobType.CONTINUOUS else "run"


def _of_history(old: int, new: int, runs: int | None) -> str:
    there = old if runs is None else runs
    gone = there - new
    if gone <= 0:
        return "no run is deleted"
    many = "1 run" if gone == 1 else f"{gone} runs"
    return f"{many} {'may' if runs is None else 'will'} be deleted at the next run"


def _of_others(before: JobSettings, after: JobSettings) -> list[str]:
    """Keys that are somebody else's."""
    names = [name for name in {**before.raw, **after.raw} if name not in BY_NAME]
    changed = [name for name in names if before.raw.get(name) != after.raw.get(name)]
    if not changed:
        return []
    named = f"'{short(changed[0])}' is" if len(changed) == 1 else f"{len(changed)} other keys are"
    return [f"{named} kept for others: wjtui does not use {'it' if len(changed) == 1 else 'them'}."]


def _last(kind: JobType, live: bool) -> str:
    if kind is JobType.CONTINUOUS:
        if live:
            return "A restart is needed: the job runs and is restarted at once."
        return "No restart is needed: the job does not run."
    return f"No restart is needed{': the run that is going ends as it began' if live else ''}."
