"""A text of ``settings.job`` as values, by the rules that hold when it is read from the disk (spec 3.2)."""

from __future__ import annotations

from typing import Any

from wjtui.model.base import Value
from wjtui.model.identity import JobType
from wjtui.model.jobs import Problem, Severity
from wjtui.model.settings import JobSettings
from wjtui.settings.check import check_settings
from wjtui.settings.lenient import NotJson, is_strict, read_lenient

SETTINGS = "settings.job"


class ParsedSettings(Value, frozen=True):
    """What a text says."""

    settings: JobSettings
    text: str
    """The text without a byte order mark; line ends as they are."""
    plain: bool
    """Whether it is strict JSON: what is not (comments, trailing commas) is never rewritten unasked."""
    problems: tuple[Problem, ...] = ()


def parse_settings(text: str, kind: JobType, name: str = SETTINGS) -> ParsedSettings:
    """Read and check a text for a job of this type; ``name`` is what the file is called. Raises NotJson."""
    text = text.removeprefix("\ufeff")
    settings, remarks = check_settings(parse_object(text), kind)
    notes = tuple(Problem(code, f"{name}: {remark}", Severity.NOTE) for code, remark in remarks)
    return ParsedSettings(settings, text, is_strict(text), notes)


def parse_object(text: str) -> dict[str, Any]:
    """The object that a text holds. Raises NotJson."""
    value = read_lenient(text)
    if not isinstance(value, dict):
        start = len(text) - len(text.lstrip())
        raise NotJson("an object in braces is wanted, like {}", text, start)
    return value
