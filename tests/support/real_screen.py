"""RealScreen: the screen over a real engine in the same loop, gone through as DeployDriver does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from textual.pilot import Pilot

from tests.support.deploy_driver import KINDS, DeployDriver
from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.harness import Harness, open_service
from tests.support.site_builder import SiteBuilder
from wjtui.support.clock import SystemClock
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import Leave, ScreenOptions
from wjtui.tui.screens.form import Form
from wjtui.tui.store import Link


class RealScreen(DeployDriver):
    """Nothing of it is known beforehand, so its tests wait for what is to be seen."""

    def __init__(self, app: WjtuiApp, pilot: Pilot[Leave], harness: Harness) -> None:
        # The drivers look at the service's fakes only where a test asks for them.
        super().__init__(app, pilot, cast(FakeJobService, harness.service), cast(FixedClock, SystemClock()))
        self.site = harness.site

    async def open_wizard(self, kind: str) -> None:
        """``n``, and the kind of source."""
        await self.burst("n", "shift+tab", *["right"] * KINDS.index(kind), "tab")
        assert self.shows_wizard(), self.text

    async def try_source(self, path: Path) -> None:
        """Paste a path in place of what stands there, and have it looked at."""
        await self.go_to("deploy-path")
        await self.put(str(path))
        await self.try_again()

    async def put(self, text: str) -> None:
        """Paste a text in place of what stands in the field with the focus."""
        await self.burst("end", "ctrl+u")
        await self.paste(text)

    async def try_again(self) -> None:
        """Enter; wait for what is said of the source that is filled in."""
        before, staging = self.form.staging.token, self.form.staging
        await self.press("enter")
        await self.until(lambda: staging.trouble or (staging.token != before and not staging.busy))

    def _idle(self) -> bool:
        app = self.app
        forms = (screen for screen in app.screen_stack if isinstance(screen, Form))
        return (
            not app.type_ahead.busy
            and app.pump.idle
            and not app.dispatch.busy
            and not any(form.tasks for form in forms)
        )


@asynccontextmanager
async def open_real_screen(
    folder: Path,
    build: Callable[[SiteBuilder], None],
    size: tuple[int, int] = (120, 36),
    **options: Any,
) -> AsyncIterator[RealScreen]:
    """An engine that serves ``folder``, and the screen over it once that shows its jobs."""
    async with open_service("local", folder, build) as harness:
        app = WjtuiApp(harness.service, ScreenOptions(**options))
        async with app.run_test(size=size, notifications=True) as pilot:
            screen = RealScreen(app, pilot, harness)
            await screen.until(lambda: app.store.link is Link.LIVE)
            await screen.settle()
            yield screen
