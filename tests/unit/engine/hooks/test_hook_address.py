"""What a subscription may name, and where it is posted to."""

from __future__ import annotations

import base64

import pytest

from wjtui.engine.hooks.address import check_event, check_url, target_of
from wjtui.model.errors import InvalidRequest
from wjtui.model.hooks import Subscription, masked_url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/cb",
        "https://user:p%40ss@ci.example.org/hooks/42?x=1#part",
        "http://[::1]:8080/",
        "https://example.org",
        "http://user@example.org/a",
    ],
)
def test_addresses_that_can_be_posted_to(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "/cb",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://user:secret@/path",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://[::1/",
        "http://exa mple.org/",
        "http://example.org/\r\nHost: other",
        "http://example.org/\t",
        "http://example.org/\0",
        "http://exämple.org/",
        "http://example.org\\@other.org/",
        "javascript:alert(1)",
        "http://example.org/" + "x" * 2048,
        "http://user:secret\udcff@example.org/",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_url(url)
    assert "secret" not in caught.value.message and "other" not in caught.value.message
    assert "https://" in caught.value.message


@pytest.mark.parametrize("event", ["", "a b", "x" * 65, "../x", "-x", "ü", "a\n", "TriggeredJobFinished "])
def test_names_that_no_event_has(event: str) -> None:
    with pytest.raises(InvalidRequest):
        check_event(event)


def test_credentials_go_into_a_header_and_out_of_the_address() -> None:
    target = target_of("https://$site:p%40s%3As%C3%BC@example.org:8443/a?b=c#d", insecure_ssl=True)
    assert target.url == "https://example.org:8443/a?b=c"
    assert target.insecure_ssl
    assert target.authorization is not None
    assert base64.b64decode(target.authorization.removeprefix("Basic ")).decode() == "$site:p@s:sü"
    assert target_of("http://example.org/a").authorization is None
    alone = target_of("http://token@example.org/").authorization
    assert alone is not None and base64.b64decode(alone.removeprefix("Basic ")) == b"token:"
    for told in (repr(target), str(target), f"{target}"):
        assert "example" not in told and "Basic" not in told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:9/cb", "http://127.0.0.1:9/cb"),
        ("https://user:secret@example.org/a/b", "https://***@example.org/a/b"),
        ("https://example.org/a?code=secret", "https://example.org/a?***"),
        (
            "https://chat.example.org/services/T01/" + "s3cret" * 5,
            "https://chat.example.org/services/T01/***",
        ),
        ("https://api.example.org/bot123:secret/send", "https://api.example.org/***/send"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://[::1/secret", "***"),
    ],
)
def test_what_may_be_secret_is_masked(url: str, shown: str) -> None:
    assert masked_url(url) == shown
    hook = Subscription("1", url, "x", last_context="secret")
    assert hook.shown_url == shown
    assert "secret" not in repr(hook) and "s3cret" not in repr(hook)
