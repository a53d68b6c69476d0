"""``wjtui --connect``: the screen over an engine on another machine."""

from __future__ import annotations

import asyncio
import os
import shlex
from typing import TYPE_CHECKING

from wjtui.client.remote import Remote
from wjtui.launch.personal import memory_file
from wjtui.launch.screen import ScreenWish, look_options, need_terminal
from wjtui.model.errors import InvalidRequest
from wjtui.support.collector import hold_back, let_go

if TYPE_CHECKING:
    from wjtui.tui.options import ScreenOptions


def show_connected(remote: Remote, wish: ScreenWish) -> None:
    """Open the screen and return when it was left; the engine there goes on whatever happens here.

    Raises EngineUnreachable and AccessDenied before anything is painted, NoTerminal, and ScreenFailed.
    """
    if wish.in_process:
        raise InvalidRequest("--in-process hosts an engine here, and --connect asks one elsewhere: give one.")
    need_terminal()
    hold_back()
    try:
        from wjtui.client.service import HttpJobService
        from wjtui.tui.run import open_screen

        async def show() -> None:
            service = HttpJobService(remote)
            try:
                await service.check()
                await open_screen(service, connected_options(remote, wish))
            finally:
                await service.aclose()

        asyncio.run(show())
    finally:
        let_go()


def connected_options(remote: Remote, wish: ScreenWish) -> ScreenOptions:
    """The screen's options where nothing of the engine is on this machine."""
    again = ["wjtui", "--connect", remote.url, *(["--ca", remote.authority] if remote.authority else [])]
    return look_options(dict(os.environ), wish, again=shlex.join(again), memory=memory_file(remote.url))
