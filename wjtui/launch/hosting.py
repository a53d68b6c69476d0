"""The engine's process: its options, its signals, and serving until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence

from wjtui.engine.process.parent import watch_guardian
from wjtui.engine.process.subreaper import become_subreaper
from wjtui.launch.logfile import EngineLog
from wjtui.launch.place import Place, find_place
from wjtui.launch.serving import Serving
from wjtui.model.errors import WjtuiError
from wjtui.support.collector import let_go

log = logging.getLogger("wjtui.launch.host")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or ``shut_down``; returns the exit status (contract: commands)."""
    parser = argparse.ArgumentParser(prog="wjtui.launch.host")
    parser.add_argument("--root", required=True)
    parser.add_argument("--instance")
    parser.add_argument("--attended", action="store_true")
    parser.add_argument("--debug", action="store_true")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    become_subreaper()
    engine_log = EngineLog(debug=given.debug)
    try:
        place = find_place(given.root, given.instance)
        asyncio.run(_serve(place, engine_log, attended=given.attended))
    except WjtuiError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


async def _serve(place: Place, engine_log: EngineLog, *, attended: bool) -> None:
    loop = asyncio.get_running_loop()

    def guardian_gone() -> None:
        log.warning("the guardian is gone: stopping in order")
        serving.stop_in_order()

    # Before the environment is copied: it takes the guardian's variable out of it.
    unwatch = watch_guardian(loop, guardian_gone)
    serving = Serving(place, dict(os.environ), attended=attended)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.ask_to_stop)
    try:
        await serving.start()
        let_go()
        try:
            engine_log.open(place.site.engine_log)
        except OSError as error:
            # Jobs run without it; what it would say stays in memory, the last 1,000 records.
            log.warning("the engine's log cannot be written: %s", error)
        log.info("serving %s as %s, pid %d", place.root, place.site.instance, os.getpid())
        await serving.closed()
        log.info("ended")
    finally:
        unwatch()
