"""The history as values: groups, filters, totals, words; and the reader that fills a book."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.support.fake_service import NOW, output
from tests.tui.past_scene import at, past_run
from wjtui.logs.line import Level
from wjtui.model.errors import EngineUnreachable
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Exit, Launch, Outcome, Run, RunId, RunRef, RunStatus
from wjtui.model.schedules import Missed, MissedReason
from wjtui.tui.present.history import Span, Timeline, group_name, place_of, run_place
from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.history_filter import Switch, read_filter
from wjtui.tui.present.run_tail import error_lines, last_words
from wjtui.tui.present.run_words import (
    brief_span,
    difference,
    exit_sentence,
    trigger_sentence,
    trigger_word,
)
from wjtui.tui.present.times import file_size
from wjtui.tui.run_reader import PAGE, RunReader

TODAY = NOW.date()


def runs(count: int, name: str = "job", every: timedelta = timedelta(hours=1)) -> list[Run]:
    """So many runs, newest first, the newest of them one step ago."""
    return [past_run(name, NOW - every * (n + 1), 60) for n in range(count)]


def test_days_then_weeks_then_months() -> None:
    def shown(day: datetime) -> tuple[Span, str]:
        name = group_name(day.date(), TODAY)
        return name.span, name.first.isoformat()

    assert shown(NOW) == (Span.DAY, "2026-11-21")
    assert shown(at(15)) == (Span.DAY, "2026-11-15")
    assert shown(at(14)) == (Span.WEEK, "2026-11-09")
    assert shown(at(1)) == (Span.WEEK, "2026-10-26")
    assert shown(at(31, month=10)) == (Span.MONTH, "2026-10-01")
    assert shown(NOW + timedelta(days=2)) == (Span.DAY, "2026-11-23"), "a clock that went back"


def test_groups_lie_one_after_the_other_whatever_the_day() -> None:
    for offset in range(0, 800, 13):
        today = TODAY + timedelta(days=offset)
        names = [group_name(today - timedelta(days=back), today) for back in range(400)]
        once = list(dict.fromkeys(names))
        assert [name for name, after in zip(names, [*names[1:], None], strict=True) if name != after] == once


def test_places_sort_as_the_engine_sorts_runs() -> None:
    refs = [
        RunRef(JobId(JobType.TRIGGERED, name), RunId(run))
        for name in ("b", "A", "ab")
        for run in ("20131103120400", "201605192149381933", "201605192149381934")
    ]
    wanted = sorted(refs, key=lambda ref: (ref.run.ljust(18, "0"), ref.job.key), reverse=True)
    assert sorted(refs, key=run_place, reverse=True) == wanted
    same = JobId(JobType.TRIGGERED, "a")
    assert run_place(RunRef(same, RunId("20131103120400"))) != run_place(
        RunRef(same, RunId("201311031204000000"))
    )


def test_an_id_that_is_no_date_stands_somewhere() -> None:
    run = past_run("job", NOW)
    odd = msgspec.structs.replace(run, ref=RunRef(run.ref.job, RunId("999999999999999999")))
    timeline = Timeline(TODAY, [run, odd])
    assert len(timeline.groups) == 2 and next(timeline.newest_first()) == run_place(run.ref)


def test_putting_and_dropping_in_any_order_gives_the_same() -> None:
    every = runs(300)
    one, other = Timeline(TODAY, every), Timeline(TODAY)
    for run in [*every[::2], *every[1::2][::-1]]:
        other.put([run])
    assert list(one.newest_first()) == list(other.newest_first()) == [place_of(run) for run in every]
    for run in every[:299]:
        other.drop(place_of(run))
    assert list(other.newest_first()) == [place_of(every[-1])] and len(other.groups) == 1
    other.drop(place_of(every[-1]))
    assert other.groups == [] and len(other) == 0


def test_tallies_follow_changes() -> None:
    run = past_run("job", at(20), code=1)
    timeline = Timeline(TODAY, [run, Missed(MissedReason.DOWN, 3, at(20, 1), at(20, 3))])
    group = timeline.groups[0]
    assert group.tally(timeline.events) == {Outcome.FAILED: 1, None: 3}
    timeline.put([msgspec.structs.replace(run, status=RunStatus.SUCCESS)])
    assert group.tally(timeline.events) == {Outcome.OK: 1, None: 3}


def test_what_is_open_stays_open_and_what_is_closed_closed() -> None:
    book = HistoryBook(TODAY)
    book.put(runs(40))
    keys = book.rows()
    assert book.is_open("day 2026-11-21") and not book.is_open("day 2026-11-20")
    book.fold("day 2026-11-20", open=True)
    book.put([past_run("job", NOW + timedelta(minutes=1)), past_run("job", NOW + timedelta(days=1))])
    rows = book.rows()
    assert rows[0] == "day 2026-11-22" and book.is_open("day 2026-11-22")
    assert book.is_open("day 2026-11-20") and len(rows) > len(keys)
    book.fold("day 2026-11-20", open=False)
    assert not book.is_open("day 2026-11-20")
    assert book.reveal(place_of(runs(40)[20])) and book.is_open("day 2026-11-20")


def test_news_may_be_older_than_what_is_known() -> None:
    ended = past_run("job", at(20))
    going = msgspec.structs.replace(ended, status=RunStatus.RUNNING, ended=None, exit=None)
    book = HistoryBook(TODAY)
    book.put([going])
    book.put([ended, going])
    assert book.known == {place_of(ended): ended}
    assert book.totals.count == book.totals.counted(Switch.SUCCESS) == 1


def test_totals() -> None:
    book = HistoryBook(TODAY)
    every = [past_run("job", at(20, n // 60, n % 60), n + 1, code=int(n == 0)) for n in range(100)]
    every.append(msgspec.structs.replace(every[5], ref=RunRef(every[5].ref.job, RunId("201901010000000000")),
                                         status=RunStatus.ABORTED, trigger="CLI - ops"))  # fmt: skip
    book.put(every)
    totals = book.totals
    assert totals.count == 101 and totals.ok_percent == 98
    assert totals.percentile(50) == timedelta(seconds=50) and totals.percentile(95) == timedelta(seconds=95)
    counts = [totals.counted(switch) for switch in Switch]
    assert dict(zip(Switch, counts, strict=True)) == {
        Switch.ALL: 101, Switch.RUNNING: 0, Switch.SUCCESS: 99, Switch.FAILED: 1, Switch.ABORTED: 1,
        Switch.MANUAL: 1, Switch.SLOW: 5,
    }  # fmt: skip
    assert totals.latest(3) == [timedelta(seconds=n) for n in (98, 99, 100)]
    for switch in Switch:
        book.ask_for(switch, book.filter)
        assert len(book.shown) == totals.counted(switch), switch
    for run in every:
        book.drop(place_of(run))
    assert totals.count == 0 and totals.percentile(95) is None and totals.ok_percent is None


def test_the_oldest_are_left_out_of_a_full_book() -> None:
    book = HistoryBook(TODAY, at_most=10)
    book.put(runs(25))
    assert book.is_full and sorted(book.known, reverse=True) == [place_of(run) for run in runs(10)]
    assert len(book.shown) == book.totals.count == 10


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "abcdlm"),
        ("status:failed", "b"),
        ("STATUS:Fail", "b"),
        ("status:missed", "m"),
        ("status:running", "l"),
        ("status:", "abcdlm"),
        ("trigger:manual", "bd"),
        ("trigger:schedule", "a"),
        ("trigger:api", "c"),
        ("trigger:curl", "c"),
        ("since:1d", "alm"),
        ("since:2w", "abclm"),
        ("since:2026-11-10", "abclm"),
        ("since:04:00", "lm"),
        ("since:06:00", "alm"),
        ("job:bet", "b"),
        ("--dry", "c"),
        ("exit 7", "b"),
        ("engine ran", "m"),
        ("[/x]", "d"),
        ("what:ever", ""),
        ("status:failed trigger:api", ""),
    ],
)
def test_words_of_a_filter(words: str, found: str) -> None:
    events: dict[str, Run | Launch | Missed] = {
        "a": past_run("alpha", at(21)),
        "b": past_run("beta", at(14), code=7, trigger="UI - ops"),
        "c": past_run("alpha", at(13), trigger="External - curl/8", arguments="--dry-run"),
        "d": past_run("alpha", at(1), trigger="CLI - ops", reason="[/x]"),
        "l": Launch(at(21, 5), 77),
        "m": Missed(MissedReason.DOWN, 1, at(21, 4), at(21, 4)),
    }
    wanted = read_filter(words, NOW, jobs=True)
    assert not wanted.trouble
    assert "".join(name for name, event in events.items() if wanted.wants(event)) == found


@pytest.mark.parametrize("words", ["since:x", "since:99999999999d", "status:odd", "since:٣d", "since:²w"])
def test_what_a_filter_cannot_mean_is_said(words: str) -> None:
    wanted = read_filter(f"{words} text", NOW, jobs=False)
    assert wanted.trouble and len(wanted.tests) == 1


def test_words_for_triggers_and_exits() -> None:
    words = {
        "Schedule - 0 0 2 * * *": ("schedule", "schedule  0 0 2 * * *"),
        "Recurrence - every day": ("schedule", "schedule  every day"),
        "UI - ops": ("manual ops", "manual  on the screen, by ops"),
        "UI - ": ("manual", "manual  on the screen"),
        "CLI - ops": ("manual ops", "manual  on the command line, by ops"),
        "External - curl/8.5": ("api curl/8.5", "api  by curl/8.5"),
        "External - ": ("api", "api  by a program that gave no name"),
        "": ("unknown", "not known"),
        "Odd\x1b[2J": ("Odd␛[2J", "Odd␛[2J"),
    }
    for trigger, (short, full) in words.items():
        run = past_run("job", NOW, trigger=trigger)
        assert (trigger_word(trigger), trigger_sentence(run)) == (short, full)
    assert exit_sentence(Exit(code=1)) == "1  (general error)"
    assert exit_sentence(Exit(code=2)) == "2  (misuse, or bad arguments)"
    assert exit_sentence(Exit(code=126)).startswith("126  (found, but it cannot be run")
    assert exit_sentence(Exit(code=127)) == "127  (command not found)"
    assert exit_sentence(Exit(code=130)) == "130  (SIGINT: interrupted, as by ctrl+c)"
    assert exit_sentence(Exit(code=137)) == "137  (SIGKILL: killed, maybe out of memory)"
    assert exit_sentence(Exit(code=139)) == "139  (SIGSEGV: segmentation fault)"
    assert exit_sentence(Exit(signal=9)) == "SIGKILL  (killed, maybe out of memory)"
    assert exit_sentence(Exit(code=42)) == "42"
    assert exit_sentence(Exit(signal=63)) == "signal 63"


def test_words_for_spans_and_sizes() -> None:
    assert [brief_span(timedelta(seconds=s)) for s in (2, 242, 3842, 90_000)] == [
        "00:02", "04:02", "01:04:02", "1d 01:00",
    ]  # fmt: skip
    spans = (0.012, -29, 300, -10_000)
    assert [difference(timedelta(seconds=s)) for s in spans] == ["+12 ms", "-29 s", "+5 min", "-3 h"]
    assert [file_size(n) for n in (0, 1024, 186_000, 212 << 20)] == ["0 B", "1.0 KB", "182 KB", "212 MB"]


def test_the_last_error_lines() -> None:
    error = output("Traceback", "OSError: \x1b[31m[Errno 28]\x1b[0m", at=at(21), level=Level.ERR)
    data = output("fine") + error + b"  more of it\n" + output("fine again")
    lines = error_lines(data, whole=True)
    assert [(line.word, line.text) for line in lines] == [
        ("ERR", "Traceback"), ("ERR", "OSError: [Errno 28]"), ("", "  more of it"),
    ]  # fmt: skip
    assert last_words(lines) == "more of it"
    assert error_lines(error[10:], whole=False)[0].text == "OSError: [Errno 28]"
    assert error_lines(b"", whole=True) == [] and last_words([]) == ""
    assert len(error_lines(error * 100, whole=True)) == 24


class Pages:
    """A history that can be read page by page; ``held`` lets a test look while a page is on its way."""

    def __init__(self, every: list[Run]) -> None:
        self.every = every
        self.asked = 0
        self.held: asyncio.Event | None = None
        self.error: EngineUnreachable | None = None

    async def page(self, before: RunRef | None, limit: int) -> list[Run]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        found = [run for run in self.every if before is None or run_place(run.ref) < run_place(before)][
            :limit
        ]
        if self.held is not None:
            await self.held.wait()
        return found


def reading(pages: Pages) -> RunReader:
    return RunReader(HistoryBook(TODAY), pages.page, wants_more=lambda: True, changed=lambda: None)


async def test_all_pages_are_read_once() -> None:
    pages = Pages(runs(PAGE * 2))
    reader = reading(pages)
    await reader.read()
    assert reader.whole and len(reader.book.known) == PAGE * 2 and pages.asked == 3


async def test_what_happens_while_a_page_is_on_its_way() -> None:
    pages = Pages(runs(5))
    pages.held = asyncio.Event()
    reader = reading(pages)
    task = asyncio.create_task(reader.read())
    await asyncio.sleep(0)
    gone, new = pages.every[2], past_run("job", NOW)
    reader.removed(gone.ref)
    reader.told([new])
    pages.held.set()
    await task
    assert place_of(gone) not in reader.book.known and place_of(new) in reader.book.known
    reader.latest(gone)
    assert place_of(gone) not in reader.book.known, "a job that still names it does not bring it back"
    reader.told([gone])
    assert place_of(gone) in reader.book.known


async def test_reading_anew_forgets_what_is_gone() -> None:
    pages = Pages(runs(PAGE + 50))
    reader = reading(pages)
    await reader.read()
    launch = Launch(at(20), 7)
    reader.book.put([launch])
    lost = [pages.every.pop(3), pages.every.pop(PAGE + 5)]
    await reader.read()
    assert len(reader.book.known) == PAGE + 49 and place_of(launch) in reader.book.known
    assert not {place_of(run) for run in lost} & set(reader.book.known)
    pages.every.clear()
    await reader.read()
    assert list(reader.book.known) == [place_of(launch)]


async def test_an_engine_that_cannot_be_reached_leaves_what_is_known() -> None:
    pages = Pages(runs(5))
    reader = reading(pages)
    await reader.read()
    pages.error = EngineUnreachable("gone\x1b[2J")
    await reader.read()
    assert reader.trouble == "gone␛[2J" and reader.resting and len(reader.book.known) == 5
    pages.error = None
    await reader.read()
    assert reader.trouble == "" and reader.whole
