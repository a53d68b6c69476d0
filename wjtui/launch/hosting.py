"""The engine's process: its options, its signals, and serving until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wjtui.engine.process.parent import watch_guardian
from wjtui.engine.process.subreaper import become_subreaper
from wjtui.launch.logfile import EngineLog
from wjtui.launch.place import Place, find_place
from wjtui.launch.reporting import Reporting
from wjtui.launch.serving import Serving
from wjtui.launch.standard_error import StandardError, journal_line
from wjtui.model.errors import WjtuiError
from wjtui.support.clock import SystemClock
from wjtui.support.collector import let_go
from wjtui.support.systemd import ServiceManager, is_journal

if TYPE_CHECKING:
    from wjtui.api.tcp_socket import Listen

_STANDARD_ERROR = 2

log = logging.getLogger("wjtui.launch.host")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or ``shut_down``; returns the exit status (contract: commands)."""
    parser = argparse.ArgumentParser(prog="wjtui.launch.host")
    parser.add_argument("--root", required=True)
    parser.add_argument("--instance")
    parser.add_argument("--attended", action="store_true")
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("--foreground", action="store_true")
    parser.add_argument("--listen")
    parser.add_argument("--tls-cert", default="")
    parser.add_argument("--tls-key", default="")
    parser.add_argument("--insecure", action="store_true")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    become_subreaper()
    journal = given.foreground and is_journal(_STANDARD_ERROR, os.environ)
    outlet = StandardError(_STANDARD_ERROR, journal=journal) if given.foreground else None
    engine_log = EngineLog(debug=given.debug, also=outlet)
    try:
        place = find_place(given.root, given.instance)
        listen = None
        if given.listen:
            from wjtui.api.tcp_socket import read_listen

            listen = read_listen(
                given.listen, certificate=given.tls_cert, key=given.tls_key, insecure=given.insecure
            )
        asyncio.run(_serve(place, engine_log, attended=given.attended, listen=listen))
    except WjtuiError as error:
        sentence = str(error)
        sys.stderr.write(f"{journal_line(sentence, logging.ERROR) if journal else sentence}\n")
        return error.exit_status
    finally:
        if outlet is not None:
            outlet.close()
    return 0


async def _serve(place: Place, engine_log: EngineLog, *, attended: bool, listen: Listen | None) -> None:
    loop = asyncio.get_running_loop()

    def guardian_gone() -> None:
        log.warning("the guardian is gone: stopping in order")
        serving.stop_in_order()

    # Before the environment is copied: what is meant for us alone is taken out of it.
    manager = ServiceManager.of(os.environ, (os.getpid(), os.getppid()))
    unwatch = watch_guardian(loop, guardian_gone)
    serving = Serving(place, dict(os.environ), attended=attended, listen=listen)
    reporting = Reporting(manager, serving.engine.service, SystemClock())

    def asked_to_stop() -> None:
        serving.ask_to_stop()
        reporting.look()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop)
    reports = None
    try:
        await serving.start()
        let_go()
        try:
            engine_log.open(place.site.engine_log)
        except OSError as error:
            # Jobs run without it; what it would say stays in memory, the last 1,000 records.
            log.warning("the engine's log cannot be written: %s", error)
        for url in serving.urls:
            log.info("listening on %s", url)
        log.info("serving %s as %s, pid %d", place.root, place.site.instance, os.getpid())
        if manager.listens:
            reports = loop.create_task(reporting.run(), name="reporting")
        await serving.closed()
        log.info("ended")
    finally:
        if reports is not None:
            reports.cancel()
            await asyncio.gather(reports, return_exceptions=True)
            if not reports.cancelled() and (bug := reports.exception()) is not None:
                log.error("reporting to the service manager failed", exc_info=bug)
        unwatch()
