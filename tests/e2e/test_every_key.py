"""Every key of the command table, pressed on a real screen over real jobs: does it do what help says?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import Installed
from tests.e2e.key_jobs import furnish
from tests.e2e.key_walk import (
    Proof,
    Seen,
    State,
    Step,
    Walk,
    another,
    both,
    changed,
    copied,
    cursor_row,
    keys_of,
    lacks,
    on,
    row_of,
    tmux_key,
)  # fmt: skip
from tests.support.terminal import Terminal
from wjtui.tui.commands.table import BY_ID, COMMANDS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

ELSEWHERE = {
    ("app.suspend", "ctrl+z"): "needs a shell to come back to: test_suspend.py",
    ("app.leave", "q"): "ends the screen: test_what_leaves, below",
    ("app.quit", "ctrl+q"): "ends the screen: test_what_leaves, below",
}
NO_KEY = {
    "app.shutdown",
    "app.theme",
    "app.keymap",
    "app.engine_log",
    "app.site_settings",
    "job.shell",
    "app.trash",
    "job.rollback",
}
"""Given by name, in the palette."""


def rows_above_the_log(screen: str) -> float:
    return next((at for at, line in enumerate(screen.split("\n")) if "‹Log›" in line), -1)


def grows(before: float, now: float) -> bool:
    return 0 <= before < now


def shrinks(before: float, now: float) -> bool:
    return 0 <= now < before


def of_log(job: str) -> re.Pattern[str]:
    """The title over the log of a job."""
    return re.compile(rf"─ ?{job} ‹Log›")


def anything(seen: Seen) -> bool:
    return bool(seen.screen.strip())


def off(job: str) -> Callable[[Seen], bool]:
    """The cursor is on another row."""
    return lambda seen: cursor_row(seen) != "" and f" {job} " not in cursor_row(seen)


def scribbled(walk: Walk) -> None:
    walk.terminal.scribble("\x1b[5;30Hgraffiti")


GROWN, SHRUNK = changed(rows_above_the_log, grows), changed(rows_above_the_log, shrinks)
DOWN, UP, ESCAPE = Step("j", on("ladle")), Step("k", on("fails")), Step("escape", lacks("Enter chooses"))
TOP, END = Step("g", on("fails")), Step("G", on("spare"))
AWAKE = r"awake as (\d+)"
END_LOGGED = Step("G", lambda seen: on("spare")(seen) and re.search(AWAKE, seen.screen))
LADLE_ENDED = Step(
    "ctrl+l", lambda seen: "changed to Success" in seen.screen and row_of("ladle", "Success")(seen)
)
"""Its last words come before its end, and until then it cannot be run again."""
MARKED, UNMARKED = Step("space", "1 marked"), Step("U", lacks("marked"))
SCRIBBLED = Step(scribbled, "graffiti")
IN_LOG, IN_LIST = "f Follow", re.compile(r"STATUS +NAME")


EVERYWHERE = [
    *[Proof("move.up", key, on("fails"), (DOWN,)) for key in ("k", "up")],
    *[Proof("move.down", key, on("ladle"), (), (UP,)) for key in ("j", "down")],
    Proof("move.half_up", "ctrl+u", off("spare"), (END,), (TOP,)),
    Proof("move.half_down", "ctrl+d", off("fails"), (), (TOP,)),
    Proof("move.page_up", "pageup", on("fails"), (END,)),
    Proof("move.page_down", "pagedown", on("spare"), (), (TOP,)),
    *[Proof("move.first", key, on("fails"), (END,)) for key in ("g", "home")],
    *[Proof("move.last", key, on("spare"), (), (TOP,)) for key in ("G", "end")],
    Proof("pane.next", "tab", IN_LOG, (), (Step("tab", lacks(IN_LOG)),)),
    Proof("pane.previous", "shift+tab", IN_LOG, (), (Step("shift+tab", lacks(IN_LOG)),)),
    Proof("pane.zoom", "z", lacks("‹Log›"), (), (Step("z", "‹Log›"),)),
    Proof("pane.grow", "plus", GROWN, (), (Step("minus", SHRUNK),)),
    Proof("pane.shrink", "minus", SHRUNK, (Step("plus", GROWN),)),
    Proof("job.newest_failure", "exclamation_mark", on("fails"), (END,)),
    Proof("view.redraw", "ctrl+l", lacks("graffiti"), (SCRIBBLED,)),
    *[Proof("app.palette", key, re.compile(r"│ +▌ run +run now"), (),
            (Step("spare", re.compile(r"go to +spare")), Step("enter", on("spare")), TOP))
      for key in ("colon", "ctrl+p")],
    *[Proof("app.help", key, "› Help", (), (Step(key, lacks("› Help")),)) for key in ("question_mark", "f1")],
    Proof("app.back", "escape", lacks("marked"), (MARKED,), (UP,)),
    Proof("app.copy", "ctrl+c", "never stops a job"),
    Proof("app.undo", "u", "Nothing to undo"),
]  # fmt: skip

LIST = [
    *[Proof("log.open", key, lacks("STATUS  "), (), (Step("escape", IN_LIST),)) for key in ("enter", "l")],
    Proof("list.filter", "slash", "name or status", (),
          (Step("pump", lacks(" spare ")), Step("enter", "/pump"), Step("escape", " spare "), TOP)),
    Proof("list.choose_filter", "f", "Show only", (),
          (Step("f", lacks(" spare ")), Step("escape", " spare "))),
    Proof("list.mark", "space", both("1 marked", "*✗"), (), (Step("U", lacks("marked")), UP)),
    Proof("list.mark_all", "asterisk", "6 marked", (), (UNMARKED,)),
    Proof("list.unmark_all", "U", lacks("marked"), (Step("asterisk", "6 marked"),)),
    Proof("list.mark_up", "shift+up", "2 marked", (DOWN,), (UNMARKED, TOP)),
    Proof("list.mark_down", "shift+down", "2 marked", (), (UNMARKED, TOP)),
    Proof("sort.status", "S", lacks("sort: name"), (), (Step("N", "sort: name"),)),
    Proof("sort.type", "T", "sort: type", (), (Step("N", "sort: name"),)),
    Proof("sort.age", "A", "sort: age", (), (Step("N", "sort: name"),)),
    Proof("sort.cpu", "C", "sort: cpu", (), (Step("N", "sort: name"),)),
    Proof("sort.mem", "M", "sort: mem", (), (Step("N", "sort: name"),)),
    Proof("sort.name", "N", "sort: name", (Step("S", lacks("sort: name")),)),
    Proof("list.menu", "full_stop", both("─ fails ─", "X  Kill"), (), (ESCAPE,)),
    Proof("job.new", "n", both("› New job", "‹1 Source›"), (),
          (Step("escape", anything), Step("escape", IN_LIST))),
    Proof("list.copy", "y", "Copy of fails", (), (Step("1", copied("fails")),)),
    Proof("list.events", "m", "› Events", (), (Step("m", IN_LIST),)),
    Proof("list.dashboard", "H", "› All runs", (), (Step("escape", IN_LIST),)),
    Proof("list.split", "vertical_line", "standard output", (), (Step("vertical_line", anything),)),
    Proof("job.history", "h", "fails › Runs", (), (Step("escape", IN_LIST),)),
    Proof("job.details", "d", "‹Details›", (), (Step("d", "‹Log›"),)),
    Proof("job.why", "w", "fails: why it is not running", (), (Step("c", lacks("why it")),)),
    Proof("job.waiting", "W", "fails › Waiting starts", (), (Step("escape", IN_LIST),)),
    Proof("job.versions", "V", "fails › Versions", (), (Step("escape", IN_LIST),)),
    Proof("job.delete", "D", "Delete fails?", (), (Step("escape", lacks("Delete fails?")),)),
    Proof("job.schedule", "c", "nightly › Schedule", (Step("j", anything), Step("j", on("nightly"))),
          (Step("escape", IN_LIST), TOP)),
    Proof("job.pause", "p", row_of("nightly", "Paused"), (Step("j", anything), Step("j", on("nightly"))),
          (Step("p", row_of("nightly", "Never run")), TOP)),
    Proof("job.run_with", "a", "Run ladle with arguments", (DOWN,),
          (Step("green soup", "green soup"), Step("enter", "ladle: green soup"), LADLE_ENDED, UP)),
    Proof("job.run", "r", re.compile(r"ladle: *[│█]?$", re.M), (DOWN,), (UP,)),
    Proof("job.edit", "e", "ladle › Settings", (DOWN,),
          (Step("escape", anything), Step("escape", IN_LIST), UP)),
    Proof("job.later", "t", "Run ladle once, later", (DOWN,),
          (Step("in 1h", "in 1h"), Step("enter", row_of("ladle", "later")), Step("t", "a start is put off"),
           Step("b", lacks("later")), UP)),
    Proof("job.restart", "R", another(AWAKE), (END_LOGGED,), (TOP,)),
    Proof("job.stop", "x", row_of("spare", "Stopped"), (END,), (Step("s", row_of("spare", "Running")), TOP)),
    Proof("job.start", "s", row_of("spare", "Running"), (END, Step("x", row_of("spare", "Stopped"))), (TOP,)),
    Proof("job.kill", "X", "Kill spare?", (END,),
          (Step("k", row_of("spare", "Stopped")), Step("s", row_of("spare", "Running")), TOP)),
]  # fmt: skip

FIND = (Step("slash", "plain text"), Step("open", "«open» 22"), Step("enter", "«open» 22/22"))
FOLLOWS = Step("f", "END OF RUN")
FOUND_NOTHING = (Step("escape", lacks("«open»")), FOLLOWS)
AT_LONG = (
    Step("slash", "plain text"),
    Step("a long line", anything),
    Step("enter", "«a long line» 1/1"),
)
BEGINNING = Step("g", "Status changed to Initializing")
AT_ERROR = re.compile(r">\S+ ERR +warning")
FROM_LONG = (Step("escape", lacks("«a long line»")), FOLLOWS)
SPLIT, WHOLE = Step("vertical_line", "standard output"), Step("vertical_line", lacks("standard output"))
UNFOLDED = re.compile(r'[^{]"event": "totals", *[│█!]* *$', re.M)

_WRAPPED = r"\s*".join("output_log.txt")
"""A long path goes on in the next row, wherever that begins."""

LOG = [
    Proof("log.follow", "f", "END OF RUN", (Step("k", "PAUSED"),)),
    Proof("log.find", "slash", "plain text", (),
          (Step("open", "«open» 22"), Step("enter", "«open» 22/22"), *FOUND_NOTHING)),
    Proof("log.filter", "ampersand", "plain text", (),
          (Step("paid", anything), Step("enter", "only «paid»"), Step("escape", lacks("«paid»")), FOLLOWS)),
    Proof("log.newer_hit", "n", "«open» 22/22", (*FIND, Step("N", "«open» 21/22")), FOUND_NOTHING),
    Proof("log.older_hit", "N", "«open» 21/22", FIND, FOUND_NOTHING),
    Proof("log.next_error", "e", AT_ERROR, (BEGINNING,), (FOLLOWS,)),
    Proof("log.previous_error", "E", AT_ERROR, (), (FOLLOWS,)),
    Proof("log.level_2", "2", "[2 INFO", (), (Step("1", "[1 All]"),)),
    Proof("log.level_3", "3", "[3 ERR", (), (Step("1", "[1 All]"),)),
    Proof("log.level_4", "4", "[4 SYS", (), (Step("1", "[1 All]"),)),
    Proof("log.level_1", "1", "[1 All]", (Step("3", "[3 ERR"),)),
    Proof("log.wrap", "w", "with its end here", AT_LONG, (Step("w", lacks("its end here")), *FROM_LONG)),
    Proof("log.time", "t", "+delta", (), (*[Step("t", anything)] * 3, Step("1", "time: clock"))),
    Proof("log.json", "P", UNFOLDED, AT_LONG, (Step("P", anything), *FROM_LONG)),
    Proof("log.mark", "m", "◆", (), (Step("m", lacks("◆")),)),
    Proof("log.next_mark", "apostrophe", lacks("Initializing"),
          (Step("m", "◆"), BEGINNING), (Step("m", anything), FOLLOWS)),
    Proof("log.previous_mark", "quotation_mark", "PAUSED", (Step("m", "◆"),), (Step("m", anything), FOLLOWS)),
    Proof("log.copy", "y", "─ Copy ─", (), (Step("p", copied("output_log.txt")),)),
    Proof("log.save", "S", "Save the log", (), (Step("enter", "Saved to"),)),
    Proof("log.pager", "o", re.compile(r"pager has .*" + _WRAPPED, re.S), (), (Step("enter", "‹Log›"),)),
    Proof("log.editor", "v", re.compile(r"editor has .*" + _WRAPPED, re.S), (), (Step("enter", "‹Log›"),)),
    Proof("log.older_run", "left_curly_bracket", "OLDER RUN", (), (FOLLOWS,)),
    Proof("log.newer_run", "right_curly_bracket", "END OF RUN", (Step("left_curly_bracket", "OLDER RUN"),)),
    Proof("log.previous_job", "left_square_bracket", of_log("pump"), (),
          (Step("right_square_bracket", of_log("report")),)),
    Proof("log.next_job", "right_square_bracket", of_log("spare"), (),
          (Step("left_square_bracket", of_log("report")),)),
    Proof("log.split", "vertical_line", "standard output", (), (WHOLE,)),
    Proof("log.lock", "L", "locked", (SPLIT,), (Step("L", lacks("locked")), WHOLE)),
    *[Proof("log.right", key, lacks("a long line of"), AT_LONG,
            (Step("left", "a long line of"), *FROM_LONG)) for key in ("right", "l")],
    *[Proof("log.left", key, "a long line of", (*AT_LONG, Step("right", lacks("a long line of"))),
            FROM_LONG) for key in ("left", "h")],
    Proof("log.regex", "ctrl+t", "regular expression", (Step("slash", "plain text"),),
          (Step("ctrl+t", "plain text"), Step("escape", lacks("plain text")))),
]  # fmt: skip


def on_newest(seen: Seen) -> bool:
    """The cursor of a history is on the first run of the first group, which is open."""
    at = next((at for at, line in enumerate(seen.lines) if line == cursor_row(seen)), 0)
    return (
        re.search(r" - \w{3} \d{4}-\d\d-\d\d +\d+ runs?", " " + seen.lines[at - 1].lstrip("│▌ ")) is not None
    )


def _runs(screen: str) -> int:
    found = re.search(r"\[All (\d+)\]", screen)
    return int(found[1]) if found else 0


def one_more(seen: Seen) -> bool:
    """The history has a run that it had not before the key."""
    return _runs(seen.screen) == _runs(seen.before) + 1


def one_less(seen: Seen) -> bool:
    """The history has lost a run."""
    return 0 < _runs(seen.screen) == _runs(seen.before) - 1


def one_gone(seen: Seen) -> bool:
    """And that is over, which the footer says: it can be undone."""
    return one_less(seen) and "u Undo" in seen.screen


def below_newest(seen: Seen) -> bool:
    return cursor_row(seen) != "" and not on_newest(seen) and "runs" not in cursor_row(seen)


GONE = both("All 3", "u Undo")
"""A run is deleted; while that goes on it can be out of the list already, and not be undone yet."""
FOLDED = re.compile(r"[│▌ ]\+ \w{3} \d{4}-\d\d-\d\d")
NEXT, BEFORE = Step("right_curly_bracket", below_newest), Step("left_curly_bracket", on_newest)
NEWEST = (Step("g", anything), Step("right_curly_bracket", on_newest))
FIELD = re.compile(r"(?<!\()(?<!job:name )status:failed|(?<!\()job:name")
"""What a field for a filter suggests; the hint that there is one has it in brackets."""
FOUND_ONE = re.compile(r"/\S+ +1 found|/bad")
RUN_ID = re.compile(r"^\d{18}$")


def copied_run(seen: Seen) -> bool:
    return RUN_ID.search(seen.terminal.clipboard) is not None


def oldest(walk: Walk) -> Path:
    """The folder of the first run."""
    runs = walk.program.root / "data" / "jobs" / "triggered" / "report"
    return min(folder for folder in runs.iterdir() if RUN_ID.match(folder.name))


def taken_away(walk: Walk) -> None:
    """Somebody moves a run's folder, which the engine is told by nobody."""
    oldest(walk).rename(walk.program.root / oldest(walk).name)


