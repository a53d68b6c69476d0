"""What ``wjtui`` alone does: find or start an engine, show the screen, do as was said on leaving."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wjtui.launch.personal import config_file, memory_file, themes_folder
from wjtui.launch.place import Place
from wjtui.model.errors import WjtuiError
from wjtui.model.preferences import Preferences
from wjtui.support.collector import hold_back, let_go

if TYPE_CHECKING:
    from wjtui.tui.options import ScreenOptions


class NoTerminal(WjtuiError):
    """The screen was asked for where there is none."""

    code = "no-terminal"


@dataclass(frozen=True)
class ScreenWish:
    """How the person wants the screen."""

    in_process: bool = False
    read_only: bool = False
    debug: bool = False
    theme: str = ""
    """Empty: not said; so is None below."""
    ascii: bool | None = None
    mouse: bool | None = None
    lasting: bool = True
    """Whether the engine is to outlive log-outs and boots; samples need not."""


def show_screen(place: Place, wish: ScreenWish) -> None:
    """Open the screen and return when it was left and nothing is left to do here.

    Raises what the start of an engine raises, NoTerminal, and ScreenFailed.
    """
    need_terminal()
    hold_back()
    try:
        _show(place, wish)
    finally:
        let_go()


def _show(place: Place, wish: ScreenWish) -> None:
    if wish.in_process:
        from wjtui.launch.background import running_engine

        if running_engine(place) is None:
            from wjtui.launch.in_process import show_in_process

            show_in_process(place, wish)
            return
    _show_attached(place, wish)


def need_terminal() -> None:
    """Raise NoTerminal where no screen can be shown, before an engine is started for it."""
    from wjtui.tui.options import in_browser

    if not (in_browser(os.environ) or (sys.stdin.isatty() and sys.stderr.isatty())):
        raise NoTerminal(
            "The screen needs a terminal on standard input and error; in scripts use 'wjtui list'."
        )


def _show_attached(place: Place, wish: ScreenWish) -> None:
    from wjtui.launch.background import running_engine, serving, start_engine

    found = running_engine(place)
    start = None if found is not None else start_engine(place, attended=True, debug=wish.debug)
    # Only now: the engine starts while the screen's library is being imported, which takes longer (P13).
    from wjtui.client.service import HttpJobService
    from wjtui.tui.run import open_screen

    options = screen_options(
        place, wish, brought_engine=start is not None, pid=found.pid if found is not None else None
    )

    async def show() -> None:
        service = HttpJobService(found.socket if found is not None else place.socket)

        async def engine_is_up() -> None:
            if start is not None:
                service.turn_to((await serving(place, start)).socket)

        try:
            await open_screen(service, options, engine_is_up)
        finally:
            await service.aclose()

    asyncio.run(show())


def screen_options(
    place: Place,
    wish: ScreenWish,
    *,
    brought_engine: bool,
    in_process: bool = False,
    pid: int | None = None,
) -> ScreenOptions:
    """The screen's options: the wish before the environment before the person's ``config.toml``.

    ``pid``: of an engine that was there before.
    """
    return replace(
        look_options(dict(os.environ), wish, again=f"wjtui {place.hint}", memory=memory_file(place.root)),
        brought_engine=brought_engine,
        in_process=in_process,
        socket=str(place.socket),
        engine_log=place.site.engine_log,
        what_ends_it=partial(what_ends, place, pid) if wish.lasting else None,
    )


def what_ends(place: Place, pid: int | None) -> str:
    """What would end the engine of a place, or not bring it back, in one line; looks and asks."""
    from wjtui.launch.boot import unit_name
    from wjtui.launch.logind import gather_login_facts, one_line

    return one_line(gather_login_facts(place.root, unit_name(place), pid, os.environ))


def look_options(environment: dict[str, str], wish: ScreenWish, *, again: str, memory: Path) -> ScreenOptions:
    """The options that do not depend on where the engine is."""
    from wjtui.tui.options import ScreenOptions
    from wjtui.wire.preferences import read_preferences

    file = config_file(environment)
    preferences, troubles = read_preferences(file)
    return ScreenOptions(
        theme=wished_theme(wish, environment, preferences),
        read_only=wish.read_only,
        again=again,
        ascii=preferences.ascii if wish.ascii is None else wish.ascii,
        mouse=preferences.mouse if wish.mouse is None else wish.mouse,
        debug=wish.debug,
        user_themes=themes_folder(),
        environment=environment,
        preferences=preferences,
        troubles=troubles,
        config=file,
        memory=memory,
    )


def wished_theme(wish: ScreenWish, environment: Mapping[str, str], preferences: Preferences) -> str:
    """The theme that is wanted; empty: nobody says, or NO_COLOR speaks against the one of the file."""
    if chosen := wish.theme or environment.get("WJTUI_THEME"):
        return chosen
    return "" if environment.get("NO_COLOR") else preferences.theme
