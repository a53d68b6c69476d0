"""Deploys on the command line of the installed program: from git, from scripts, and by hand on a terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.e2e.pseudo_terminal import PseudoTerminal
from tests.support.deploying import make_folder, make_zip
from tests.support.terminal import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HOOK = """\
#!/bin/sh
while read -r old new ref; do
    git archive --format=zip "$new" | {program} deploy - --name report --type triggered --run
done
"""
SECRET = "hunter2-in-the-clear"


@pytest.fixture
def engine(program: Installed) -> Installed:
    """A root with an engine and without jobs."""
    program("up")
    return program


@pytest.fixture
def terminals() -> Iterator[list[PseudoTerminal]]:
    opened: list[PseudoTerminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def git(engine: Installed, folder: Path, *arguments: str) -> str:
    """What git says, on both streams; it knows nobody's settings."""
    nobody = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@localhost"}
    committer = {"GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@localhost"}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=engine.environment | nobody | committer,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, (arguments, done.stdout)
    return done.stdout


def assert_succeeds(engine: Installed, times: int) -> None:
    """Wait until the job ``report`` has run that often, and well."""
    until(lambda: [run["status"] for run in engine.runs("report")] == ["Success"] * times)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there: install it to try the hook")
def test_a_push_deploys(engine: Installed, tmp_path: Path) -> None:
    bare, work = tmp_path / "report.git", tmp_path / "work"
    bare.mkdir()
    git(engine, bare, "init", "--quiet", "--bare")
    hook = bare / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(program=f"{sys.executable} -m wjtui"))
    hook.chmod(0o755)
    git(engine, tmp_path, "clone", "--quiet", str(bare), str(work))
    for number, word in enumerate(("one", "two"), 1):
        make_folder(work, {"run.sh": f"echo pushed {word}\n", "lib/x.txt": word})
        git(engine, work, "add", ".")
        git(engine, work, "commit", "--quiet", "-m", word)
        said = git(engine, work, "push", "--quiet", "origin", "HEAD")
        assert f"remote: triggered/report: version {number} is in place" in said
        assert_succeeds(engine, times=number)
        assert f"pushed {word}" in engine("logs", "report", "--raw")
    # A commit that cannot run is refused, and says so to whoever pushes; what runs stays.
    (work / "run.sh").rename(work / "notes.txt")
    git(engine, work, "add", "-A", ".")
    git(engine, work, "commit", "--quiet", "-m", "broken")
    said = git(engine, work, "push", "--quiet", "origin", "HEAD")
    assert "remote: No runnable script" in said
    assert (engine.site.jobs / "triggered" / "report" / "run.sh").read_text() == "echo pushed two\n"
    assert [each["number"] for each in engine.facts("versions", "report")] == [2, 1]


def test_the_life_of_a_job(engine: Installed, tmp_path: Path) -> None:
    source = tmp_path / "nightly.zip"
    make_zip(source, {"run.sh": "echo $COLOUR; test $COLOUR = green\n"})
    arguments = ("deploy", str(source), "--type", "triggered", "--schedule", "0 0 3 * * *")
    folder = engine.site.jobs / "triggered" / "nightly"

    assert engine(*arguments, "--dry-run").endswith("Nothing was changed.\n") and not folder.exists()
    engine("config", "--set", "COLOUR=green", "--set", f"API_TOKEN={SECRET}")
    out = engine(*arguments, "--follow")
    assert "version 1 is in place" in out and "INFO] green\n" in out
    assert SECRET not in engine("config") and SECRET in engine("config", "--reveal")

    engine("config", "--set", "COLOUR=red")
    make_zip(source, {"run.sh": "echo $COLOUR; test $COLOUR = green\n", "more.txt": "more\n"})
    failed = engine(*arguments, "--follow", status=1)
    assert "Failed" in failed and (folder / "more.txt").exists()

    out = engine("settings", "nightly", "--set", "schedule=0 0 4 * * *", "--set", "env.COLOUR=green")
    assert "saved as version 3" in out
    written = json.loads((folder / "settings.job").read_bytes())
    assert written == {"schedule": "0 0 4 * * *", "env": {"COLOUR": "green"}}
    engine("run", "nightly", "--wait")  # status 0: green again

    assert "version 4 is in place, as version 2 was" in engine("rollback", "nightly")
    assert json.loads((folder / "settings.job").read_bytes()) == {"schedule": "0 0 3 * * *"}
    assert "version 5 is in place, as version 1 was" in engine("rollback", "nightly", "1")
    assert not (folder / "more.txt").exists()
    rows = engine("versions", "nightly").splitlines()
    assert [row.split()[0] for row in rows[1:]] == ["5", "4", "3", "2", "1"]

    assert "--yes" in engine("delete", "nightly", status=2) and folder.exists()
    assert "in the trash" in engine("delete", "nightly", "--yes") and not folder.exists()
    assert "triggered/nightly" in engine("trash")
    assert engine("restore", "nightly") == "triggered/nightly is back.\n"
    assert (folder / "run.sh").exists()
    assert [run["status"] for run in engine.runs("nightly")] == ["Success", "Failed", "Success"]


