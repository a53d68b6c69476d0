"""DeployDesk: opens the wizard, and shows what it has put in place."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from wjtui.model.deploys import Deployed, WhenRunning
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.tui.present.deploy import plan_one, wish_of
from wjtui.tui.present.deploy_samples import FIRST
from wjtui.tui.present.plain import plain
from wjtui.tui.refusals import new_job_why_not

if TYPE_CHECKING:
    from wjtui.tui.screens.deploy import Deployment
    from wjtui.tui.screens.main import MainScreen


class DeployDesk:
    """Belongs to the list of jobs."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._session = screen.session
        self._awaited: JobId | None = None
        """What the cursor is to go to as soon as the engine has told of it."""
        self._show = False

    def new_job(self) -> None:
        """Open the wizard."""
        from wjtui.tui.screens.deploy import DeployForm

        self._screen.app.push_screen(DeployForm(self._session), self._closed)

    def try_sample(self) -> None:
        """Deploy the first sample at once, run it, and show its log."""
        reason = new_job_why_not(self._session.store, None)
        if reason is not None:
            self._session.tell(reason, tone=Tone.WARNING, group="refused sample")
        else:
            self._session.dispatch.tasks.start("sample", self._deploy_sample())

    def jobs_changed(self) -> None:
        """Perhaps the engine knows by now what was deployed."""
        job = self._session.store.jobs.get(self._awaited.key) if self._awaited is not None else None
        if job is None:
            return
        self._awaited = None
        self._screen.go_to(job.id.key)
        if self._show:
            if not job.is_continuous:
                self._session.dispatch.run(job)
            self._screen.open_log()

    def _closed(self, deployment: Deployment | None) -> None:
        if deployment is not None:
            self._deployed(deployment.done, deployment.show)

    def _deployed(self, done: Deployed, show: JobId | None) -> None:
        names = ", ".join(plain(job.id.name) for job in done.jobs[:5])
        more = f" and {len(done.jobs) - 5} more" if len(done.jobs) > 5 else ""
        if done.waiting:
            then = "Until then the version in place stays, even if the engine is restarted."
            self._session.tell(f"{names}{more}: put in place when the run has ended.", then)
        else:
            replaced = any(job.replaced is not None for job in done.jobs)
            kept = "The version before is kept" if replaced else "New"
            self._session.tell(f"Deployed {names}{more}", f"{kept}; u takes it back.")
        self._awaited = show if show is not None else done.jobs[0].id
        self._show = show is not None
        self.jobs_changed()

    async def _deploy_sample(self) -> None:
        from wjtui.tui.screens.deploy_files import copied_sample

        token, deploys = secrets.token_hex(16), self._session.service.deploys
        opening = copied_sample(FIRST)
        try:
            path = await asyncio.to_thread(opening.__enter__)
            try:
                package = await deploys.stage(path, token, name=FIRST.name)
            finally:
                await asyncio.shield(asyncio.to_thread(opening.__exit__, None, None, None))
            if not package.ok:
                await deploys.discard(token)
                told = " ".join(each.text for each in package.refusals)
                self._session.tell("The sample cannot be deployed", plain(told), Tone.ERROR)
                return
            found = package.jobs[0]
            wish = wish_of(found, FIRST.type)._replace(name=FIRST.name)
            plan = plan_one(found, wish, None, WhenRunning.NOW, fix_line_ends=False)
            done = await self._session.changes.deploy(token, plan)
        except WjtuiError as error:
            self._session.tell("The sample was not deployed", plain(error.message), Tone.ERROR)
        except OSError as error:
            self._session.tell("The sample was not deployed", plain(str(error)), Tone.ERROR)
        else:
            self._deployed(done, done.jobs[0].id)
