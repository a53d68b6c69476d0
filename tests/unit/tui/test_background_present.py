"""What waits, is tried again, follows, is unwell or limited, in words: pure functions on values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest

from tests.support.fake_service import NOW, make_job, make_run, make_schedule
from tests.tui.background_scene import AT_TWO, DUE, NAME, RESULT, chain, run_at
from wjtui.model.identity import JobType
from wjtui.model.jobs import Busy, Job, Problem, Running, Severity, Stopping
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.model.settings import JobSettings, Probe, Retry, Watch
from wjtui.model.starts import Hold
from wjtui.tui.present.chains import draw, parents
from wjtui.tui.present.details import details
from wjtui.tui.present.header import newest_event, pane_title
from wjtui.tui.present.history import Timeline, place_of, run_place
from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.holds import progress_line, queued_word
from wjtui.tui.present.ink import Ink, plain_text
from wjtui.tui.present.jobs import Chip, Column, cell, in_order, passes, squeezed
from wjtui.tui.present.rules import rules
from wjtui.tui.present.run_details import Facts, event_brief, event_details
from wjtui.tui.present.run_rows import columns, event_line
from wjtui.tui.present.schedules import coming
from wjtui.tui.present.status import in_ascii, status
from wjtui.tui.present.times import local
from wjtui.tui.present.why import why_not_running
from wjtui.tui.refusals import run_why_not, waiting_why_not
from wjtui.tui.store import Link, Store

RETRY = Hold(1, "its retry is not due yet", DUE, 1, 3)
QUEUED = Hold(3, "its run is going")
HOSTILE = "\x1b[31m[bold]\x9b\u202e\n"


def failed(**fields: Any) -> Job:
    return make_job("a", latest_run=make_run("a", RunStatus.FAILED), **fields)


def busy(run: Run | None = None, **fields: Any) -> Job:
    run = run or make_run("a", RunStatus.RUNNING, took=timedelta(seconds=72))
    return make_job("a", Busy(run.ref.run, run.started), latest_run=run, **fields)


def unhealthy(text: str = "GET /health did not answer within 5 s") -> Job:
    return make_job("a", kind=JobType.CONTINUOUS, unhealthy=text)


def shown(job: Job, column: Column) -> str:
    return plain_text(cell(column, job, NOW))


def told(job: Job) -> str:
    return "\n".join(plain_text(line) for line in details(job, NOW))


@pytest.mark.parametrize(
    ("hold", "word", "row", "next_in"),
    [
        (RETRY, "▲ Retry 1/3 in 00:24", "▲ Retry 1/3 00:24", "00:00:24"),
        (msgspec.structs.replace(RETRY, due=NOW), "▲ Retry 1/3", "▲ Retry 1/3", "queued 1"),
        (msgspec.structs.replace(RETRY, attempts=0), "▲ Retry 1 in 00:24", "▲ Retry 1 in 00:24", "00:00:24"),
        (msgspec.structs.replace(RETRY, count=2), "▲ Retry 1/3 in 00:24", "▲ Retry 1/3 00:24", "queued 2"),
        (QUEUED, "✗ Failed", "✗ Failed", "queued 3"),
        (None, "✗ Failed", "✗ Failed", "-"),
    ],
)
def test_a_failed_job_that_waits(hold: Hold | None, word: str, row: str, next_in: str) -> None:
    job = failed(hold=hold)
    found = status(job, NOW)
    assert (f"{found.glyph} {found.word}", found.ink) == (word, Ink.FAILED)
    assert (shown(job, Column.STATUS), shown(job, Column.NEXT)) == (row, next_in)
    assert passes(job, Chip.FAILING, "", NOW)


def test_a_job_that_waits_for_its_first_run() -> None:
    job = make_job("a", hold=Hold(12, "'b' holds the lock 'db'"))
    assert (shown(job, Column.STATUS), shown(job, Column.NEXT)) == ("◐ Queued 12", "queue 12")
    assert passes(job, Chip.ALL, "queued", NOW) and not passes(job, Chip.FAILING, "", NOW)
    assert [queued_word(count) for count in (9, 99, 100, 9999)] == ["queued 9", "queue 99", "+100", "+9999"]


def test_a_run_that_goes_while_others_wait() -> None:
    job = busy(hold=QUEUED)
    assert shown(job, Column.STATUS) == "● Run 00:01:12" and shown(job, Column.NEXT) == "queued 3"
    assert "queued 3" in plain_text(pane_title(job, NOW, details=False))
    assert "queued" not in plain_text(pane_title(failed(hold=RETRY), NOW, details=False))


def test_a_retry_is_the_next_start() -> None:
    scheduled = failed(hold=RETRY, schedule=make_schedule(), next_run=NOW + timedelta(hours=2))
    assert coming(scheduled) == DUE and coming(failed(hold=QUEUED)) is None


def test_unhealthy_is_a_status_of_its_own() -> None:
    job = unhealthy()
    found = status(job, NOW)
    assert (found.glyph, found.word, found.ink) == ("◆", "Unhealthy", Ink.FAILED)
    assert in_ascii(found.glyph) == "U"
    assert passes(job, Chip.FAILING, "unhealthy", NOW) and passes(job, Chip.RUNNING, "", NOW)
    well = make_job("0", kind=JobType.CONTINUOUS)
    assert [each.id.name for each in in_order([well, job])] == ["a", "0"]
    assert shown(job, Column.LAST) == "up 01:00:00  GET /health did not answer within 5 s"
    assert plain_text(squeezed(cell(Column.LAST, job, NOW), 18)).strip() == "up 01:00:00"
    assert "Its probe    GET /health did not answer within 5 s" in told(job)
    assert "It is unhealthy: GET /health did not answer within 5 s." in why_not_running(job, None, NOW)
    ends = msgspec.structs.replace(job, phase=Stopping(NOW, NOW + timedelta(seconds=5), 4))
    assert status(ends, NOW).word == "Stopping 0/5 s" and not passes(ends, Chip.FAILING, "", NOW)


def test_the_newest_event_names_an_unhealthy_job() -> None:
    store = Store()
    store.jobs[("continuous", "a")] = unhealthy()
    assert plain_text(newest_event(store, NOW)).endswith(
        "a is unhealthy: GET /health did not answer within 5 s"
    )


def test_limits_that_do_not_hold_are_noted() -> None:
    job = make_job("a", kind=JobType.CONTINUOUS, unmet=("nice: only root may go below 0",))
    assert cell(Column.STATUS, job, NOW)[-1] == (" !", Ink.WARNING)
    assert told(job).startswith("! nice: only root may go below 0\n")
    assert "A limit does not hold: nice: only root may go below 0." in why_not_running(job, None, NOW)
    full = msgspec.structs.replace(job, phase=Stopping(NOW, NOW + timedelta(seconds=30), 4))
    assert "!" not in shown(
        msgspec.structs.replace(full, settings=JobSettings(stopping_wait_time=30)), Column.STATUS
    )


def test_why_says_what_waits_and_for_what() -> None:
    reasons = why_not_running(failed(hold=RETRY), None, NOW)
    assert reasons[0].startswith("Its last run failed")
    assert reasons[1] == (
        "Retry 1/3 of its failed run begins in 00:00:24 (2026-11-21 05:12:33 UTC). W shows what waits."
    )
    assert reasons[2].startswith("It has no schedule")
    late = Hold(2, "2 runs are going, the most", NOW, 2, 3)
    assert (
        "Retry 2/3 of its failed run waits: 2 runs are going, the most. 1 start waits behind it."
        in (why_not_running(failed(hold=late), None, NOW)[1])
    )
    locked = make_job("a", hold=Hold(1, "'b' holds the lock 'db'"), settings=JobSettings(lock="db"))
    assert why_not_running(locked, None, NOW)[0] == (
        "1 start waits: 'b' holds the lock 'db'. Of the jobs that name the lock 'db' one runs at a time."
        " W shows what waits."
    )
    going = why_not_running(busy(hold=QUEUED), None, NOW)
    assert going == ["It is running, for 00:01:12.", "3 starts wait: its run is going. W shows what waits."]
    blocked = make_job("a", hold=QUEUED, problems=(Problem("x", "It is broken.", Severity.BLOCKING),))
    assert why_not_running(blocked, None, NOW)[0] == "It is broken."
    assert why_not_running(blocked, None, NOW)[1].startswith("3 starts wait")


@pytest.mark.parametrize(
    ("progress", "message", "text"),
    [
        (0, "", "░░░░░░░░░░   0%"),
        (42, "row 5", "████░░░░░░  42%  row 5"),
        (100, "", "██████████ 100%"),
        (None, "warming up", "warming up"),
        (None, "", ""),
    ],
)
def test_how_far_a_run_has_come(progress: int | None, message: str, text: str) -> None:
    run = msgspec.structs.replace(make_run("a", RunStatus.RUNNING), progress=progress, message=message)
    assert plain_text(progress_line(run)) == text
    assert shown(busy(run), Column.LAST) == (
        text or shown(busy(make_run("a", RunStatus.RUNNING)), Column.LAST)
    )
    assert (f"Progress     {text}" in told(busy(run))) is bool(text)
    ended = msgspec.structs.replace(make_run("a", RunStatus.SUCCESS), progress=progress, message=message)
    assert "░" not in shown(make_job("a", latest_run=ended), Column.LAST)


def test_a_bar_gives_its_words_up_first() -> None:
    run = msgspec.structs.replace(make_run("a", RunStatus.RUNNING), progress=42, message="row 504 of 1,204")
    line = progress_line(run)
    assert [plain_text(squeezed(line, width)) for width in (18, 24, 25)] == [
        "████░░░░░░  42%", "████░░░░░░  42%", "████░░░░░░  42%  row 504 of 1,204"
    ]  # fmt: skip


def test_the_settings_of_background_work_are_told() -> None:
    everything = JobSettings(
        retry=Retry(3, 60, 1.5), on_failure="clean-up", on_success="send", poison_after=5, if_running="queue",
        priority=4, lock="db", max_run_time=3600, memory_limit=512 << 20, nice=10, io_class="idle",
        run_as="www-data", watch=Watch("inbox", "*.csv", spool=True),
        probe=Probe(http="/health", restart=True),
    )  # fmt: skip
    assert dict(rules(everything)) == {
        "Retry": "3 times, after 60 s, then each 1.5 times as late",
        "On failure": "runs clean-up",
        "On success": "runs send",
        "Poison": "its schedule is paused after 5 failed runs in a row",
        "If running": "a start waits, at most 10",
        "Priority": "4",
        "Lock": "db: one job of those that name it at a time",
        "Longest run": "01:00:00",
        "Memory": "at most 512 MB",
        "Nice": "10",
        "Disk": "idle",
        "Runs as": "www-data",
        "Watches": "*.csv in inbox, one run a file",
        "Probe": "GET /health every 30 s; 3 failures in a row are unhealthy, and restart it",
    }
    assert dict(rules(JobSettings())) == {}
    assert dict(rules(JobSettings(retry=Retry(1, 0, 2))))["Retry"] == "1 time, after 0 s"


def drawn(runs: list[Run]) -> list[str]:
    timeline = Timeline(local(NOW).date(), runs)
    return [
        f"{branch}{event.ref.job.name} {event.attempt or ''}".rstrip()
        for group in timeline.groups
        for place, branch in group.branches(timeline.events).items()
        if isinstance(event := timeline.events[place], Run)
    ]


def test_a_chain_is_one_tree() -> None:
    assert drawn(chain()) == [
        "└ nightly-report",
        "  ├ nightly-report 1",
        "  └ nightly-report 2",
        "    └ clean-up",
        "      └ send-report",
        "└ nightly-report",
    ]
    other = run_at("other", AT_TWO - timedelta(minutes=5), 0)
    newer = run_at("other", AT_TWO + timedelta(hours=1), 0)
    assert drawn([*chain()[:3], other, newer]) == [
        "├ other",
        "├ nightly-report",
        "│ ├ nightly-report 1",
        "│ └ nightly-report 2",
        "└ other",
    ]


def past_midnight() -> list[Run]:
    """Three tries, the second one on the next day, and what came after; and a run of that day."""
    late = datetime(2026, 11, 19, 23, 59, tzinfo=UTC)
    first = run_at(NAME, late, 1)
    one = run_at(NAME, late + timedelta(minutes=2), 1, after=first, attempt=1)
    two = run_at(NAME, late + timedelta(minutes=4), 1, after=one, attempt=2)
    cleaned = run_at("clean-up", late + timedelta(days=1, minutes=5), 0, after=two)
    return [first, one, two, cleaned, run_at("other", late + timedelta(hours=1), 0)]


def by_day(timeline: Timeline) -> list[tuple[str, list[str]]]:
    return [
        (
            group.name.first.isoformat(),
            [branch + place.split(" ")[2] for place, branch in group.branches(timeline.events).items()],
        )
        for group in timeline.groups
    ]


def test_a_chain_past_midnight_is_one_tree_where_it_began_in_whatever_order_it_is_read() -> None:
    today, runs = local(NOW).date(), past_midnight()
    wanted = [
        ("2026-11-20", ["└ other"]),
        (
            "2026-11-19",
            ["└ nightly-report", "  ├ nightly-report", "  └ nightly-report", "    └ clean-up"],
        ),
    ]
    for order in permutations(runs):
        timeline = Timeline(today)
        for run in order:
            timeline.put([run])
        assert by_day(timeline) == wanted
    timeline = Timeline(today, runs)
    timeline.drop(place_of(runs[0]))
    assert by_day(timeline) == [
        ("2026-11-20", ["├ other", "└ nightly-report", "  └ nightly-report", "    └ clean-up"])
    ]
    timeline.put([runs[0]])
    assert by_day(timeline) == wanted
    for run in runs:
        timeline.drop(place_of(run))
    assert timeline.groups == [] and not timeline._elsewhere


def test_a_row_of_another_day_than_its_group_says_which() -> None:
    runs = past_midnight()
    timeline = Timeline(local(NOW).date(), runs)
    for run, words in ((runs[0], "23:59:00"), (runs[1], "20 00:01")):
        name = timeline.group_at(place_of(run)).name
        assert words in plain_text(event_line(run, name, NOW, columns(100, 0), branch="└ "))


def test_what_follows_from_a_run_that_is_not_shown_stands_alone() -> None:
    first, one, two, cleaned, told_, _ = chain()
    assert drawn([one, two]) == ["└ nightly-report 1", "  └ nightly-report 2"]
    assert drawn([first, two]) == ["├ nightly-report 2", "└ nightly-report"]
    assert drawn([told_]) == ["└ send-report"]
    assert drawn([cleaned, told_, first]) == ["├ clean-up", "│ └ send-report", "└ nightly-report"]


def test_chains_that_cannot_be_are_still_shown() -> None:
    first = run_at(NAME, AT_TWO, 0)
    second = run_at(NAME, AT_TWO + timedelta(minutes=1), 0, after=first)
    cycle = [msgspec.structs.replace(first, origin=second.ref), second]
    assert sorted(drawn(cycle)) == ["  └ nightly-report", "└ nightly-report"]
    itself = msgspec.structs.replace(first, origin=first.ref)
    assert drawn([itself]) == ["└ nightly-report"]
    runs = [first]
    for number in range(1, 12):
        runs.append(run_at(f"job{number}", AT_TWO + timedelta(minutes=number), 0, after=runs[-1]))
    branches = drawn(runs)
    assert len(branches) == 12 and max(row.index("└") for row in branches) == 8


def test_every_place_is_drawn_once_and_under_an_older_one() -> None:
    places = {run.ref: run_place(run.ref) for run in chain()}
    over = parents(places, {places[run.ref]: run for run in chain() if run.origin is not None})
    rows = list(draw(sorted(places.values(), reverse=True), over))
    assert sorted(rows) == sorted(places.values())
    assert all(rows.index(place) > rows.index(above) and place > above for place, above in over.items())


def test_a_book_lists_chains_and_steps_through_them() -> None:
    book = HistoryBook(local(NOW).date(), all_open=True)
    book.put(chain())
    first, one, two, cleaned, told_, before = (place_of(run) for run in chain())
    assert book.rows() == ["day 2026-11-21", first, one, two, cleaned, told_, "day 2026-11-20", before]
    assert book.places() == [first, one, two, cleaned, told_, before]
    book.drop(first)
    assert book.places() == [one, two, cleaned, told_, before]


def row(run: Run, width: int, branch: str) -> str:
    timeline = Timeline(local(NOW).date(), [run])
    name = timeline.groups[0].name
    return plain_text(event_line(run, name, NOW, columns(width, 0), branch=branch))


def test_a_row_of_a_chain_names_what_it_followed_only_where_that_is_not_above() -> None:
    _, one, _, cleaned, _, _ = chain()
    assert row(one, 90, "└ ").split("exit 1")[1].split() == ["Retry", "1/3", "of", one.origin.run, "1", "ERR"]  # type: ignore[union-attr]
    assert row(one, 56, "  └ ").split("exit 1")[1].split() == ["Retry", "1/3", "1", "ERR"]
    assert "After nightly-report" in row(cleaned, 80, "  └ ") and cleaned.origin is not None
    assert cleaned.origin.run not in row(cleaned, 80, "  └ ")
    assert len(row(one, 80, "  └ ")) == len(row(one, 80, "└ "))


def facts(run: Run, **more: Any) -> Facts:
    settings = JobSettings(retry=Retry(3))
    return Facts(make_job(NAME, settings=settings), run, NOW, **more)


def detailed(run: Run, **more: Any) -> str:
    return "\n".join(plain_text(line) for line in event_details(facts(run, **more), 100))


def test_all_that_is_known_of_a_run() -> None:
    _, _, two, cleaned, _, _ = chain()
    asked = msgspec.structs.replace(
        two,
        input="/srv/in.json",
        correlation="req-7",
        key="order-8",
        progress=60,
        message="half way",
        result=True,
    )
    text = detailed(asked, result=RESULT)
    for line in (
        "Trigger    Retry 2/3 of 202611210201000000",
        "Attempt    retry 2/3",
        "Follows    run 202611210201000000\n",
        "Input      /srv/in.json",
        "Request    req-7  (x-correlation-id)",
        "Key        order-8  (Idempotency-Key)",
        "Progress   ██████░░░░  60%  half way",
        "Result     {",
        '             "rows": 1204,',
    ):
        assert line in text, line
    assert "Follows    run 202611210202300000 of nightly-report" in detailed(cleaned)
    assert "██████░░░░  60%  half way" in "\n".join(map(plain_text, event_brief(facts(asked), 80)))
    plain_run = detailed(run_at(NAME, AT_TWO, 0))
    assert not any(
        word in plain_run for word in ("Attempt", "Follows", "Input", "Progress", "Result", "Key ")
    )


def test_results_of_every_kind() -> None:
    run = msgspec.structs.replace(run_at(NAME, AT_TWO, 0), result=True)
    assert "Result     being read…" in detailed(run)
    assert "Result     it cannot be read any more" in detailed(run, result=b"")
    assert "Result     {nonsense" in detailed(run, result=b"{nonsense")
    long = ("{" + ",".join(f'"k{number}": 1' for number in range(30)) + "}").encode()
    assert "… 20 lines more" in detailed(run, result=long)
    deep = b"[" * 20_000
    assert "Result     [[[" in detailed(run, result=deep)


def test_hostile_texts_do_nothing() -> None:
    run = msgspec.structs.replace(
        make_run("a", RunStatus.RUNNING), progress=7, message=HOSTILE, input=HOSTILE, correlation=HOSTILE,
        key=HOSTILE, result=True, attempt=1,
        origin=RunRef(make_job(HOSTILE).id, make_run("b", RunStatus.FAILED).ref.run),
    )  # fmt: skip
    hold = Hold(1, HOSTILE, None, 1, 3)
    settings = JobSettings(
        lock=HOSTILE,
        on_failure=HOSTILE,
        run_as=HOSTILE,
        watch=Watch(HOSTILE, HOSTILE),
        probe=Probe(command=HOSTILE),
    )
    job = busy(run, hold=hold, unmet=(HOSTILE,), settings=settings)
    sick = unhealthy(HOSTILE)
    texts = [told(job), told(sick), detailed(run, result=HOSTILE.encode()), shown(job, Column.LAST)]
    texts += [*why_not_running(job, None, NOW), *why_not_running(sick, None, NOW), shown(sick, Column.LAST)]
    for text in texts:
        assert not set(text) & set("\x1b\x9b\u202e"), repr(text)
    assert "\n" not in shown(job, Column.LAST) + shown(sick, Column.LAST)


def test_a_start_can_be_asked_for_while_it_runs_where_it_waits() -> None:
    store = Store()
    store.connect(Link.LIVE, NOW)
    assert "already running" in (run_why_not(store, busy()) or "")
    assert run_why_not(store, busy(settings=JobSettings(if_running="queue"))) is None
    assert waiting_why_not(store, busy()) is None and "no runs" in (waiting_why_not(store, unhealthy()) or "")
    assert waiting_why_not(store, None) == "No job is chosen."


def test_without_any_of_it_nothing_is_told() -> None:
    up = make_job("a", Running(NOW - timedelta(hours=1), 4), kind=JobType.CONTINUOUS)
    for job in (make_job("a"), failed(), busy(), up):
        text = told(job) + "".join(shown(job, column) for column in Column)
        assert not any(word in text for word in ("Waiting", "Progress", "probe", "queue", "Retry", "Lock"))
