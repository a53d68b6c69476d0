"""What the screen must not let in: a real engine, each archive of the zoo, bad names, files and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploying import make_zip
from tests.support.real_screen import RealScreen, open_real_screen
from tests.support.refused import NIGHTLY, NO_JOB, NO_NAMES, SETTINGS, build, state_of
from tests.support.settings_driver import SettingsDriver
from tests.support.zoo import HOSTILE
from wjtui.model.deploys import Weight
from wjtui.tui.present.deploy import Step


def squeezed(text: str) -> str:
    """Without blanks and breaks, which a narrow pane puts anywhere."""
    return "".join(text.split())


async def leave_wizard(screen: RealScreen) -> None:
    """Out of the field, out of the wizard; yes, discard."""
    screen.form.set_focus(None)
    await screen.press("escape", "d")
    assert not screen.shows_wizard()


async def test_every_archive_of_the_zoo(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, build) as screen:
        before = state_of(screen.site)
        path = tmp_path / "bad.zip"
        await screen.open_wizard("zip")
        await screen.paste(str(path))
        for name, hostile in HOSTILE.items():
            path.write_bytes(hostile.make())
            await screen.try_again()
            package = screen.form.staging.package
            assert package is not None and not package.ok, name
            refusals = [each for each in package.findings if each.weight is Weight.REFUSED]
            assert hostile.code in {each.code for each in refusals}, name
            assert squeezed(refusals[0].text) in squeezed(screen.findings), (name, screen.findings)
            assert "It cannot be deployed" in screen.status, name
            assert screen.at(Step.SOURCE), name
            assert state_of(screen.site) == before, name
        await leave_wizard(screen)
        assert state_of(screen.site) == before


async def test_what_was_mended_is_looked_at_again(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, build) as screen:
        path = make_zip(tmp_path / "notes.zip", {"notes.txt": "x"})
        await screen.open_wizard("zip")
        await screen.try_source(path)
        assert "Mend it and press Enter" in screen.status
        make_zip(path, {"run.sh": "echo\n"})
        await screen.try_again()
        assert "Staged." in screen.status
        await screen.press("enter")
        assert screen.at(Step.NAME)


async def test_what_is_no_job(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, build, (80, 24)) as screen:
        before = state_of(screen.site)
        await screen.open_wizard("folder")
        for number, (name, source) in enumerate(NO_JOB.items()):
            folder = tmp_path / str(number)
            folder.mkdir()
            path = source.make(folder)
            await screen.take_from("folder" if path.is_dir() else "zip")
            await screen.try_source(path)
            assert squeezed(source.says) in squeezed(screen.findings), (name, screen.findings)
            assert "Mend it and press Enter" in screen.status, name
            assert state_of(screen.site) == before, name
        await leave_wizard(screen)
        assert state_of(screen.site) == before


async def test_names_and_schedules(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, build) as screen:
        before = state_of(screen.site)
        await screen.open_wizard("zip")
        await screen.try_source(make_zip(tmp_path / "good.zip", {"run.sh": "echo new\n"}))
        await screen.press("enter")
        *bad, other_case = NO_NAMES
        for name in bad:
            await screen.go_to("deploy-name")
            await screen.put(name)
            await screen.press("enter")
            assert screen.at(Step.NAME), name
            assert "at most 63" in screen.error("deploy-naming"), name
        await screen.put(other_case)
        await screen.see("A job of this name exists")
        await screen.choose("deploy-how", "schedule")
        await screen.press("ctrl+s")
        for schedule, says in (
            ("0 0 25 * * *", "it takes 0 to 23"),
            ("*/5 * * * *", "write '0 */5 * * * *'"),
        ):
            await screen.go_to("deploy-schedule")
            await screen.put(schedule)
            await screen.press("ctrl+s")
            assert screen.at(Step.SETTINGS)
            assert says in screen.error("deploy-schedule-field")
        await screen.put("0 0 3 * * *")
        await screen.press("ctrl+s")
        await screen.until(lambda: not screen.form.review.can_deploy)
        # The job that is there, as it is spelt: no second one beside it.
        assert [job.id for job in screen.form.review.plan.jobs] == [NIGHTLY]
        await leave_wizard(screen)
        assert state_of(screen.site) == before


async def test_numbers_in_the_settings(tmp_path: Path) -> None:
    async with open_real_screen(tmp_path, build) as screen:
        before = state_of(screen.site)
        form = SettingsDriver(screen)
        await form.open("nightly")
        for key, number in (
            ("stopping_wait_time", "-5"),
            ("idle_timeout", "99999999999"),
            ("history_size", "0"),
        ):
            await form.go_to(key)
            await screen.put(number)
            assert "2147483647" in form.error(key), form.error(key)
            await screen.press("ctrl+s")
            assert form.is_open() and "the file on disk is still the old one" in form.status
            assert state_of(screen.site) == before


@pytest.mark.parametrize(
    ("answer", "saved"), [("g", "theirs"), ("t", "theirs"), ("m", "mine")], ids=["go on", "theirs", "mine"]
)
async def test_settings_that_somebody_else_changes_meanwhile(tmp_path: Path, answer: str, saved: str) -> None:
    async with open_real_screen(tmp_path, build) as screen:
        form = SettingsDriver(screen)
        await form.open("nightly")
        await form.go_to("stopping_wait_time")
        await screen.put("9")
        theirs, path = SETTINGS.replace("60", "77"), screen.site.folder(NIGHTLY) / "settings.job"
        path.write_text(theirs)
        await screen.press("ctrl+s")
        await screen.see("settings.job was changed meanwhile")
        assert path.read_text() == theirs and "idle_timeout" in screen.text
        await screen.press(answer)
        if saved == "mine":
            await screen.until(lambda: not form.is_open())
            assert path.read_text() == SETTINGS.replace("60", '60,\n  "stopping_wait_time": 9')
        else:
            assert form.is_open() and path.read_text() == theirs
            assert form.values["idle_timeout"] == (60 if answer == "g" else 77)
