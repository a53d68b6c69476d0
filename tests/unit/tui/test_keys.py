"""Keys: names of keys, what config.toml may say of them, and the rules that the table keeps."""

from __future__ import annotations

import pytest

from tests.support.fake_service import FakeJobService, FixedClock
from wjtui.tui import app as app_module
from wjtui.tui.app import WjtuiApp
from wjtui.tui.bindings import NEVER, Keys, clashes
from wjtui.tui.commands.command import TOGETHER, Command, Section, Where
from wjtui.tui.commands.table import BY_ID, COMMANDS
from wjtui.tui.key_names import SHOWN, eaten, read_key, shown_key, types
from wjtui.tui.options import ScreenFailed, ScreenOptions


def row(id: str, where: Where, *keys: str) -> Command[None]:
    return Command(id, keys, id, lambda desk: None, Section.JOBS, where)


TABLE = (
    row("a.run", Where.JOB, "r"),
    row("a.stop", Where.JOB, "x"),
    row("a.kill", Where.JOB, "X"),
    row("list.sort", Where.LIST, "S"),
    row("log.save", Where.LOG, "S"),
    row("app.help", Where.EVERYWHERE, "question_mark", "f1"),
    row("app.shut_down", Where.EVERYWHERE),
)


def keys(**wanted: list[str]) -> Keys:
    return Keys({id.replace("__", "."): keys for id, keys in wanted.items()}, TABLE)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("r", "r"), ("R", "R"), ("/", "slash"), ("?", "question_mark"), ("ctrl+p", "ctrl+p"),
        ("Ctrl+P", "ctrl+p"), ("F5", "f5"), ("f5", "f5"), ("Esc", "escape"), ("escape", "escape"),
        ("Enter", "enter"), ("return", "enter"), ("space", "space"), ("PgDn", "pagedown"),
        ("pagedown", "pagedown"), ("↑", "up"), ("shift+↑", "shift+up"), ("shift+Tab", "shift+tab"),
        ("question_mark", "question_mark"), ("vertical_line", "vertical_line"), ("+", "plus"),
        ("ctrl++", "ctrl+plus"), ("shift+a", "A"), ("ctrl+shift+x", "ctrl+shift+x"),
        ("shift+ctrl+F1", "ctrl+shift+f1"), ("alt+x", "alt+x"), (",", "comma"), ("ö", "ö"), ("1", "1"),
    ],
)  # fmt: skip
def test_keys_are_read_as_shown_and_as_the_library_names_them(text: str, key: str) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize("text", ["", "rr", "ctrl+", "f99", "hyper+x", "\x1b", "\n", "ctrl+nokey", "+a+"])
def test_what_is_no_key(text: str) -> None:
    assert read_key(text) is None


def test_every_key_is_read_back_as_it_is_shown() -> None:
    for key in (*SHOWN, *(key for command in COMMANDS for key in command.keys)):
        assert read_key(shown_key(key)) == key == read_key(key)


def test_which_keys_type_text() -> None:
    assert all(types(key) for key in ("a", "Z", "question_mark", "space", "comma"))
    assert not any(types(key) for key in ("f1", "ctrl+p", "escape", "up", "enter"))


def test_without_wishes_the_table_counts() -> None:
    none = keys()
    assert none.keymap == {} and none.troubles == ()
    assert none.of("app.help") == ("question_mark", "f1") and none.shown("app.help") == "? F1"
    assert none.name("a.run") == "r" and none.name("app.help") == "?"
    assert none.name("app.shut_down") == ":shut-down" == none.shown("app.shut_down")


def test_a_wish_replaces_all_keys_of_a_command_and_none_unbinds() -> None:
    mine = keys(a__run=["F9", "ctrl+g"], a__kill=[])
    assert mine.troubles == ()
    assert mine.of("a.run") == ("f9", "ctrl+g") and mine.name("a.run") == "F9"
    assert mine.of("a.kill") == () and mine.name("a.kill") == ":kill"
    assert mine.keymap == {"a.run": "f9,ctrl+g", "a.kill": NEVER}
    assert mine.is_changed("a.run") and not mine.is_changed("a.stop")


def test_two_commands_can_swap_their_keys() -> None:
    mine = keys(a__run=["x"], a__stop=["r"])
    assert mine.troubles == () and mine.of("a.run") == ("x",) and mine.of("a.stop") == ("r",)


def test_one_key_may_mean_two_things_in_two_places() -> None:
    assert keys(log__save=["S"], list__sort=["S"]).troubles == ()
    assert keys(log__save=["F6"], list__sort=["F6"]).troubles == ()


def test_an_unknown_command_and_an_unknown_key_are_told_and_the_rest_counts() -> None:
    mine = keys(a__walk=["w"], a__run=["nokey", "F9"], a__stop=["also none"])
    assert mine.of("a.run") == ("f9",) and mine.of("a.stop") == ("x",)
    first, second, third = mine.troubles
    assert "config.toml" in first and "'a.walk'" in first and "no command" in first
    assert "'nokey' for a.run" in second and "'also none' for a.stop" in third


