"""Which jobs the list shows, in which order, and what it remembers; bars, columns, what can be copied."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.support.fake_service import NOW, make_job, make_run
from wjtui.model.events import Usage
from wjtui.model.identity import JobType
from wjtui.model.jobs import Running
from wjtui.model.runs import Exit, RunStatus
from wjtui.tui.present.bulk import bulk_question
from wjtui.tui.present.columns import lay_out, read_columns
from wjtui.tui.present.copying import copyable
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.jobs import Chip, Column, Sort, cell, squeezed
from wjtui.tui.present.listing import Listing, read_listing, sort_trouble
from wjtui.tui.present.spark import sparkline

JOBS = {
    job.id.key: job
    for job in (
        make_job("beta", latest_run=make_run("beta", RunStatus.SUCCESS, ago=timedelta(hours=1))),
        make_job(
            "alpha", latest_run=make_run("alpha", RunStatus.FAILED, ago=timedelta(hours=2), exit=Exit(1))
        ),
        make_job("worker", kind=JobType.CONTINUOUS),
        make_job("Agent", Running(NOW, 9), kind=JobType.CONTINUOUS),
    )
}
USAGE = {
    ("continuous", "worker"): Usage(1.0, 90 << 20, 1),
    ("continuous", "agent"): Usage(50.0, 10 << 20, 2),
}


def names(listing: Listing) -> list[str]:
    return [name for _, name in listing.rows(JOBS, USAGE, NOW)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.STATUS, ["alpha", "agent", "beta", "worker"]),
        (Sort.NAME, ["agent", "alpha", "beta", "worker"]),
        (Sort.TYPE, ["agent", "worker", "alpha", "beta"]),
        (Sort.AGE, ["beta", "alpha", "agent", "worker"]),
        (Sort.CPU, ["agent", "worker", "alpha", "beta"]),
        (Sort.MEMORY, ["worker", "agent", "alpha", "beta"]),
    ],
)
def test_orders_and_the_same_key_again_turns_them_around(sort: Sort, order: list[str]) -> None:
    listing = Listing(sort=Sort.NAME if sort is not Sort.NAME else Sort.CPU).sorted_by(sort)
    assert names(listing) == order
    assert names(listing.sorted_by(sort)) == order[::-1]
    assert listing.sorted_by(sort).sorted_by(sort) == listing


def test_what_is_remembered_comes_back_and_what_is_unknown_does_not_count() -> None:
    listing = Listing(Chip.RUNNING, "a b", Sort.CPU, reverse=True)
    assert read_listing(listing.written()) == listing
    assert read_listing([]) == Listing() and read_listing(["x"], "Mem") == Listing(sort=Sort.MEMORY)
    assert read_listing(["Nonsense", "w", "nonsense", "reverse"]) == Listing(words="w", reverse=True)
    assert read_listing([], "nonsense") == Listing()
    assert "sorted by 'nonsense'" in sort_trouble("nonsense") and not sort_trouble("CPU") + sort_trouble("")
    assert listing.unfiltered() == Listing(sort=Sort.CPU, reverse=True)
    assert listing.is_filtered and not listing.unfiltered().is_filtered


def test_bars_are_as_high_as_their_share_of_the_greatest() -> None:
    assert sparkline([0, 1, 2, 4, 8], 10) == "▁▂▃▅█"
    assert sparkline([1, 2, 3], 2) == "▆█" and sparkline([], 5) == "" and sparkline([0, 0], 5) == "▁▁"
    assert sparkline([1], 5, at_least=100) == "▁" and sparkline([5, -1], 0) == ""


def test_columns_that_a_person_names() -> None:
    assert read_columns(()) == (tuple(Column), "")
    assert read_columns(["Name", "cpu%", "NEXT"]) == ((Column.NAME, Column.CPU, Column.NEXT), "")
    chosen, trouble = read_columns(["next", "status", "colour"])
    assert chosen == (Column.NAME, Column.NEXT, Column.STATUS)
    assert "no column 'colour'" in trouble and "memory" in trouble
    places = lay_out(100, 14, chosen)
    assert [place.column for place in places] == list(chosen)
    assert all(here.x + here.width < there.x for here, there in pairwise(places))


def test_a_failing_job_shows_its_last_error_line_behind_what_became_of_it() -> None:
    failed = make_run("a", RunStatus.FAILED, exit=Exit(1))
    line = cell(Column.LAST, make_job("a", latest_run=failed, tail=("first", "\x1b[31mlast[/x]")), NOW)
    assert plain_text(line).endswith("  last[/x]")
    well = make_job("a", latest_run=make_run("a", RunStatus.SUCCESS), tail=("old",))
    assert "old" not in plain_text(cell(Column.LAST, well, NOW))


def test_where_there_is_little_room_the_error_line_comes_before_how_long_it_took() -> None:
    failed = make_run("a", RunStatus.FAILED, exit=Exit(1))
    line = cell(Column.LAST, make_job("a", latest_run=failed, tail=("OSError: no space",)), NOW)
    assert plain_text(squeezed(line, 60)) == "3h12m ago 00:04:31  OSError: no space"
    assert plain_text(squeezed(line, 26)) == "3h12m ago  OSError: no space"
    assert plain_text(squeezed(line, 18)) == "3h12m ago 00:04:31"


def test_what_can_be_copied() -> None:
    run = make_run("nightly report", RunStatus.SUCCESS)
    job = make_job("nightly report", latest_run=run)
    offered = {each.label: each.text for each in copyable(job, "wjtui --root /srv", "/tmp/w.sock")}
    assert offered["name"] == "nightly report" and offered["run id"] == run.ref.run
    assert offered["log path"] == f"/srv/data/jobs/triggered/nightly report/{run.ref.run}/output_log.txt"
    assert offered["wjtui line"] == "wjtui --root /srv run 'triggered/nightly report'"
    assert offered["curl line"] == (
        "curl --unix-socket /tmp/w.sock -X POST"
        " http://localhost/api/wjtui/jobs/triggered/nightly%20report/run"
    )
    worker = {each.label: each.text for each in copyable(JOBS["continuous", "worker"], "wjtui", "")}
    assert worker["log path"].endswith("/LogFiles/Application/webjob-continuous-worker-4f2a1c.log")
    assert worker["wjtui line"] == "wjtui logs -f continuous/worker" and "run id" not in worker


def test_a_question_about_many_names_ten_and_counts_the_rest() -> None:
    jobs = [make_job(f"job-{number:02}", Running(NOW, 5), kind=JobType.CONTINUOUS) for number in range(13)]
    said = [plain_text(line) for line in bulk_question(jobs, 2, NOW)]
    assert said[0].startswith("job-00 ") and "5 s to end by itself" in said[0]
    assert said[10] == "and 3 more" and said[11].startswith("2 of the marked ones are left out")
