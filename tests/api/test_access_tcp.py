from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support.tcp import make_certificate
from wjtui.api.tcp_socket import (
    Listen,
    ListenFailed,
    check_secured,
    is_loopback,
    open_tcp_sockets,
    read_listen,
    resolve,
)
from wjtui.api.tls import server_context
from wjtui.model.errors import InvalidRequest


def test_what_an_address_says() -> None:
    assert read_listen("127.0.0.1:8080") == Listen("127.0.0.1", 8080)
    assert read_listen("[::1]:0").address == "[::1]:0"
    listen = read_listen("a.example:443", certificate="/c", key="/k", insecure=True)
    assert listen.scheme == "https"
    assert " ".join(listen.arguments) == "--listen a.example:443 --tls-cert /c --tls-key /k --insecure"


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "a:", "a:b", "a:65536", "a:-1", "::1:80", "a:８０", "http://a:80", "a:80 "]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidRequest, match="--listen is"):
        read_listen(text)


def test_certificate_and_key_belong_together() -> None:
    for wrong in ({"certificate": "/c"}, {"key": "/k"}):
        with pytest.raises(InvalidRequest, match="belong together"):
            read_listen("127.0.0.1:1", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("::ffff:192.0.2.1", False), ("x", False),
    ],
)  # fmt: skip
def test_beyond_this_machine_only_encrypted_or_by_consent(host: str, here: bool) -> None:
    assert is_loopback(host) is here
    addresses = [(2, "127.0.0.1"), (2, host)]
    check_secured(Listen(host, 1, "/c", "/k"), addresses)
    check_secured(Listen(host, 1, insecure=True), addresses)
    if here:
        check_secured(Listen(host, 1), addresses)
    else:
        with pytest.raises(InvalidRequest, match="--tls-cert"):
            check_secured(Listen(host, 1), addresses)


def test_nothing_is_opened_where_passwords_would_travel_in_clear() -> None:
    with pytest.raises(InvalidRequest):
        open_tcp_sockets(read_listen("0.0.0.0:0"))


def test_the_system_chooses_a_port_and_it_is_told() -> None:
    listen = read_listen("127.0.0.1:0")
    sockets = open_tcp_sockets(listen)
    try:
        port = sockets[0].getsockname()[1]
        assert port and listen.urls(sockets) == (f"http://127.0.0.1:{port}",)
        assert sockets[0].proto == socket.IPPROTO_TCP
        with pytest.raises(ListenFailed, match="Address already in use"):
            open_tcp_sockets(read_listen(f"127.0.0.1:{port}"))
    finally:
        for each in sockets:
            each.close()


def test_ipv6() -> None:
    try:
        sockets = open_tcp_sockets(read_listen("[::1]:0"))
    except ListenFailed as error:
        pytest.skip(f"no IPv6 here: {error}")
    try:
        (url,) = read_listen("[::1]:0").urls(sockets)
        assert url.startswith("http://[::1]:")
    finally:
        sockets[0].close()


def test_a_host_that_is_none_is_told() -> None:
    for name in ("no-such-host.invalid", "a" * 300, "192.0.2.1.5"):
        with pytest.raises(ListenFailed, match="has no address"):
            resolve(Listen(name, 80))
    with pytest.raises(ListenFailed, match="cannot be listened on"):
        open_tcp_sockets(Listen("192.0.2.1", 0, insecure=True))


def test_certificates_that_are_none_are_told(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    certificate, key = str(made.certificate), str(made.key)
    assert server_context(Listen("x", 1)) is None
    assert server_context(Listen("x", 1, certificate, key)) is not None
    with pytest.raises(InvalidRequest, match=r"missing\.pem' of --tls-cert"):
        server_context(Listen("x", 1, str(tmp_path / "missing.pem"), key))
    (tmp_path / "wrong").write_text("hello")
    for pair in ((certificate, certificate), (str(tmp_path / "wrong"), key), (key, key)):
        with pytest.raises(InvalidRequest, match="no certificate and key that belong together"):
            server_context(Listen("x", 1, *pair))


def test_a_key_with_a_passphrase_asks_nobody(tmp_path: Path) -> None:
    import subprocess

    made = make_certificate(tmp_path)
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "pkey", "-in", made.key, "-out", locked, "-aes128", "-passout", "pass:secret"],
        check=True, capture_output=True,
    )  # fmt: skip
    with pytest.raises(InvalidRequest, match="has a passphrase"):
        server_context(Listen("x", 1, str(made.certificate), str(locked)))
