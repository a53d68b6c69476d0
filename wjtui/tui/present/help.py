"""Help as a sheet: sections of keys in columns, or what fits a search; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from wjtui.tui.bindings import Keys
from wjtui.tui.commands.command import Command, Section, Where
from wjtui.tui.present.fuzzy import best, fold
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.palette import lettered
from wjtui.tui.present.plain import shorten
from wjtui.tui.present.wrap import wrap

TWO_COLUMNS = 100
"""Cells from which all sections stand side by side; under that, one at a time."""
_LEAST_COLUMN = 38
_WIDEST_KEYS = {1: 9, 2: 9}
"""Cells of the keys that share a column, by the number of columns; longer ones push their words aside."""
_NARROW_KEYS = 6
EATEN_NOTE = "No key that other programs take (ctrl+b, ctrl+a, F10 …) is the only way."
NOTES: dict[Section, tuple[str, ...]] = {
    Section.JOBS: ("For the marked jobs, else for the one under the cursor.",),
    Section.LOG: (
        "Scrolling up pauses; nothing is lost.",
        "Output and errors come about in order.",
    ),
    Section.LEAVE: (
        "Works the same without the screen:",
        "wjtui list · run JOB · logs -f JOB · stop JOB",
        "Colours: :theme · NO_COLOR · --ascii · --no-mouse",
    ),
}
"""What stands under the keys of a section."""

FAMILIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("move.up", "move.down"), "up, down"),
    (("move.half_up", "move.half_down"), "half a page"),
    (("move.page_up", "move.page_down"), "a page"),
    (("move.first", "move.last"), "first, last"),
    (("pane.next", "pane.previous"), "next, previous pane"),
    (("pane.grow", "pane.shrink"), "resize panes"),
    (("list.mark_up", "list.mark_down"), "mark a range"),
    (
        ("sort.name", "sort.status", "sort.type", "sort.age", "sort.cpu", "sort.mem"),
        "sort by name, status, type, age, cpu, memory",
    ),
    (("log.newer_hit", "log.older_hit"), "next, previous hit"),
    (("log.next_error", "log.previous_error"), "next, previous error"),
    (("log.level_1", "log.level_2", "log.level_3", "log.level_4"), "all, output, errors, engine"),
    (("log.next_mark", "log.previous_mark"), "next, previous mark"),
    (("log.older_run", "log.newer_run"), "previous, next run"),
    (("log.previous_job", "log.next_job"), "previous, next job"),
    (("log.left", "log.right"), "sideways"),
    (("runs.above", "runs.below"), "previous, next run"),
    (("runs.previous_job", "runs.next_job"), "previous, next job"),
    (("runs.fold", "runs.unfold"), "fold, unfold a group"),
    (("job.versions", "job.rollback"), "versions, to the one before"),
    (("waiting.withdraw", "waiting.withdraw_all"), "take a start back, or all"),
    (("versions.open", "versions.go_back"), "go back; a file: its changes"),
)
"""Commands that need only one row, where room is short, and its words."""

_SECTIONS = {Where.LOG: Section.LOG, Where.RUNS: Section.RUNS}


class Cell(NamedTuple):
    """A part of a row: where it begins, how wide it is, and what stands there."""

    column: int
    width: int
    line: Line
    id: str = ""
    """The command that Enter gives here; empty: none."""


class Sheet(NamedTuple):
    """Rows of cells, and the place (row, cell) of each command, in the order of reading."""

    rows: tuple[tuple[Cell, ...], ...]
    places: tuple[tuple[int, int], ...]


def section_of(places: Sequence[Where]) -> Section:
    """The section about the place one is in."""
    return next((_SECTIONS[place] for place in places if place in _SECTIONS), Section.JOBS)


def sections(commands: Iterable[Command[Any]]) -> list[Section]:
    """Those that have commands."""
    there = {command.section for command in commands}
    return [section for section in Section if section in there]


def overview(
    commands: Sequence[Command[Any]], keys: Keys, shown: Sequence[Section], width: int, height: int
) -> Sheet:
    """These sections so that ``height`` rows suffice: with families in one row and in more columns at need.

    What fits in no way is to be scrolled.
    """
    fewest = 2 if width >= TWO_COLUMNS else 1
    most = max(fewest, width // _LEAST_COLUMN)
    one_by_one = [_Item(each.id, keys.shown(each.id), each.title, each.section) for each in commands]
    sheet = Sheet((), ())
    # Every key in a row of its own comes before wide columns.
    for style in _STYLES:
        for columns in range(fewest, most + 1):
            items = _families(one_by_one) if style.families else one_by_one
            blocks = _blocks(items, shown, width // columns - 1, columns, style)
            sheet = _flow(blocks, width // columns, columns)
            if len(sheet.rows) <= height:
                return sheet
    return sheet


def found(commands: Sequence[Command[Any]], keys: Keys, query: str, width: int) -> Sheet:
    """The commands whose keys, words or names fit what was typed, the best first."""
    names = {command.id: keys.shown(command.id) for command in commands}
    exact = [command for command in commands if query.strip() in names[command.id].split()]
    fitting = best(
        query, commands, lambda command: fold(f"{command.title} {command.name} {names[command.id]}")
    )
    column = _key_column(names.values())
    rows = []
    for command, at in [*((each, frozenset[int]()) for each in exact)] + [
        (each, fit.at) for each, fit in fitting if each not in exact
    ]:
        line = (
            _key(names[command.id], column),
            *lettered(command.title, 0, at, Ink.PLAIN),
            Piece(f"   {command.section.value}", Ink.DIM),
        )
        rows.append((Cell(1, width - 2, line, command.id),))
    return Sheet(tuple(rows), tuple((number, 0) for number in range(len(rows))))


def tabs(shown: Sequence[Section], on: Section, *, searching: bool) -> Line:
    """The sections by name, the open one in brackets."""
    pieces = [Piece(" Help  ", Ink.STRONG)]
    for section in shown:
        if section is on and not searching:
            pieces.append(Piece(f"‹{section.value}›", Ink.KEY))
        else:
            pieces.append(Piece(f" {section.value} ", Ink.DIM))
    return tuple(pieces)


def title(keys: Keys, width: int) -> Line:
    """The first line where all sections are in sight."""
    changed = len(keys.keymap)
    says = f"{changed} of them changed in config.toml" if changed else "as they come"
    return (Piece(" wjtui › Help ", Ink.STRONG), Piece(f"  keys: {says} · :keymap shows them all", Ink.DIM))


Block = list[tuple[Line, str]]
"""Rows that stay together: a line and its command."""
_GAP: tuple[Line, str] = ((), "")


class _Item(NamedTuple):
    """A row to be: a command, or a family of them under its first one's id."""

    id: str
    keys: str
    title: str
    section: Section


