"""Deleted runs, counted errors and instances: real processes, engines that end and begin again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.patience import eventually
from wjtui.engine.history.trash import entry_name
from wjtui.logs.line import Level, parse
from wjtui.model.errors import Conflict, RunNotFound
from wjtui.model.jobs import Busy, InactiveInstance, Job, Running, Stopped
from wjtui.model.runs import RunId, RunRef, RunStatus

POLITE = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'
# Both streams, an error line that is never ended, and one that only looks like the log's own.
NOISY = """\
for n in 1 2 3; do echo "out $n"; echo "err $n" >&2; done
printf 'two\\nlines\\n' >&2
echo '[01/09/2026 04:05:06 > web: ERR ] not one' ; sleep 0.05
printf 'no end' >&2
exit 4
"""


def errors_in(log: str) -> int:
    return sum(parse(line.encode()).level is Level.ERR for line in log.splitlines())


async def test_errors_are_kept_after_the_keys_of_kudu(rig: Rig) -> None:
    job = rig.site.triggered("noisy", {"run.sh": NOISY})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    assert run.errors == errors_in(rig.output(run.ref)) == 7
    written = json.loads((rig.data(job) / run.ref.run / "status").read_bytes())
    assert list(written)[:4] == ["Trigger", "Status", "StartTime", "EndTime"]
    assert written["Errors"] == 7
    await engine.stop()
    assert (await (await rig.start()).service.get_run(run.ref)).errors == 7


async def test_a_run_without_errors_has_none_and_an_old_one_is_not_counted(rig: Rig) -> None:
    job = rig.site.triggered("quiet", {"run.sh": "echo fine\n"})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    assert run.errors == 0
    path = rig.data(job) / run.ref.run / "status"
    path.write_text(path.read_text().replace(',"Errors":0', ""))
    assert (await engine.service.get_run(run.ref)).errors is None


async def test_a_deleted_run_comes_back_after_a_restart(rig: Rig) -> None:
    job = rig.site.triggered("noisy", {"run.sh": NOISY})
    engine = await rig.start()
    older = await run_to_end(engine, job, await engine.service.run(job))
    latest = await run_to_end(engine, job, await engine.service.run(job))
    await engine.service.delete_run(latest.ref)
    await engine.stop()
    engine = await rig.start()
    assert (await job_when(engine, job)).latest_run == older
    await engine.service.restore_run(latest.ref)
    assert (await job_when(engine, job)).latest_run == latest
    assert await engine.service.history() == [latest, older]
    again = await run_to_end(engine, job, await engine.service.run(job))
    assert again.ref.run > latest.ref.run


async def test_a_new_run_after_the_latest_was_deleted(rig: Rig) -> None:
    job = rig.site.triggered("quick", {"run.sh": "true\n"})
    engine = await rig.start()
    first = await run_to_end(engine, job, await engine.service.run(job))
    await engine.service.delete_run(first.ref)
    second = await run_to_end(engine, job, await engine.service.run(job))
    assert second.ref.run > first.ref.run
    await engine.service.restore_run(first.ref)
    assert await engine.service.runs(job) == [second, first]


async def test_the_trash_is_emptied_at_the_start(rig: Rig) -> None:
    rig.site.triggered("quick", {"run.sh": "true\n"})
    folder = rig.root / "data" / "wjtui" / "trash" / "runs" / "quick"
    now = datetime.now(UTC)
    old, young = (
        folder / entry_name(RunId("201605192149381933"), now - timedelta(days=days)) for days in (8, 6)
    )
    for entry in (old, young):
        entry.mkdir(parents=True)
        (entry / "status").write_text("{}")
    await rig.start()
    await eventually(lambda: not old.exists())
    assert young.exists()


async def test_what_cannot_be_moved_to_the_trash_stays(rig: Rig) -> None:
    job = rig.site.triggered("quick", {"run.sh": "true\n"})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    (rig.root / "data" / "wjtui" / "trash").write_text("in the way")
    with pytest.raises(Conflict, match="trash"):
        await engine.service.delete_run(run.ref)
    assert await engine.service.runs(job) == [run]
    assert (await job_when(engine, job)).latest_run == run


async def test_runs_of_another_instance_can_be_deleted(rig: Rig) -> None:
    job = rig.site.triggered("quick", {"run.sh": "true\n"})
    one, two = await rig.start("one"), await rig.start("two")
    run = await run_to_end(one, job, await one.service.run(job))
    await two.service.delete_run(run.ref)
    with pytest.raises(RunNotFound):
        await one.service.get_run(run.ref)
    assert await one.service.history() == []


async def test_both_instances_of_a_job(rig: Rig) -> None:
    job = rig.site.continuous("every", {"run.sh": POLITE})
    one, two = await rig.start("one"), await rig.start("two")
    for engine in (one, two):
        await job_when(engine, job, lambda now: isinstance(now.phase, Running))
    await eventually(lambda: (rig.data(job) / "status_two").exists())
    first, second = await one.service.instances(job)
    assert [(each.name, each.status, each.mine) for each in (first, second)] == [
        ("one", "Running", True),
        ("two", "Running", False),
    ]
    assert first.alive and second.alive and second.since is not None
    assert not first.holds_lock and not second.holds_lock
    await two.stop()
    gone = (await one.service.instances(job))[1]
    assert (gone.name, gone.status, gone.alive) == ("two", "Stopped", False)


async def test_who_holds_the_lock_of_a_singleton(rig: Rig) -> None:
    job = rig.site.continuous("single", {"run.sh": POLITE}, {"is_singleton": True})
    one = await rig.start("one")
    await job_when(one, job, lambda now: isinstance(now.phase, Running))
    two = await rig.start("two")
    await job_when(two, job, lambda now: isinstance(now.phase, InactiveInstance))
    for engine, mine in ((one, "one"), (two, "two")):
        found = await engine.service.instances(job)
        assert [(each.name, each.holds_lock, each.mine) for each in found] == [
            ("one", True, mine == "one"),
            ("two", False, mine == "two"),
        ]
        assert [each.status for each in found] == ["Running", "InactiveInstance"]
        assert all(each.alive and each.since is not None for each in found)
    (rig.data(job) / "status_one").unlink()
    first, _ = await two.service.instances(job)
    assert (first.name, first.status, first.holds_lock, first.alive) == ("one", "", True, True)
    await one.service.stop(job)
    await job_when(two, job, lambda now: isinstance(now.phase, Stopped))
    assert not any(each.holds_lock for each in await two.service.instances(job))


async def test_an_instance_that_is_none_of_ours(rig: Rig) -> None:
    job = rig.site.continuous("every", {"run.sh": POLITE})
    engine = await rig.start("one")
    await job_when(engine, job, lambda now: isinstance(now.phase, Running))
    folder = rig.data(job)
    (folder / "status_abc123").write_text('{"Status":"Stopped"}')
    (folder / "status_torn").write_text('{"Status":"Sto')
    (folder / "status_list").write_text("[]")
    (folder / "status_one.damaged-20260101T000000").write_text('{"Status":"Running"}')
    (folder / "status_folder").mkdir()
    first, second = await engine.service.instances(job)
    assert (first.name, first.status, first.alive, first.mine) == ("abc123", "Stopped", None, False)
    assert second.mine
    shutil.rmtree(folder)
    (alone,) = await engine.service.instances(job)
    assert alone.mine


async def test_who_runs_a_triggered_job(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": POLITE})
    one, two = await rig.start("one"), await rig.start("two")

    def busy(now: Job) -> bool:
        run = now.latest_run
        return isinstance(now.phase, Busy) and run is not None and run.status is RunStatus.RUNNING

    run = await one.service.run(job)
    await job_when(one, job, busy)
    (holder,) = await two.service.instances(job)
    assert (holder.name, holder.status, holder.mine, holder.holds_lock) == ("one", "Running", False, True)
    assert holder.since is not None
    await one.service.cancel(RunRef(job, run))
    await run_to_end(one, job, run)
    assert await two.service.instances(job) == []


async def test_a_workplace_is_that_of_the_process_whatever_changed_since(rig: Rig) -> None:
    lives = rig.site.continuous("lives", {"run.sh": POLITE}, {"arguments": 'one "two three"'})
    waits = rig.site.triggered("waits", {"run.sh": "true\n"})
    (rig.root / "data" / "wjtui").mkdir(parents=True)
    rig.site_settings(GREETING="before")
    engine = await rig.start()
    job = await job_when(engine, lives, lambda now: isinstance(now.phase, Running))
    rig.site_settings(GREETING="after, and longer")
    engine._rooms.config.refresh()
    place = await engine.service.workplace(lives)
    assert (place.environment["GREETING"], place.secret) == ("before", ("GREETING",))
    assert place.command[-2:] == ("one", "two three")
    assert isinstance(job.phase, Running) and place.pid == job.phase.pid
    assert (await engine.service.workplace(waits)).environment["GREETING"] == "after, and longer"
