"""What the lines around a log tell, gathered from the pane."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wjtui.logs.moment import moment_of
from wjtui.tui.present.log_head import Shows, Switch, head
from wjtui.tui.present.log_status import LogState, News
from wjtui.tui.widgets.log_view import LogView

if TYPE_CHECKING:
    from wjtui.tui.widgets.log_pane import LogPane


def head_of(pane: LogPane, width: int) -> list[Switch]:
    """The line over it."""
    pages = pane.pages
    index, whole = (pages.index, pages.whole) if pages is not None else (None, True)
    place = None if pane.place_above else pane.view.viewport.place
    return head(index, whole, pane.switches.shown, place, width)


def state_of(pane: LogPane) -> LogState:
    """What the line under it tells."""
    pages, views, finder = pane.pages, pane.views, pane.finder
    follows = all(view.follow for view in views)
    note = pane.working or pane.note
    if pages is None or not pages.opened:
        return LogState(follows)
    paused = next((view for view in views if not view.follow), pane.view)
    news = [view.viewport.news for view in views]
    finding = finder.finding
    if finding is not None:
        finding = finding._replace(at=finder.rank(pane.view.viewport.chosen))
    return LogState(
        follows,
        pane.over,
        pane.newer is not None and not pane.older,
        pane.older,
        since=None if follows else _time_at(pane, paused),
        news=News(sum(each.lines for each in news), sum(each.errors for each in news)),
        rate=pane.pace.rate,
        lines=len(pages.index),
        errors=Shows.ERRORS.count(pages.index),
        whole=pages.whole,
        read_back=pages.read_back,
        bytes=pages.extent.end - pages.extent.start,
        finding=finding,
        keeping=finder.keeping(sum(view.count for view in views)),
        locked=pane.locked,
        slow=pane.pace.slow,
        follow_key=pane.session.keys.name("log.follow"),
        note=note,
    )


def instead_of_lines(pane: LogPane) -> str:
    """What to say where no line is."""
    pages, keys = pane.pages, pane.session.keys
    if pane.reading.trouble:
        return pane.reading.trouble
    if pages is None and pane.refs:
        return "Reading…"
    if pages is None or not len(pages.index):
        return pane.empty
    if pane.finder.filter is not None:
        return f"No line passes the filter: {keys.name('app.back')} clears it."
    if pane.switches.level is not Shows.ALL:
        return f"There are no {pane.switches.level.word} lines: {keys.name('log.level_1')} shows all."
    return "No such line yet."


def _time_at(pane: LogPane, view: LogView) -> datetime | None:
    """When the line was written that a paused view stands at."""
    pages, line = pane.pages, view.viewport.current
    if pages is None or line is None or line not in pages.index.lines:
        return None
    raw = pages.raw(line)
    return moment_of(raw) if raw is not None else None
