"""The definition of SettingsService."""

from __future__ import annotations

import json

import pytest

from tests.support.deploying import output, ran
from tests.support.harness import Harness
from wjtui.model.errors import Conflict, InvalidRequest, InvalidSettings, JobNotFound, SettingsChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, Running
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange
from wjtui.model.versions import Cause

ECHO = JobId(JobType.TRIGGERED, "echo")
FAILS = JobId(JobType.TRIGGERED, "fails")
LOOP = JobId(JobType.CONTINUOUS, "loop")
SECRET = "Server=db;Password=hunter2"


def running(job: Job) -> bool:
    return isinstance(job.phase, Running)


async def test_a_file_is_read_saved_and_removed(engine: Harness) -> None:
    settings, file = engine.service.settings, engine.site.folder(FAILS) / "settings.job"
    none = await settings.read(FAILS)
    assert (none.job, none.text, none.version) == (FAILS, "", 1)
    assert none.etag and none.problems == ()

    text = '// every night, ü\r\n{\r\n  "schedule": "0 0 2 * * *",\r\n  "anything": [1]\r\n}\r\n'
    saved = await settings.save(JobId(JobType.TRIGGERED, "FAILS"), text, etag=none.etag, by="UI - me")
    assert (saved.job, saved.text, saved.version) == (FAILS, text, 2)
    assert saved.etag != none.etag
    assert saved.settings.schedule == "0 0 2 * * *"
    assert file.read_bytes() == text.encode()
    assert await settings.read(FAILS) == saved
    # It is acted on when the answer is there, not after a look at the disk.
    found = next(job for job in (await engine.service.snapshot()).jobs if job.id == FAILS)
    assert found.schedule is not None and found.next_run is not None
    made = (await engine.service.versions.of(FAILS))[0]
    assert (made.number, made.cause, made.by) == (2, Cause.SETTINGS, "UI - me")

    assert await settings.save(FAILS, text) == saved
    assert len(await engine.service.versions.of(FAILS)) == 2

    gone = await settings.save(FAILS, "", etag=saved.etag)
    assert (gone.text, gone.etag, gone.version) == ("", none.etag, 3)
    assert not file.exists()
    found = next(job for job in (await engine.service.snapshot()).jobs if job.id == FAILS)
    assert found.schedule is None


async def test_what_somebody_else_wrote_is_not_lost(engine: Harness) -> None:
    settings, file = engine.service.settings, engine.site.folder(ECHO) / "settings.job"
    before = await settings.read(ECHO)
    assert json.loads(before.text) == {"arguments": "from settings"}
    file.write_text('{"arguments": "theirs"}')
    with pytest.raises(SettingsChanged):
        await settings.save(ECHO, '{"arguments": "mine"}', etag=before.etag)
    assert file.read_text() == '{"arguments": "theirs"}'
    seen = await settings.read(ECHO)
    await settings.save(ECHO, '{"arguments": "both"}', etag=seen.etag)
    assert "<both>" in await output(engine, await ran(engine, ECHO))
    # Without a tag the last one wins.
    file.write_text('{"arguments": "theirs"}')
    assert (await settings.save(ECHO, '{"arguments": "mine"}')).text == '{"arguments": "mine"}'


async def test_texts_that_are_no_settings_change_nothing(engine: Harness) -> None:
    settings, file = engine.service.settings, engine.site.folder(ECHO) / "settings.job"
    before, etag = file.read_bytes(), (await settings.read(ECHO)).etag
    for text in ("{", "[]", "3", '{"a": }', "no", '{"arguments": "x"} y'):
        with pytest.raises(InvalidSettings, match="line 1"):
            await settings.save(ECHO, text, etag=etag)
    with pytest.raises(InvalidSettings, match="MiB"):
        await settings.save(ECHO, '{"x": "' + "x" * (1 << 20) + '"}')
    with pytest.raises(InvalidRequest):
        await settings.save(ECHO, '{"x": "\udcff"}')
    assert file.read_bytes() == before
    assert len(await engine.service.versions.of(ECHO)) == 1
    largest = '{"arguments": ""}'
    largest += " " * ((1 << 20) - len(largest))
    assert (await settings.save(ECHO, largest)).text == largest
    for name in ("nobody", "..", "a/b"):
        unknown = JobId(JobType.TRIGGERED, name)
        for call in (settings.read(unknown), settings.save(unknown, "{}")):
            with pytest.raises(JobNotFound):
                await call


