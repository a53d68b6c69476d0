"""Processor, memory and activity of real processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.engine.process.family import Output, Start, command, python, until
from wjtui.engine.process import usage
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.usage import Sampler, read_usage

BUSY = "print('ready', flush=True)\nwhile True: pass"


@pytest.fixture(autouse=True)
def fresh_scans(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(usage, "SCAN_AGE_SECONDS", 0.0)
    yield


async def test_a_busy_job_uses_a_core_and_an_idle_one_does_not(start: Start) -> None:
    output = Output()
    busy, idle = start(python(BUSY), output), start(command("/bin/sleep", "1000"))
    await until(lambda: b"ready" in output.out, "the job is ready")
    sampler: Sampler[str] = Sampler()
    await sampler.sample({"busy": busy, "idle": idle})

    async def told_apart() -> bool:
        used = await sampler.sample({"busy": busy, "idle": idle})
        assert used["idle"].cpu == 0.0
        assert used["busy"].processes == used["idle"].processes == 1
        return used["busy"].cpu > 1.0

    await until(told_apart, "one is busy")


async def test_every_process_of_a_launch_counts(start: Start) -> None:
    output = Output()
    group = start(
        command("/bin/sh", "-c", "sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &); echo ready; wait"),
        output,
    )
    await until(lambda: b"ready" in output.out, "the job is ready")
    sampler: Sampler[int] = Sampler()

    async def complete() -> bool:
        return (await sampler.sample({1: group}))[1].processes == 4

    await until(complete, "a shell and three sleepers are seen")
    memory = (await sampler.sample({1: group}))[1].memory
    assert memory >= 4 * 100_000


async def test_memory_is_what_the_job_holds(start: Start) -> None:
    output = Output()
    size = 64_000_000
    group = start(
        python(f"x = b'x' * {size}\nprint('ready', flush=True)\nimport time; time.sleep(1000)"), output
    )
    await until(lambda: b"ready" in output.out, "the job is ready")
    assert size <= (await read_usage(group)).memory < 3 * size
    assert (await Sampler[int]().sample({1: group}))[1].memory >= size


async def test_time_of_children_that_have_ended_counts(start: Start) -> None:
    output = Output()
    program = """
import subprocess, sys, time
subprocess.run([sys.executable, "-S", "-E", "-I", "-c",
    "import time\\nwhile time.process_time() < 0.1: pass"])
print("ready", flush=True)
time.sleep(1000)
"""
    group = start(python(program), output)
    sampler: Sampler[int] = Sampler()
    await until(lambda: b"ready" in output.out, "the job is ready")
    assert (await sampler.sample({1: group}))[1].cpu > 0.0, "measured from the start of the launch"


async def activity_changed(group: ProcessGroup, before: object) -> None:
    async def changed() -> bool:
        return (await read_usage(group)).activity != before

    await until(changed, "something happens")


async def test_nothing_changes_while_nothing_works(start: Start) -> None:
    group = start(command("/bin/sleep", "1000"))
    seen = [(await read_usage(group)).activity]

    async def settled() -> bool:
        seen.append((await read_usage(group)).activity)
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    await until(settled, "ten readings in a row are the same")


async def test_a_working_descendant_is_activity(start: Start) -> None:
    # The leader waits; the other one is in a session of its own.
    output = Output()
    group = start(command("/bin/sh", "-c", 'setsid "$@"', "sh", *python(BUSY).argv), output)
    await until(lambda: b"ready" in output.out, "the job is ready")
    await activity_changed(group, (await read_usage(group)).activity)


async def test_a_descendant_that_ends_is_activity(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "sleep 1000 & echo $! ready; wait $!; exec sleep 1000"), output)
    await until(lambda: b"ready" in output.out, "the job is ready")
    before = (await read_usage(group)).activity
    os.kill(int(output.out.split()[0]), signal.SIGKILL)
    await activity_changed(group, before)


async def test_a_launch_that_has_ended_uses_nothing(start: Start) -> None:
    group = start(command("/bin/true"))
    await group.wait()
    await group.sweep()
    used = (await Sampler[int]().sample({1: group}))[1]
    assert (used.cpu, used.memory, used.processes) == (0.0, 0, 0)


async def test_the_next_launch_of_a_job_begins_at_zero(start: Start) -> None:
    output = Output()
    busy = start(
        python(
            "import time\nwhile time.process_time() < 0.2: pass\nprint('ready', flush=True)\ntime.sleep(1000)"
        ),
        output,
    )
    await until(lambda: b"ready" in output.out, "the job is ready")
    sampler: Sampler[int] = Sampler()
    await sampler.sample({1: busy})
    idle = start(command("/bin/sleep", "1000"))
    assert (await sampler.sample({1: idle}))[1].cpu == 0.0
