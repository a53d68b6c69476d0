"""Who may see the screen in a browser."""

from __future__ import annotations

import pytest

from wjtui.launch.web import Door

KEY = "s3cret"
SITE = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("key", "cookie", "origin", "admitted"),
    [
        (KEY, "", None, True),
        ("", KEY, None, True),
        ("", KEY, SITE, True),
        ("", "", None, False),
        ("", "", SITE, False),
        ("wrong", KEY, None, False),
        ("", "wrong", SITE, False),
        ("ü", "", None, False),
        ("", KEY, "http://evil.example", False),
        ("", KEY, "http://127.0.0.1:8001", False),
        ("", KEY, "null", False),
        (KEY, "", "http://evil.example", False),
    ],
)
def test_who_comes_in(key: str, cookie: str, origin: str | None, admitted: bool) -> None:
    assert Door(8000, KEY).admits(key, cookie, origin) is admitted


def test_the_address_leads_to_this_machine_alone() -> None:
    assert Door(8000, KEY).address == f"{SITE}/?key={KEY}"
