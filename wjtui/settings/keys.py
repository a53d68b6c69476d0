"""The keys of ``settings.job`` that count: one table for the engine and for forms (spec 3.2, 7.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobType
from wjtui.model.settings import DEFAULT_GRACE, DEFAULT_NOTIFY, DEFAULT_QUEUE_LIMIT, JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.shapes import read_probe, read_retry, read_watch
from wjtui.settings.values import LARGEST, Kind, Wrong, integer, read_value


class Scope(StrEnum):
    """The jobs that a key means something to."""

    TRIGGERED = "triggered"
    CONTINUOUS = "continuous"
    BOTH = "both"

    def covers(self, kind: JobType) -> bool:
        """Whether it means something to jobs of this type."""
        return self is Scope.BOTH or self.value == kind.value


class Key(Value, frozen=True):
    """One key: what it is called, takes and means."""

    name: str
    kind: Kind
    meaning: str
    """One sentence for people."""
    scope: Scope = Scope.BOTH
    default: str = "none"
    """What counts where nothing says anything, as a text; see ``default_for``."""
    example: str = ""
    """A value that is allowed, as it is written in the file."""
    unit: str = ""
    """Of a number: ``seconds``, ``runs`` or ``starts``."""
    app_setting: str = ""
    """The app setting that this key overrides for one job."""
    choices: tuple[str, ...] = ()
    """The words of ``WORD`` and ``WAYS``."""
    lowest: int = 0
    """The smallest number that is meant."""
    highest: int = LARGEST
    """The largest one."""
    strict: bool = True
    """Whether a smaller number counts as absent; else it counts as far as it can, as in an app setting."""
    attribute: str = ""
    """Its name in ``JobSettings``; empty: the same."""
    shape: Callable[[dict[str, Any]], Any] | None = None
    """Reads an ``OBJECT``."""

    @property
    def field(self) -> str:
        """Its name in ``JobSettings``."""
        return self.attribute or self.name

    def default_for(self, kind: JobType) -> str:
        """What counts for a job of this type where nothing says anything."""
        return str(DEFAULT_GRACE[kind]) if self.name == "stopping_wait_time" else self.default

    def read(self, value: Any) -> Any:
        """The value as the engine takes it. Raises Wrong: it counts as absent."""
        if self.kind is Kind.WORD and value not in self.choices:
            raise Wrong("one of " + ", ".join(self.choices))
        found = read_value(self.kind, value)
        if self.kind is Kind.NUMBER and self.strict and not self.lowest <= found <= self.highest:
            to = "on" if self.highest == LARGEST else f"to {self.highest}"
            raise Wrong(f"a whole number from {self.lowest} {to}")
        return self.shape(found) if self.shape is not None else found


KEYS = (
    Key("schedule", Kind.SCHEDULE, "When it runs: second minute hour day month day-of-week.",
        Scope.TRIGGERED, example='"0 */15 * * * *"'),
    Key("recurrence", Kind.RECURRENCE, "When it runs, in place of a schedule: once, or every so often.",
        Scope.TRIGGERED, example='{"kind": "every", "unit": "minute", "n": 15}'),
    Key("time_zone", Kind.ZONE, "The zone whose clocks the schedule follows, by IANA or Windows name.",
        Scope.TRIGGERED, "UTC", '"Europe/Berlin"', app_setting="WEBSITE_TIME_ZONE"),
    Key("enabled", Kind.FLAG, "Whether the schedule is on; without it the job still runs by hand.",
        Scope.TRIGGERED, "true", "false"),
    Key("misfire", Kind.WORD, "What becomes of times that passed while no engine was there to run it.",
        Scope.TRIGGERED, "run_once_within_10m", '"run_once"',
        choices=("run_once_within_10m", "run_once", "skip")),
    Key("run_mode", Kind.WORD, "How it is meant to run; on_demand switches its schedule off.",
        example='"on_demand"', choices=("continuous", "scheduled", "on_demand")),
    Key("is_singleton", Kind.FLAG, "Whether it runs on one instance only.",
        Scope.CONTINUOUS, "false", "true"),
    Key("is_in_place", Kind.FLAG, "Whether it runs in its own folder, not in a copy of it.",
        Scope.BOTH, "false, true for .js", "true"),
    Key("stopping_wait_time", Kind.NUMBER, "How long it gets to end by itself before it is killed.",
        Scope.BOTH, example="30", unit="seconds"),
    Key("shutdownGraceTimeLimit", Kind.NUMBER, "How long the whole stop may take; 0 is no limit.",
        Scope.BOTH, "0", "60", "seconds", attribute="shutdown_grace_limit"),
    Key("stop_signal", Kind.SIGNAL, "A signal that is sent together with the request to stop.",
        example='"SIGINT"'),
    Key("idle_timeout", Kind.NUMBER, "How long a run may be silent and idle before it is ended; 0: for ever.",
        Scope.TRIGGERED, "120", "600", "seconds", "WEBJOBS_IDLE_TIMEOUT", strict=False),
    Key("restart_time", Kind.NUMBER, "How long to wait before its process is started again.",
        Scope.CONTINUOUS, "60", "10", "seconds", "WEBJOBS_RESTART_TIME", strict=False),
    Key("arguments", Kind.TEXT, "Arguments of a start that brings none.", example='"--fast"'),
    Key("env", Kind.VARIABLES, "Environment variables of this job alone, over those of the site.",
        example='{"DB_HOST": "db-01"}'),
    Key("history_size", Kind.NUMBER, "How many runs are kept.",
        Scope.TRIGGERED, "50", "100", "runs", "WEBJOBS_HISTORY_SIZE", lowest=1, strict=False),
    Key("retry", Kind.OBJECT, "How often a run that failed is started again, and after how many seconds.",
        Scope.TRIGGERED, example='{"count": 3, "delay": 30, "backoff": 2}', shape=read_retry),
    Key("on_failure", Kind.JOB, "The triggered job that runs when a run has failed for good.",
        Scope.TRIGGERED, example='"clean-up"'),
    Key("on_success", Kind.JOB, "The triggered job that runs when a run has succeeded.",
        Scope.TRIGGERED, example='"send-report"'),
    Key("poison_after", Kind.NUMBER, "After how many failed runs in a row its schedule is paused.",
        Scope.TRIGGERED, example="5", unit="runs", lowest=1),
    Key("if_running", Kind.WORD, "What becomes of a start while it runs: it is refused, or it waits.",
        Scope.TRIGGERED, "refuse", '"queue"', choices=("refuse", "queue")),
    Key("queue_limit", Kind.NUMBER, "How many starts may wait for it.",
        Scope.TRIGGERED, str(DEFAULT_QUEUE_LIMIT), "100", "starts", lowest=1),
    Key("priority", Kind.NUMBER, "Of waiting starts the one with the highest number begins first.",
        Scope.TRIGGERED, "0", "10", lowest=-1000, highest=1000),
    Key("lock", Kind.TEXT, "Of the jobs that name the same lock, one runs at a time.",
        Scope.TRIGGERED, example='"database"'),
    Key("watch", Kind.OBJECT, "Files that start it when they appear or change.",
        Scope.TRIGGERED, example='{"path": "inbox", "pattern": "*.csv", "spool": true}', shape=read_watch),
    Key("probe", Kind.OBJECT, "How it is asked whether it is well, and what happens if it is not.",
        Scope.CONTINUOUS, example='{"http": "/health", "interval": 30}', shape=read_probe),
    Key("max_run_time", Kind.NUMBER, "How long a run may take before it is ended and has failed.",
        Scope.TRIGGERED, example="3600", unit="seconds", lowest=1),
    Key("nice", Kind.NUMBER, "How much it gives way to others for the processor: 19 is most.",
        Scope.BOTH, "0", "10", lowest=-20, highest=19),
    Key("io_class", Kind.WORD, "How much it gives way to others for the disk.",
        Scope.BOTH, example='"idle"', choices=("best-effort", "idle")),
    Key("memory_limit", Kind.SIZE, "How much memory it may use before it is ended.",
        Scope.BOTH, example='"512M"'),
    Key("run_as", Kind.TEXT, "The user it runs as, where the engine is root.",
        Scope.BOTH, example='"www-data"'),
    Key("notify", Kind.WAYS, "What a failure does: a message, the bell, the notify_command.",
        Scope.BOTH, ", ".join(DEFAULT_NOTIFY), '["toast", "bell"]', choices=("toast", "bell", "command")),
)  # fmt: skip
"""In the order in which a form has them."""

BY_NAME = {key.name: key for key in KEYS}
APP_SETTINGS = tuple(key.app_setting for key in KEYS if key.app_setting)
"""App settings that a key of ``settings.job`` overrides for one job."""


class Effective(NamedTuple):
    """The value of a key that counts for a job."""

    text: str
    source: str
    """``job``, ``site setting``, ``environment`` or ``default``."""


def effective(
    key: Key, settings: JobSettings, inherited: Mapping[str, Inherited], kind: JobType
) -> Effective:
    """What counts for a job, and who says so: its ``settings.job``, an app setting, or the default.

    Of variables only their number is told: their values may be secrets.
    """
    raw = settings.raw.get(key.name)
    if raw is not None:
        try:
            text = _as_text(key, key.read(raw))
        except Wrong:
            text = None
        if text is not None:
            return Effective(text, "job")
    outer = inherited.get(key.app_setting)
    if outer is not None and (text := _from_app_setting(key, outer.value)) is not None:
        return Effective(text, outer.source)
    return Effective(key.default_for(kind), "default")


def _from_app_setting(key: Key, text: str) -> str | None:
    """An app setting as it counts; None: the default does."""
    if key.kind is not Kind.NUMBER:
        return text.strip() or None
    number = integer(text)
    return None if number is None else _as_number(key, number)


def _as_text(key: Key, value: Any) -> str | None:
    if key.kind is Kind.NUMBER:
        return _as_number(key, value)
    if key.kind is Kind.VARIABLES:
        return "1 variable" if len(value) == 1 else f"{len(value)} variables"
    if key.kind is Kind.WAYS:
        return ", ".join(way for way in key.choices if way in value) or "nothing"
    if isinstance(value, str):
        return value or None
    if key.kind is Kind.SIZE:
        return f"{value} bytes"
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _as_number(key: Key, number: int) -> str | None:
    """A number as it counts: below 0 as 0, but below 1 run not at all (spec 3.1)."""
    if number < key.lowest:
        return None if key.lowest else "0"
    return str(min(LARGEST, number))