def test_a_key_that_another_command_has_is_told_with_both_and_does_not_count() -> None:
    mine = keys(a__run=["x", "F9"])
    assert mine.troubles == ("config.toml: x is wanted for a.run, but it is the key of a.stop.",)
    assert mine.of("a.run") == ("f9",) and mine.of("a.stop") == ("x",)
    for id in ("a.run", "list.sort", "log.save"):
        (trouble,) = Keys({id: ["?"]}, TABLE).troubles
        assert f"? is wanted for {id}" in trouble and "app.help" in trouble


def test_a_key_wanted_twice_is_the_first_one_s() -> None:
    mine = keys(a__run=["F9"], a__kill=["F9"])
    assert mine.of("a.run") == ("f9",) and mine.of("a.kill") == ("X",)
    assert mine.troubles == ("config.toml: F9 is wanted for a.kill, but it is the key of a.run.",)


def test_a_command_whose_wish_failed_keeps_its_key_even_if_another_one_wants_it() -> None:
    mine = keys(a__stop=["r"], a__run=["X"])
    assert mine.of("a.run") == ("r",) and mine.of("a.stop") == ("x",) and mine.of("a.kill") == ("X",)
    assert len(mine.troubles) == 2
    assert len({key for id in ("a.run", "a.stop", "a.kill") for key in mine.of(id)}) == 3


@pytest.mark.parametrize("key", ["ctrl+b", "ctrl+a", "ctrl+s", "ctrl+h", "ctrl+space", "F10", "alt+x"])
def test_a_key_that_others_take_is_told_and_counts(key: str) -> None:
    mine = keys(a__run=[key])
    (trouble,) = mine.troubles
    assert f"{key} for a.run may not arrive" in trouble.replace("Space", "space")
    assert mine.of("a.run") == (read_key(key),)


def test_text_of_the_file_cannot_do_harm() -> None:
    mine = Keys({"\x1b[2J": ["r"], "a.run": ["\x1b]0;x\x07" * 50]}, TABLE)
    assert all("\x1b" not in trouble and len(trouble) < 200 for trouble in mine.troubles)
    assert len(mine.troubles) == 2


# The rules of the table.

NOT_YET = {
    "ctrl+s": "settings form",
}  # fmt: skip
"""Keys of the design whose commands come later."""

_SORTS = {"N": "name", "S": "status", "T": "type", "A": "age", "C": "cpu", "M": "mem"}
DESIGN: tuple[tuple[str, Where, str], ...] = (
    *(("move.up", Where.EVERYWHERE, key) for key in ("k", "up")),
    *(("move.down", Where.EVERYWHERE, key) for key in ("j", "down")),
    *(("move.first", Where.EVERYWHERE, key) for key in ("g", "home")),
    *(("move.last", Where.EVERYWHERE, key) for key in ("G", "end")),
    ("move.half_down", Where.EVERYWHERE, "ctrl+d"),
    ("move.half_up", Where.EVERYWHERE, "ctrl+u"),
    ("move.page_up", Where.EVERYWHERE, "pageup"),
    ("move.page_down", Where.EVERYWHERE, "pagedown"),
    ("log.open", Where.LIST, "enter"),
    ("log.open", Where.LIST, "l"),
    ("app.back", Where.EVERYWHERE, "escape"),
    ("app.leave", Where.EVERYWHERE, "q"),
    ("pane.next", Where.EVERYWHERE, "tab"),
    ("pane.previous", Where.EVERYWHERE, "shift+tab"),
    ("list.filter", Where.LIST, "slash"),
    ("app.palette", Where.EVERYWHERE, "colon"),
    ("app.palette", Where.EVERYWHERE, "ctrl+p"),
    ("app.help", Where.EVERYWHERE, "question_mark"),
    ("app.help", Where.EVERYWHERE, "f1"),
    ("list.mark", Where.LIST, "space"),
    ("list.mark_all", Where.LIST, "asterisk"),
    ("list.unmark_all", Where.LIST, "U"),
    ("list.mark_up", Where.LIST, "shift+up"),
    ("list.mark_down", Where.LIST, "shift+down"),
    ("job.run", Where.JOB, "r"),
    ("job.run_with", Where.JOB, "a"),
    ("job.start", Where.JOB, "s"),
    ("job.stop", Where.JOB, "x"),
    ("job.kill", Where.JOB, "X"),
    ("job.restart", Where.JOB, "R"),
    ("job.pause", Where.JOB, "p"),
    ("job.schedule", Where.JOB, "c"),
    ("job.details", Where.JOB, "d"),
    ("job.history", Where.LIST, "h"),
    ("job.why", Where.LIST, "w"),
    ("job.edit", Where.LIST, "e"),
    ("job.new", Where.LIST, "n"),
    ("job.versions", Where.LIST, "V"),
    ("job.delete", Where.LIST, "D"),
    ("runs.delete", Where.RUNS, "D"),
    ("app.undo", Where.EVERYWHERE, "u"),
    ("job.newest_failure", Where.EVERYWHERE, "exclamation_mark"),
    ("list.choose_filter", Where.LIST, "f"),
    ("log.follow", Where.LOG, "f"),
    ("list.split", Where.LIST, "vertical_line"),
    ("log.split", Where.LOG, "vertical_line"),
    ("list.events", Where.LIST, "m"),
    ("list.menu", Where.LIST, "full_stop"),
    ("list.copy", Where.LIST, "y"),
    ("pane.zoom", Where.EVERYWHERE, "z"),
    ("pane.grow", Where.EVERYWHERE, "plus"),
    ("pane.shrink", Where.EVERYWHERE, "minus"),
    *((f"sort.{by}", Where.LIST, key) for key, by in _SORTS.items()),
    ("view.refresh", Where.EVERYWHERE, "f5"),
    ("view.refresh", Where.EVERYWHERE, "ctrl+r"),
    ("view.redraw", Where.EVERYWHERE, "ctrl+l"),
    ("app.copy", Where.EVERYWHERE, "ctrl+c"),
    ("app.suspend", Where.EVERYWHERE, "ctrl+z"),
    ("app.quit", Where.EVERYWHERE, "ctrl+q"),
)  # fmt: skip
"""Command, place, key: the design's table, as far as there is what it is about."""

