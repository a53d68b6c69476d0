"""The store, the mailbox, the table of commands, toasts and themes: pure parts of the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fake_service import NOW, FakeJobService, FixedClock, make_engine, make_job, make_run
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import (
    AnyEvent,
    EngineChanged,
    Envelope,
    JobChanged,
    JobRemoved,
    LogExtent,
    LogGrew,
    LogRef,
    Notice,
    NoticeRaised,
    RunChanged,
    RunRemoved,
    Snapshot,
    Tone,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobType
from wjtui.model.jobs import Busy, Running, Stopped
from wjtui.model.runs import RunStatus
from wjtui.tui.bindings import clashes, shown_keys
from wjtui.tui.commands.command import TOGETHER, Command, Section, Where
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.present.toasts import AT_MOST, ToastQueue, heading, text
from wjtui.tui.pump import Mailbox, Pump
from wjtui.tui.refusals import kill_why_not, restart_why_not, run_why_not, start_why_not, stop_why_not
from wjtui.tui.screens.layout import choose_layout, key_rows, list_height
from wjtui.tui.store import Change, Link, Store, Topic
from wjtui.tui.themes import ANSI, DARK, LIGHT, BadTheme, choose, load_themes, read_theme, theme_folders

CONTINUOUS = JobType.CONTINUOUS


def envelope(event: AnyEvent, seq: int = 1) -> Envelope:
    return Envelope(seq, NOW, event)


def live_store(*jobs: object) -> Store:
    store = Store()
    store.apply([Snapshot(0, NOW, make_engine(), tuple(jobs))])  # type: ignore[arg-type]
    store.connect(Link.LIVE, NOW)
    return store


def test_a_snapshot_replaces_everything() -> None:
    store = live_store(make_job("old"))
    change = store.apply([Snapshot(5, NOW, make_engine(pid=9), (make_job("new"),))])
    assert list(store.jobs) == [("triggered", "new")] and store.engine is not None and store.engine.pid == 9
    assert change.jobs == {("triggered", "old"), ("triggered", "new")} and Topic.JOBS in change.topics


def test_every_event_is_applied_and_applying_twice_is_harmless() -> None:
    store = live_store(make_job("a"))
    ref = LogRef(make_job("a").id)
    run = make_run("a", RunStatus.FAILED)
    events = [
        envelope(event)
        for event in (
            JobChanged(make_job("b")),
            JobChanged(make_job("a", latest_run=run)),
            UsageSampled(make_job("a").id, Usage(1.0, 2, 3)),
            LogGrew(ref, LogExtent(0, 10)),
            EngineChanged(make_engine(stopping=True)),
            RunChanged(run),
            JobRemoved(make_job("b").id),
        )
    ]
    change = store.apply(events)
    assert change.topics == {Topic.JOBS, Topic.LOGS, Topic.ENGINE, Topic.NOTICES, Topic.RUNS}
    assert change.runs == {run.ref: run}
    assert [notice.code for notice in change.notices] == ["job-failed"]
    jobs, extents = dict(store.jobs), dict(store.extents)
    assert store.apply(events).notices == []
    assert (store.jobs, store.extents) == (jobs, extents) and list(jobs) == [("triggered", "a")]
    assert store.apply([envelope(RunRemoved(run.ref))]).runs == {run.ref: None}
    assert store.extents[ref].end == 10


def test_names_that_differ_in_case_are_one_job() -> None:
    store = live_store(make_job("Mailer"))
    store.apply([envelope(JobChanged(make_job("mailer")))])
    assert len(store.jobs) == 1


def test_old_notices_are_not_news_and_new_ones_are_bounded() -> None:
    store = Store()
    change = store.apply([Snapshot(0, NOW, make_engine(), notices=(Notice(NOW, "old"),))])
    assert change.notices == [] and store.notices[0].text == "old"
    store.apply([envelope(NoticeRaised(Notice(NOW, str(number)))) for number in range(1500)])
    assert len(store.notices) == 1000 and store.notices[-1].text == "1499"


def test_the_mailbox_keeps_the_newest_of_each_entity_in_order() -> None:
    box = Mailbox()
    for number in range(1000):
        box.put(envelope(JobChanged(make_job("a", data=str(number)))))
        box.put(
            envelope(NoticeRaised(Notice(NOW, str(number))))
            if number < 3
            else envelope(JobChanged(make_job("b")))
        )
    items = box.take()
    assert len(items) == 5 and box.empty and box.take() == []
    box.put(envelope(JobChanged(make_job("a"))))
    box.put(Snapshot(9, NOW, make_engine()))
    box.put(envelope(JobChanged(make_job("c"))))
    assert [type(item).__name__ for item in box.take()] == ["Snapshot", "Envelope"]


async def test_the_pump_says_when_the_engine_is_gone_and_looks_for_it() -> None:
    service, store, clock = FakeJobService(make_job("a")), Store(), FixedClock()
    changes: list[Change] = []
    pump = Pump(service, store, clock, publish=changes.append, lagging=lambda: False)
    task = asyncio.create_task(pump.run(), name="pump")

    async def until(state: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not state():
                clock.advance(0.1)
                await asyncio.sleep(0)

    async def until_link(link: Link) -> None:
        await until(lambda: store.link is link)

    await until_link(Link.LIVE)
    service.lose(EngineUnreachable("refused"))
    await until_link(Link.LOST)
    assert store.link_reason == "refused" and store.jobs, "the last state is kept"
    tries = service.connections
    since = store.link_since
    await until(lambda: service.connections > tries + 2)
    assert store.link_since == since
    service.unreachable = None
    pump.try_again()
    await until_link(Link.LIVE)
    service.end()
    await until_link(Link.ENDED)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_no_frame_is_applied_while_the_terminal_lags() -> None:
    store = Store()
    lags = True
    pump = Pump(FakeJobService(), store, FixedClock(), publish=lambda _: None, lagging=lambda: lags)
    pump._mailbox.put(Snapshot(0, NOW, make_engine(), (make_job("a"),)))
    assert not pump.frame() and store.jobs == {} and pump.skipped == 1
    lags = False
    assert pump.frame() and len(store.jobs) == 1 and pump.idle


def test_no_two_commands_claim_a_key() -> None:
    assert clashes(COMMANDS) == []
    for here in (Where.EVERYWHERE, Where.JOB):
        one = _command("one", here, "r")
        for where in {where for places in TOGETHER if here in places for where in places}:
            two = _command("two", where, "r", "x")
            assert clashes([one, two]) == ["r is claimed by one and by two"]
            assert clashes([two, one]) == ["r is claimed by two and by one"]
    assert {where for places in TOGETHER for where in places} == set(Where)
    for here, there in ((Where.LIST, Where.LOG), (Where.JOB, Where.VERSIONS), (Where.JOB, Where.TRASH)):
        assert clashes([_command("here", here, "f"), _command("there", there, "f")]) == []


def _command(id: str, where: Where, *keys: str) -> Command[None]:
    return Command(id, keys, "", lambda desk: None, Section.JOBS, where)


def test_the_table_keeps_its_rules() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.title and shown_keys(command)
        # tmux and screen prefixes, and keys that look like backspace, tab and enter.
        assert not {"ctrl+b", "ctrl+a", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"} & set(command.keys)
    destructive = {"x", "X", "R"}
    assert all(c.where is Where.JOB for c in COMMANDS if destructive & set(c.keys))


def test_refusals() -> None:
    busy = make_job("a", Busy(make_run("a", RunStatus.RUNNING).ref.run, NOW))
    idle, blocked = make_job("a"), make_job("a", script=None)
    up = make_job("c", Running(NOW, 5), kind=CONTINUOUS)
    off = make_job("c", Stopped(NOW), kind=CONTINUOUS, disabled=True)
    store = live_store(idle)
    assert run_why_not(store, idle) is None and stop_why_not(store, busy) is None
    assert "already running" in (run_why_not(store, busy) or "")
    assert "cannot run" in (run_why_not(store, blocked) or "")
    assert "R restarts" in (run_why_not(store, up) or "")
    assert "r runs it" in (start_why_not(store, idle) or "") and start_why_not(store, up) is None
    assert "nothing to stop" in (stop_why_not(store, idle) or "")
    assert "stopped already" in (stop_why_not(store, off) or "")
    assert restart_why_not(store, up) is None and "s starts" in (restart_why_not(store, off) or "")
    assert kill_why_not(store, up) is None and "no process" in (kill_why_not(store, off) or "")
    assert "No job" in (run_why_not(store, None) or "")
    store.mark(up.id.key, "Stopping")
    assert "on its way" in (stop_why_not(store, up) or "")
    store.mark(up.id.key, None)
    store.connect(Link.LOST, NOW, "gone")
    assert "not reachable" in (stop_why_not(store, up) or "")
    assert "read-only" in (run_why_not(Store(read_only=True), idle) or "")


def test_toasts_are_few_and_a_storm_counts_up() -> None:
    queue = ToastQueue()
    for number in range(10):
        queue.add(f"message {number}", "", Tone.INFO, 0.0)
    assert [toast.title for toast in queue.toasts] == ["message 7", "message 8", "message 9"] and AT_MOST == 3
    queue.clear()
    for number in range(6):
        queue.add(
            f"job-{number} failed",
            "exit 1",
            Tone.ERROR,
            float(number),
            group="job-failed",
            name=f"job-{number}",
        )
    (toast,) = queue.toasts
    assert heading(toast) == "6 failures in 6 jobs"
    assert text(toast) == "job-2, job-3, job-4, job-5 and 2 more"
    assert not queue.expire(19.9) and queue.expire(20.1) and queue.toasts == []
    queue.add("a failed", "exit 1", Tone.ERROR, 0.0, group="job-failed", name="a")
    queue.add("a failed", "exit 2", Tone.ERROR, 0.0, group="job-failed", name="a")
    assert heading(queue.toasts[0]) == "a failed (2 times)" and text(queue.toasts[0]) == "exit 2"


def test_layouts() -> None:
    assert "-small" in choose_layout(19, 24, "").classes and "-small" in choose_layout(80, 4, "").classes
    assert (
        "-one-pane" in choose_layout(59, 24, "").classes and "-one-pane" in choose_layout(120, 15, "").classes
    )
    assert choose_layout(80, 24, "").classes == frozenset()
    assert choose_layout(120, 36, "").classes == {"-boxed"}
    assert choose_layout(160, 36, "lower").classes == {"-boxed", "-wide", "-zoom-lower"}
    for height in range(16, 100):
        for jobs in (1, 11, 500):
            layout = choose_layout(120, height, "")
            rows = list_height(layout, height - layout.rows_around, jobs)
            assert rows is not None and 4 <= rows <= height - layout.rows_around - 6


def test_a_second_row_of_keys_takes_no_job_and_leaves_the_log_six_rows() -> None:
    layout = choose_layout(80, 24, "")
    assert [key_rows(layout, 80, 20, jobs) for jobs in (0, 1, 10, 11, 500)] == [1, 2, 2, 1, 1]
    assert list_height(layout, 19, 10) == 11, "ten jobs and the heading; title, six rows and status are left"
    assert key_rows(choose_layout(120, 36, ""), 120, 32, 5) == 1
    assert key_rows(choose_layout(100, 14, ""), 100, 12, 5) == 1
    assert key_rows(choose_layout(80, 40, ""), 80, 36, 500) == 2


def test_shipped_themes_are_good(tmp_path: Path) -> None:
    themes, troubles = load_themes(theme_folders(None))
    assert troubles == [] and {DARK, LIGHT, ANSI} <= set(themes)
    assert themes[DARK].dark and not themes[LIGHT].dark and themes[ANSI].ansi


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("primary = 3", "wrong type"),
        ("dark = true", "no 'primary'"),
        ('primary = "nocolour"', "no colour"),
        ('primary = "#123456"\nspeed = 1', "unknown keys: speed"),
        ('primary = "#123456"\n[variables]\nstatus-failed = "loud"', "'status-failed' is no colour"),
        ('primary = "#123456"\n[variables]\nmine = "#12"', "'mine' is no colour"),
        ('primary = "#123456"\n[variables]\nmine = 3', "must be a text"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_bad_theme_names_file_and_key(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(BadTheme, match=r"mine\.toml") as caught:
        read_theme(path)
    assert words in str(caught.value)


def test_a_users_theme_wins_and_a_bad_one_is_told(tmp_path: Path) -> None:
    (tmp_path / f"{DARK}.toml").write_text('primary = "#ff0000"\n')
    (tmp_path / "bad.toml").write_text("primary = 1\n")
    themes, troubles = load_themes(theme_folders(tmp_path))
    assert themes[DARK].primary == "#ff0000" and len(troubles) == 1 and LIGHT in themes
    assert load_themes([tmp_path / "missing"]) == ({}, [])


def test_which_theme() -> None:
    names = [DARK, LIGHT, ANSI]
    assert choose("", {}, names) == DARK and choose(LIGHT, {"NO_COLOR": "1"}, names) == LIGHT
    assert choose("", {"NO_COLOR": "1"}, names) == ANSI and choose("", {"NO_COLOR": ""}, names) == DARK
    assert choose("none such", {}, names) == DARK
