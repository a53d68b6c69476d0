"""An engine by itself looks at the folders that its jobs watch, and says what is wrong with them."""

from __future__ import annotations

from tests.engine.rig import Rig, job_when
from tests.support.patience import eventually

CAT = 'cat "$WEBJOBS_INPUT_FILE"\n'


async def test_a_folder_that_comes_and_goes_is_told(rig: Rig) -> None:
    watch = {"path": "inbox", "spool": True, "quiet": 0}
    job = rig.site.triggered("orders", {"run.sh": CAT}, {"watch": watch})
    engine = await rig.start()
    found = await job_when(engine, job)
    assert found.error is not None and "not there" in found.error
    assert engine.has_work
    inbox = rig.root / "inbox"
    inbox.mkdir()
    (inbox / "one").write_text("1")
    await eventually(lambda: (inbox / "done" / "one").exists())
    await job_when(engine, job, lambda found: found.error is None)
    inbox.rename(rig.root / "gone")
    await job_when(engine, job, lambda found: found.error is not None)


async def test_an_engine_without_the_key_keeps_nothing_of_it(rig: Rig) -> None:
    job = rig.site.triggered("plain", {"run.sh": "true\n"})
    engine = await rig.start()
    run = await engine.service.run(job)
    await job_when(engine, job, lambda found: found.latest_run is not None and found.latest_run.status.ended)
    assert not engine.has_work
    kept = {path.name for path in rig.data(job).iterdir()}
    assert run in kept and not kept & {"watch.json", "spool.json", "watch.lock"}
