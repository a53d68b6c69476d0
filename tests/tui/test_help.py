"""Help (D13, D14): made from the keys that count, searched, and what is chosen in it is done."""

from __future__ import annotations

import pytest

from tests.support.palette_driver import PaletteDriver
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.preferences import Preferences
from wjtui.tui.bindings import OWN, Keys, bindings
from wjtui.tui.commands.command import Section, Where
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.present.help import FAMILIES, found, overview, section_of, sections
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.palette import Give
from wjtui.tui.screens.help import Help
from wjtui.tui.screens.palette import Palette
from wjtui.tui.screens.question import Arguments, Question
from wjtui.tui.widgets.sheet import SheetView

KEYLESS = {
    "app.shutdown", "app.theme", "app.keymap", "app.engine_log", "job.shell", "app.trash", "job.rollback",
    "app.site_settings",
}  # fmt: skip
"""Commands that the palette alone gives; a key of their own would be too easily pressed, or too rarely."""


def help_of(tui: TuiDriver) -> Help:
    screen = tui.app.screen
    assert isinstance(screen, Help)
    return screen


def sheet(tui: TuiDriver) -> SheetView:
    return help_of(tui).query_one(SheetView)


async def test_all_sections_at_120_by_36() -> None:
    async with open_tui(eleven_jobs(), (120, 36)) as tui:
        await tui.press("question_mark")
        for words in (
            "wjtui › Help",
            "Jobs",
            "Move",
            "Log",
            "run now (triggered)",
            "Esc closes",
            "ctrl+b, ctrl+a, F10",
        ):
            assert words in tui.text, words
        assert sum("Jobs" in line and "Help" not in line for line in tui.lines) == 1


