"""ScheduleDraft: when a job is to run, as it would stand in its ``settings.job``."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from wjtui.model.settings import JobSettings
from wjtui.settings.edit import REMOVED, set_keys


class ScheduleDraft(NamedTuple):
    """An expression, a recurrence, or neither: then it runs when somebody runs it."""

    schedule: str | None = None
    """The expression of six fields."""
    recurrence: dict[str, Any] | None = None
    """The object of spec 7.7."""
    time_zone: str | None = None
    """The key ``time_zone`` of ``settings.job``; a recurrence may have one of its own."""

    @property
    def is_manual(self) -> bool:
        """Whether nothing but a person starts it."""
        return self.schedule is None and self.recurrence is None

    @property
    def text(self) -> str:
        """What is written: the expression, or the object as JSON; empty: neither."""
        if self.recurrence is not None:
            return json.dumps(self.recurrence, ensure_ascii=False)
        return self.schedule or ""

    @property
    def zone(self) -> str | None:
        """The name of the zone that counts, as far as these keys say."""
        own = self.recurrence.get("time_zone") if self.recurrence is not None else None
        return own if isinstance(own, str) and own.strip() else self.time_zone


def draft_of(settings: JobSettings) -> ScheduleDraft:
    """What a job's settings say; of an expression and a recurrence the expression counts (spec 7.7)."""
    schedule = settings.schedule if settings.schedule and settings.schedule.strip() else None
    recurrence = settings.raw.get("recurrence")
    own = recurrence if schedule is None and isinstance(recurrence, dict) else None
    return ScheduleDraft(schedule, own, settings.time_zone or None)


def write_draft(text: str, draft: ScheduleDraft) -> str:
    """A text of ``settings.job`` with these three keys set or gone, and nothing else changed.

    Raises CannotEdit.
    """
    values = draft._asdict()
    return set_keys(text, {key: REMOVED if value is None else value for key, value in values.items()})