def put_back(walk: Walk) -> None:
    for folder in walk.program.root.iterdir():
        if RUN_ID.match(folder.name):
            folder.rename(oldest(walk).parent / folder.name)


RUNS = [
    *[Proof("view.refresh", key, "All 3", (Step(taken_away, "All 4"),),
            (Step(put_back, anything), Step(key, "All 4"), *NEWEST)) for key in ("f5", "ctrl+r")],
    Proof("runs.open", "enter", "report › Log", (), (Step("escape", "› Runs"),)),
    Proof("runs.first_error", "E", both("report › Log", "line 67 of", "Traceback"),
          (Step("right_curly_bracket", re.compile("▌.* exit 1 ")),), (Step("escape", "› Runs"), BEFORE)),
    Proof("runs.filter", "slash", FIELD, (),
          (Step("bad", re.compile(r"▌.* exit 1 ")), Step("enter", FOUND_ONE), Step("escape", lacks("/bad")),
           Step("left_curly_bracket", on_newest))),
    Proof("runs.switch", "f", lacks("[All 4]"), (), (Step("escape", "[All 4]"), *NEWEST)),
    Proof("runs.copy", "y", "Copy of run", (), (Step("1", copied_run),)),
    Proof("runs.delete", "D", "Delete run", (), (Step("d", GONE), Step("u", "All 4"), *NEWEST)),
    Proof("app.undo", "u", "All 4", (Step("D", "Delete run"), Step("d", GONE)), NEWEST),
    Proof("runs.above", "left_curly_bracket", on_newest, (NEXT,)),
    Proof("runs.below", "right_curly_bracket", below_newest, (), (BEFORE,)),
    Proof("runs.previous_job", "left_square_bracket", "pump › ", (),
          (Step("right_square_bracket", "report › Runs"),)),
    Proof("runs.next_job", "right_square_bracket", "spare › ", (),
          (Step("left_square_bracket", "report › Runs"),)),
    *[Proof("runs.fold", key, FOLDED, (), (Step("l", lambda seen: not FOLDED.search(seen.screen)), *NEWEST))
      for key in ("left", "h")],
    *[Proof("runs.unfold", key, lambda seen: not FOLDED.search(seen.screen), (Step("h", FOLDED),), NEWEST)
      for key in ("right", "l")],
]  # fmt: skip

