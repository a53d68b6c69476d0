"""Commands that count on every screen: moving, panes, help, leaving."""

from __future__ import annotations

from typing import Any, Protocol

from wjtui.tui.commands.command import Command, Section, Step, Where


class ShellDesk(Protocol):
    """What every screen can do."""

    @property
    def at_the_top(self) -> bool:
        """Whether no screen is under this one."""
        ...

    @property
    def can_undo(self) -> bool:
        """Whether something was done that can be taken back."""
        ...

    def why_no_panes(self) -> str | None: ...
    def move(self, step: Step) -> None: ...
    def next_pane(self, step: int) -> None: ...
    def zoom(self) -> None: ...
    def resize(self, by: int) -> None: ...
    def back(self) -> None: ...
    def leave(self) -> None: ...
    def quit(self) -> None: ...
    def newest_failure(self) -> None: ...
    def help(self) -> None: ...
    def palette(self) -> None: ...
    def choose_theme(self) -> None: ...
    def keymap(self) -> None: ...
    def why_no_site_settings(self) -> str | None: ...
    def site_settings(self) -> None: ...
    def why_no_shut_down(self) -> str | None: ...
    def shut_down(self) -> None: ...
    def why_no_engine_log(self) -> str | None: ...
    def engine_log(self) -> None: ...
    def why_no_undo(self) -> str | None: ...
    def undo(self) -> None: ...
    def trash(self) -> None: ...
    def copy(self) -> None: ...
    def suspend(self) -> None: ...
    def refresh(self) -> None: ...
    def redraw(self) -> None: ...


def _moves() -> tuple[Command[ShellDesk], ...]:
    rows = (
        ("up", ("k", "up"), "up; in the log this pauses", Step.UP),
        ("down", ("j", "down"), "down", Step.DOWN),
        ("half_up", ("ctrl+u",), "half a page up", Step.HALF_UP),
        ("half_down", ("ctrl+d",), "half a page down", Step.HALF_DOWN),
        ("page_up", ("pageup",), "a page up", Step.PAGE_UP),
        ("page_down", ("pagedown",), "a page down", Step.PAGE_DOWN),
        ("first", ("g", "home"), "to the first line", Step.FIRST),
        ("last", ("G", "end"), "to the end; follows in the log", Step.LAST),
    )

    def row(id: str, keys: tuple[str, ...], title: str, step: Step) -> Command[ShellDesk]:
        return Command(
            f"move.{id}", keys, title, lambda desk: desk.move(step), Section.MOVE, Where.EVERYWHERE
        )

    return tuple(row(*given) for given in rows)


def _shell(
    id: str, keys: tuple[str, ...], title: str, act: Any, section: Section, **more: Any
) -> Command[Any]:
    return Command(id, keys, title, act, section, Where.EVERYWHERE, **more)


COMMANDS: tuple[Command[ShellDesk], ...] = (
    *_moves(),
    _shell("pane.next", ("tab",), "next pane", lambda d: d.next_pane(1), Section.MOVE,
           why_not=lambda d: d.why_no_panes(), footer="Pane"),
    _shell("pane.previous", ("shift+tab",), "previous pane", lambda d: d.next_pane(-1), Section.MOVE),
    _shell("pane.zoom", ("z",), "zoom this pane, and back", lambda d: d.zoom(), Section.MOVE,
           why_not=lambda d: d.why_no_panes(), footer="Zoom"),
    _shell("pane.grow", ("plus",), "more room for the list", lambda d: d.resize(1), Section.MOVE),
    _shell("pane.shrink", ("minus",), "more room for the log", lambda d: d.resize(-1), Section.MOVE),
    _shell("job.newest_failure", ("exclamation_mark",), "go to the newest failure",
           lambda d: d.newest_failure(), Section.JOBS),
    _shell("app.undo", ("u",), "undo delete, deploy, save", lambda d: d.undo(), Section.MOVE,
           why_not=lambda d: d.why_no_undo(), says=lambda d: "Undo" if d.can_undo else ""),
    _shell("view.refresh", ("f5", "ctrl+r"), "ask the engine again", lambda d: d.refresh(), Section.MOVE),
    _shell("view.redraw", ("ctrl+l",), "draw the screen again", lambda d: d.redraw(), Section.MOVE),
    _shell("app.palette", ("colon", "ctrl+p"), "every command and every job by name", lambda d: d.palette(),
           Section.MOVE, footer="Commands"),
    _shell("app.help", ("question_mark", "f1"), "this help", lambda d: d.help(), Section.LEAVE,
           footer="Help"),
    _shell("app.back", ("escape",), "close, clear, back", lambda d: d.back(), Section.LEAVE,
           says=lambda d: "" if d.at_the_top else "Back"),
    _shell("app.leave", ("q",), "back; at the top leave", lambda d: d.leave(), Section.LEAVE,
           says=lambda d: "Leave" if d.at_the_top else ""),
    _shell("app.quit", ("ctrl+q",), "leave", lambda d: d.quit(), Section.LEAVE),
    _shell("app.copy", ("ctrl+c",), "copy; never stops a job", lambda d: d.copy(), Section.LEAVE),
    _shell("app.suspend", ("ctrl+z",), "to the shell; the jobs go on", lambda d: d.suspend(), Section.LEAVE),
    _shell("app.trash", (), "bring deleted jobs back", lambda d: d.trash(), Section.JOBS),
    _shell("app.shutdown", (), "stop all jobs and the engine; asks first", lambda d: d.shut_down(),
           Section.LEAVE, why_not=lambda d: d.why_no_shut_down()),
    _shell("app.theme", (), "choose a theme", lambda d: d.choose_theme(), Section.LEAVE),
    _shell("app.keymap", (), "what is bound, and where to change it", lambda d: d.keymap(), Section.LEAVE),
    _shell("app.site_settings", (), "WEBJOBS_* and own variables, connection strings",
           lambda d: d.site_settings(), Section.LEAVE, why_not=lambda d: d.why_no_site_settings()),
    _shell("app.engine_log", (), "the engine's own log, in the pager", lambda d: d.engine_log(),
           Section.LEAVE, why_not=lambda d: d.why_no_engine_log()),
)  # fmt: skip
"""In the order of footer and help."""
