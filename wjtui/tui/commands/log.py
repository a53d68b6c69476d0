"""Commands of the log view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from wjtui.tui.commands.command import Command, Section, Step, Where
from wjtui.tui.present.log_head import Shows


class LogDesk(Protocol):
    """What can be done with a log."""

    def follow(self) -> None: ...
    def split(self) -> None: ...
    def lock(self) -> None: ...
    def move(self, step: Step) -> None: ...
    def find(self) -> None: ...
    def filter(self) -> None: ...
    def regex(self) -> None: ...
    def hit(self, *, newer: bool) -> None: ...
    def error(self, *, backwards: bool) -> None: ...
    def level(self, level: Shows) -> None: ...
    def wrap(self) -> None: ...
    def time(self) -> None: ...
    def json(self) -> None: ...
    def bookmark(self) -> None: ...
    def to_bookmark(self, *, backwards: bool) -> None: ...
    def copy(self) -> None: ...
    def save(self) -> None: ...
    def pager(self) -> None: ...
    def editor(self) -> None: ...
    def other_run(self, *, newer: bool) -> None: ...
    def other_job(self, by: int) -> None: ...
    def why_no_log(self) -> str | None: ...
    def why_no_lock(self) -> str | None: ...
    def why_no_hit(self) -> str | None: ...
    def why_no_run(self) -> str | None: ...


def _log(id: str, keys: tuple[str, ...], title: str, act: Callable[[Any], None], **more: Any) -> Command[Any]:
    return Command(f"log.{id}", keys, title, act, Section.LOG, Where.LOG, **more)


_LEVELS = {
    Shows.ALL: "all lines",
    Shows.OUTPUT: "standard output alone",
    Shows.ERRORS: "errors alone",
    Shows.SYSTEM: "the engine's lines alone",
}


def _level(level: Shows) -> Command[Any]:
    return _log(f"level_{level.key}", (level.key,), _LEVELS[level], lambda d: d.level(level))


COMMANDS: tuple[Command[LogDesk], ...] = (
    _log("follow", ("f",), "follow the end again", lambda d: d.follow(), footer="Follow"),
    _log("find", ("slash",), "find; ctrl+t in the field: regex", lambda d: d.find(),
         why_not=lambda d: d.why_no_log(), footer="Find"),
    _log("filter", ("ampersand",), "keep matching lines; ! first drops them", lambda d: d.filter(),
         why_not=lambda d: d.why_no_log(), footer="Filter"),
    _log("newer_hit", ("n",), "next hit, towards newer lines", lambda d: d.hit(newer=True),
         why_not=lambda d: d.why_no_hit(), footer="Next"),
    _log("older_hit", ("N",), "previous hit, towards older lines", lambda d: d.hit(newer=False),
         why_not=lambda d: d.why_no_hit()),
    _log("next_error", ("e",), "next error", lambda d: d.error(backwards=False),
         why_not=lambda d: d.why_no_log(), footer="Error"),
    _log("previous_error", ("E",), "previous error", lambda d: d.error(backwards=True),
         why_not=lambda d: d.why_no_log()),
    *map(_level, Shows),
    _log("wrap", ("w",), "wrap long lines, or cut them", lambda d: d.wrap(), footer="Wrap"),
    _log("time", ("t",), "times: clock, steps, none, other zone", lambda d: d.time(), footer="Time"),
    _log("json", ("P",), "unfold JSON, or not", lambda d: d.json(), footer="JSON"),
    _log("mark", ("m",), "mark this line, or take the mark off", lambda d: d.bookmark(),
         why_not=lambda d: d.why_no_log(), footer="Mark"),
    _log("next_mark", ("apostrophe",), "next mark", lambda d: d.to_bookmark(backwards=False),
         why_not=lambda d: d.why_no_log()),
    _log("previous_mark", ("quotation_mark",), "previous mark", lambda d: d.to_bookmark(backwards=True),
         why_not=lambda d: d.why_no_log()),
    _log("copy", ("y",), "copy the selection, a line, errors, the path", lambda d: d.copy(),
         why_not=lambda d: d.why_no_log(), footer="Copy"),
    _log("save", ("S",), "save to a file", lambda d: d.save(), why_not=lambda d: d.why_no_log(),
         footer="Save"),
    _log("pager", ("o",), "open in the pager", lambda d: d.pager(), why_not=lambda d: d.why_no_log(),
         footer="Pager"),
    _log("editor", ("v",), "open in the editor, read-only", lambda d: d.editor(),
         why_not=lambda d: d.why_no_log()),
    _log("older_run", ("left_curly_bracket",), "previous run of the job", lambda d: d.other_run(newer=False),
         why_not=lambda d: d.why_no_run()),
    _log("newer_run", ("right_curly_bracket",), "next run of the job", lambda d: d.other_run(newer=True),
         why_not=lambda d: d.why_no_run()),
    _log("previous_job", ("left_square_bracket",), "log of the previous job", lambda d: d.other_job(-1)),
    _log("next_job", ("right_square_bracket",), "log of the next job", lambda d: d.other_job(1)),
    _log("split", ("vertical_line",), "output and errors apart, and back", lambda d: d.split(),
         footer="Split"),
    _log("lock", ("L",), "two views move together, or not", lambda d: d.lock(),
         why_not=lambda d: d.why_no_lock()),
    _log("left", ("left", "h"), "to the left", lambda d: d.move(Step.LEFT)),
    _log("right", ("right", "l"), "to the right", lambda d: d.move(Step.RIGHT)),
    _log("regex", ("ctrl+t",), "find by regular expression, or plain text", lambda d: d.regex()),
)  # fmt: skip
"""In the order of footer and help."""