def _families(items: Sequence[_Item]) -> list[_Item]:
    """The same with each family in one row, where its first member was."""
    names = {item.id: item.keys for item in items}
    there = [([id for id in ids if id in names], words) for ids, words in FAMILIES]
    heads = {ids[0]: (ids, words) for ids, words in there if ids}
    members = {id for ids, _ in there for id in ids[1:]}
    found = []
    for item in items:
        if item.id in heads:
            ids, words = heads[item.id]
            found.append(item._replace(keys=" ".join(names[id] for id in ids), title=words))
        elif item.id not in members:
            found.append(item)
    return found


class _Style(NamedTuple):
    """How much room the rows take."""

    families: bool = False
    airy: bool = True
    """A blank row between sections."""
    wraps: bool = True
    """Words that are too long go on in the next row; else they end with an ellipsis."""


_STYLES = (_Style(), _Style(airy=False), _Style(True), _Style(True, False), _Style(True, False, False))
"""From the one that takes most room to the one that takes least."""


def _blocks(
    items: Sequence[_Item], shown: Sequence[Section], width: int, columns: int, style: _Style
) -> list[Block]:
    column = _key_column((item.keys for item in items if item.section in shown), columns)
    blocks: list[Block] = []
    for section in shown:
        of_section = [_row(item, column, width, style) for item in items if item.section is section]
        if len(shown) > 1 and of_section:
            of_section[0] = [((Piece(section.value, Ink.STRONG),), ""), *of_section[0]]
        blocks += of_section
        for note in NOTES.get(section, ()):
            blocks.append([(line, "") for line in wrap((Piece(note, Ink.DIM),), width)])
        if style.airy and len(shown) > 1:
            blocks.append([_GAP])
    return blocks


def _row(item: _Item, column: int, width: int, style: _Style) -> Block:
    key = _key(item.keys, column)
    room = max(1, width - len(key.text))
    lines = wrap((Piece(item.title),), room) if style.wraps else [(Piece(shorten(item.title, room)),)]
    first: tuple[Line, str] = ((key, *lines[0]), item.id)
    return [first, *(((Piece(" " * len(key.text)), *line), "") for line in lines[1:])]


def _key_column(names: Iterable[str], columns: int = 1) -> int:
    widest = _WIDEST_KEYS.get(columns, _NARROW_KEYS)
    return max((len(name) for name in names if len(name) <= widest), default=0) + 2


def _key(name: str, column: int) -> Piece:
    return Piece(f"{name:<{column - 1}} ", Ink.KEY)


def _flow(blocks: list[Block], width: int, columns: int) -> Sheet:
    """The blocks in columns of the same height, as far as they can be without being broken."""
    height = _height(blocks, columns)
    stacks = list(_stacks(blocks, height))
    rows: list[tuple[Cell, ...]] = []
    places: dict[str, tuple[int, int]] = {}
    for number in range(max(map(len, stacks), default=0)):
        cells: list[Cell] = []
        for column, stack in enumerate(stacks):
            if number < len(stack) and stack[number][0]:
                line, id = stack[number]
                cells.append(Cell(column * width + 1, width - 1, line, id))
        rows.append(tuple(cells))
    for row, given in enumerate(rows):
        places.update((cell.id, (row, at)) for at, cell in enumerate(given) if cell.id)
    return Sheet(tuple(rows), tuple(places[id] for stack in stacks for _, id in stack if id))


def _height(blocks: list[Block], columns: int) -> int:
    """The least height at which the blocks need no more than so many columns."""
    height = max(1, -(-sum(map(len, blocks)) // columns), *(len(block) for block in blocks or [[]]))
    while len(list(_stacks(blocks, height))) > columns:
        height += 1
    return height


def _stacks(blocks: list[Block], height: int) -> Iterator[Block]:
    stack: Block = []
    for block in blocks:
        if stack and len(stack) + len(block) > height:
            yield stack
            stack = []
        if stack or block[0][0]:
            stack = [*stack, *block]
    if stack:
        yield stack
