"""Data in and results out of real runs: their input file, their result file, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.hook_server import hook_server
from tests.support.patience import eventually
from wjtui.engine.engine import Engine
from wjtui.model.errors import AlreadyRunning
from wjtui.model.events import Envelope, RunChanged
from wjtui.model.hooks import RUN_FINISHED
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.model.starts import Start

SHOW = "import json, os\nprint('ENV' + json.dumps(dict(os.environ)))\n"
COPY = 'cat "$WEBJOBS_INPUT_FILE"; cp "$WEBJOBS_INPUT_FILE" "$WEBJOBS_RESULT_FILE"\n'
NEW = {
    "WEBJOBS_ATTEMPT",
    "WEBJOBS_INPUT_FILE",
    "WEBJOBS_RESULT_FILE",
    "WEBJOBS_CORRELATION_ID",
    "WEBJOBS_ORIGIN_JOB",
    "WEBJOBS_ORIGIN_RUN",
    "WEBJOBS_ORIGIN_STATUS",
}


def variables(rig: Rig, run: Run) -> dict[str, str]:
    """What a run of ``SHOW`` had of the variables for triggered runs."""
    [line] = [line for line in rig.output(run.ref).splitlines() if "ENV{" in line]
    found: dict[str, str] = json.loads(line.partition("ENV")[2])
    return {name: value for name, value in found.items() if name in NEW}


async def started(engine: Engine, job: JobId, start: Start) -> Run:
    """A run as the engine's own rooms start one, once it has ended."""
    run = await engine._supervisor.triggered(job).start(start)
    return await run_to_end(engine, job, run.ref.run)


def kept(rig: Rig) -> list[Path]:
    return list((rig.root / "data" / "wjtui" / "one" / "inputs").glob("*"))


async def test_a_plain_run_is_told_little_and_writes_nothing_new(rig: Rig) -> None:
    rig.environment.update(dict.fromkeys(NEW, "of an outer engine"))
    job = rig.site.triggered("show", {"run.py": SHOW})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    folder = rig.data(job) / run.ref.run
    assert variables(rig, run) == {"WEBJOBS_ATTEMPT": "1", "WEBJOBS_RESULT_FILE": f"{folder}/result.json"}
    assert {path.name for path in folder.iterdir()} == {"status", "output_log.txt"}
    written = list(json.loads((folder / "status").read_bytes()))
    # A run that is over before anybody has measured it has no peak.
    assert [each for each in written if each != "PeakMemory"] == [
        "Trigger", "Status", "StartTime", "EndTime", "ExitCode", "Pid", "CpuSeconds", "Errors",
    ]  # fmt: skip
    assert await engine.service.result(run.ref) is None and kept(rig) == []


async def test_a_body_is_the_input_and_a_file_the_result(rig: Rig) -> None:
    job = rig.site.triggered("copy", {"run.sh": COPY})
    engine = await rig.start()
    body = b'{"progress": 100, "message": "done", "rows": [1, 2.5, "\xc3\xa4"]}'
    run = await run_to_end(engine, job, await engine.service.run(job, body=body, correlation="4f1c-09aa"))
    assert run.status is RunStatus.SUCCESS and body.decode() in rig.output(run.ref)
    assert run.input == str(rig.data(job) / run.ref.run / "input")
    assert (run.progress, run.message, run.result) == (100, "done", True)
    assert run.correlation == "4f1c-09aa"
    assert await engine.service.result(run.ref) == body
    assert kept(rig) == [] and (await job_when(engine, job)).latest_run == run


