"""Starting a command: what it gets, what comes back, and what fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.process.family import PYTHON, Output, Start, command, lives, python, until
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.mark import marked
from wjtui.engine.process.proc import read_stat
from wjtui.engine.process.spawn import Command, LaunchFailed, spawn
from wjtui.model.runs import Exit

TELL = """
import json, os, sys, signal
print(json.dumps({
    "argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ), "stdin": sys.stdin.read(),
    "session": os.getsid(0), "group": os.getpgrp(), "pid": os.getpid(),
    "fds": sorted(os.listdir("/proc/self/fd")),
    "pipe": signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL or str(signal.getsignal(signal.SIGPIPE)),
    "blocking": [os.get_blocking(1), os.get_blocking(2)],
}))
"""


@pytest.mark.parametrize("code", [0, 1, 77, 255])
async def test_the_exit_code_comes_back(start: Start, code: int) -> None:
    group = start(command("/bin/sh", "-c", f"exit {code}"))
    assert await group.wait() == Exit(code=code) == group.exit
    assert group.exited.result() == group.exit
    assert await group.drain()
    assert await group.sweep() == 0
    assert group.cpu_seconds is not None
    assert group.cpu_seconds >= 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGUSR1])
async def test_a_death_by_signal_comes_back(start: Start, number: signal.Signals) -> None:
    group = start(command("/bin/sh", "-c", f"kill -{number} $$"))
    assert await group.wait() == Exit(signal=number)


async def test_a_job_finds_folder_arguments_environment_and_nothing_else(
    start: Start, tmp_path: Path
) -> None:
    arguments = ["a b", "", "*", "$HOME", "'x'", '"', "\\", "a;b|c&d>e", "größe", "\n", "\udcff"]
    output = Output()
    group = start(python(TELL, *arguments, cwd=tmp_path, NAME="a value $PATH", PATH="/bin"), output)
    await group.wait()
    await group.drain()
    told = json.loads(output.out)
    assert told["argv"] == arguments
    assert told["cwd"] == str(tmp_path)
    assert told["env"]["NAME"] == "a value $PATH"
    assert told["env"]["WJTUI_LAUNCH"] == group.mark.text
    assert set(told["env"]) <= {"NAME", "PATH", "WJTUI_LAUNCH", "LC_CTYPE"}
    assert told["stdin"] == ""
    assert told["session"] == told["group"] == told["pid"] == group.pid
    assert len(told["fds"]) == 4, "its three streams, and the folder it is reading"
    assert told["blocking"] == [True, True]


async def test_ignored_signals_of_ours_are_not_ignored_by_a_job(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "grep SigIgn /proc/self/status"), output)
    await group.wait()
    await group.drain()
    ignored = int(output.out.split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


async def test_both_outputs_come_byte_for_byte(start: Start) -> None:
    program = """
import os
for number in range(2000):
    os.write(1, b"%d\\xff\\0\\r\\n" % number * 20)
    os.write(2, b"e%d\\n" % number)
os.write(1, b"no line end")
"""
    output = Output()
    group = start(python(program), output)
    await group.wait()
    assert await group.drain()
    assert output.out == b"".join(b"%d\xff\0\r\n" % n * 20 for n in range(2000)) + b"no line end"
    assert output.err == b"".join(b"e%d\n" % n for n in range(2000))
    assert max(len(data) for _, data in output.chunks) <= 65536


async def test_a_job_that_writes_without_pause_leaves_the_loop_to_others(start: Start) -> None:
    flood = start(command("/bin/sh", "-c", "exec cat /dev/zero"), lambda *_: None)
    for _ in range(50):
        await asyncio.sleep(0)
    assert await start(command("/bin/true")).wait() == Exit(code=0)
    assert await flood.end() == 0
    assert flood.exit == Exit(signal=signal.SIGTERM)


async def test_the_last_output_is_remembered(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "read x </dev/null; echo a; sleep 1000"), output)
    began = group.last_output
    await until(lambda: output.out, "the job has written")
    assert group.last_output > began
    assert group.last_output >= group.started


async def test_a_sink_that_fails_does_not_stop_the_pump(start: Start) -> None:
    seen: list[bytes] = []
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context["exception"]))

    def sink(_: object, data: bytes) -> None:
        seen.append(data)
        if len(seen) == 1:
            raise RuntimeError("once")

    group = start(command("/bin/sh", "-c", "echo a; sleep 0.05; echo b"), sink)
    await group.wait()
    assert await group.drain()
    assert b"".join(seen) == b"a\nb\n"
    assert [str(trouble) for trouble in troubles] == ["once"]


async def test_a_cancelled_waiter_leaves_the_others_waiting(start: Start) -> None:
    group = start(command("/bin/sleep", "1000"))
    impatient = asyncio.create_task(group.wait(), name="impatient")
    patient = asyncio.create_task(group.wait(), name="patient")
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    group.signal(signal.SIGKILL)
    assert await patient == Exit(signal=signal.SIGKILL)


async def test_the_leader_keeps_its_number_until_the_launch_is_swept(start: Start) -> None:
    group = start(command("/bin/true"))
    await group.wait()
    await group.drain()
    zombie = read_stat(group.pid)
    assert zombie is not None
    assert not zombie.alive
    await group.sweep()
    assert read_stat(group.pid) is None
    assert not group.signal(signal.SIGTERM)


async def test_a_launch_is_marked_and_the_engine_is_not(start: Start) -> None:
    group = start(command("/bin/sleep", "1000"))
    other = start(command("/bin/sleep", "1000"))
    assert marked(group.pid) == group.mark != other.mark == marked(other.pid)
    assert marked(os.getpid()) is None


# Failures


def sentence_of(launches: Launches, broken: Command) -> str:
    with pytest.raises(LaunchFailed) as caught:
        spawn(broken, launches=launches, output=Output())
    message = caught.value.message
    assert message == str(caught.value)
    assert "\n" not in message
    return message


async def test_a_missing_program_says_so(launches: Launches, tmp_path: Path) -> None:
    program = str(tmp_path / "no {such} program")
    assert sentence_of(launches, command(program)) == (
        f"'{program}' could not be started: "
        "there is no such file, deploy the job again or install the program"
    )


async def test_a_missing_folder_says_so(launches: Launches, tmp_path: Path) -> None:
    message = sentence_of(launches, command("/bin/true", cwd=tmp_path / "gone"))
    assert f"its folder '{tmp_path / 'gone'}' does not exist" in message


async def test_a_missing_interpreter_says_so(launches: Launches, tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_text("#!/bin/bash\r\necho\r\n")
    script.chmod(0o755)
    assert "the program that its first line names does not exist" in sentence_of(
        launches, command(str(script))
    )


async def test_a_file_that_may_not_be_executed_says_so(launches: Launches, tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o644)
    assert "run chmod +x on it" in sentence_of(launches, command(str(script)))


async def test_a_folder_is_no_program(launches: Launches, tmp_path: Path) -> None:
    assert "may not be executed" in sentence_of(launches, command(str(tmp_path)))


async def test_an_executable_without_first_line_says_so(launches: Launches, tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_text("echo hello\n")
    script.chmod(0o755)
    assert "begin it with a line such as #!/bin/sh" in sentence_of(launches, command(str(script)))


async def test_arguments_that_are_too_long_say_so(launches: Launches) -> None:
    assert "too long" in sentence_of(launches, command("/bin/true", "x" * 200_000))


@pytest.mark.parametrize("argument", ["a\0b", "\ud800"])
async def test_arguments_that_no_command_line_holds_say_so(launches: Launches, argument: str) -> None:
    assert "holds a character that no command line can" in sentence_of(
        launches, command("/bin/true", argument)
    )


USED_UP = """
import asyncio, os, resource, sys
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.spawn import Command, LaunchFailed, spawn
from wjtui.engine.process.subreaper import become_subreaper