DESTRUCTIVE = ("x", "X", "R", "D")


@pytest.mark.parametrize(("id", "where", "key"), DESIGN)
def test_the_design_s_keys_are_in_the_table(id: str, where: Where, key: str) -> None:
    assert key in BY_ID[id].keys and BY_ID[id].where is where


def test_the_keys_of_what_comes_later_are_still_free() -> None:
    list_keys = {
        key
        for command in COMMANDS
        if command.where in (Where.EVERYWHERE, Where.JOB, Where.LIST)
        for key in command.keys
    }
    assert not list_keys & {name.partition(" ")[0] for name in NOT_YET}


def test_start_and_stop_are_verbs() -> None:
    """Rule 1: no key both starts and stops."""
    starts, stops = set(BY_ID["job.start"].keys), set(BY_ID["job.stop"].keys)
    assert starts and stops and not starts & stops


def test_a_key_that_destroys_means_the_same_everywhere_or_nothing() -> None:
    """Rule 2."""
    for key in DESTRUCTIVE:
        bound = [command for command in COMMANDS if key in command.keys]
        assert len({command.name for command in bound}) <= 1, [command.id for command in bound]
        assert not any(command.where is Where.LOG for command in bound)


def test_what_cannot_be_undone_has_a_capital() -> None:
    """Rule 3: kill, restart and delete are capitals; no small letter does the like."""
    strong = [c for c in COMMANDS if c.id.partition(".")[2] in ("kill", "restart", "delete")]
    assert strong and all(key.isupper() for command in strong for key in command.keys)


def test_no_key_that_others_take_is_the_only_way() -> None:
    """Rule 4."""
    for command in COMMANDS:
        assert not command.keys or not all(eaten(key) for key in command.keys), command.id
        only_function_keys = [key for key in command.keys if key[0] == "f" and key[1:].isdigit()]
        assert len(only_function_keys) < max(1, len(command.keys)) or not command.keys, command.id


def test_no_letter_is_bound_where_fields_are() -> None:
    """Rule 5: what counts in fields and dialogs, too, types nothing."""
    app = WjtuiApp(FakeJobService(), ScreenOptions(clock=FixedClock()))
    priority = [key for key, binding in app._bindings if binding.priority]
    assert set(priority) == {"ctrl+q", "f1"} and not any(types(key) for key in priority)


def test_every_key_is_a_command_s_and_no_two_clash() -> None:
    """Rule 6."""
    assert clashes(COMMANDS) == []
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        group, dot, name = command.id.partition(".")
        assert dot and group and name and command.name, command.id


def test_a_palette_name_is_one_command_s_in_each_place() -> None:
    for places in TOGETHER:
        names = [command.name for command in COMMANDS if command.where in places]
        twice = {name for name in names if names.count(name) > 1}
        assert twice <= {"copy"}, "the copy of the terminal's selection is the one exception"


def test_a_clash_in_our_own_table_is_a_sentence_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*COMMANDS, row("mine.too", Where.LIST, "r"))
    monkeypatch.setattr(app_module, "COMMANDS", broken)
    with pytest.raises(ScreenFailed, match=r"r is claimed by job\.run and by mine\.too"):
        WjtuiApp(FakeJobService(), ScreenOptions(clock=FixedClock()))
