from __future__ import annotations

import pytest

from wjtui.model.identity import JobType
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import parse_settings

TRIGGERED = JobType.TRIGGERED


def test_parse_settings_judges_a_text_that_is_not_saved() -> None:
    found = parse_settings('\ufeff{"Schedule": "x",}', TRIGGERED)
    assert not found.plain
    assert [problem.code for problem in found.problems] == ["settings-key"]
    with pytest.raises(NotJson):
        parse_settings("[]", TRIGGERED)
