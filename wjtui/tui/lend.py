"""Lending the terminal to another program: a pager, an editor, a shell."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from wjtui.tui.present.plain import plain

if TYPE_CHECKING:
    from wjtui.tui.app import WjtuiApp


async def lend(
    app: WjtuiApp,
    argv: Sequence[str],
    *,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """Let a program have the terminal until it ends; else why that cannot be, in one sentence.

    The screen goes on taking in what the engine tells, so that nothing piles up, and paints nothing.
    """
    # The terminal sends ctrl+c to that program and to us; a handler, unlike an ignored signal, is not
    # inherited.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    app.outlet.lent = True
    app.type_ahead.forget()
    try:
        with app.suspend(), app.batch_update():
            process = await asyncio.create_subprocess_exec(*argv, cwd=folder, env=environment)
            await process.wait()
    except SuspendNotSupported:
        return "This terminal cannot be lent to another program."
    except OSError as error:
        return f"'{plain(argv[0])}' cannot be started: {error.strerror or error}."
    finally:
        app.outlet.lent = False
        signal.signal(signal.SIGINT, before)
    return None
