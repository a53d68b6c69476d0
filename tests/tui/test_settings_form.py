"""The settings form: fields and text follow each other, nothing is lost, nobody is overwritten unasked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.fake_service import FakeJobService, make_job
from tests.support.settings_driver import SettingsDriver
from tests.support.tui_driver import open_tui
from tests.tui.scene import CONTINUOUS, eleven_jobs
from wjtui.model.errors import Conflict
from wjtui.model.events import JobRemoved
from wjtui.model.site import Inherited, SettingsDocument
from wjtui.settings.keys import BY_NAME
from wjtui.settings.values import Kind
from wjtui.tui.present.settings_fields import keys_for
from wjtui.tui.present.site_settings import MASK
from wjtui.tui.screens.question import Question
from wjtui.tui.widgets.raw_json import RawJson

NAME = "nightly-report"
TEXT = """\
{
  // kept by ops
  "schedule": "0 0 2 * * *",
  "stopping_wait_time": 30, // long enough
  "is_singleton": false,
  "x-owner": "ops",
  "env": {"DB_HOST": "db-01.internal", "API_TOKEN": "hunter2"}
}
"""
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
SETTING = {"WEBJOBS_IDLE_TIMEOUT": Inherited("300", "site setting")}


def a_service(text: str = TEXT, name: str = NAME, **fields: Any) -> FakeJobService:
    service = eleven_jobs()
    job = service.find(name).id
    service.settings.texts[job.key] = text
    fields.setdefault("version", 7)
    service.settings.documents[job.key] = SettingsDocument(job, "", "", **fields)
    return service


@asynccontextmanager
async def opened(
    text: str = TEXT, size: tuple[int, int] = (120, 36), name: str = NAME, **more: Any
) -> AsyncIterator[SettingsDriver]:
    fields = {key: more.pop(key) for key in ("inherited", "version") if key in more}
    async with open_tui(a_service(text, name, **fields), size, **more) as tui:
        driver = SettingsDriver(tui)
        await driver.open(name)
        yield driver


def saved(driver: SettingsDriver) -> list[str]:
    """The texts that were saved."""
    return [words[2] for words in driver.tui.service.commands if words[0] == "save"]


async def test_what_the_form_shows_first() -> None:
    async with opened(inherited=SETTING) as form:
        assert "settings.job (v7)" in form.header and "not saved" not in form.header
        assert form.keys == [
            key.name for key in keys_for(form.form._job.id.type) if key.kind is not Kind.VARIABLES
        ]
        assert form.shown("schedule") == "0 0 2 * * *" and form.shown("stopping_wait_time") == "30"
        text = form.tui.text
        assert "At 02:00, every day · next" in text and "300 seconds from WEBJOBS_IDLE_TIMEOUT" in text
        assert "Kept, unknown to wjtui: x-owner" in form.effect and "Nothing is changed." in text
        assert "Kept, no effect on a triggered job: is_singleton" in form.effect
        assert "hunter2" not in text
        await form.tui.pass_time(60)
        form.form.tick()
        await form.tui.see("in 20:46:51")


async def test_a_field_edits_the_text_and_nothing_else_in_it() -> None:
    async with opened() as form:
        await form.fill("stopping_wait_time", "90")
        assert form.text == TEXT.replace(": 30,", ": 90,")
        assert form.note("stopping_wait_time") == "seconds  ~ was 30"
        assert "1 change not saved" in form.header
        assert "stopping_wait_time 30 -> 90: from the next stop on." in form.effect
        await form.fill("history_size", "500")
        assert "2 changes not saved" in form.header
        assert form.text.splitlines()[1] == "  // kept by ops" and form.values["history_size"] == 500
        await form.fill("history_size", "")
        assert form.text == TEXT.replace(": 30,", ": 90,")
        await form.fill("stopping_wait_time", "30")
        assert form.text == TEXT and "not saved" not in form.header


async def test_an_emptied_field_takes_the_key_out() -> None:
    async with opened() as form:
        await form.fill("schedule", "")
        assert "schedule" not in form.values and form.values["x-owner"] == "ops"
        await form.fill("stopping_wait_time", "")
        assert "stopping_wait_time" not in form.values


async def test_editing_the_text_refills_the_fields() -> None:
    async with opened() as form:
        await form.write_raw(
            '{"schedule": "0 */5 * * * *", "enabled": false, "notify": ["bell"], "arguments": "-v"}'
        )
        assert form.shown("schedule") == "0 */5 * * * *" and form.shown("enabled") == "false"
        assert form.shown("notify") == "bell" and form.shown("arguments") == "-v"
        assert form.shown("stopping_wait_time") == ""
        assert "off: enabled is no" in form.tui.text
        await form.write_raw("")
        assert form.shown("schedule") == "" and "no file" in form.tui.text


async def test_typing_in_the_text_counts_at_each_key() -> None:
    async with opened('{"history_size": 5}') as form:
        await form.tui.press("ctrl+r", "end", "left")
        await form.tui.write("7")
        assert form.text == '{"history_size": 57}' and form.shown("history_size") == "57"
        await form.tui.press("ctrl+z")
        assert form.shown("history_size") == "5"


EDITS: dict[str, tuple[str, Any]] = {
    "schedule": ("0 */15 * * * *", "0 */15 * * * *"),
    "recurrence": ('{"kind": "once"}', {"kind": "once"}),
    "time_zone": ("Europe/Berlin", "Europe/Berlin"),
    "stopping_wait_time": ("5", 5),
    "shutdownGraceTimeLimit": ("60", 60),
    "stop_signal": ("SIGINT", "SIGINT"),
    "idle_timeout": ("600", 600),
    "restart_time": ("10", 10),
    "arguments": ('--fast "a b"', '--fast "a b"'),
    "history_size": ("9", 9),
    "queue_limit": ("5", 5),
    "priority": ("-1", -1),
    "lock": ("database", "database"),
    "watch": ('{"path": "inbox"}', {"path": "inbox"}),
    "retry": ('{"count": 3}', {"count": 3}),
    "on_failure": ("clean-up", "clean-up"),
    "on_success": ("send-report", "send-report"),
    "poison_after": ("5", 5),
    "max_run_time": ("3600", 3600),
    "nice": ("-5", -5),
    "memory_limit": ("512M", "512M"),
    "run_as": ("www-data", "www-data"),
    "probe": ('{"http": "/health"}', {"http": "/health"}),
}
CHOICES: dict[str, tuple[str, Any]] = {
    "enabled": ("false", False),
    "misfire": ('"skip"', "skip"),
    "run_mode": ('"on_demand"', "on_demand"),
    "is_in_place": ("true", True),
    "is_singleton": ("true", True),
    "if_running": ('"queue"', "queue"),
    "io_class": ('"idle"', "idle"),
}


@SIZES
@pytest.mark.parametrize("name", [NAME, "queue-worker"])
async def test_every_key_by_keyboard_alone(size: tuple[int, int], name: str) -> None:
    async with opened("", size, name) as form:
        form.by_tab = True
        expected: dict[str, Any] = {}
        for key in form.keys:
            if key in EDITS:
                typed, value = EDITS[key]
                await form.fill(key, typed)
            elif key in CHOICES:
                word, value = CHOICES[key]
                await form.choose(key, word)
            else:
                assert key == "notify"
                await form.tick(key, "bell")
                value = [way for way in BY_NAME["notify"].default.split(", ") if way != "bell"]
            expected[key] = value
            assert form.values == expected, key
        for key in form.keys:
            if key in EDITS:
                await form.fill(key, "")
            elif key in CHOICES:
                await form.choose(key, "")
            else:
                await form.push("use-default")
            del expected[key]
            assert form.values == expected, key


async def test_only_keys_of_the_job_s_type_have_fields_and_the_others_stay() -> None:
    text = '{"schedule": "nonsense", "restart_time": 5}'
    async with opened(text, name="queue-worker") as form:
        assert "schedule" not in form.keys and "restart_time" in form.keys
        assert "Kept, no effect on a continuous job: schedule" in form.effect
        await form.fill("restart_time", "9")
        assert "restarted at once" in form.effect
        await form.tui.press("ctrl+s")
        assert saved(form) == ['{"schedule": "nonsense", "restart_time": 9}'] and not form.is_open()


@SIZES
async def test_errors_are_said_and_nothing_is_saved(size: tuple[int, int]) -> None:
    async with opened(size=size) as form:
        await form.fill("stopping_wait_time", "-5")
        assert "0 to" in form.error("stopping_wait_time") and form.values["stopping_wait_time"] == -5
        await form.fill("time_zone", "Berlin")
        assert "Europe/Berlin" in form.error("time_zone")
        await form.go_to("arguments")
        await form.tui.press("ctrl+s")
        assert form.status == "2 errors: the file on disk is still the old one"
        focused = form.tui.app.focused
        assert focused is not None and form.field("time_zone") in focused.ancestors
        await form.fill("time_zone", "")
        await form.fill("stopping_wait_time", "ten")
        assert form.values["stopping_wait_time"] == "ten" and form.error("stopping_wait_time")
        await form.fill("stopping_wait_time", "10")
        assert form.error("stopping_wait_time") == ""
        await form.tui.press("ctrl+s")
        assert saved(form) == [TEXT.replace(": 30,", ": 10,")]


async def test_a_wrong_schedule_and_two_of_them() -> None:
    async with opened() as form:
        await form.fill("schedule", "0 2 * * *")
        assert "0 0 2 * * *" in form.error("schedule")
        await form.fill("schedule", "0 0 2 * * *")
        assert form.error("schedule") == "" and form.text == TEXT
        await form.fill("recurrence", '{"kind": "once"}')
        assert "remove one" in form.error("recurrence")


@SIZES
async def test_a_text_that_is_no_json_says_where_and_the_fields_wait(size: tuple[int, int]) -> None:
    async with opened(size=size) as form:
        await form.write_raw('{\n  "schedule": 0 0 2,\n}')
        assert "line 2, column 17" in form.status
        assert form.form.query_one("#settings-fields").disabled
        assert form.shown("schedule") == "0 0 2 * * *"
        await form.tui.press("ctrl+s")
        raw = form.form.query_one(RawJson)
        assert raw.has_focus and raw.cursor_location == (1, 16) and saved(form) == []
        await form.write_raw("[]")
        assert "braces" in form.status
        await form.write_raw("{}")
        assert form.status == "" and not form.form.query_one("#settings-fields").disabled
        assert form.shown("schedule") == ""


async def test_a_text_that_cannot_be_edited_by_key_says_so() -> None:
    text = '{"stop_signal": "SIGINT", "env": 5}'
    async with opened(text) as form:
        await form.push("variable-add")
        assert "put it right in the raw JSON" in form.status and form.text == text


async def test_saving_says_the_version_and_how_to_take_it_back() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        await form.tui.press("ctrl+s")
        await form.tui.until(lambda: not form.is_open())
        (text,) = saved(form)
        assert '"history_size": 500' in text and "// kept by ops" in text
        assert form.tui.toasts == ["nightly-report: saved as version 2."] and "u undoes." in form.tui.text
        assert form.tui.app.session.undo.next is not None


async def test_saving_nothing_saves_nothing() -> None:
    async with opened() as form:
        await form.tui.press("ctrl+s")
        assert not form.is_open() and saved(form) == [] and "Nothing was changed" in form.tui.text


async def test_a_refusal_stays_in_the_form() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        form.tui.service.refuse = Conflict("settings.job cannot be written: the disk is full.")
        await form.tui.press("ctrl+s")
        assert form.is_open() and "the disk is full" in form.status and "1 change not saved" in form.header


async def test_while_a_save_is_on_its_way_a_second_one_does_nothing() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        form.tui.service.hold = asyncio.Event()
        await form.tui.press("ctrl+s", "ctrl+s")
        assert form.status == "Saving …" and len(saved(form)) == 1
        form.tui.service.hold.set()
        await form.tui.until(lambda: not form.is_open())
        assert len(saved(form)) == 1


async def test_escape_asks_before_changes_are_lost() -> None:
    async with opened() as form:
        await form.tui.press("escape", "escape")
        assert not form.is_open()
        await form.open(NAME)
        await form.fill("history_size", "500")
        await form.tui.press("escape", "escape")
        assert "Leave without saving?" in form.tui.text and "1 change not saved." in form.tui.text
        await form.tui.press("g")
        assert form.is_open() and form.shown("history_size") == "500"
        # Coming back puts the cursor into the first field again.
        await form.tui.press("escape", "escape", "d")
        assert not form.is_open() and saved(form) == []


THEIRS = TEXT.replace("0 0 2", "0 0 3")


async def change_on_disk(form: SettingsDriver, text: str = THEIRS) -> None:
    """Somebody else saves the file, and the form notices."""
    service = form.tui.service
    service.settings.texts[service.find(NAME).id.key] = text
    form.form.look()
    await form.tui.settle()


async def test_an_untouched_form_shows_what_is_new_on_the_disk() -> None:
    async with opened() as form:
        await change_on_disk(form)
        assert form.text == THEIRS and form.shown("schedule") == "0 0 3 * * *"
        assert "changed on disk" in form.status and "not saved" not in form.header


async def test_the_disk_is_looked_at_by_itself() -> None:
    async with opened() as form:
        service = form.tui.service
        service.settings.texts[service.find(NAME).id.key] = THEIRS
        for _ in range(5):
            form.form.tick()
            await form.tui.settle()
        assert form.text == THEIRS


async def test_settings_that_somebody_else_saves_are_asked_about() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        await change_on_disk(form)
        text = form.tui.text
        assert "settings.job was changed meanwhile" in text and "hunter2" not in text
        assert 'schedule  on disk "0 0 3 * * *", here "0 0 2 * * *"' in text
        await form.tui.press("g")
        assert form.shown("history_size") == "500"
        assert form.effect.endswith("yes")
        form.form.look()
        await form.tui.settle()
        assert not isinstance(form.tui.app.screen, Question)
        await form.tui.press("ctrl+s")
        assert "was changed meanwhile" in form.tui.text
        await form.tui.press("t")
        assert form.text == THEIRS and "not saved" not in form.header


async def test_keeping_mine_replaces_theirs() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        mine = form.text
        await change_on_disk(form)
        await form.tui.press("m")
        assert form.text == mine and "2 changes not saved" in form.header
        await form.tui.press("ctrl+s")
        await form.tui.until(lambda: not form.is_open())
        assert saved(form) == [mine]


async def test_a_save_over_a_newer_file_asks_and_then_saves() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        service = form.tui.service
        service.settings.texts[service.find(NAME).id.key] = THEIRS
        await form.tui.press("ctrl+s")
        assert "was changed meanwhile" in form.tui.text
        await form.tui.press("m")
        await form.tui.until(lambda: not form.is_open())
        assert json.dumps("0 0 2 * * *") in service.settings.texts[service.find(NAME).id.key]


async def test_a_job_that_goes_takes_its_form_along() -> None:
    async with opened() as form:
        await form.fill("history_size", "500")
        await form.tui.press("escape", "escape")
        form.tui.service.tell(JobRemoved(form.tui.service.find(NAME).id))
        await form.tui.settle()
        assert not form.is_open() and form.tui.toasts == ["nightly-report is gone."]


@SIZES
async def test_variables_are_added_changed_and_removed(size: tuple[int, int]) -> None:
    async with opened(size=size) as form:
        tui = form.tui
        if size[0] < 100:
            await tui.press("ctrl+r", "ctrl+r")
        await form.push("variable-add")
        await tui.burst(*"DB_PASSWORD", "tab", *"swordfish")
        assert "swordfish" not in tui.text
        await tui.press("tab", "space")
        assert "swordfish" in tui.text
        await tui.press("shift+tab", "enter")
        assert form.values["env"]["DB_PASSWORD"] == "swordfish"
        assert form.text.startswith(TEXT.partition('"env"')[0])
        assert "DB_PASSWORD" in tui.text and "swordfish" not in tui.text and MASK in tui.text
        await form.put_focus(lambda focused: focused is not None and focused.id == "variables-list")
        await tui.press("home", "enter")
        await tui.burst("end", "ctrl+u", *"db-02", "enter")
        assert form.values["env"]["DB_HOST"] == "db-02"
        await tui.press("home", "delete")
        assert list(form.values["env"]) == ["API_TOKEN", "DB_PASSWORD"]
        await tui.press("end", "delete")
        assert list(form.values["env"]) == ["API_TOKEN", "DB_PASSWORD"]
        await tui.press("home", "delete", "home", "delete")
        assert "env" not in form.values and form.values["x-owner"] == "ops"


async def test_a_variable_gets_another_name_and_a_bad_one_none() -> None:
    async with opened('{"env": {"A": "1", "B": "2"}}') as form:
        await form.put_focus(lambda focused: focused is not None and focused.id == "variables-list")
        await form.tui.press("home", "enter")
        await form.tui.burst("shift+tab", "end", "ctrl+u", *"a=b", "enter")
        assert "no '='" in form.tui.text
        await form.tui.burst("ctrl+u", *"HOME")
        assert "wjtui sets this one" in form.tui.text
        await form.tui.burst("ctrl+u", "B")
        assert "is there already" in form.tui.text
        await form.tui.burst("ctrl+u", "C", "enter")
        assert form.values == {"env": {"B": "2", "C": "1"}}
        assert "WEBJOBS_NAME" in form.tui.text and "set by wjtui" in form.tui.text


async def test_secrets_are_masked_in_the_text_too_until_they_are_revealed() -> None:
    async with opened() as form:
        assert "hunter2" not in form.tui.text and '"•••••••"' in form.tui.text
        await form.put_focus(lambda focused: focused is not None and focused.id == "variables-reveal")
        await form.tui.press("space")
        assert form.tui.text.count("hunter2") == 2
        await form.tui.press("space")
        assert "hunter2" not in form.tui.text
        await form.tui.press("ctrl+r")
        assert "hunter2" in form.tui.text
        await form.tui.press("ctrl+r")
        assert "hunter2" not in form.tui.text


async def test_tabs_of_a_narrow_screen() -> None:
    async with opened(size=(80, 24)) as form:
        assert "‹Form›" in form.tui.text and "ctrl+r Raw JSON" in form.tui.footer
        await form.tui.press("ctrl+r")
        assert "‹Raw JSON›" in form.tui.text and "Effect of saving" in form.tui.text
        await form.tui.press("ctrl+r")
        assert "‹Environment›" in form.tui.text and "DB_HOST" in form.tui.text
        await form.tui.press("ctrl+r")
        assert "‹Form›" in form.tui.text and "DB_HOST" not in form.tui.text
        await form.tui.resize(120, 36)
        assert "‹Form›" not in form.tui.text and "Effect of saving" in form.tui.text


async def test_f1_says_what_a_field_means() -> None:
    async with opened() as form:
        await form.go_to("idle_timeout")
        await form.tui.press("f1")
        assert "WEBJOBS_IDLE_TIMEOUT" in form.tui.text and "Default: 120" in form.tui.text


HOSTILE = ["[/x]", '["a"]', "\x1b[31mred", "a\u202eb", "日本語", "\u2028", "e" + "\u0301" * 9, "\x85\x0c\r"]


@SIZES
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_hostile_texts_do_no_harm_and_stay(size: tuple[int, int], ascii_only: bool) -> None:
    raw = {"arguments": HOSTILE[2], "x": HOSTILE, HOSTILE[0]: 1, "env": {name: name for name in HOSTILE}}
    text = json.dumps(raw, ensure_ascii=False, indent=1).replace("\n", "\r\n")
    async with opened(text, size, inherited={"WEBJOBS_IDLE_TIMEOUT": Inherited("[/x]", "environment")},
                      ascii=ascii_only) as form:  # fmt: skip
        assert form.text == text
        for _ in range(3):
            assert "\x1b" not in form.tui.text and "\u202e" not in form.tui.text
            await form.tui.press("ctrl+r")
        await form.fill("stopping_wait_time", "5")
        assert form.values == {**raw, "stopping_wait_time": 5}
        await form.write_raw("{}")
        assert form.values == {}
        if ascii_only:
            assert not {"✓", "•", "›", "‹", "·", "✗"} & set(form.tui.text)


@pytest.mark.parametrize("size", [(58, 14), (30, 8), (200, 50)])
async def test_other_sizes(size: tuple[int, int]) -> None:
    async with opened(size=(120, 36)) as form:
        await form.tui.resize(*size)
        await form.tui.press("ctrl+r", "ctrl+r", "ctrl+r", "tab")
        assert form.is_open()


async def test_it_needs_an_engine_and_leave_to_change_something() -> None:
    async with open_tui(a_service(), read_only=True) as tui:
        await tui.select(NAME)
        await tui.press("e")
        assert "read-only" in tui.text and len(tui.app.screen_stack) == 1


async def test_a_job_without_a_file_gets_one() -> None:
    service = FakeJobService(make_job("fresh"), make_job("other", kind=CONTINUOUS))
    async with open_tui(service) as tui:
        form = SettingsDriver(tui)
        await form.open("fresh")
        assert "no file" in tui.text
        await form.fill("schedule", "0 0 2 * * *")
        assert form.text == '{"schedule": "0 0 2 * * *"}\n'
        await tui.press("ctrl+s")
        assert saved(form) == ['{"schedule": "0 0 2 * * *"}\n']
