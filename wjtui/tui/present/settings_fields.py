"""The keys of ``settings.job`` as fields: what is typed as a value and back, and what stands beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Never, cast

from wjtui.model.identity import JobType
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.edit import REMOVED
from wjtui.settings.keys import KEYS, Key, effective
from wjtui.settings.secrets import looks_secret
from wjtui.settings.values import Kind
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.site_settings import MASK

_SHOWN = 40
_AS_JSON = frozenset({Kind.NUMBER, Kind.RECURRENCE, Kind.OBJECT})
"""Kinds whose fields hold JSON; what is typed and is none goes into the text as a string."""
_SHOWN_BY_EXAMPLE = frozenset({Kind.OBJECT, Kind.SIZE})


class Group(StrEnum):
    """Which fields stand together, in the order of the form."""

    SCHEDULE = "SCHEDULE"
    PROCESS = "PROCESS"
    HISTORY = "HISTORY"
    AFTERWARDS = "AFTERWARDS"
    STARTS = "STARTS"
    HEALTH = "HEALTH"
    LIMITS = "LIMITS"
    NOTIFY = "NOTIFY"
    ENVIRONMENT = "ENVIRONMENT"


_GROUPS = {
    **dict.fromkeys(
        ("schedule", "recurrence", "time_zone", "enabled", "misfire", "run_mode"), Group.SCHEDULE
    ),
    **dict.fromkeys(("if_running", "queue_limit", "priority", "lock", "watch"), Group.STARTS),
    **dict.fromkeys(("retry", "on_failure", "on_success", "poison_after"), Group.AFTERWARDS),
    **dict.fromkeys(("max_run_time", "nice", "io_class", "memory_limit", "run_as"), Group.LIMITS),
    "probe": Group.HEALTH,
    "history_size": Group.HISTORY,
    "notify": Group.NOTIFY,
    "env": Group.ENVIRONMENT,
}
_WORDS = {
    "run_once_within_10m": "run once late (10 min)",
    "run_once": "run once, however late",
    "skip": "skip",
    "true": "yes",
    "false": "no",
}
"""What the words of the file mean, where they do not say it themselves."""


class Label(NamedTuple):
    """A word that can be chosen, as it stands in the text (as JSON; empty: the key is not there)."""

    json: str
    label: str


class Beside(NamedTuple):
    """What stands behind and under a field."""

    note: str = ""
    """Unit, source, and what it was."""
    says: Line = ()
    placeholder: str = ""
    """What counts while the field is empty; where nothing does, and its form is not plain, an example."""


def group_of(key: Key) -> Group:
    """Where the field of a key stands."""
    return _GROUPS.get(key.name, Group.PROCESS)


def keys_for(kind: JobType) -> list[Key]:
    """The keys that mean something to a job of this type."""
    return [key for key in KEYS if key.scope.covers(kind)]


def as_typed(key: Key, value: Any) -> str:
    """A value of the text as a field for typing shows it; empty where the key is not there."""
    if value is REMOVED or value is None:
        return ""
    if isinstance(value, str) and (key.kind not in _AS_JSON or read_typed(key, value) == value):
        return value
    return json.dumps(value, ensure_ascii=False)


def read_typed(key: Key, typed: str) -> Any:
    """What was typed as a value; ``REMOVED`` where nothing was."""
    if key.kind not in _AS_JSON:
        return typed or REMOVED
    if not (typed := typed.strip()):
        return REMOVED
    try:
        found = json.loads(typed, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return typed
    return typed if found is None else found


def labels(key: Key, value: Any, empty: str) -> list[Label]:
    """What can be chosen for a key; what it does not take is a choice too where the text says just that.

    ``empty``: what counts while the key is not there; empty: nothing in particular.
    """
    choices = ("true", "false") if key.kind is Kind.FLAG else key.choices
    found = [Label("", f"default ({plain(_in_words(empty))})" if empty else "default")]
    for word in choices:
        found.append(Label(word if key.kind is Kind.FLAG else json.dumps(word), _WORDS.get(word, word)))
    chosen = chosen_label(value)
    if chosen not in {label.json for label in found}:
        found.append(Label(chosen, f"{shorten(plain(chosen), 20)} (not allowed)"))
    return found


def chosen_label(value: Any) -> str:
    """Which of the labels a value stands for."""
    return "" if value is REMOVED or value is None else json.dumps(value, ensure_ascii=False)


def beside(
    key: Key, settings: JobSettings, before: JobSettings, inherited: Mapping[str, Inherited], kind: JobType
) -> Beside:
    """What stands beside a field: unit, the value that counts and whose it is, what it was.

    ``before``: what lies on the disk.
    """
    without = JobSettings(raw={name: value for name, value in settings.raw.items() if name != key.name})
    counts, otherwise = (effective(key, each, inherited, kind) for each in (settings, without))
    unit = f" {key.unit}" if key.unit else ""
    outer = f"{shorten(plain(otherwise.text), _SHOWN)}{unit}"
    from_setting = otherwise.source in ("site setting", "environment")
    notes, says = [key.unit], cast(Line, ())
    if from_setting:
        verb = "from" if counts.source != "job" else "would come from"
        says = (Piece(f"{outer} {verb} {key.app_setting} ({otherwise.source})", Ink.DIM),)
    now, then = settings.raw.get(key.name, REMOVED), before.raw.get(key.name, REMOVED)
    if chosen_label(now) != chosen_label(then) and key.kind is not Kind.VARIABLES:
        notes.append(f"~ was {_was(key, then)}")
    if key.name not in settings.raw and otherwise.text != "none":
        said = from_setting or key.kind in (Kind.FLAG, Kind.WORD)
        notes.append("" if said else "default")
    placeholder = "" if otherwise.text == "none" else plain(otherwise.text)
    if not placeholder and key.kind in _SHOWN_BY_EXAMPLE:
        placeholder = f"such as {json.loads(key.example) if key.kind is Kind.SIZE else key.example}"
    return Beside("  ".join(note for note in notes if note), says, placeholder)


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys whose values differ, in the order in which they are met."""
    names = {**before, **after}
    return [
        name
        for name in names
        if chosen_label(before.get(name, REMOVED)) != chosen_label(after.get(name, REMOVED))
    ]


