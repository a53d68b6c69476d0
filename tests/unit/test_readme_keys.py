"""The README's tables of keys name every key there is, each where it counts, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wjtui.tui.commands.command import Where
from wjtui.tui.commands.table import commands_of
from wjtui.tui.key_names import shown_key

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
HEADINGS = {
    Where.EVERYWHERE: "everywhere",
    Where.JOB: "where a job is chosen",
    Where.LIST: "in the list",
    Where.LOG: "in a log",
    Where.RUNS: "among the runs",
    Where.SCHEDULE: "on the schedule of a job",
    Where.VERSIONS: "among the versions of a job",
    Where.TRASH: "in the trash",
    Where.WAITING: "among the starts that wait",
}


@pytest.mark.parametrize("where", Where)
def test_the_keys_of(where: Where) -> None:
    commands = commands_of(where)
    keys = {shown_key(key) for command in commands for key in command.keys}
    names = {f":{command.name}" for command in commands if not command.keys}
    assert _named(HEADINGS[where]) | _told(HEADINGS[where], keys) == keys | names


def _rows(heading: str) -> list[tuple[str, str]]:
    """The rows of the table with this heading: what is pressed, and what that does."""
    found = re.search(
        rf"^\| {re.escape(heading)} \| does \|\n\| --- \| --- \|\n((?:\|.*\n)+)", README, re.MULTILINE
    )
    assert found is not None, f"the README has no table '{heading}'"
    cells = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in found[1].splitlines()]
    return [(keys.replace(r"\|", "|"), words) for keys, words in cells]


def _named(heading: str) -> set[str]:
    """The keys in the first column."""
    return {key for keys, _ in _rows(heading) for key in re.findall(r"`([^`]+)`", keys)}


def _told(heading: str, keys: set[str]) -> set[str]:
    """Keys that only the words of a row name."""
    return {key for _, words in _rows(heading) for key in re.findall(r"`([^`]+)`", words)} & keys
