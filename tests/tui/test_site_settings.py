"""Site settings and connection strings on the screen: masks, dialogs, and whose change counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from textual.widgets import Input

from tests.support.palette_driver import PaletteDriver
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import InvalidRequest, NotAllowed
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange, SiteSettings
from wjtui.tui.present.site_settings import KNOWN, MASK
from wjtui.tui.screens.site_settings import SiteSettingsForm
from wjtui.tui.widgets.bar import Bar

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
STORAGE = ConnectionString("AzureWebJobsStorage", ConnectionType.CUSTOM, "hunter3")
SITE = SiteSettings(
    {"DB_HOST": "db-01", "API_KEY": "hunter2"}, (STORAGE,), {"WEBSITE_TIME_ZONE": "Europe/Berlin"}, "1"
)


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (120, 36), site: SiteSettings = SITE, **more: Any
) -> AsyncIterator[TuiDriver]:
    service = eleven_jobs()
    service.settings.site_settings = site
    async with open_tui(service, size, **more) as tui:
        await PaletteDriver(tui).give("site-settings")
        await tui.until(lambda: isinstance(tui.app.screen, SiteSettingsForm))
        await tui.settle()
        yield tui


def kept(tui: TuiDriver) -> SiteSettings:
    return tui.service.settings.site_settings


def status(tui: TuiDriver) -> str:
    return tui.app.screen_stack[1].query_one("#form-status", Bar).text.strip()


async def to_last_setting(tui: TuiDriver, up: int = 0) -> None:
    await tui.burst("end", *["up"] * up)


async def replace(tui: TuiDriver, text: str) -> None:
    """Type in the place of what the field says."""
    assert isinstance(tui.app.focused, Input)
    await tui.burst("end", "ctrl+u", *text)


@SIZES
async def test_what_is_there_with_secrets_masked(size: tuple[int, int]) -> None:
    async with opened(size) as tui:
        assert "WEBJOBS_STOPPED" in tui.text and "takes effect at once" in tui.text
        assert "AzureWebJobsStorage" in tui.text and "Custom" in tui.text and MASK in tui.text
        assert "hunter" not in tui.text
        await to_last_setting(tui)
        assert "DB_HOST" in tui.text and "db-01" in tui.text and "hunter" not in tui.text
        await tui.burst("shift+tab")
        while tui.app.focused is None or tui.app.focused.id != "site-reveal":
            await tui.burst("shift+tab")
        await tui.press("space")
        assert "hunter2" in tui.text and "hunter3" in tui.text


async def test_a_setting_is_changed_added_and_removed() -> None:
    async with opened() as tui:
        await to_last_setting(tui)
        await tui.press("enter")
        await replace(tui, "db-02")
        await tui.press("enter")
        assert kept(tui).values["DB_HOST"] == "db-02" and "DB_HOST is set." in status(tui)
        assert "db-02" not in status(tui)
        await tui.press("ctrl+n")
        await tui.burst(*"MY_TOKEN")
        await tui.burst("tab", *"swordfish")
        assert "swordfish" not in tui.text
        await tui.press("enter")
        assert kept(tui).values["MY_TOKEN"] == "swordfish" and "swordfish" not in tui.text
        await to_last_setting(tui)
        await tui.press("delete")
        assert "Remove MY_TOKEN?" in tui.text and "swordfish" not in tui.text
        await tui.press("k")
        assert "MY_TOKEN" in kept(tui).values
        await tui.press("delete", "r")
        assert "MY_TOKEN" not in kept(tui).values and "MY_TOKEN is removed." in status(tui)
        said = " ".join(str(notice.text) for notice in tui.app.store.notices)
        assert "swordfish" not in said and not any("swordfish" in title for title in tui.toasts)


async def test_what_was_changed_or_removed_is_taken_back() -> None:
    async with opened() as tui:
        await to_last_setting(tui)
        await tui.press("enter")
        await replace(tui, "db-02")
        await tui.press("enter")
        await tui.press("delete")
        assert "u on the list of jobs brings it back, until you leave." in tui.text
        await tui.press("r")
        assert "DB_HOST" not in kept(tui).values
        await tui.press("escape", "u")
        assert kept(tui).values["DB_HOST"] == "db-02"
        assert "Undone: the change of DB_HOST" in tui.toasts
        await tui.press("u")
        assert kept(tui).values == SITE.values


async def test_what_somebody_else_has_set_since_is_not_taken_back() -> None:
    async with opened() as tui:
        await to_last_setting(tui)
        await tui.press("enter")
        await replace(tui, "db-02")
        await tui.press("enter", "escape")
        await tui.service.settings.change_site(SiteChange({"DB_HOST": "theirs"}))
        await tui.press("u")
        assert kept(tui).values["DB_HOST"] == "theirs"
        assert "Not undone: the change of DB_HOST" in tui.toasts and "Somebody else has changed" in tui.text
        await tui.press("u")
        assert "Nothing to undo" in tui.text


async def test_a_known_setting_is_set_where_it_was_not() -> None:
    async with opened() as tui:
        await tui.press("enter")
        assert "no job may run" in tui.text and "takes effect at once" in tui.text
        await tui.burst(*"true")
        await tui.press("enter")
        assert kept(tui).values["WEBJOBS_STOPPED"] == "true"
        await tui.press("down", "delete")
        assert "nothing to remove" in status(tui)


async def test_a_setting_gets_another_name_and_a_bad_one_none() -> None:
    async with opened() as tui:
        await to_last_setting(tui)
        await tui.press("enter", "shift+tab")
        await replace(tui, "a=b")
        await tui.press("enter")
        assert "no '='" in tui.text and kept(tui) == SITE
        await replace(tui, "DATABASE")
        await tui.press("enter")
        assert kept(tui).values == {"DATABASE": "db-01", "API_KEY": "hunter2"}
        await tui.press("ctrl+n", "escape")
        assert kept(tui).values == {"DATABASE": "db-01", "API_KEY": "hunter2"}


@SIZES
async def test_connection_strings(size: tuple[int, int]) -> None:
    async with opened(size) as tui:
        await tui.press("tab", "ctrl+n")
        assert "AzureWebJobsDashboard" in tui.text
        await tui.press("tab", "tab", "enter")
        assert tui.app.focused is not None and tui.app.focused.id == "connection-value"
        await tui.burst("shift+tab", "home", "right")
        assert "SQLAZURECONNSTR_AzureWebJobsDashboard" in tui.text
        await tui.burst("tab", *"Server=swordfish")
        assert "swordfish" not in tui.text
        await tui.press("tab", "space")
        assert "swordfish" in tui.text
        await tui.press("ctrl+s")
        made = ConnectionString("AzureWebJobsDashboard", ConnectionType.SQL_AZURE, "Server=swordfish")
        assert kept(tui).connections == (made, STORAGE) and "swordfish" not in tui.text
        await tui.press("home", "enter", "shift+tab", "end", "enter")
        assert "SQLAzure" in tui.text or "Custom" in tui.text
        await tui.press("ctrl+s")
        moved = ConnectionString("AzureWebJobsDashboard", ConnectionType.CUSTOM, "Server=swordfish")
        assert kept(tui).connections == (moved, STORAGE)
        await tui.press("home", "delete", "r")
        assert kept(tui).connections == (STORAGE,)


async def test_a_connection_string_needs_a_name_and_a_value() -> None:
    async with opened() as tui:
        await tui.press("tab", "ctrl+n", "enter")
        assert "A name has letters" in tui.text
        await tui.burst(*"Own")
        await tui.press("enter")
        assert "A value is missing." in tui.text
        await tui.press("escape")
        assert kept(tui) == SITE


async def test_what_somebody_else_has_set_meanwhile_is_asked_about() -> None:
    async with opened() as tui:
        theirs = msgspec.structs.replace(SITE, values={**SITE.values, "DB_HOST": "db-09"}, etag="7")
        for answer, value in (("l", "db-09"), ("m", "db-02")):
            await to_last_setting(tui)
            tui.service.settings.site_settings = theirs
            await tui.press("enter")
            await replace(tui, "db-02")
            await tui.press("enter")
            if answer == "l" or "changed meanwhile" in tui.text:
                assert "changed meanwhile" in tui.text and "DB_HOST" in tui.text
                await tui.press(answer)
            assert kept(tui).values["DB_HOST"] == value
            theirs = msgspec.structs.replace(theirs, etag="9")


async def test_refusals_are_said() -> None:
    async with opened() as tui:
        tui.service.refuse = InvalidRequest("No environment takes this name.")
        await tui.press("ctrl+n")
        await tui.burst(*"NAME")
        await tui.press("enter")
        assert "No environment takes this name." in status(tui) and kept(tui) == SITE
        await tui.press("escape")
        assert len(tui.app.screen_stack) == 1


async def test_it_is_refused_where_it_cannot_be_read() -> None:
    service = eleven_jobs()

    async def refuse() -> SiteSettings:
        await asyncio.sleep(0)
        raise NotAllowed("The settings of the site are told over the Unix socket only.")

    service.settings.site = refuse  # type: ignore[method-assign]
    async with open_tui(service) as tui:
        await PaletteDriver(tui).give("site-settings")
        await tui.see("Unix socket only")
        await tui.press("ctrl+n", "escape")
        assert len(tui.app.screen_stack) == 1
    async with open_tui(eleven_jobs(), read_only=True) as tui:
        await PaletteDriver(tui).give("site-settings")
        assert len(tui.app.screen_stack) <= 2 and not isinstance(tui.app.screen, SiteSettingsForm)


@SIZES
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_hostile_names_and_values(size: tuple[int, int], ascii_only: bool) -> None:
    odd = ["[/x]", "\x1b[31mred", "a\u202eb", "日本語", "e" + "\u0301" * 9]
    site = SiteSettings(
        dict.fromkeys(odd, "\x1b[2J[/b]"), (ConnectionString("[/y]", ConnectionType.MYSQL, "\x1b"),), {}, "1"
    )
    async with opened(size, site, ascii=ascii_only) as tui:
        for _ in range(len(KNOWN) + len(odd)):
            await tui.burst("down")
            assert "\x1b" not in tui.text and "\u202e" not in tui.text
        await tui.press("enter")
        assert "\x1b" not in tui.text
        await tui.press("end")
        await tui.burst(*"X")
        await tui.press("enter")
        assert "\x1b[2J[/b]X" in kept(tui).values.values()
        await tui.press("tab", "enter", "escape")
        if ascii_only:
            assert not {"•", "›", "✗"} & set(tui.text)
        await tui.resize(40, 10)
        await tui.press("tab", "escape")
