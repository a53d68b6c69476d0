"""How each picture of a form comes about: what a person does until it looks like this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.support.builder_driver import BuilderDriver
from tests.support.deploy_driver import DeployDriver
from tests.support.settings_driver import SettingsDriver
from tests.support.tui_driver import TuiDriver
from wjtui.tui.present.schedule_draft import ScheduleDraft

Act = Callable[[TuiDriver], Awaitable[None]]


async def _wizard(tui: TuiDriver) -> DeployDriver:
    tui.__class__ = type("Wizard", (DeployDriver, type(tui)), {})
    assert isinstance(tui, DeployDriver)
    await tui.press("n")
    return tui


async def deploy(tui: TuiDriver) -> None:
    wizard = await _wizard(tui)
    await wizard.stage("~/uploads/nightly-report.zip")


async def deploy_refused(tui: TuiDriver) -> None:
    wizard = await _wizard(tui)
    await wizard.stage("~/uploads/broken.zip")


async def deploy_name(tui: TuiDriver) -> None:
    await deploy(tui)
    await tui.press("ctrl+s")


async def deploy_name_refused(tui: TuiDriver) -> None:
    wizard = await _wizard(tui)
    await wizard.stage("~/uploads/nightly-report.zip")
    await wizard.next()
    await wizard.fill_in("deploy-name", "nightly report")


async def deploy_settings(tui: TuiDriver) -> None:
    await deploy_name(tui)
    await tui.press("ctrl+s")


async def deploy_settings_refused(tui: TuiDriver) -> None:
    wizard = await _wizard(tui)
    await wizard.stage("~/uploads/nightly-report.zip")
    await wizard.next()
    await wizard.next()
    await wizard.fill_in("deploy-schedule", "30 2 * * *")


async def deploy_review(tui: TuiDriver) -> None:
    await deploy_settings(tui)
    await tui.press("ctrl+s")


async def settings(tui: TuiDriver) -> None:
    form = SettingsDriver(tui)
    await form.open("nightly-report")
    await form.fill("history_size", "500")


async def settings_refused(tui: TuiDriver) -> None:
    form = SettingsDriver(tui)
    await form.open("nightly-report")
    await form.fill("stopping_wait_time", "-5")
    await tui.press("ctrl+s")


async def builder(tui: TuiDriver) -> None:
    await BuilderDriver(tui).open(ScheduleDraft("0 0 2 * * 1-5"), "nightly-report")


async def builder_refused(tui: TuiDriver) -> None:
    opened = await BuilderDriver(tui).open(ScheduleDraft("0 0 2 * * 1-5"), "nightly-report")
    await opened.paste("0 0 25 * * 1-5")


async def builder_recurring(tui: TuiDriver) -> None:
    recurrence = {
        "kind": "every",
        "unit": "month",
        "n": 1,
        "month_weekdays": [{"day": "fri", "occurrence": "last"}],
        "hours": [18],
        "count": 10,
    }
    await BuilderDriver(tui).open(ScheduleDraft(recurrence=recurrence), "nightly-report")


async def site_settings(tui: TuiDriver) -> None:
    await tui.press("colon")
    await tui.burst(*"site-settings")
    await tui.press("enter")


async def connection(tui: TuiDriver) -> None:
    await site_settings(tui)
    await tui.press("tab", "enter")


async def site_setting_refused(tui: TuiDriver) -> None:
    await site_settings(tui)
    await tui.press("ctrl+n")
    await tui.burst(*"DB=HOST")
    await tui.press("enter", "enter")


async def connection_refused(tui: TuiDriver) -> None:
    await site_settings(tui)
    await tui.press("tab", "ctrl+n", "enter", "enter", "enter")


async def versions(tui: TuiDriver) -> None:
    await tui.press("V", "j", "j")


async def versions_difference(tui: TuiDriver) -> None:
    await versions(tui)
    await tui.press("d")


async def rollback(tui: TuiDriver) -> None:
    await versions(tui)
    await tui.press("enter")


async def trash(tui: TuiDriver) -> None:
    await tui.press("colon")
    await tui.burst(*"trash")
    await tui.press("enter")


async def delete(tui: TuiDriver) -> None:
    await tui.press("D")
    await tui.burst(*"nightly-rep")


FORMS: dict[str, Act] = {
    "deploy": deploy,
    "deploy-refused": deploy_refused,
    "deploy-name": deploy_name,
    "deploy-name-refused": deploy_name_refused,
    "deploy-settings": deploy_settings,
    "deploy-settings-refused": deploy_settings_refused,
    "deploy-review": deploy_review,
    "settings": settings,
    "settings-refused": settings_refused,
    "builder": builder,
    "builder-refused": builder_refused,
    "builder-recurring": builder_recurring,
    "site-settings": site_settings,
    "site-setting-refused": site_setting_refused,
    "connection": connection,
    "connection-refused": connection_refused,
    "versions": versions,
    "versions-difference": versions_difference,
    "rollback": rollback,
    "trash": trash,
    "delete": delete,
}
