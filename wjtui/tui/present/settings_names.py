"""What a person may call a variable or a connection string, and what to say of what they may not."""

from __future__ import annotations

import re

from wjtui.settings.values import variable_fault

_CONNECTION = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def variable_wrong(name: str, value: str) -> str:
    """Why no environment takes a variable, as a sentence; empty: it does."""
    fault = variable_fault(name, value)
    return f"{fault[0].upper()}{fault[1:]}." if fault else ""


def connection_wrong(name: str, value: str) -> str:
    """Why a connection string cannot be kept, as a sentence; empty: it can."""
    if not _CONNECTION.fullmatch(name):
        return "A name has letters, digits, '_', '.', '-' and ':' only, 128 at most: AzureWebJobsStorage."
    return (
        "The value must be a text without NUL." if "\0" in value else "" if value else "A value is missing."
    )
