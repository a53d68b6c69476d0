"""What the palette offers: commands, jobs, commands for one job, chips and themes; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from rich.cells import cell_len

from wjtui.tui.bindings import Keys
from wjtui.tui.commands.command import Command, Where
from wjtui.tui.present.fuzzy import Found, best, fold, words_of
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import Chip, JobKey
from wjtui.tui.present.plain import plain

T = TypeVar("T")
WhyNot = Callable[[], str | None]
_NAME = 16
_PLACES = {
    Where.LIST: "in the list of jobs",
    Where.LOG: "in the log",
    Where.RUNS: "among the runs",
    Where.SCHEDULE: "on the schedule of a job",
    Where.VERSIONS: "among the versions of a job",
    Where.TRASH: "in the trash",
    Where.JOB: "where a job is chosen",
}


class Give(NamedTuple):
    """Give a command; for one job, whichever is chosen."""

    id: str
    job: JobKey | None = None


class GoTo(NamedTuple):
    """Put the cursor on a job."""

    job: JobKey


class Show(NamedTuple):
    """Switch a chip on."""

    chip: Chip


class Wear(NamedTuple):
    """Use a theme."""

    theme: str


Choice = Give | GoTo | Show | Wear


def _can() -> str | None:
    return None


class Entry(NamedTuple, Generic[T]):
    """One row: a name in a column of its own, what it does, and at the right its key."""

    name: str
    title: str
    value: T
    right: str = ""
    why_not: WhyNot = _can
    """Why it cannot be chosen now; asked when the row is painted, not for all of 2,000."""
    folded: str = ""
    """Name and title as they are searched."""


def entry(name: str, title: str, value: T, right: str = "", why_not: WhyNot = _can) -> Entry[T]:
    """An entry, its texts made harmless."""
    name, title = plain(name), plain(title)
    return Entry(name, title, value, right, why_not, fold(f"{name} {title}"))


def command_entry(command: Command[Any], keys: Keys, why_not: WhyNot = _can) -> Entry[Choice]:
    """A command under its name."""
    return entry(command.name, command.title, Give(command.id), shown_if_any(command, keys), why_not)


def verb_entry(
    command: Command[Any], keys: Keys, job: JobKey, name: str, why_not: WhyNot = _can
) -> Entry[Choice]:
    """A command for one job: ``stop mail-pump``."""
    return entry(command.name, name, Give(command.id, job), shown_if_any(command, keys), why_not)


def shown_if_any(command: Command[Any], keys: Keys) -> str:
    """The keys of a command that has some."""
    return keys.shown(command.id) if keys.of(command.id) else ""


def elsewhere(command: Command[Any]) -> str:
    """Why a command cannot be given on a screen where its keys do not count."""
    return f"It counts {_PLACES.get(command.where, 'elsewhere')}."


def job_entries(jobs: Iterable[tuple[JobKey, str]]) -> Iterator[Entry[Choice]]:
    """Every job by its name."""
    return (entry("go to", name, GoTo(key)) for key, name in jobs)


def verbs(query: str, commands: Sequence[Command[Any]]) -> list[Command[Any]]:
    """The commands that the first of several words begins the name of: in ``stop mail`` that is ``stop``."""
    words = words_of(query)
    return [command for command in commands if command.name.startswith(words[0])] if len(words) > 1 else []


def chip_entries() -> Iterator[Entry[Choice]]:
    """What the list can be switched to."""
    for chip in Chip:
        words = "every job" if chip is Chip.ALL else f"{chip.value.lower()} jobs only"
        yield entry("show", words, Show(chip))


def theme_entries(names: Iterable[str]) -> Iterator[Entry[Choice]]:
    """Every theme."""
    return (entry("theme", name, Wear(name)) for name in names)


def search(query: str, entries: Iterable[Entry[T]]) -> list[tuple[Entry[T], Found]]:
    """The entries that fit what was typed, the best first; all of them when that is nothing."""
    return best(query.lstrip().removeprefix(":"), entries, lambda entry: entry.folded)


class Row(NamedTuple):
    """What stands at the left, and at the right edge."""

    left: Line
    right: Line = ()


def row(found: tuple[Entry[T], Found], width: int, names: int = _NAME) -> Row:
    """The letters that were typed stand out; what cannot be chosen is dim and says why."""
    (name, title, _, right, why_not, _), fitting = found
    reason = why_not()
    letters = lettered(name, 0, fitting.at, Ink.DIM if reason else Ink.ACCENT)
    gap = max(1, (names if width >= 2 * names else 0) - cell_len(name))
    letters += [
        Piece(" " * gap),
        *lettered(title, len(name) + 1, fitting.at, Ink.DIM if reason else Ink.PLAIN),
    ]
    if reason:
        letters.append(Piece(f"  {reason}", Ink.DIM))
    return Row(tuple(letters), (Piece(right, Ink.DIM if reason else Ink.KEY),))


def lettered(text: str, start: int, at: frozenset[int], ink: Ink) -> list[Piece]:
    """The text in pieces, the letters at those places in the ink of keys."""
    pieces: list[Piece] = []
    for place, char in enumerate(text, start):
        wanted = Ink.KEY if place in at else ink
        if pieces and pieces[-1].ink is wanted:
            pieces[-1] = Piece(pieces[-1].text + char, wanted)
        else:
            pieces.append(Piece(char, wanted))
    return pieces