async def test_progress_is_told_while_the_run_goes(rig: Rig) -> None:
    script = (
        "import json, os, time\n"
        "def tell(**said):\n"
        "    file = os.environ['WEBJOBS_RESULT_FILE']\n"
        "    with open(file + '.new', 'w') as new:\n"
        "        json.dump(said, new)\n"
        "    os.rename(file + '.new', file)\n"
        "def wait(name):\n"
        "    while not os.path.exists(os.path.join(os.environ['WEBJOBS_DATA_PATH'], name)):\n"
        "        time.sleep(0.02)\n"
        "tell(progress=40, message='page 2 of 5')\n"
        "wait('half')\n"
        "tell(progress=80, message='page 4 of 5')\n"
        "wait('whole')\n"
        "tell(progress=100, rows=5)\n"
    )
    job = rig.site.triggered("slow", {"run.py": script})
    engine = await rig.start()
    ref = RunRef(job, await engine.service.run(job))
    seen: list[tuple[int | None, str]] = []

    def hear(envelope: Envelope) -> None:
        if isinstance(envelope.event, RunChanged):
            seen.append((envelope.event.run.progress, envelope.event.run.message))

    def says(progress: int) -> Callable[[Job], bool]:
        def state(found: Job) -> bool:
            return found.latest_run is not None and found.latest_run.progress == progress

        return state

    engine._rooms.state.bus.hear(hear)
    await job_when(engine, job, says(40))
    going = await engine.service.get_run(ref)
    assert (going.status, going.progress, going.message) == (RunStatus.RUNNING, 40, "page 2 of 5")
    assert await engine.service.result(ref) == b'{"progress": 40, "message": "page 2 of 5"}'
    (rig.data(job) / "half").touch()
    await job_when(engine, job, says(80))
    (rig.data(job) / "whole").touch()
    run = await run_to_end(engine, job, ref.run)
    assert (run.progress, run.message, run.result) == (100, "", True)
    assert list(dict.fromkeys(seen)) == [(None, ""), (40, "page 2 of 5"), (80, "page 4 of 5"), (100, "")]


async def test_a_result_that_cannot_be_read_is_one_warning(rig: Rig) -> None:
    script = 'echo "{}" > "$WEBJOBS_DATA_PATH/x"; printf "not JSON" > "$WEBJOBS_RESULT_FILE"\n'
    job = rig.site.triggered("bad", {"run.sh": script})
    large = rig.site.triggered("large", {"run.sh": 'head -c 70000 /dev/zero > "$WEBJOBS_RESULT_FILE"\n'})
    engine = await rig.start()
    for one, why in ((job, "is no JSON"), (large, "is over 64 KiB")):
        run = await run_to_end(engine, one, await engine.service.run(one))
        assert (run.status, run.result, run.progress) == (RunStatus.SUCCESS, False, None)
        [line] = [line for line in rig.output(run.ref).splitlines() if "result.json" in line]
        assert "SYS WARN] result.json" in line and why in line and run.message in line
        assert await engine.service.result(run.ref) is None


async def test_the_next_of_a_chain_knows_where_it_comes_from_also_as_a_retry(rig: Rig) -> None:
    job = rig.site.triggered("show", {"run.py": SHOW + "import sys\nsys.exit(1)\n"})
    before = rig.site.triggered("before", {"run.sh": "exit 3\n"})
    engine = await rig.start()
    origin = await run_to_end(engine, before, await engine.service.run(before))
    first = await started(engine, job, Start("After before", origin=origin.ref, correlation="4f1c"))
    second = await started(engine, job, Start("Retry 1/2", attempt=1, origin=first.ref))
    third = await started(engine, job, Start("Retry 2/2", attempt=2, origin=second.ref))
    told = {
        "WEBJOBS_ORIGIN_JOB": "before",
        "WEBJOBS_ORIGIN_RUN": origin.ref.run,
        "WEBJOBS_ORIGIN_STATUS": "Failed",
    }
    assert variables(rig, first).items() >= {**told, "WEBJOBS_CORRELATION_ID": "4f1c"}.items()
    for attempt, run in ((2, second), (3, third)):
        assert variables(rig, run).items() >= {**told, "WEBJOBS_ATTEMPT": str(attempt)}.items()
    alone = await started(engine, job, Start("Retry 1/1", attempt=1, origin=RunRef(job, origin.ref.run)))
    assert not {name for name in variables(rig, alone) if "ORIGIN" in name}