async def test_one_section_at_a_time_at_80_by_24() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        await tui.press("question_mark")
        assert "‹Jobs›" in tui.lines[0] and " Log " in tui.lines[0] and "Leaving" in tui.lines[0]
        assert "run now (triggered)" in tui.text and "zoom this pane" not in tui.text
        seen = []
        for _ in sections(COMMANDS):
            seen.append(help_of(tui).section)
            await tui.press("tab")
        assert set(seen) == set(sections(COMMANDS)) and help_of(tui).section is Section.JOBS
        await tui.press("shift+tab")
        assert "‹Leaving›" in tui.lines[0] and "wjtui list · run JOB · logs -f JOB" in tui.text
        assert "NO_COLOR" in tui.text and "--ascii" in tui.text


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_it_opens_on_the_section_of_the_place(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.press("tab", "question_mark")
        assert help_of(tui).section is Section.LOG
    assert section_of((Where.LOG, Where.JOB)) is Section.LOG and section_of((Where.RUNS,)) is Section.RUNS
    assert section_of((Where.JOB, Where.LIST)) is Section.JOBS


@pytest.mark.parametrize("close", ["escape", "q", "question_mark", "f1", "enter"])
async def test_it_closes_and_does_nothing(close: str) -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("question_mark", close)
        assert tui.app.screen is tui.app.main_screen and tui.service.commands == []


async def test_the_chosen_action_is_given() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        await tui.select("import-legacy")
        await tui.press("question_mark", "down")
        assert sheet(tui).chosen == "job.run"
        await tui.press("enter")
        assert [command[0] for command in tui.service.commands] == ["run"]


async def test_the_cursor_goes_down_and_sideways() -> None:
    async with open_tui(eleven_jobs(), (120, 36)) as tui:
        await tui.press("question_mark", "j", "j", "k")
        assert sheet(tui).chosen == "job.run"
        await tui.press("right")
        there = sheet(tui).chosen
        assert there != "job.run"
        await tui.press("left")
        assert sheet(tui).chosen in {c.id for c in COMMANDS if c.section is Section.JOBS} - {there}


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
@pytest.mark.parametrize("opened", [("slash", "s", "t", "o", "p", ":"), ("s", "t", "o", "p", ":")])
async def test_searching_finds_and_gives(size: tuple[int, int], opened: tuple[str, ...]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.select("queue-worker")
        await tui.press("question_mark", *opened)
        assert help_of(tui).searching and sheet(tui).chosen == "job.stop"
        assert "stop: asks it to end" in tui.text and "zoom this pane" not in tui.text
        await tui.press("enter")
        assert [command[:2] for command in tui.service.commands] == [("stop", "queue-worker")]


async def test_searching_for_a_key() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("question_mark", "slash")
        await tui.write("ctrl+l")
        assert sheet(tui).chosen == "view.redraw"


async def test_escape_leaves_the_search_then_the_help() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("question_mark", "z", "o", "escape")
        assert not help_of(tui).searching and "run now" in tui.text
        await tui.press("escape")
        assert tui.app.screen is tui.app.main_screen


async def test_f1_in_a_field_and_over_dialogs_only_to_look_at() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        await tui.press("a", "f1")
        assert not help_of(tui)._can_run
        await tui.press("down", "enter")
        assert isinstance(tui.app.screen, Arguments) and tui.service.commands == []
        await tui.press("escape", "slash", "f1")
        help_of(tui)
        await tui.press("f1")
        assert tui.app.main_screen.filter_field.has_focus
        await tui.write("?")
        assert tui.app.main_screen.filter_field.value == "?", "in a field it is a letter"
        await tui.press("escape")
        await tui.select("queue-worker")
        await tui.press("X", "f1", "escape")
        assert isinstance(tui.app.screen, Question)


@pytest.mark.parametrize("size", [(40, 10), (24, 6)])
async def test_on_a_small_terminal_it_scrolls(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.press("question_mark")
        first = tui.text
        await tui.press("pagedown")
        assert tui.text != first
        await tui.press("G")
        last = [line.strip() for line in tui.lines if line.strip()]
        await tui.press("g")
        assert tui.text == first and "cursor." in " ".join(last)


async def test_it_shows_the_keys_that_count() -> None:
    preferences = Preferences(keys={"job.run": ("F9",), "job.kill": ()})
    async with open_tui(eleven_jobs(), (120, 60), preferences=preferences) as tui:
        await tui.press("question_mark")
        assert "2 of them changed in config.toml" in tui.lines[0]
        rows = [line.split() for line in tui.lines]
        assert any(row[:3] == ["F9", "run", "now"] for row in rows)
        assert any(row[:3] == [":kill", "kill", "at"] for row in rows)


async def test_the_same_commands_in_keys_help_and_palette() -> None:
    ids = {command.id for command in COMMANDS}
    bound = {binding.id for place in Where for binding in bindings(place)}  # type: ignore[union-attr]
    assert bound == ids - KEYLESS and ids >= KEYLESS - {"job.shell"}
    shown = overview(COMMANDS, OWN, sections(COMMANDS), 120, 1000)
    assert {shown.rows[row][at].id for row, at in shown.places} == ids
    async with open_tui(eleven_jobs()) as tui:
        entries = Palette(tui.app.main_screen).entries("")
        assert {entry.value.id for entry in entries if isinstance(entry.value, Give)} == ids
        await PaletteDriver(tui).open()


def test_families_are_of_commands_there_are_and_leave_none_out() -> None:
    members = [id for ids, _ in FAMILIES for id in ids]
    assert len(set(members)) == len(members) and set(members) <= {command.id for command in COMMANDS}
    full = overview(COMMANDS, OWN, sections(COMMANDS), 120, 1000)
    short = overview(COMMANDS, OWN, sections(COMMANDS), 120, len(full.rows) - 1)
    text = "\n".join(plain_text(cell.line) for row in short.rows for cell in row)
    shown = {short.rows[row][at].id for row, at in short.places}
    assert shown | set(members) == {command.id for command in COMMANDS} and len(short.rows) < len(full.rows)
    for command in COMMANDS:
        for key in OWN.shown(command.id).split():
            assert key in text, command.id


@pytest.mark.parametrize("width", [24, 40, 80, 100, 120, 160, 200])
@pytest.mark.parametrize("height", [5, 20, 31, 60])
def test_no_cell_is_wider_than_its_column(width: int, height: int) -> None:
    shown = overview(COMMANDS, OWN, sections(COMMANDS), width, height)
    for row in shown.rows:
        assert all(cell.column + cell.width <= width for cell in row)
        assert [cell.column for cell in row] == sorted({cell.column for cell in row})
    assert len(shown.places) == len(set(shown.places))


def test_found_has_each_command_once_and_an_exact_key_first() -> None:
    everything = found(COMMANDS, OWN, "", 80)
    assert len(everything.rows) == len(COMMANDS)
    first = found(COMMANDS, OWN, "!", 80).rows[0][0]
    assert first.id == "job.newest_failure"
    mine = found(COMMANDS, Keys({"job.run": ["F9"]}), "F9", 80).rows[0][0]
    assert mine.id == "job.run"
