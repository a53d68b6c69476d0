"""A person at the screen: each kind of source is deployed, run, changed, rolled back, deleted, restored."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.installed import Installed
from tests.e2e.test_jobs_on_screen import choose, row
from tests.support.terminal import Terminal, Wanted, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ERASE = "\x05\x15"
"""ctrl+e, ctrl+u: what stands in a text field goes."""
KINDS = (".zip file", "Folder", "Single script", "Paste a script", "Sample job")
DAILY, WEEKLY = "0 0 3 * * *", "0 30 4 * * Mon"


class Brought(NamedTuple):
    """A job as a person brings it in."""

    name: str
    says: str
    """A line of its log."""


class Person:
    """Somebody with a keyboard, who looks after each step whether the screen says what was meant."""

    def __init__(self, program: Installed, terminal: Terminal, uploads: Path) -> None:
        self.program = program
        self.terminal = terminal
        self.uploads = uploads

    def see(self, wanted: Wanted) -> str:
        """Wait until the screen shows it; the screen."""
        return self.terminal.wait_for(wanted)

    def press(self, *keys: str, see: Wanted) -> str:
        """Press keys, and wait for what comes of them."""
        self.terminal.send(*keys)
        return self.see(see)

    def see_in_list(self, job: Brought) -> None:
        """Wait until the list has it."""
        self.see(lambda screen: row(screen, job.name))

    # Bringing a job in

    def open_wizard(self, kind: str) -> None:
        """``n``, and the kind of source by arrow keys; then the field or list behind it has the focus."""
        by = KINDS.index(kind)
        self.press("n", "BTab", *["Right"] * by, see=f"(•) {kind}")
        self.terminal.send("Tab")

    def stage_path(self, path: Path) -> None:
        """Type where it lies, and have it looked at."""
        self.terminal.type(f"{ERASE}{path}")
        self.press("Enter", see="Staged. Enter goes on")

    def put_in_place(self, job: Brought) -> None:
        """Through the other three steps; it runs once, and its log says what it does."""
        # The first key works in each kind of source.
        self.press("C-s", see="‹2 Name")
        self.terminal.type(f"{ERASE}{job.name}")
        self.see("✓ a new triggered job")
        self.press("Enter", see="‹3 Settings›")
        self.press("Enter", see="Files   ")
        self.see("[x] Run once after deploy and show its log")
        self.press("C-s", see=f"Deployed {job.name}")
        self.see(job.says)
        self.see(re.compile(f"{job.name} ‹Log› Details [✓✗]"))
        self.see(lambda screen: "Enter Log" not in screen)  # the keys are those of the log
        self.press("Escape", see=lambda screen: "▌" in row(screen, job.name))

    # Living with it

    def run_again(self, job: Brought) -> None:
        """``r``; its second run ends as the first one did."""
        runs = self.program.root / "data" / "jobs" / "triggered" / job.name
        before = len(list(runs.glob("2*")))
        self.terminal.send("r")
        until(lambda: len(list(runs.glob("2*"))) == before + 1)
        self.see(lambda screen: re.search(r"[✓✗]{2}", row(screen, job.name)))

    def change_schedule(self, job: Brought) -> None:
        """In the form of the settings."""
        self.press("e", see="(•) default (yes)")
        self.terminal.type(f"{ERASE}{DAILY}")
        self.see("At 03:00, every day")
        self.press("C-s", see="saved as version")
        assert self.settings_of(job)["schedule"] == DAILY

    def build_schedule(self, job: Brought) -> None:
        """In the builder that the form opens."""
        self.press("e", see="(•) default (yes)")
        self.press("Tab", "Enter", see="Schedule builder")
        self.terminal.type(f"{ERASE}{WEEKLY}")
        self.see("At 04:30, on Monday")
        self.press("C-s", see="change not saved")
        self.press("C-s", see="saved as version")
        assert self.settings_of(job)["schedule"] == WEEKLY

    def settings_of(self, job: Brought) -> dict[str, object]:
        """What lies on the disk now; empty without a file."""
        try:
            found = json.loads((self.folder(job) / "settings.job").read_bytes())
        except FileNotFoundError:
            return {}
        assert isinstance(found, dict)
        return found

    def folder(self, job: Brought) -> Path:
        """Where its files are."""
        return self.program.site.jobs / "triggered" / job.name

    def roll_back(self, job: Brought, to: int) -> None:
        """``V``, the version before, Enter, and yes; then ``Esc``."""
        before = self.settings_of(job)
        self.press("V", see=f"{job.name} › Versions")
        self.see(re.compile(r"▌ *\d+  in place"))
        self.press("j", see=f"Version {to}: ")
        self.see("Going back to it concerns 1 file")
        self.press("Enter", see=f"back to version {to}?")
        self.press("g", see=f"version {to} is in place again")
        assert self.settings_of(job) != before
        self.press("Escape", see="[All ")

    def undo(self, says: str) -> None:
        """``u``."""
        self.press("u", see=says)

    def delete(self, job: Brought) -> None:
        """``D``, its name, Enter."""
        self.press("D", see=f"Delete {job.name}?")
        self.press("Enter", see=f"Type {job.name} and then Enter")  # without its name nothing happens
        self.terminal.type(job.name)
        self.press("Enter", see=f"{job.name} is in the trash.")
        self.see(lambda screen: not row(screen, job.name))
        assert not self.folder(job).exists()

    def bring_back(self, job: Brought) -> None:
        """From the trash, which the palette opens."""
        self.press(":", see="a command, a job")
        self.terminal.type("trash")
        self.press("Enter", see="› Trash")
        self.see(f"▌ {job.name}")
        self.press("Enter", see="It is empty")
        self.press("Escape", see=lambda screen: row(screen, job.name))
        assert self.folder(job).is_dir()


@pytest.fixture(params=[(120, 36), (80, 24)], ids=["120x36", "80x24"])
def person(request: pytest.FixtureRequest, program: Installed) -> Iterator[Person]:
    uploads = Path(program.environment["HOME"])
    columns, rows = request.param
    terminal = program.open(columns=columns, rows=rows)
    terminal.wait_for("Try a sample job")
    yield Person(program, terminal, uploads)


def bring_zip(person: Person) -> Brought:
    path = person.uploads / "nightly.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("run.sh", "echo 'out of a zip'\n")
        file.writestr("data/table.csv", "a;b\n1;2\n")
    person.open_wizard(".zip file")
    person.stage_path(path)
    return Brought("nightly", "out of a zip")


def bring_folder(person: Person) -> Brought:
    path = person.uploads / "folder-job"
    path.mkdir()
    (path / "run.sh").write_text(". ./lib.sh\n")
    (path / "lib.sh").write_text("echo 'out of a folder'\n")
    person.open_wizard("Folder")
    person.stage_path(path)
    return Brought("folder-job", "out of a folder")


def bring_script(person: Person) -> Brought:
    path = person.uploads / "single.py"
    path.write_text("print('a single script')\n")
    person.open_wizard("Single script")
    person.stage_path(path)
    return Brought("single", "a single script")


def bring_pasted(person: Person) -> Brought:
    person.open_wizard("Paste a script")
    person.terminal.send("Tab")  # over the name of its file
    person.terminal.type("echo 'pasted by hand'\rexit 0")
    person.see("2  exit 0")
    person.press("C-s", see="Staged. ctrl+s goes on")
    return Brought("pasted", "pasted by hand")


def bring_sample(person: Person) -> Brought:
    person.open_wizard("Sample job")
    person.press("Down", "Down", "Down", see="(•) fails")
    person.press("Enter", see="Staged. Enter goes on")
    return Brought("fails", "Traceback")


SOURCES: tuple[Callable[[Person], Brought], ...] = (
    bring_zip,
    bring_folder,
    bring_script,
    bring_pasted,
    bring_sample,
)


def test_each_kind_of_source_from_the_first_key_to_the_trash_and_back(person: Person) -> None:
    for number, bring in enumerate(SOURCES):
        job = bring(person)
        person.put_in_place(job)
        person.run_again(job)
        person.change_schedule(job)
        person.roll_back(job, to=1)
        if number == 0:
            person.undo("Undone: the rollback")
            assert person.settings_of(job)["schedule"] == DAILY
            person.build_schedule(job)
        person.delete(job)
        if number == 1:
            person.undo("Undone: ")
            until(person.folder(job).is_dir)
        else:
            person.bring_back(job)
        person.see_in_list(job)
        if number:
            choose(person.terminal, job.name)
    screen = person.terminal.screen()
    assert all(row(screen, name) for name in ("nightly", "folder-job", "single", "pasted", "fails"))
    staging = person.program.site.jobs / ".wjtui"
    assert not staging.exists() or not list(staging.iterdir())