async def test_a_retry_gets_the_input_of_its_first_try(rig: Rig) -> None:
    job = rig.site.triggered("copy", {"run.sh": COPY + "exit 1\n"})
    engine = await rig.start()
    first = await run_to_end(engine, job, await engine.service.run(job, body=b"[1]"))
    again = await started(engine, job, Start("Retry", attempt=1, origin=first.ref, input=first.input))
    assert "[1]" in rig.output(again.ref)
    assert again.input == str(rig.data(job) / again.ref.run / "input") and Path(first.input).exists()


async def test_an_input_that_is_gone_fails_the_run_with_a_sentence(rig: Rig) -> None:
    job = rig.site.triggered("copy", {"run.sh": COPY})
    engine = await rig.start()
    gone = rig.root / "data" / "wjtui" / "one" / "inputs" / ("0" * 32)
    run = await started(engine, job, Start(input=str(gone)))
    assert run.status is RunStatus.FAILED and "its input" in run.reason and run.pid is None
    assert "SYS ERR ] WebJob run failed due to: its input" in rig.output(run.ref)


async def test_a_refused_start_leaves_no_input(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": "exec sleep 60\n"})
    engine = await rig.start()
    await engine.service.run(job, body=b"1")
    with pytest.raises(AlreadyRunning):
        await engine.service.run(job, body=b"2")
    await eventually(lambda: kept(rig) == [])


async def test_a_key_is_answered_with_the_same_run_by_the_next_engine_too(rig: Rig) -> None:
    job = rig.site.triggered("copy", {"run.sh": COPY})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job, body=b"1", key="k1"))
    await engine.stop()
    engine = await rig.start()
    assert await engine.service.run(job, body=b"2", key="k1") == run.ref.run
    assert await engine.service.runs(job) == [run] and kept(rig) == []


async def test_hooks_are_told_the_result(rig: Rig) -> None:
    job = rig.site.triggered("copy", {"run.sh": COPY})
    async with hook_server() as hook:
        engine = await rig.start()
        await engine.service.hooks.subscribe(hook.url(), RUN_FINISHED)
        run = await engine.service.run(job, body=b'{"progress": 7, "rows": 5}', correlation="4f1c")
        [post] = await hook.until(1)
        told = post.json
    assert (told["id"], told["progress"], told["correlation_id"]) == (run, 7, "4f1c")
    assert told["result"] == {"progress": 7, "rows": 5}


async def test_an_input_and_a_key_outlive_a_wait_and_a_restart(rig: Rig) -> None:
    script = 'cat "$WEBJOBS_INPUT_FILE"\nuntil [ -e "$WEBJOBS_DATA_PATH/on" ]; do sleep 0.02; done\n'
    quick = {"if_running": "queue", "stopping_wait_time": 0}
    job = rig.site.triggered("queued", {"run.sh": script}, quick)
    engine = await rig.start()
    await engine.service.run(job, body=b"first")
    waits = await engine.service.run(job, body=b"second", key="k2", correlation="4f1c")
    assert await engine.service.result(RunRef(job, waits)) is None
    assert await engine.service.run(job, body=b"third", key="k2") == waits
    assert [path.read_bytes() for path in kept(rig)][-1:] == [b"second"]
    await engine.stop(now=True)
    assert [path.read_bytes() for path in kept(rig)] == [b"second"]
    (rig.data(job) / "on").touch()
    engine = await rig.start()
    run = await run_to_end(engine, job, waits)
    assert (run.status, run.key, run.correlation) == (RunStatus.SUCCESS, "k2", "4f1c")
    assert "second" in rig.output(run.ref) and Path(run.input).read_bytes() == b"second"
    assert kept(rig) == []