def kept_lines(settings: JobSettings, kind: JobType) -> list[Line]:
    """What is in the file and is no field: kept as it is."""
    ours = {key.name: key for key in KEYS}
    idle = [name for name in settings.raw if name in ours and not ours[name].scope.covers(kind)]
    unknown = [name for name in settings.raw if name not in ours]
    lines: list[Line] = []
    if idle:
        lines.append((Piece(f"Kept, no effect on a {kind.value} job: {_listed(idle)}", Ink.DIM),))
    if unknown:
        lines.append((Piece(f"Kept, unknown to wjtui: {_listed(unknown)}", Ink.DIM),))
    return lines


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Line]:
    """What one text says and the other does not, key by key; of variables only their names."""
    lines: list[Line] = []
    for name in changed_keys(ours, theirs):
        mine, other = (_told(name, each.get(name, REMOVED)) for each in (ours, theirs))
        if isinstance(ours.get(name), dict) and isinstance(theirs.get(name), dict) and name == "env":
            inner = _listed(changed_keys(ours[name], theirs[name]))
            lines.append((Piece("env", Ink.STRONG), Piece(f"  differs in {inner}")))
            continue
        pair = (Piece(f"  on disk {other}"), Piece(f", here {mine}", Ink.DIM))
        lines.append((Piece(shorten(plain(name), _SHOWN), Ink.STRONG), *pair))
    return lines


def _was(key: Key, value: Any) -> str:
    if value is REMOVED or value is None:
        return "not set"
    text = ", ".join(map(str, value)) if key.kind is Kind.WAYS and isinstance(value, list) else ""
    return shorten(plain(text or _in_words(as_typed(key, value))), _SHOWN) or "empty"


def _in_words(text: str) -> str:
    """A word of the file as people say it; ``false, true for .js`` is ``no, yes for .js``."""
    return _WORDS.get(text) or re.sub(r"\b(true|false)\b", lambda found: _WORDS[found[0]], text)


def _told(name: str, value: Any) -> str:
    if value is REMOVED:
        return "not set"
    text = json.dumps(value, ensure_ascii=False)
    return MASK if name == "env" or looks_secret(name, text) else shorten(plain(text), _SHOWN)


def _listed(names: list[str]) -> str:
    return ", ".join(shorten(plain(name), _SHOWN) for name in names[:8]) + (" …" if len(names) > 8 else "")


def _refuse(word: str) -> Never:
    raise ValueError(word)