def opened():
    return len(os.listdir("/proc/self/fd"))

async def main():
    become_subreaper()
    launches = Launches("ab" * 16)
    command = Command(("/bin/sh", "-c", "sleep 1000 & exit 5"), "/", {"PATH": os.defpath})
    warm = spawn(command, launches=launches, output=lambda *_: None)
    await warm.wait(); await warm.sweep(); await warm.drain()
    before = opened()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    refused = started = 0
    for room in range(14):
        resource.setrlimit(resource.RLIMIT_NOFILE, (before - 1 + room, hard))
        try:
            group = spawn(command, launches=launches, output=lambda *_: None)
        except LaunchFailed as error:
            assert "no file descriptor left" in str(error), str(error)
            refused += 1
        else:
            started += 1
            blocked = []
            try:
                while True:
                    blocked.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pass
            assert (await group.wait()).code == 5
            assert await group.sweep() == 1, "the sleeper was found without a free descriptor"
            assert await group.drain()
            for descriptor in blocked:
                os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert opened() == before, (room, opened(), before)
    assert refused > 3 and started > 3, (refused, started)
    assert not launches.living and not launches.leaders

asyncio.run(main())
print("done")
"""


def test_without_descriptors_a_start_is_refused_and_nothing_leaks() -> None:
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", USED_UP],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout == "done\n", result.stderr
    assert result.stderr == ""


async def test_two_hundred_processes_leave_nothing_behind(start: Start) -> None:
    # The fixtures look for descriptors, zombies and registered launches at the end.
    groups = [start(command("/bin/sh", "-c", "echo x; exit 4"), Output()) for _ in range(100)]
    groups += [start(command("/bin/sleep", "1000")) for _ in range(100)]
    await asyncio.gather(*(group.wait() for group in groups[:100]))
    await asyncio.gather(*(group.drain() for group in groups[:100]))
    await asyncio.gather(*(group.sweep() for group in groups[:100]))
    await asyncio.gather(*(group.end() for group in groups[100:]))
    await asyncio.gather(*(group.drain() for group in groups[100:]))
    assert {str(group.exit) for group in groups} == {"exit 4", "SIGTERM"}
    assert not any(lives(group.pid) for group in groups)


def test_it_works_on_a_loop_in_another_thread(tmp_path: Path) -> None:
    program = """
import asyncio, os, threading
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.spawn import Command, spawn

async def work():
    group = spawn(
        Command(("/bin/sh", "-c", "echo hello; exit 6"), "/", {"PATH": os.defpath}),
        launches=Launches("ab" * 16), output=lambda stream, data: print(stream, data),
    )
    print(await group.wait(), await group.drain(), await group.sweep())

thread = threading.Thread(target=lambda: asyncio.run(work()))
thread.start()
thread.join()
"""
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == "stdout b'hello\\n'\nexit 6 True 0\n"


async def test_without_pidfd_a_thread_sees_the_exit(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, flags: int = 0) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", refuse)
    groups = [start(command("/bin/sh", "-c", f"exit {code}")) for code in range(5)]
    assert [await group.wait() for group in groups] == [Exit(code=code) for code in range(5)]
    running = start(command(*PYTHON, "-c", "import time; time.sleep(1000)"))
    await running.end()
    assert running.exit == Exit(signal=signal.SIGTERM)