SCHEDULE = [
    Proof("schedule.change", key, "nightly › Schedule builder", (),
          (Step("escape", anything), Step("escape", lacks("builder")))) for key in ("e", "enter")
]  # fmt: skip

DASHBOARD = [
    Proof("runs.open", "enter", "› Runs", (), (Step("escape", "› All runs"),)),
    Proof("runs.filter", "slash", FIELD, (),
          (Step("job:fails", re.compile(r"▌.* fails ")), Step("enter", FOUND_ONE),
           Step("escape", lacks("/job:fails")), *NEWEST)),
    Proof("runs.first_error", "E", both("fails › Log", "Traceback"),
          (Step("slash", FIELD), Step("job:fails", re.compile(r"▌.* fails ")),
           Step("enter", FOUND_ONE)),
          (Step("escape", "› All runs"), Step("escape", lacks("/job:fails")), *NEWEST)),
    Proof("runs.switch", "f", lacks("[All"), (), (Step("escape", "[All"), *NEWEST)),
    Proof("runs.copy", "y", "Copy of run", (), (Step("1", copied_run),)),
    Proof("runs.delete", "D", "Delete run", (), (Step("d", one_gone), Step("u", one_more), *NEWEST)),
    Proof("app.undo", "u", one_more, (Step("D", "Delete run"), Step("d", one_gone)), NEWEST),
    Proof("runs.above", "left_curly_bracket", on_newest, (NEXT,)),
    Proof("runs.below", "right_curly_bracket", below_newest, (), (BEFORE,)),
    Proof("runs.previous_job", "left_square_bracket", "Every job is in this list"),
    Proof("runs.fold", "h", FOLDED, (), (Step("l", lambda seen: not FOLDED.search(seen.screen)), *NEWEST)),
    Proof("runs.unfold", "l", lambda seen: not FOLDED.search(seen.screen), (Step("h", FOLDED),), NEWEST),
]  # fmt: skip