def test_what_waits_for_a_run_is_put_in_place_at_its_end(engine: Installed, tmp_path: Path) -> None:
    """The command said so, and called it off as it ended."""
    script = 'until [ -e "$WEBJOBS_DATA_PATH/go" ]; do sleep 0.05; done\n'
    source = make_folder(tmp_path / "long", {"run.sh": script})
    engine("deploy", str(source), "--type", "triggered", "--run")
    until(lambda: [run["status"] for run in engine.runs("long")] == ["Running"])
    (source / "run.sh").write_text("echo new\n")
    assert "when the run that is going has ended" in engine("deploy", str(source), "--when", "after")
    assert "waits for its run to end" in engine("deploy", str(source), "--when", "after", status=2)
    (engine.root / "data/jobs/triggered/long/go").touch()
    new = engine.site.jobs / "triggered/long/run.sh"
    until(lambda: new.read_text() == "echo new\n")


def test_a_terminal_sees_progress_and_is_asked(
    engine: Installed, tmp_path: Path, terminals: list[PseudoTerminal]
) -> None:
    source = tmp_path / "large.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr("run.sh", SLEEPER)
        file.writestr("settings.job", json.dumps(PROMPT))
        block = os.urandom(1 << 20)
        for number in range(48):
            file.writestr(f"data/{number}.bin", block)
    arguments = ("deploy", str(source), "--type", "continuous")
    deploy = PseudoTerminal(engine.argv(*arguments), engine.environment)
    terminals.append(deploy)
    assert deploy.wait_for_end() == 0
    deploy.wait_for(b"version 1 is in place")
    progress, _, said = deploy.output.partition(b"large.zip: 50 files")
    # How many steps are seen depends on the disk; at the end nothing of them is left.
    assert re.search(rb"\r\x1b\[K(Looking|Unpacking|Writing)", progress) and progress.endswith(b"\r\x1b[K")
    assert said.count(b"  + data/") == 20 and b"  and 30 more" in said

    plain = subprocess.run(
        engine.argv(*arguments),
        env=engine.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=40,
    )
    assert (plain.returncode, plain.stderr) == (0, b"") and b"\x1b" not in plain.stdout
    assert b"50 the same" in plain.stdout and b"version 2 is in place" in plain.stdout

    delete = PseudoTerminal(engine.argv("delete", "large"), engine.environment)
    terminals.append(delete)
    delete.wait_for(b"Type its name to delete it")
    delete.write(b"small\r")
    assert delete.wait_for_end() == 2
    delete.wait_for(b"nothing was deleted")
    assert engine.status("large") == "Running"

    delete = PseudoTerminal(engine.argv("delete", "large"), engine.environment)
    terminals.append(delete)
    delete.wait_for(b"It runs now, and is stopped first.")
    delete.write(b"large\r")
    assert delete.wait_for_end() == 0
    assert not (engine.site.jobs / "continuous" / "large").exists()
    assert engine.facts("trash")[0]["job"]["name"] == "large"
