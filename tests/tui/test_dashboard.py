"""Every run of every job."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import NOW, FakeJobService, make_job
from tests.support.runs_driver import open_dashboard
from tests.tui.past_scene import a_month, at, past_run
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import JobRemoved, RunChanged
from wjtui.model.runs import Run, RunRef
from wjtui.tui.run_reader import PAGE
from wjtui.tui.screens.dashboard import DashboardScreen
from wjtui.tui.screens.runs import RunsScreen


async def test_at_120_columns() -> None:
    async with open_dashboard(a_month()) as tui:
        assert tui.lines[0].startswith(" wjtui › All runs   44 runs · 90% ok")
        assert "[All 44] Running 1  Failed 2  Aborted 2  Success 39" in tui.chips
        assert tui.chosen == "├ ● 05:10:57  sync-inventory  00:01:12  running   schedule"
        for row in (
            "- Sat 2026-11-21  2 runs     ✗●",
            "└ ✗ 02:00:00  nightly-report  00:04:30  exit 1    schedule",
            "├ ✓ 06:12:00  thumbs-cleanup  00:00:09  exit 0    schedule",
            "- Week 44         1 run      ✓",
        ):
            assert row in tui.text, row
        assert "Tab" not in tui.footer and "Enter Open" in tui.footer


async def test_at_80_columns_and_less() -> None:
    async with open_dashboard(a_month(), (80, 24)) as tui:
        assert tui.lines[0].startswith(" wjtui › All runs   44 runs · 90% ok")
        assert "✗ 02:00:00  nightly-report  00:04:30  exit 1    schedule           37 ERR" in tui.text
        await tui.resize(45, 12)
        assert "05:10:57" in tui.chosen and "nightly…" in tui.text


async def test_enter_opens_the_run_and_esc_leads_back() -> None:
    async with open_dashboard(a_month()) as tui:
        await tui.click_row("SIGTERM")
        chosen = tui.chosen
        await tui.press("enter")
        assert isinstance(tui.app.screen, RunsScreen)
        assert "■ 02:30:02" in tui.chosen and "cancelled by ops" in tui.details
        await tui.press("escape")
        assert isinstance(tui.app.screen, DashboardScreen) and tui.chosen == chosen
        await tui.click_row("rotate-keys", times=2)
        assert "wjtui › rotate-keys › Runs" in tui.lines[0] and "05:12:07" in tui.details
        await tui.press("q", "q")
        assert tui.shows_list()


async def test_its_keys_are_about_the_job_of_the_chosen_run() -> None:
    service = a_month()
    async with open_dashboard(service) as tui:
        await tui.press("j", "r")
        assert service.commands == [("run", "nightly-report")]
        assert tui.chosen.startswith("├ ● 05:12:09  nightly-report")
        await tui.press("x")
        assert service.commands[-1] == ("stop", "nightly-report")
        await tui.click_row("thumbs-cleanup")
        await tui.press("D", "d")
        assert service.commands[-1][:2] == ("delete_run", "thumbs-cleanup")
        assert "thumbs-cleanup" not in tui.text
        await tui.press("u")
        assert "thumbs-cleanup" in tui.chosen
        await tui.press("[")
        await tui.see("Every job is in this list already.")


async def test_filters() -> None:
    async with open_dashboard(a_month()) as tui:
        await tui.press("slash")
        await tui.write("job:night status:failed")
        await tui.press("enter")
        assert "2 found" in tui.chips and "export-csv" not in tui.text
        await tui.press("escape")
        await tui.click_text("Aborted 2")
        assert "export-csv" in tui.text and "cancelled by ops" in tui.text and "exit 0" not in tui.text
        await tui.press("escape")
        assert "[All 44]" in tui.chips
        await tui.press("escape")
        assert tui.shows_list()


async def test_new_runs_appear_on_top() -> None:
    service = a_month()
    async with open_dashboard(service) as tui:
        await tui.press("j")
        chosen = tui.chosen
        service.tell(RunChanged(past_run("export-csv", NOW - timedelta(seconds=5), 3)))
        await tui.settle()
        assert tui.chosen == chosen and "✓ 05:12:04  export-csv" in tui.rows[1]
        service.tell(JobRemoved(service.find("export-csv").id))
        await tui.settle()
        assert "export-csv" not in tui.text
        service.past.append(past_run("newcomer", at(21, 5), 7))
        service.add(make_job("newcomer"))
        await tui.settle()
        assert "✓ 05:00:00  newcomer" in tui.text


def crowd(count: int) -> FakeJobService:
    """Three jobs with so many runs together, a minute apart."""
    names = ("alpha", "beta", "gamma")
    service = FakeJobService(*map(make_job, names))
    service.past = [
        past_run(names[n % 3], NOW - timedelta(minutes=n + 1), 20, code=int(n == count - 10))
        for n in range(count)
    ]
    return service


class Asked:
    """A service whose pages of history are counted."""

    def __init__(self, service: FakeJobService) -> None:
        self.before: list[RunRef | None] = []
        self._answer = service.history
        service.history = self.history  # type: ignore[method-assign]

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        self.before.append(before)
        return await self._answer(before=before, limit=limit)


async def test_older_runs_are_read_as_one_scrolls() -> None:
    service = crowd(3000)
    asked = Asked(service)
    async with open_dashboard(service) as tui:
        assert len(asked.before) == 1 and "the newest 200 runs" in tui.lines[0]
        await tui.press("G")
        assert len(asked.before) == 2
        for _ in range(3):
            await tui.press("G")
        assert len(asked.before) == 5 and len(set(asked.before)) == 5
        assert "the newest 1,000 runs" in tui.lines[0]
        service.tell(RunChanged(past_run("alpha", NOW, 1)))
        chosen = tui.chosen
        await tui.settle()
        assert tui.chosen == chosen


async def test_a_filter_that_finds_too_little_reads_on() -> None:
    service = crowd(3000)
    asked = Asked(service)
    async with open_dashboard(service) as tui:
        await tui.press("slash")
        await tui.write("status:failed")
        await tui.press("enter")
        assert "1 found" in tui.chips and len(asked.before) == 3000 // PAGE + 1
        assert tui.chosen.startswith("└ ✗ 03:21:09  gamma")


async def test_since_reads_no_further_than_needed() -> None:
    service = crowd(3000)
    asked = Asked(service)
    async with open_dashboard(service) as tui:
        await tui.press("slash")
        await tui.write("since:6h job:beta")
        await tui.press("enter")
        assert "120 found" in tui.chips
        await tui.press("G")
        assert len(asked.before) == 2


async def test_what_is_kept_is_bounded() -> None:
    service = crowd(900)
    async with open_dashboard(service) as tui:
        tui.view.book.at_most = 500
        for _ in range(6):
            await tui.press("G")
        assert len(tui.view.book.known) == 500 and tui.view.reader.whole
        for number in range(5):
            service.tell(RunChanged(past_run("alpha", NOW + timedelta(seconds=number), 1)))
        await tui.settle()
        assert len(tui.view.book.known) == 500


async def test_the_engine_goes_and_comes_back() -> None:
    service = a_month()
    async with open_dashboard(service) as tui:
        service.lose(EngineUnreachable("gone"))
        await tui.until(lambda: "not reachable" in tui.text)
        assert "[All 44]" in tui.chips
        service.unreachable = None
        await tui.press("f5")
        await tui.until(lambda: "not reachable" not in tui.text)
        assert "[All 44]" in tui.chips


async def test_nothing_has_run() -> None:
    async with open_dashboard(FakeJobService(make_job("quiet")), (80, 24)) as tui:
        assert "No job has run yet." in tui.text
        for key in ("enter", "E", "D", "y", "{", "}", "h", "l", "d", "r"):
            await tui.press(key)
        await tui.press("escape")
        assert tui.shows_list()


async def test_the_title_leads_to_the_list() -> None:
    async with open_dashboard(eleven_jobs()) as tui:
        await tui.press("j")
        await tui.click_text("wjtui ›")
        assert tui.shows_list() and tui.selected == "nightly-report"
