"""ListDesk: what the keys of the list do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wjtui.tui.commands.command import Step
from wjtui.tui.desks.deploy import DeployDesk
from wjtui.tui.desks.jobs import JobDesk
from wjtui.tui.present.copying import copyable
from wjtui.tui.present.jobs import Chip, Sort, count_chips
from wjtui.tui.present.log_place import log_of
from wjtui.tui.present.plain import plain

if TYPE_CHECKING:
    from wjtui.tui.screens.main import MainScreen
    from wjtui.tui.screens.menu import Menu

_IN_THE_MENU = (
    "job.run", "job.run_with", "job.later", "job.waiting", "job.start", "job.stop", "job.restart", "job.kill",
    "log.open", "job.history", "job.details", "job.edit", "job.schedule", "job.pause", "job.why",
    "job.versions", "list.copy", "job.delete",
)  # fmt: skip


class ListDesk(JobDesk):
    """Filters, marks and sorts; opens what belongs to the chosen job."""

    def __init__(self, screen: MainScreen) -> None:
        super().__init__(screen)
        self._screen = screen
        self.deploys = DeployDesk(screen)

    def open_log(self) -> None:
        """The log in full height; of several marked jobs all logs in one, in order of time."""
        refs = [ref for job in self.targets if (ref := log_of(job)) is not None]
        if len(self.targets) < 2 or len(refs) < 2:
            self._screen.open_log()
            return
        from wjtui.tui.screens.log import LogScreen

        self._screen.app.push_screen(LogScreen.merged(self._session, refs))

    def split(self) -> None:
        """One view of the log, or two."""
        self._screen.log_pane.toggle_split()

    def filter(self) -> None:
        """Type a filter."""
        self._screen.type_filter()

    def choose_filter(self) -> None:
        """Choose one of the switches."""
        from wjtui.tui.screens.menu import Entry, Menu

        counts = count_chips(self.store.jobs)
        entries = [
            Entry(chip.value, chip.value, chip.value[0].lower(), note=f"{counts[chip]:,}") for chip in Chip
        ]

        def chosen(value: str | None) -> None:
            if value is not None:
                self._screen.list_as(replace(self._screen.listing, chip=Chip(value)))

        self._push(Menu("Show only", entries, ascii_only=self._session.options.ascii), chosen)

    def mark(self) -> None:
        """Mark the job under the cursor, or not, and go on to the next."""
        table = self._screen.table
        if table.cursor is not None:
            table.mark([table.cursor], on=table.cursor not in table.marked)
            table.move(Step.DOWN)

    def mark_all(self) -> None:
        """Mark every job in the list."""
        self._screen.table.mark(self._screen.table.rows)

    def unmark_all(self) -> None:
        """Take all marks away."""
        self._screen.table.mark(self._screen.table.marked, on=False)

    def mark_range(self, step: Step) -> None:
        """Mark from where this began."""
        self._screen.table.mark_range(step)

    def sort(self, by: Sort) -> None:
        """Another order; the same one again turns it around."""
        self._screen.list_as(self._screen.listing.sorted_by(by))

    def menu(self) -> None:
        """What can be done with the job under the cursor, or with the marked ones."""
        from wjtui.tui.commands.table import BY_ID
        from wjtui.tui.screens.menu import Entry, Menu

        jobs, keys = self.targets, self._session.keys
        title = plain(jobs[0].id.name) if len(jobs) == 1 else f"{len(jobs)} marked jobs"
        entries = []
        for id in _IN_THE_MENU:
            command = BY_ID[id]
            # Enter chooses what is highlighted.
            key = next((key for key in keys.of(id) if key != "enter"), "")
            reason = command.why_not(self._screen.desk(command.where)) or ""
            entries.append(Entry(id, command.footer, key, reason, command.title))

        def chosen(value: str | None) -> None:
            if value is not None:
                self._screen.give(BY_ID[value])

        self._push(Menu(title, entries, ascii_only=self._session.options.ascii), chosen)

    def copy_menu(self) -> None:
        """Names, places, and the lines that do the same without the screen."""
        from wjtui.tui.screens.menu import Entry, Menu

        job, options = self.targets[0], self._session.options
        offered = copyable(job, options.again, options.socket)
        entries = [
            Entry(str(at), each.label, str(at), note=plain(each.text)) for at, each in enumerate(offered, 1)
        ]

        def chosen(value: str | None) -> None:
            if value is not None:
                text = offered[int(value) - 1]
                self._screen.app.copy_to_clipboard(text.text)
                self._session.tell(f"Copied the {text.label}.", plain(text.text))

        self._push(Menu(f"Copy of {plain(job.id.name)}", entries, ascii_only=options.ascii), chosen)

    def events(self) -> None:
        """What happened."""
        from wjtui.tui.screens.events import EventsScreen

        self._screen.app.push_screen(EventsScreen(self._session))

    def dashboard(self) -> None:
        """Every run of every job."""
        from wjtui.tui.screens.dashboard import DashboardScreen

        self._screen.app.push_screen(DashboardScreen(self._session))

    def new_job(self) -> None:
        """Deploy a job."""
        self.deploys.new_job()

    def _push(self, menu: Menu, chosen: Callable[[str | None], None]) -> None:
        self._screen.app.push_screen(menu, chosen)
