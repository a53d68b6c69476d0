"""The palette, the theme picker and the list of keys: what they offer, and that Enter gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job
from tests.support.palette_driver import PaletteDriver
from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.events import JobRemoved
from wjtui.model.identity import JobType
from wjtui.model.jobs import Running
from wjtui.model.preferences import Preferences
from wjtui.tui import pager
from wjtui.tui.commands.table import BY_ID, COMMANDS, commands_of
from wjtui.tui.options import Leave
from wjtui.tui.pager import pager_command
from wjtui.tui.present.palette import Give, GoTo, Show, Wear, search
from wjtui.tui.screens.help import Help
from wjtui.tui.screens.palette import VERBS, Palette
from wjtui.tui.screens.question import Question
from wjtui.tui.screens.view import View
from wjtui.tui.themes import DARK, LIGHT

SIZES = [(120, 36), (80, 24)]


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_names_titles_keys_and_reasons(key: str, size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        palette = PaletteDriver(tui)
        await tui.select("import-legacy")
        await tui.press(key)
        first = palette.shown[0]
        assert first.startswith("▌ run ") and "run now (triggered)" in first and first.endswith(" r")
        stop = next(row for row in palette.shown if row.strip().startswith("stop "))
        assert "import-legacy has no" in stop and stop.endswith(" x")
        assert "Esc closes" in tui.text and "1 of " in tui.text
        await tui.press("down", "down", "down")
        assert "import-legacy has no run going, so there is nothing to stop." in tui.text
        await tui.press("escape")
        assert not palette.is_open and tui.service.commands == []


async def test_every_command_job_chip_and_theme_is_in_it() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await palette.open()
        values = palette.values
        assert {value.id for value in values if isinstance(value, Give)} == {c.id for c in COMMANDS}
        assert {value.job for value in values if isinstance(value, GoTo)} == set(tui.app.store.jobs)
        assert {value.theme for value in values if isinstance(value, Wear)} == set(tui.app.available_themes)
        assert any(isinstance(value, Show) for value in values)


SCREENS = "list.dashboard list.events log.open job.history job.schedule job.waiting job.versions app.trash"


@pytest.mark.parametrize("opening", SCREENS.split())
async def test_a_screen_can_do_every_command_that_it_offers(opening: str) -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        tui.app.main_screen.give(BY_ID[opening])
        await tui.settle()
        screen = tui.app.screen
        assert isinstance(screen, View)
        for command in commands_of(*screen.places):
            if (desk := screen.desk_of(command)) is not None:
                command.why_not(desk)
                (asked, *_) = command.act.__code__.co_names
                assert hasattr(desk, asked), command.id


async def test_the_schedule_of_a_job_has_nothing_to_filter() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        await PaletteDriver(tui).give("filter by name")
        assert "It counts in the list of jobs." in tui.toasts


async def test_what_does_not_count_here_says_where_it_does() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await palette.open("follow the end")
        assert "It counts in the log." in palette.rows[0]
        await tui.press("enter")
        assert "It counts in the log." in tui.toasts
        await tui.press("tab", "k", "k")
        assert not tui.log.follow
        await palette.open("follow the end")
        assert "It counts" not in palette.rows[0]
        await tui.press("enter")
        assert tui.log.follow


async def test_enter_gives_the_command_as_its_key_would() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await tui.select("import-legacy")
        await palette.give("run now")
        assert [command[0] for command in tui.service.commands] == ["run"]
        await tui.select("queue-worker")
        await palette.give("run now")
        assert any("continuous" in toast for toast in tui.toasts) and len(tui.service.commands) == 1
        await palette.give("kill")
        assert "Kill queue-worker?" in tui.text


async def test_typed_in_one_burst() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.burst(":", *"go to rotate", "enter", "j")
        assert tui.selected == "sync-inventory"


async def test_a_job_by_name_is_gone_to_whatever_is_filtered() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await tui.press("slash")
        await tui.write("nightly")
        await tui.press("enter")
        await palette.give("metrics")
        assert tui.selected == "metrics-agent"


@pytest.mark.parametrize("size", SIZES)
async def test_a_command_for_a_job_by_name_is_about_that_job_alone(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        palette = PaletteDriver(tui)
        await tui.select("queue-worker")
        await palette.open("stop ma")
        assert palette.chosen == Give("job.stop", ("continuous", "mail-pump"))
        assert any("thumbs-cleanup" in row and "no run going" in row for row in palette.rows)
        await tui.press("enter")
        assert [command[:2] for command in tui.service.commands] == [("stop", "mail-pump")]
        assert tui.selected == "mail-pump"
        await palette.give("why half")
        assert "half-uploaded: why it is not running" in tui.text


async def test_marked_jobs_are_left_alone_by_a_command_for_another() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("queue-worker")
        await tui.press("space")
        await PaletteDriver(tui).give("stop mail")
        assert [command[:2] for command in tui.service.commands] == [("stop", "mail-pump")]


async def test_every_command_about_jobs_takes_a_name() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = Palette(tui.app.main_screen)
        for command in VERBS:
            query = f"{command.name} rotate"
            given = [entry.value for entry, _ in search(query, palette.entries(query))]
            assert Give(command.id, ("triggered", "rotate-keys")) in given, command.id


async def test_a_job_that_is_gone_is_told() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await PaletteDriver(tui).open("run import")
        service.tell(JobRemoved(service.find("import-legacy").id))
        await tui.settle()
        await tui.press("enter")
        assert any("import-legacy is gone" in toast for toast in tui.toasts) and service.commands == []


async def test_nothing_fits_and_enter_does_nothing() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await palette.open("qqqqq")
        assert "Nothing fits." in tui.text and palette.chosen is None
        await tui.press("enter")
        assert palette.is_open and tui.service.commands == []


async def test_the_cursor_moves_and_stays_in_sight() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        palette = PaletteDriver(tui)
        await palette.open()
        await tui.press("down", "down", "up")
        assert palette.chosen == palette.values[1]
        await tui.press("pagedown", "pagedown")
        assert any(row.startswith("▌") for row in palette.shown)
        await tui.burst(*["pagedown"] * 20)
        assert palette.chosen == palette.values[-1] and palette.shown[-1].startswith("▌")
        await tui.click("#picker-list", 4, 0)
        assert not palette.is_open


async def test_two_thousand_jobs() -> None:
    jobs = (make_job(f"job-{number:04}") for number in range(2000))
    async with open_tui(FakeJobService(*jobs), (80, 24)) as tui:
        palette = PaletteDriver(tui)
        await palette.open("run 1234")
        assert palette.chosen == Give("job.run", ("triggered", "job-1234"))
        await tui.press("escape")
        await palette.give("j1777")
        assert tui.selected == "job-1777"


async def test_hostile_names_are_text() -> None:
    names = ["[red]a[/x]", "b\x1b[2Jc", "日本語", '["x"]']
    async with open_tui(FakeJobService(*(make_job(name) for name in names))) as tui:
        palette = PaletteDriver(tui)
        await palette.open("go to")
        assert "[red]a[/x]" in tui.text and "日本語" in tui.text and "\x1b" not in tui.text


async def test_chips_are_switched() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await PaletteDriver(tui).give("show failing")
        assert {name for _, name in tui.app.main_screen.table.rows} == {"image-resizer", "nightly-report"}


async def test_from_a_dialog_s_screen_below_a_view_of_its_own() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await tui.select("nightly-report")
        await tui.press("c")
        assert "Schedule" in tui.lines[0]
        await palette.give("go to mail")
        assert tui.selected == "mail-pump" and tui.app.screen is tui.app.main_screen


async def test_the_library_s_own_palette_is_off() -> None:
    async with open_tui(eleven_jobs()) as tui:
        assert not tui.app.ENABLE_COMMAND_PALETTE


# Commands without a key.


async def test_shut_down_asks_and_lists_what_runs() -> None:
    service = eleven_jobs()
    service.ends_on_shut_down = False
    async with open_tui(service) as tui:
        palette = PaletteDriver(tui)
        await palette.give(":shutdown")
        assert "Stop the engine?" in tui.text and "mail-pump, queue-worker, sync-inventory" in tui.text
        await tui.press("enter")
        assert service.commands == [] and tui.app.is_running, "the first answer is the safe one"
        await palette.give("shutdown")
        await tui.press("s")
        assert service.commands == [("shut_down",)] and tui.app.is_running
        service.end()
        await tui.until(lambda: tui.app.return_value is Leave.STOP_ALL)


async def test_shut_down_from_another_screen_leaves_when_the_engine_has_ended() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        await PaletteDriver(tui).give("shutdown")
        await tui.press("s")
        await tui.until(lambda: tui.app.return_value is Leave.STOP_ALL)


async def test_quit_by_name() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await PaletteDriver(tui).give(":quit")
        assert tui.app.return_value is Leave.LEFT


async def test_the_keymap_says_where_the_file_is_and_what_is_bound() -> None:
    preferences = Preferences(keys={"job.run": ("F9",), "job.kill": (), "no.such": ("r",)})
    async with open_tui(eleven_jobs(), preferences=preferences, config=Path("/home/me/config.toml")) as tui:
        palette = PaletteDriver(tui)
        await palette.give("keymap")
        assert "/home/me/config.toml" in tui.text and "'no.such'" in tui.text
        assert set(palette.values) == {command.id for command in COMMANDS}
        rows = {row.split()[0]: row for row in palette.rows}
        assert "(changed)" in rows["job.run"] and rows["job.run"].endswith("| F9")
        assert rows["job.kill"].endswith("| none") and rows["app.shutdown"].endswith("| none")
        assert rows["job.stop"].endswith("| x") and "(changed)" not in rows["job.stop"]
        await tui.press("enter")
        assert not palette.is_open and tui.service.commands == []


async def test_the_engine_s_log_on_another_machine_is_refused() -> None:
    service = FakeJobService(make_job("a"), engine=make_engine(shares_files=False))
    async with open_tui(service, engine_log=Path("/srv/engine.log")) as tui:
        await PaletteDriver(tui).give("engine-log")
        assert "The engine's log lies on another machine." in tui.toasts


async def test_an_engine_log_that_cannot_be_shown_is_told(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    async with open_tui(eleven_jobs(), engine_log=path) as tui:
        palette = PaletteDriver(tui)
        await palette.give("engine-log")
        assert any("There is no file" in toast for toast in tui.toasts)
        path.write_text("a line\n")
        await palette.give("engine-log")
        assert any("cannot be lent" in toast for toast in tui.toasts), "a test has no terminal to lend"


def test_which_pager() -> None:
    there = {"less": "/usr/bin/less", "bat": "/usr/bin/bat"}.get
    assert pager_command({"PAGER": "bat --plain"}, there) == ["bat", "--plain"]
    assert pager_command({"PAGER": "none such"}, there) == ["less"] == pager_command({}, there)
    assert pager_command({"PAGER": "'broken"}, there) == ["less"]
    assert pager_command({}, lambda name: None) is None


async def test_the_terminal_is_lent_to_the_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "engine.log"
    path.write_text("words\n")
    lent: list[list[str]] = []

    async def lend(app: object, argv: list[str], **more: object) -> None:
        lent.append(argv)

    monkeypatch.setattr(pager, "lend", lend)
    async with open_tui(eleven_jobs(), engine_log=path, environment={"PAGER": "cat -n"}) as tui:
        await PaletteDriver(tui).give("engine-log")
        assert lent == [["cat", "-n", str(path)]] and tui.toasts == []


# Themes.


async def test_themes_are_tried_on_and_escape_brings_the_old_one_back() -> None:
    async with open_tui(eleven_jobs()) as tui:
        palette = PaletteDriver(tui)
        await palette.give("theme")
        assert palette.chosen == DARK == tui.app.theme
        assert set(palette.values) == set(tui.app.available_themes)
        await tui.write("wjtui-light")
        assert tui.app.theme == LIGHT
        await tui.press("escape")
        assert tui.app.theme == DARK and not palette.is_open


async def test_a_theme_that_was_chosen_is_remembered_and_the_file_comes_first(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        await PaletteDriver(tui).give("theme")
        await tui.write("wjtui-light")
        await tui.press("enter")
        assert tui.app.theme == LIGHT
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        assert tui.app.theme == LIGHT
    async with open_tui(eleven_jobs(), memory=memory, environment={"NO_COLOR": "1"}) as tui:
        assert tui.app.theme != LIGHT
    in_file = Preferences(theme=DARK)
    async with open_tui(eleven_jobs(), memory=memory, theme=DARK, preferences=in_file) as tui:
        assert tui.app.theme == DARK
        palette = PaletteDriver(tui)
        await palette.give("theme")
        assert f"config.toml names '{DARK}'" in tui.text
        await tui.write("paper")
        await tui.press("enter")
        assert tui.app.theme == "paper", "for this sitting"


async def test_a_remembered_theme_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    memory.write_text('{"theme": "was-here-once"}')
    async with open_tui(eleven_jobs(), memory=memory) as tui:
        assert tui.app.theme == DARK and tui.toasts == []


async def test_theme_by_name() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await PaletteDriver(tui).give("theme paper")
        assert tui.app.theme == "paper"


async def test_bad_theme_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("primary = 3\n")
    async with open_tui(eleven_jobs(), user_themes=tmp_path) as tui:
        await tui.press("escape")
        await PaletteDriver(tui).give("theme")
        assert "broken.toml" in tui.text and "wrong type" in tui.text


# Read-only.

CHANGING = {
    "job.run", "job.run_with", "job.start", "job.stop", "job.kill", "job.restart", "job.pause", "job.later",
    "app.shutdown",
}  # fmt: skip
"""What changes something and is there whichever row is chosen."""


@pytest.mark.parametrize("size", SIZES)
async def test_read_only_says_so_and_refuses_what_changes_something(size: tuple[int, int]) -> None:
    service = FakeJobService(make_job("worker", Running(NOW, 5), kind=JobType.CONTINUOUS), make_job("report"))
    async with open_tui(service, size, read_only=True) as tui:
        assert "read-only" in tui.lines[0]
        palette = PaletteDriver(tui)
        await palette.open()
        refused = {
            entry.value.id
            for entry, _ in tui.app.screen._found  # type: ignore[attr-defined]
            if isinstance(entry.value, Give) and "read-only" in (entry.why_not() or "")
        }
        assert refused >= CHANGING
        await tui.press("escape")
        for key in ("r", "s", "x", "X", "R", "p", "t", "a"):
            await tui.press(key)
        assert service.commands == [] and not isinstance(tui.app.screen, Question)
        await tui.select("report")
        await tui.press("c")
        assert "read-only" in tui.lines[0] and "report" in tui.lines[0], "on every screen"
        assert all("read-only" in toast for toast in tui.toasts)


async def test_help_from_the_palette() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await PaletteDriver(tui).give("help")
        assert isinstance(tui.app.screen, Help)
