from __future__ import annotations

import zoneinfo
from pathlib import Path

import pytest

from wjtui.schedule.windows_zones import WINDOWS_ZONES
from wjtui.schedule.zones import UTC_ZONE, find_zone, pick_zone, suggest_zone


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/BERLIN", "Europe/Berlin"),
        ("  America/New_York ", "America/New_York"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("w. europe standard time", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("UTC+12", "Etc/GMT-12"),
        ("Etc/GMT+3", "Etc/GMT+3"),
        ("Africa/Casablanca", "Africa/Casablanca"),
    ],
)
def test_a_zone_is_found_by_any_of_its_names(name: str, zone: str) -> None:
    found = find_zone(name)
    assert found is not None
    assert found.key == zone


@pytest.mark.parametrize(
    "name",
    [
        "", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "right/Europe/Berlin",
        "posix/UTC", "localtime", "posixrules", "x" * 5000, "Europe/Berlin\0", "Zoë/é", "America//New_York",
    ],
)  # fmt: skip
def test_what_is_no_zone_is_not_found(name: str) -> None:
    assert find_zone(name) is None


def test_every_windows_name_leads_to_a_zone() -> None:
    assert len(WINDOWS_ZONES) > 140
    for name, zone in WINDOWS_ZONES.items():
        found = find_zone(name.upper())
        assert found is not None
        assert found.key == zone


def test_without_a_zone_folder_the_tzdata_package_serves(tmp_path: Path) -> None:
    zoneinfo.reset_tzpath([tmp_path])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        assert find_zone("Australia/Lord_Howe") is not None
        assert find_zone("FLE Standard Time") is not None
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    ("job", "site", "zone", "source"),
    [
        ("Asia/Tokyo", "Europe/Paris", "Asia/Tokyo", "job"),
        (None, "Europe/Paris", "Europe/Paris", "site"),
        ("  ", "Romance Standard Time", "Europe/Paris", "site"),
        (None, "", "UTC", "default"),
        (None, None, "UTC", "default"),
    ],
)
def test_the_job_is_asked_before_the_site(job: str | None, site: str | None, zone: str, source: str) -> None:
    choice = pick_zone(job, site)
    assert (choice.zone.key, choice.source, choice.problem) == (zone, source, None)


def test_an_unknown_name_runs_in_utc_and_says_so() -> None:
    choice = pick_zone("Europe/Berlim", "Europe/Paris")
    assert choice.zone is UTC_ZONE
    assert choice.problem is not None
    assert choice.problem.text == (
        "'time_zone' names no time zone: 'Europe/Berlim' is unknown, so the schedule runs in UTC; "
        "did you mean 'Europe/Berlin'?"
    )
    site = pick_zone(None, "nonsense\x1b[31m").problem
    assert site is not None
    assert site.text == (
        "'WEBSITE_TIME_ZONE' names no time zone: 'nonsense?[31m' is unknown, so the schedule runs in UTC; "
        "a zone is called for example 'Europe/Berlin'."
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("Pacific Standart Time", "Pacific Standard Time"),
        ("Europe/Lodnon", "Europe/London"),
        ("GMT+2", "Etc/GMT-2"),
        ("UTC-05:00", "Etc/GMT+5"),
        ("UTC+99", None),
        ("qqqqqqqq", None),
    ],
)
def test_the_name_that_was_meant_is_suggested(name: str, meant: str | None) -> None:
    assert suggest_zone(name) == meant
