"""settings.job and the settings of the site, saved in a real engine: what it does about it, and when."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.patience import eventually
from wjtui.engine import settings_service
from wjtui.engine.catalog.settings_file import write_settings
from wjtui.engine.engine import Engine
from wjtui.engine.running.program import rehearsed
from wjtui.model.errors import (
    Conflict,
    EngineStopping,
    InvalidRequest,
    InvalidSettings,
    JobNotFound,
    SettingsChanged,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, PendingRestart, Running
from wjtui.model.runs import RunRef
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange
from wjtui.model.versions import Cause

LOOP = "trap 'exit 0' TERM\nwhile true; do sleep 0.05; done\n"
HOURLY = '{"schedule": "0 0 * * * *"}'
SECRET = "hunter2-hunter2"
DB = ConnectionString("Db", ConnectionType.SQL_AZURE, SECRET)


class Saved:
    """An engine, its settings, and what lies on the disk."""

    def __init__(self, rig: Rig, engine: Engine) -> None:
        self.rig = rig
        self.engine = engine
        self.settings = engine.service.settings
        self.claims = self.settings._claims
        self.store = self.settings._store

    def job(self, job: JobId) -> Job:
        return self.engine._rooms.state.job(job)

    def path(self, job: JobId, name: str = "settings.job") -> Path:
        return self.rig.site.folder(job) / name

    def versions(self, job: JobId) -> list[tuple[int, Cause, str, str]]:
        return [(each.number, each.cause, each.note, each.by) for each in self.store.list(job)]


Start = Callable[[], Awaitable[Saved]]


@pytest.fixture
def start(rig: Rig) -> Start:
    async def begin() -> Saved:
        return Saved(rig, await rig.start())

    return begin


def pid(job: Job) -> int:
    assert isinstance(job.phase, Running)
    return job.phase.pid


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


async def test_a_job_without_a_file(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    rig.environment["WEBJOBS_HISTORY_SIZE"] = "7"
    saved = await start()
    document = await saved.settings.read(JobId(JobType.TRIGGERED, "NIGHTLY"))
    assert (document.job, document.text, document.version, document.problems) == (job, "", 1, ())
    assert document.etag and document.settings == saved.job(job).settings
    assert {name: (each.value, each.source) for name, each in document.inherited.items()} == {
        "WEBJOBS_RESTART_TIME": ("0", "environment"),
        "WEBJOBS_HISTORY_SIZE": ("7", "environment"),
    }
    assert await saved.settings.save(job, " \n", etag=document.etag) == document
    assert not saved.path(job).exists() and saved.versions(job) == [(1, Cause.UNKNOWN, "", "")]


async def test_a_file_as_it_lies_there(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    text = '{\r\n  "history_size": 3, // few\r\n  "enabled": "no",\r\n}\r\n'
    saved = await start()
    saved.path(job).write_bytes(b"\xef\xbb\xbf" + text.encode())
    document = await saved.settings.read(job)
    assert document.text == text
    assert document.settings.history_size == 3
    assert [problem.code for problem in document.problems] == ["settings-type"]
    saved.path(job).write_bytes(text.encode())
    again = await saved.settings.read(job)
    assert again.text == text and again.etag != document.etag
    saved.path(job).write_text('{"a" 1}')
    broken = await saved.settings.read(job)
    assert broken.text == '{"a" 1}' and broken.settings.raw == {}
    assert "line 1, column 6" in broken.problems[0].text


async def test_a_schedule_counts_when_the_save_returns(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    assert saved.job(job).schedule is None
    first = await saved.settings.save(job, "\ufeff" + HOURLY, by="UI - root")
    found = saved.job(job)
    assert found.schedule is not None and found.schedule.text == "0 0 * * * *"
    assert found.next_run is not None and found.settings == first.settings
    assert saved.path(job).read_bytes() == HOURLY.encode()
    assert (first.text, first.version) == (HOURLY, 2)
    second = await saved.settings.save(job, '{"history_size": 5}', etag=first.etag, by="wjtui set")
    assert saved.job(job).schedule is None and second.settings.history_size == 5
    assert saved.versions(job) == [
        (3, Cause.SETTINGS, "schedule, history_size", "wjtui set"),
        (2, Cause.SETTINGS, "schedule", "UI - root"),
        (1, Cause.UNKNOWN, "", ""),
    ]
    third = await saved.settings.save(job, "")
    assert (third.text, third.version) == ("", 4) and not saved.path(job).exists()
    kept = [saved.store.stored(job, number) for number in (1, 2, 3)]
    assert [each.settings for each in kept if each] == [b"", HOURLY.encode(), b'{"history_size": 5}']


async def test_a_continuous_job_is_restarted_at_once_and_once(rig: Rig, start: Start) -> None:
    job = rig.site.continuous("worker", {"run.sh": "echo $GREETING\n" + LOOP}, {"stopping_wait_time": 0})
    saved = await start()
    before = await job_when(saved.engine, job, runs)
    text = '{"stopping_wait_time": 0, "env": {"GREETING": "hello"}}'
    await saved.settings.save(job, text)
    await job_when(saved.engine, job, lambda found: runs(found) and pid(found) != pid(before))
    await eventually(lambda: "hello" in rig.app_log(job))
    assert rig.job_log(job).count("Detected WebJob file/s were updated") == 1
    now = pid(saved.job(job))
    # Neither a save of the same nor the watcher, which sees the file too, restarts it again.
    same = await saved.settings.save(job, text)
    await saved.engine._supervisor.read_all()
    assert pid(saved.job(job)) == now and same.version == 2


async def test_somebody_else_was_faster(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    nothing = (await saved.settings.read(job)).etag
    saved.path(job).write_text("{}")
    with pytest.raises(SettingsChanged, match="nightly"):
        await saved.settings.save(job, HOURLY, etag=nothing)
    seen = (await saved.settings.read(job)).etag
    results = await asyncio.gather(
        *(saved.settings.save(job, f'{{"x": {number}}}', etag=seen) for number in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, SettingsChanged) for each in results) == 3
    assert [number for number, *_ in saved.versions(job)] == [2, 1]
    assert (await saved.settings.save(job, HOURLY)).text == HOURLY


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "line 1, column 1"),
        ('{\n  "schedule": 0 */5 * * * *\n}', "line 2, column 17"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": "\ud800"}', "half"),
        ('{"a": "' + "x" * (1 << 20) + '"}', "1 MiB"),
    ],
)
async def test_what_is_no_settings_file(rig: Rig, start: Start, text: str, words: str) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"}, {"history_size": 3})
    saved = await start()
    before = saved.path(job).read_bytes()
    with pytest.raises(InvalidSettings, match=words):
        await saved.settings.save(job, text)
    assert saved.path(job).read_bytes() == before
    assert saved.versions(job) == [(1, Cause.UNKNOWN, "", "")]


async def test_values_that_count_as_absent_may_be_saved(rig: Rig, start: Start) -> None:
    """Only forms refuse them: a text that another tool wrote must not become one that cannot be edited."""
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    document = await saved.settings.save(job, '{"history_size": "many"}')
    assert [problem.code for problem in document.problems] == ["settings-type"]
    assert saved.job(job).problems == document.problems


async def test_name_and_mode_stay_and_the_encoding_becomes_utf_8(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    path = saved.path(job, "Settings.job")
    path.write_bytes(b"\xff\xfe" + '{"x": "ü"}'.encode("utf-16-le"))
    path.chmod(0o664)
    old = os.umask(0o077)
    try:
        await saved.settings.save(job, '{"x": "ö"}\r\n')
    finally:
        os.umask(old)
    assert path.read_bytes() == '{"x": "ö"}\r\n'.encode()
    assert path.stat().st_mode & 0o777 == 0o664
    assert sorted(os.listdir(path.parent)) == ["Settings.job", "run.sh"]


async def test_in_a_nested_script_folder(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nested", {"inner/deep/run.sh": "true\n"})
    saved = await start()
    await saved.settings.save(job, HOURLY)
    assert saved.path(job, "inner/deep/settings.job").read_text() == HOURLY
    assert saved.job(job).schedule is not None


async def test_no_spelling_counts_after_the_file_was_removed(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"}, {"history_size": 3})
    saved = await start()
    saved.path(job, "Settings.job").write_text(HOURLY)
    assert (await saved.settings.save(job, "")).text == ""
    assert os.listdir(saved.path(job).parent) == ["run.sh"]


async def test_a_file_that_cannot_be_read_can_be_replaced(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    saved.path(job).write_bytes(b'{"a": "\xff"}')
    with pytest.raises(Conflict, match="byte 8"):
        await saved.settings.read(job)
    assert (await saved.settings.save(job, HOURLY)).version == 2


async def test_a_folder_in_its_place_is_a_conflict(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    saved.path(job).mkdir()
    for command in (saved.settings.read(job), saved.settings.save(job, HOURLY)):
        with pytest.raises(Conflict, match=r"settings\.job"):
            await command
    assert saved.path(job).is_dir()


@pytest.mark.parametrize(
    ("before", "text"), [(None, HOURLY), ({"history_size": 3}, HOURLY), ({"history_size": 3}, "")]
)
async def test_a_full_disk_leaves_all_as_it_was(
    rig: Rig,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, Any] | None,
    text: str,
) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"}, before)
    saved = await start()
    known = await saved.settings.read(job)
    full = OSError(28, "No space left on device")

    def fails(*_: Any, **__: Any) -> None:
        raise full

    def written(folder: Path, content: str) -> None:
        write_settings(folder, content)
        raise full

    for target, name, fault in (
        (saved.store, "keep_settings", fails),
        (settings_service, "write_settings" if text else "remove_settings", written if text else fails),
        (saved.store, "advance", fails),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, fault)
            with pytest.raises(Conflict, match="No space left"):
                await saved.settings.save(job, text)
        after = await saved.settings.read(job)
        assert (after.text, after.etag, after.settings) == (known.text, known.etag, known.settings)
        assert saved.job(job).schedule is None
    last = await saved.settings.save(job, text)
    assert (last.text, last.version) == (text, 2)


async def test_a_deploy_of_the_job_is_in_the_way(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    with saved.claims.held("is being deployed", job), pytest.raises(Conflict, match="is being deployed"):
        await saved.settings.save(job, HOURLY)
    assert (await saved.settings.save(job, HOURLY)).version == 2


async def test_nobody_knows_the_job(rig: Rig, start: Start) -> None:
    saved = await start()
    nobody = JobId(JobType.TRIGGERED, "nobody")
    for command in (saved.settings.read(nobody), saved.settings.save(nobody, HOURLY)):
        with pytest.raises(JobNotFound):
            await command


async def test_an_engine_that_ends_saves_nothing(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    saved = await start()
    await saved.engine.stop()
    for command in (
        saved.settings.save(job, HOURLY),
        saved.settings.change_site(SiteChange(put={"A": "1"})),
    ):
        with pytest.raises(EngineStopping):
            await command
    assert not saved.path(job).exists() and not saved.engine.site.site_settings.exists()


async def test_what_is_set_for_the_site_reaches_jobs_from_their_next_start_on(
    rig: Rig, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    job = rig.site.triggered("nightly", {"run.sh": 'echo "$GREETING $SQLAZURECONNSTR_Db"\n'})
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    rig.environment |= {"WEBJOBS_HISTORY_SIZE": "7", "WEBSITE_X": "outer"}
    with caplog.at_level(logging.DEBUG):
        saved = await start()
        before = await job_when(saved.engine, worker, runs)
        known = await saved.settings.site()
        assert (known.values, known.connections) == ({}, ())
        assert known.inherited["WEBSITE_X"] == "outer" and "PATH" not in known.inherited
        change = SiteChange(put={"GREETING": "hello"}, connect=(DB,), etag=known.etag)
        after = await saved.settings.change_site(change)
        assert after == await saved.settings.site()
        run = await saved.engine.service.run(job)
        await run_to_end(saved.engine, job, run)
        assert f"hello {SECRET}\n" in rig.output(RunRef(job, run))
        there = await saved.engine.service.workplace(worker)
        assert DB.variable not in there.environment
        assert pid(saved.job(worker)) == pid(before)
        next_time = await saved.engine.service.workplace(job)
        assert next_time.environment[DB.variable] == SECRET
        assert {DB.variable, "GREETING"} <= set(next_time.secret)
        program = saved.engine._supervisor.continuous(worker).program
        assert program is not None
        snapshot = await saved.engine.service.snapshot()
        again = saved.engine._supervisor.triggered(job).definition
        assert again.script is not None
        rehearsal = rehearsed(again, again.script, saved.engine.site, saved.engine._rooms.config.variables)
        command = rehearsal.command(saved.engine.site, {})
        assert command.environment[DB.variable] == SECRET
        for shown in (program, rehearsal, command, next_time, snapshot, after, change, caplog.text):
            assert SECRET not in repr(shown)
    await saved.settings.change_site(SiteChange(disconnect=(DB.variable,), remove=("GREETING",)))
    assert DB.variable not in (await saved.engine.service.workplace(job)).environment


async def test_every_kind_of_connection_string(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "env\n"}, {"env": {"CUSTOMCONNSTR_x": "the job's own"}})
    saved = await start()
    every = tuple(ConnectionString("x", kind, f"{kind} of all") for kind in ConnectionType)
    await saved.settings.change_site(SiteChange(connect=every))
    run = await saved.engine.service.run(job)
    await run_to_end(saved.engine, job, run)
    output = rig.output(RunRef(job, run))
    for connection in every:
        value = "the job's own" if connection.type is ConnectionType.CUSTOM else connection.value
        assert f"{connection.variable}={value}\n" in output


async def test_webjobs_stopped_counts_at_once(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    saved = await start()
    await job_when(saved.engine, worker, runs)
    await saved.settings.change_site(SiteChange(put={"WEBJOBS_STOPPED": "1"}))
    assert (await saved.engine.service.snapshot()).engine.stopped_by_setting
    with pytest.raises(Conflict, match="WEBJOBS_STOPPED"):
        await saved.engine.service.run(job)
    await job_when(saved.engine, worker, lambda found: not runs(found))
    await saved.settings.change_site(SiteChange(remove=("WEBJOBS_STOPPED",)))
    await job_when(saved.engine, worker, runs)


async def test_a_zone_counts_at_once(rig: Rig, start: Start) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"}, {"schedule": "0 0 2 * * *"})
    saved = await start()
    await saved.settings.change_site(SiteChange(put={"WEBSITE_TIME_ZONE": "Europe/Berlin"}))
    schedule = saved.job(job).schedule
    assert schedule is not None and schedule.zone == "Europe/Berlin"
    document = await saved.settings.read(job)
    assert document.inherited["WEBSITE_TIME_ZONE"].source == "site setting"


async def test_what_is_refused_for_the_site_changes_nothing(rig: Rig, start: Start) -> None:
    saved = await start()
    first = await saved.settings.change_site(SiteChange(put={"A": "1"}))
    await saved.settings.change_site(SiteChange(put={"A": "2"}, etag=first.etag))
    with pytest.raises(SettingsChanged):
        await saved.settings.change_site(SiteChange(put={"A": "3"}, etag=first.etag))
    with pytest.raises(InvalidRequest):
        await saved.settings.change_site(SiteChange(put={"A": "3", "B=": SECRET}))
    assert (await saved.settings.site()).values == {"A": "2"}
    assert saved.engine._rooms.config.site == {"A": "2"}


async def test_two_changes_at_once_are_both_made(rig: Rig, start: Start) -> None:
    saved = await start()
    await asyncio.gather(
        *(saved.settings.change_site(SiteChange(put={f"N{number}": "1"})) for number in range(8))
    )
    assert sorted((await saved.settings.site()).values) == [f"N{number}" for number in range(8)]


async def test_damaged_connection_strings_at_the_start(rig: Rig, start: Start) -> None:
    folder = rig.root / "data" / "wjtui"
    folder.mkdir(parents=True)
    (folder / "connection_strings.json").write_text(f'[{{"name": "Db", "value": "{SECRET}"}}]')
    saved = await start()
    assert [path.name[:32] for path in folder.glob("*.damaged-*")] == ["connection_strings.json.damaged-"]
    notices = (await saved.engine.service.snapshot()).notices
    assert any("connection_strings.json" in notice.text for notice in notices)
    assert SECRET not in repr(notices)
    assert (await saved.settings.change_site(SiteChange(connect=(DB,)))).connections == (DB,)


async def test_a_change_that_was_cut_short_is_finished_before_a_job_runs(rig: Rig, start: Start) -> None:
    folder = rig.root / "data" / "wjtui"
    folder.mkdir(parents=True)
    begun = {"site_settings.json": '{"WEBJOBS_STOPPED":"1"}', "connection_strings.json": "[]"}
    (folder / "site_change.json").write_text(json.dumps(begun))
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    saved = await start()
    assert (await saved.engine.service.snapshot()).engine.stopped_by_setting
    assert (await saved.settings.site()).values == {"WEBJOBS_STOPPED": "1"}
    assert await saved.engine.service.launches(worker) == []
    assert not (folder / "site_change.json").exists()


async def test_notify_says_whether_the_command_is_told(rig: Rig, tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.mkdir()
    argv = ["bash", "-c", f"cat > {told}/$$.tmp; mv {told}/$$.tmp {told}/$$.json"]
    config = tmp_path / "config.toml"
    config.write_text(f"notify_command = {json.dumps(argv)}\n")
    jobs = {
        name: rig.site.triggered(name, {"run.sh": "exit 3\n"}, settings)
        for name, settings in (
            ("nothing", {"notify": []}),
            ("screen", {"notify": ["toast", "bell"]}),
            ("command", {"notify": ["command"]}),
            ("silent", None),
        )
    }
    worker = {"restart_time": 3600, "notify": ["toast"]}
    crashing = rig.site.continuous("crashing", {"run.sh": "exit 4\n"}, worker)
    engine = rig.make()
    engine._notifier = type(engine._notifier)(engine._rooms, lambda: config)
    await engine.start()
    rig._started.append(engine)
    await job_when(engine, crashing, lambda found: isinstance(found.phase, PendingRestart))
    for job in jobs.values():
        await run_to_end(engine, job, await engine.service.run(job))
    await eventually(lambda: len(list(told.glob("*.json"))) == 2)
    assert engine._notifier._ledger.count == 0
    names = sorted(json.loads(path.read_text())["job"] for path in told.glob("*.json"))
    assert names == ["command", "silent"]