AGAIN = (Step("escape", IN_LIST), Step("V", "It is in place"))
"""Without the message that the key has brought."""
VERSIONS = [
    Proof("versions.open", "enter", "! Version 1 is in place", (), AGAIN),
    Proof("versions.go_back", "b", "! Version 1 is in place", (), AGAIN),
    Proof("versions.diff", "d", "! This version is in place"),
]
"""Of a job that was never changed: what the keys do where there is more is in tests/tui/test_versions.py."""
TRASH = [Proof("trash.restore", "enter", "Nothing lies in the trash")]
NOTHING_WAITS = (Step("escape", IN_LIST), Step("W", "› Waiting starts"))
WAITING = [
    Proof("waiting.withdraw", "b", "! No start waits.", (), NOTHING_WAITS),
    Proof("waiting.withdraw_all", "B", "! No start waits.", (), NOTHING_WAITS),
]
"""Of a job whose starts never wait: what the keys do where some do is in tests/tui/test_waiting.py."""

SIZES = pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24)], ids=["120x36", "80x24"])
TO_REPORT = (Step("G", on("spare")), Step("k", on("report")))


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """One root for all of them: each proof leads back to where it began."""
    found = Installed(tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("t"))
    try:
        furnish(found)
        yield found
    finally:
        found.close()


