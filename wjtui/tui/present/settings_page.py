"""The settings form in words: what a text says, what is wrong with it, and what saving it would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wjtui.model.identity import JobType
from wjtui.model.jobs import Disabling, Job, Stopped
from wjtui.model.settings import JobSettings
from wjtui.model.site import Inherited
from wjtui.settings.effect import effect
from wjtui.settings.judge import Fault, judge
from wjtui.settings.keys import BY_NAME
from wjtui.settings.lenient import NotJson, is_strict
from wjtui.settings.parse import parse_settings
from wjtui.settings.values import Kind
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.settings_fields import changed_keys, kept_lines
from wjtui.tui.present.settings_text import count_lines, line_ends

TABS = {"form": "Form", "raw": "Raw JSON", "env": "Environment"}
"""Where there is no room for all at once."""


class Draft(NamedTuple):
    """A text that is being edited, and what it says."""

    text: str
    settings: JobSettings
    """While the text is no JSON: what it said last."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with keys that mean something to the job."""
    broken: Fault | None = None
    """Why the text cannot be read at all."""

    def error_of(self, key: str) -> str:
        """What is wrong with a key; empty: nothing."""
        return " ".join(fault.text for fault in self.faults if fault.key == key)

    @property
    def raw(self) -> Mapping[str, Any]:
        """What it says, key by key."""
        return self.settings.raw


class Origin(NamedTuple):
    """What a text was before the field of a key was edited, for as long as nothing else is."""

    key: str
    text: str


def read_draft(text: str, kind: JobType, last: JobSettings | None = None) -> Draft:
    """Read a text; ``last``: what it said before."""
    faults = judge(text, kind)
    broken = next((fault for fault in faults if not fault.key), None)
    settings = last or JobSettings()
    try:
        settings = parse_settings(text, kind).settings if text.strip() else JobSettings()
    except NotJson as error:
        broken = broken or Fault(
            "", f"This is no JSON: {error.reason}.", line=error.line, column=error.column
        )
    mine = tuple(fault for fault in faults if fault.key and BY_NAME[fault.key].scope.covers(kind))
    return Draft(text, settings, mine, broken)


def count_changes(before: Draft, now: Draft) -> str:
    """``2 changes``; empty: there are none."""
    if before.text == now.text:
        return ""
    count = len(changed_keys(before.raw, now.raw))
    if now.broken is not None or not count:
        return "the text is changed"
    return "1 change" if count == 1 else f"{count} changes"


def header(name: str, version: int | None, changes: str, width: int) -> Line:
    """The first line: what is edited, and how much of it is not saved."""
    left = [Piece(" wjtui", Ink.ACCENT), Piece(" › "), Piece(shorten(plain(name), 40), Ink.STRONG)]
    left.append(Piece(" › Settings"))
    left.append(Piece(f"  settings.job (v{version})" if version is not None else "", Ink.DIM))
    right = f"{changes} not saved " if changes else ""
    used = sum(len(piece.text) for piece in left)
    return *left, Piece(fit("", width - used - len(right))), Piece(right, Ink.WARNING)


def verdict(draft: Draft) -> Line:
    """What stands under the raw text: whether it can be read, its lines and their ends."""
    count, ends = count_lines(draft.text), line_ends(draft.text)
    lines = "1 line" if count == 1 else f"{count:,} lines"
    if draft.broken is not None:
        return (Piece(f"✗ {plain(draft.broken.text)}", Ink.FAILED),)
    if not draft.text.strip():
        return (Piece("· no file: an empty text removes it", Ink.DIM),)
    kind = "valid JSON" if is_strict(draft.text.removeprefix("\ufeff")) else "valid, with comments"
    return Piece(f"✓ {kind}", Ink.SUCCESS), Piece(f"   {lines}   {ends}".rstrip(), Ink.DIM)


def effect_lines(
    before: Draft, now: Draft, job: Job, inherited: Mapping[str, Inherited], theirs: bool
) -> list[Line]:
    """What saving would do, in words. ``theirs``: the file was changed by somebody else meanwhile."""
    kind = job.id.type
    lines: list[Line] = []
    if now.broken is not None:
        lines.append(
            (Piece("Nothing is saved while this is no JSON; until then the fields wait.", Ink.WARNING),)
        )
    elif now.text == before.text:
        lines.append((Piece("Nothing is changed.", Ink.DIM),))
    else:
        sentences = effect(before.settings, now.settings, kind, is_live(job), inherited=inherited)
        lines += [(Piece(plain(sentence)),) for sentence in sentences]
    lines += kept_lines(now.settings, kind)
    word, ink = ("yes", Ink.WARNING) if theirs else ("no", Ink.DIM)
    lines.append((Piece("File changed on disk since you opened it?  ", Ink.DIM), Piece(word, ink)))
    return lines


def errors_line(draft: Draft) -> str:
    """Why nothing was saved; empty: nothing is wrong."""
    if draft.broken is not None:
        return f"{plain(draft.broken.text)} The file on disk is still the old one."
    count = len(draft.faults)
    if not count:
        return ""
    return f"{count} error{'s' if count > 1 else ''}: the file on disk is still the old one"


def is_live(job: Job) -> bool:
    """Whether saving meets a continuous job that is to run, or a run that is going."""
    return not isinstance(job.phase, Stopped | Disabling) if job.is_continuous else job.live


def tabs_line(shown: str) -> list[tuple[str, Piece]]:
    """The tabs of a narrow screen, by what they are called inside."""
    return [
        (tab, Piece(f" ‹{name}› ", Ink.KEY) if tab == shown else Piece(f"  {name}  ", Ink.DIM))
        for tab, name in TABS.items()
    ]


def tab_of(fault: Fault) -> str:
    """On which tab of a narrow screen an error is to be seen."""
    return "raw" if not fault.key else "env" if BY_NAME[fault.key].kind is Kind.VARIABLES else "form"
