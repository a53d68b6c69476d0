from __future__ import annotations

import pytest

from wjtui.archives.limits import Limits, judge_amount, judge_source
from wjtui.engine.config import Config
from wjtui.engine.deploy.limits import limits_of


def test_the_limits_of_the_specification() -> None:
    assert limits_of(Config({})) == Limits(100 << 20, 10_000, 1 << 30, 200) == Limits()


def test_they_can_be_set() -> None:
    names = ["WJTUI_MAX_UPLOAD_MB", "WJTUI_MAX_ENTRIES", "WJTUI_MAX_UNPACKED_MB", "WJTUI_MAX_RATIO"]
    environment = {name: str(number) for number, name in enumerate(names, 1)}
    assert limits_of(Config(environment)) == Limits(1 << 20, 2, 3 << 20, 4)


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "1.5"])
def test_what_is_no_limit_leaves_the_default(text: str) -> None:
    assert limits_of(Config({"WJTUI_MAX_ENTRIES": text, "WJTUI_MAX_RATIO": text})) == Limits()


def test_exactly_the_limit_is_within_it() -> None:
    limits = Limits(10, 20, 30, 40)
    assert judge_source(10, limits) == judge_amount(20, 30, limits) == []
    assert [each.code for each in judge_source(11, limits)] == ["too-large"]
    assert [each.code for each in judge_amount(21, 31, limits)] == ["too-many", "too-large"]