Open = Callable[..., Walk]


@pytest.fixture
def open_screen(furnished: Installed) -> Iterator[Open]:
    terminals: list[Terminal] = []

    def open(columns: int, rows: int, *home: State) -> Walk:
        house = Path(furnished.environment["HOME"])
        shutil.rmtree(house / ".local", ignore_errors=True)  # the filter and the order of the screen before
        for saved in house.glob("report-*"):
            saved.unlink()
        terminals.append(furnished.open(columns=columns, rows=rows))
        terminals[0].wait_for(re.compile(r"Running +spare"))
        return Walk(furnished, terminals[0], home)

    yield open
    for terminal in terminals:
        terminal.close()


def test_each_key_of_the_table_is_tried() -> None:
    proofs = [*EVERYWHERE, *LIST, *LOG, *RUNS, *SCHEDULE, *VERSIONS, *TRASH, *WAITING]
    tried = keys_of(proofs) | set(ELSEWHERE)
    assert tried == {(command.id, key) for command in COMMANDS for key in command.keys}
    assert {command.id for command in COMMANDS if not command.keys} == NO_KEY
    assert {proof.id for proof in DASHBOARD} < {proof.id for proof in RUNS} and all(map(BY_ID.get, NO_KEY))
    for command in COMMANDS:
        assert all(map(tmux_key, command.keys))


