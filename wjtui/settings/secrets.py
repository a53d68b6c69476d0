"""Which variables hold what is nobody's business; one rule for what is logged, told and shown."""

from __future__ import annotations

import re

_SECRET_NAME = re.compile("KEY|SECRET|TOKEN|PASS|PWD|CRED|CONN", re.IGNORECASE)
_FOLDERS = frozenset({"PWD", "OLDPWD"})
_LOGIN = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
"""A password in an address: ``redis://:PASSWORD@host``."""


def looks_secret(name: str, value: str = "") -> bool:
    """Whether a variable's name, or a password in its value, says that it is to be kept from view."""
    named = name not in _FOLDERS and _SECRET_NAME.search(name) is not None
    return named or _LOGIN.search(value) is not None