async def test_a_file_that_is_broken_can_be_read_and_mended(engine: Harness) -> None:
    file = engine.site.folder(ECHO) / "settings.job"
    file.write_text('{"schedule": ')
    broken = await engine.service.settings.read(ECHO)
    assert broken.text == '{"schedule": '
    assert broken.problems
    file.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(Conflict):
        await engine.service.settings.read(ECHO)
    mended = await engine.service.settings.save(ECHO, '{"arguments": "mended"}')
    assert mended.problems == ()


async def test_a_continuous_job_starts_anew_with_what_was_saved(engine: Harness) -> None:
    before = await engine.job(LOOP, running)
    await engine.service.settings.save(LOOP, '{"stopping_wait_time": 2}')
    after = await engine.job(LOOP, lambda job: running(job) and job.phase != before.phase)
    assert after.settings.stopping_wait_time == 2


async def test_settings_of_the_site_reach_jobs(engine: Harness) -> None:
    settings, service = engine.service.settings, engine.service
    before = await settings.site()
    assert (before.values, before.connections) == ({}, ())
    assert before.inherited["WEBJOBS_RESTART_TIME"] == "1"
    assert before.etag

    main = ConnectionString("Main", ConnectionType.SQL_AZURE, SECRET)
    storage = ConnectionString("AzureWebJobsStorage", ConnectionType.CUSTOM, "UseDevelopmentStorage=true")
    change = SiteChange({"COLOUR": "ü red", "EMPTY": ""}, connect=(main, storage), etag=before.etag)
    after = await settings.change_site(change)
    assert after.values == {"COLOUR": "ü red", "EMPTY": ""}
    assert set(after.connections) == {main, storage}
    assert after.etag != before.etag
    assert await settings.site() == after
    place = await service.workplace(ECHO)
    assert place.environment["COLOUR"] == "ü red"
    assert place.environment["SQLAZURECONNSTR_Main"] == SECRET
    assert place.environment["CUSTOMCONNSTR_AzureWebJobsStorage"] == storage.value
    assert {"SQLAZURECONNSTR_Main", "CUSTOMCONNSTR_AzureWebJobsStorage"} <= set(place.secret)
    folder = engine.site.root / "data" / "wjtui"
    for name in ("site_settings.json", "connection_strings.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600

    with pytest.raises(SettingsChanged):
        await settings.change_site(SiteChange({"COLOUR": "blue"}, etag=before.etag))
    moved = ConnectionString("Main", ConnectionType.MYSQL, "x")
    change = SiteChange({"COLOUR": "green"}, ("EMPTY",), (moved,), ("SQLAZURECONNSTR_Main",))
    last = await settings.change_site(change)
    assert last.values == {"COLOUR": "green"}
    assert set(last.connections) == {moved, storage}
    environment = (await service.workplace(ECHO)).environment
    assert environment["COLOUR"] == "green" and environment["MYSQLCONNSTR_Main"] == "x"
    assert not {"EMPTY", "SQLAZURECONNSTR_Main"} & set(environment)


async def test_a_change_of_the_site_is_made_whole_or_not_at_all(engine: Harness) -> None:
    settings = engine.service.settings
    await settings.change_site(SiteChange({"KEPT": "1"}))
    bad = ConnectionString("a=b", ConnectionType.CUSTOM, SECRET)
    for change in (
        SiteChange({"GOOD": "1", "A=B": "1"}),
        SiteChange({"GOOD": "1", "": "1"}),
        SiteChange({"GOOD": "1", "A\0": "1"}),
        SiteChange({"GOOD": "a\0b"}),
        SiteChange({"GOOD": "1"}, connect=(bad,)),
        SiteChange({"GOOD": "x" * (1 << 20)}),
    ):
        with pytest.raises(InvalidRequest) as caught:
            await settings.change_site(change)
        assert SECRET not in caught.value.message
    assert (await settings.site()).values == {"KEPT": "1"}


async def test_settings_of_the_site_count_at_once(engine: Harness) -> None:
    settings = engine.service.settings
    await engine.job(LOOP, running)
    await settings.change_site(SiteChange({"WEBJOBS_STOPPED": "1", "WEBJOBS_HISTORY_SIZE": "7"}))
    with pytest.raises(Conflict, match="WEBJOBS_STOPPED"):
        await engine.service.run(ECHO)
    await engine.job(LOOP, lambda job: not job.live)
    inherited = (await settings.read(ECHO)).inherited
    assert (inherited["WEBJOBS_HISTORY_SIZE"].value, inherited["WEBJOBS_HISTORY_SIZE"].source) == (
        "7",
        "site setting",
    )
    await settings.change_site(SiteChange(remove=("WEBJOBS_STOPPED",)))
    await engine.job(LOOP, running)
    await ran(engine, ECHO)