def test_everywhere(open_screen: Open) -> None:
    open_screen(120, 36, on("fails"), "6 of 6").prove(EVERYWHERE)


@SIZES
def test_in_the_list(open_screen: Open, columns: int, rows: int) -> None:
    open_screen(columns, rows, on("fails"), IN_LIST, lacks("marked")).prove(LIST)


@SIZES
def test_in_the_log(open_screen: Open, columns: int, rows: int) -> None:
    walk = open_screen(columns, rows, of_log("report"), "END OF RUN", "changed to Success")
    walk.go(*TO_REPORT, Step("enter", lacks("STATUS  ")))
    walk.prove(LOG)


@SIZES
def test_among_the_runs(open_screen: Open, columns: int, rows: int) -> None:
    walk = open_screen(columns, rows, "report › Runs", "All 4", on_newest)
    walk.go(*TO_REPORT, Step("h", "report › Runs"))
    walk.prove(RUNS)


@SIZES
def test_on_the_schedule(open_screen: Open, columns: int, rows: int) -> None:
    walk = open_screen(columns, rows, "nightly › Schedule", lacks("builder"), "Next 10 runs")
    walk.go(Step("j", anything), Step("j", on("nightly")), Step("c", "nightly › Schedule"))
    walk.prove(SCHEDULE)


def test_on_the_dashboard(open_screen: Open) -> None:
    walk = open_screen(120, 36, "› All runs", "[All", on_newest)
    walk.go(Step("H", "› All runs"))
    walk.prove(DASHBOARD)


@SIZES
def test_in_the_versions_and_the_trash(open_screen: Open, columns: int, rows: int) -> None:
    walk = open_screen(columns, rows, "fails › Versions", "in place")
    walk.go(Step("V", "fails › Versions"))
    walk.prove(VERSIONS)
    walk = Walk(walk.program, walk.terminal, ("› Trash", "It is empty"))
    walk.go(
        Step("colon", "a command, a job"), Step("trash", re.compile("▌ +trash")), Step("enter", "› Trash")
    )
    walk.prove(TRASH)


@SIZES
def test_among_the_starts_that_wait(open_screen: Open, columns: int, rows: int) -> None:
    walk = open_screen(columns, rows, "fails › Waiting starts", "No start waits:")
    walk.go(Step("W", "fails › Waiting starts"))
    walk.prove(WAITING)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_what_leaves(open_screen: Open, furnished: Installed, key: str) -> None:
    walk = open_screen(80, 24, on("fails"))
    walk.go(Step("h", "fails › Runs"))
    if key == "q":
        walk.go(Step("q", IN_LIST))
    walk.terminal.send(tmux_key(key))
    assert walk.terminal.wait_for_end() == 0 and walk.terminal.is_itself
    assert furnished.status("spare") == "Running"
