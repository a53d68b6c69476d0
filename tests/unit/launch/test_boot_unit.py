"""Setting up the start at boot, and taking it back, with programs that only note what they are asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.service_manager import FakePrograms
from tests.support.site_builder import SiteBuilder
from wjtui.launch import boot
from wjtui.launch.boot import BootFailed, ask_leave, longest_wait_of, set_up, take_back, unit_name
from wjtui.launch.logind import user_units
from wjtui.launch.place import Place, find_place
from wjtui.model.errors import InvalidRequest


@pytest.fixture
def programs(tmp_path: Path) -> FakePrograms:
    return FakePrograms(tmp_path / "bin")


@pytest.fixture
def environment(tmp_path: Path, programs: FakePrograms) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "PATH": programs.path}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return find_place(str(tmp_path / "my root"), "one", environment={})


def never(user: str) -> bool:
    raise AssertionError("nobody should be asked")


def answer(yes: bool) -> Callable[[str], bool]:
    return lambda user: yes


def test_the_name_tells_roots_and_instances_apart(tmp_path: Path, place: Place) -> None:
    name = unit_name(place)
    assert name.startswith("wjtui-my-root-") and name.endswith(".service")
    assert name != unit_name(find_place(str(tmp_path / "my root"), "two", environment={}))
    assert unit_name(find_place("/", "one", environment={})).startswith("wjtui-root-")


def test_who_may_stay_already_is_not_asked(environment: dict[str, str], programs: FakePrograms) -> None:
    programs.linger()
    leave = ask_leave(environment, never)
    assert leave.stays and not leave.wanted and programs.orders == []


@pytest.mark.parametrize("yes", [True, False])
def test_a_person_decides_about_lingering(
    place: Place, environment: dict[str, str], programs: FakePrograms, yes: bool
) -> None:
    done = set_up(place, environment, (), ask_leave(environment, answer(yes)))
    assert done.lingers is yes and done.started
    assert ("loginctl" in programs.orders[-1]) is yes
    assert done.unit == user_units(environment) / unit_name(place)
    assert f'"{place.root}" --instance one\n' in done.unit.read_text()


def test_where_an_engine_runs_another_is_not_started(
    place: Place, environment: dict[str, str], programs: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boot, "running_engine", lambda place: object())
    done = set_up(place, environment, (), ask_leave(environment, answer(False)))
    assert not done.started
    assert programs.orders[-1] == f"systemctl --user enable {done.unit.name}"


def test_a_refusal_leaves_no_unit_behind(
    place: Place, environment: dict[str, str], programs: FakePrograms
) -> None:
    leave = ask_leave(environment, answer(True))
    programs.refuse("systemctl", "enable", "Job for it failed.")
    with pytest.raises(BootFailed, match="Job for it failed"):
        set_up(place, environment, (), leave)
    assert not (user_units(environment) / unit_name(place)).exists()
    assert programs.orders[-1] == "systemctl --user daemon-reload"
    assert not any("loginctl" in order for order in programs.orders)


def test_lingering_that_is_refused_is_told_and_the_unit_stays(
    place: Place, environment: dict[str, str], programs: FakePrograms
) -> None:
    programs.refuse("loginctl", "enable-linger", "Access denied")
    with pytest.raises(BootFailed, match=r"Access denied.*administrator"):
        set_up(place, environment, (), ask_leave(environment, answer(True)))
    assert (user_units(environment) / unit_name(place)).exists()


def test_twice_is_as_once_and_off_takes_it_back(
    place: Place, environment: dict[str, str], programs: FakePrograms
) -> None:
    assert take_back(place, environment) is None and programs.calls == []
    for _ in range(2):
        done = set_up(place, environment, ["--debug"], ask_leave(environment, answer(False)))
    assert " --debug\n" in done.unit.read_text()
    assert take_back(place, environment) == done.unit and not done.unit.exists()


def test_without_a_manager_for_users_nothing_is_written(
    place: Place, environment: dict[str, str], programs: FakePrograms
) -> None:
    programs.refuse("systemctl", "show", "Failed to connect to bus: No medium found")
    with pytest.raises(InvalidRequest, match="No medium found"):
        ask_leave(environment, never)
    assert not user_units(environment).exists()


def test_the_most_patient_job_counts(place: Place) -> None:
    assert longest_wait_of(place, {}) == 30
    site = SiteBuilder(place.root)
    site.continuous("patient", {"run.sh": "true\n"}, {"stopping_wait_time": 300})
    site.continuous("cut", {"run.sh": "true\n"}, {"stopping_wait_time": 900, "shutdownGraceTimeLimit": 10})
    assert longest_wait_of(place, {}) == 300
