"""TLS of the API: a server's context from certificate files."""

from __future__ import annotations

import ssl

from wjtui.api.tcp_socket import Listen
from wjtui.model.errors import InvalidRequest


class _Locked(Exception):
    """The key asks for a passphrase."""


def server_context(listen: Listen) -> ssl.SSLContext | None:
    """TLS 1.2 or later with the given certificate; None: without TLS. Raises InvalidRequest."""
    if not listen.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    for path, option in ((listen.certificate, "--tls-cert"), (listen.key, "--tls-key")):
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise InvalidRequest(
                f"'{path}' of {option} cannot be read ({error.strerror}): give a PEM file that the engine's"
                " user may read."
            ) from error
    try:
        context.load_cert_chain(listen.certificate, listen.key, _refuse)
    except _Locked:
        raise InvalidRequest(
            f"The key '{listen.key}' has a passphrase, which an engine cannot be asked for: give one"
            " without, readable by its user alone."
        ) from None
    except (ssl.SSLError, OSError, ValueError) as error:
        raise InvalidRequest(
            f"'{listen.certificate}' and '{listen.key}' are no certificate and key that belong together"
            f" ({getattr(error, 'reason', None) or error}): give both as PEM files."
        ) from error
    return context


def _refuse() -> str:
    # Else the library would ask on a terminal, and wait.
    raise _Locked
