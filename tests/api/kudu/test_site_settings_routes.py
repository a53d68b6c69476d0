from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.kudu import Kudu

SETTINGS = "/api/settings"


def test_settings_come_and_go(kudu: Kudu) -> None:
    answer = kudu.http.post(SETTINGS, json={"FIRST_SETTING": "one", "Second_Setting": "zwei ä"})
    assert (answer.status_code, answer.content) == (204, b"")
    answer = kudu.http.get(SETTINGS)
    assert answer.headers["cache-control"] == "no-store"
    assert {"FIRST_SETTING": "one", "Second_Setting": "zwei ä"}.items() <= answer.json().items()
    answer = kudu.http.get(f"/settings/{'second_setting'}")
    assert (answer.status_code, answer.json(), answer.headers["cache-control"]) == (200, "zwei ä", "no-store")
    # Others stay.
    assert kudu.http.post(SETTINGS, json={"key": "FIRST_SETTING", "value": "1"}).status_code == 204
    assert kudu.http.get(f"{SETTINGS}/FIRST_SETTING").json() == "1"
    assert kudu.http.get(f"{SETTINGS}/Second_Setting").json() == "zwei ä"
    for name in ("first_setting", "Second_Setting", "never_there"):
        assert kudu.http.delete(f"{SETTINGS}/{name}").status_code == 204
    answer = kudu.http.get(f"{SETTINGS}/FIRST_SETTING")
    assert (answer.status_code, set(answer.json())) == (404, {"Message"})
    assert "Second_Setting" not in kudu.http.get(SETTINGS).json()


def test_a_job_finds_them_in_its_environment(kudu: Kudu) -> None:
    kudu.put_script("triggered", "settled", 'echo "found:$FROM_THE_API:$A_NUMBER:$A_SWITCH"\n')
    body = {"FROM_THE_API": "a secret", "A_NUMBER": 7, "A_SWITCH": True}
    assert kudu.http.post(SETTINGS, json=body).status_code == 204
    try:
        url = kudu.run("settled")["output_url"].removeprefix(kudu.base)
        assert "found:a secret:7:true" in kudu.http.get(url).text
    finally:
        for name in body:
            kudu.http.delete(f"{SETTINGS}/{name}")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nothing",
        "[]",
        '"text"',
        "null",
        '{"A":null}',
        '{"A":["x"]}',
        '{"A":{}}',
        '{"":"x"}',
        '{"A=B":"x"}',
        '{"A":"nul\\u0000"}',
        "{" * 100_000,
        '{"A":"' + "x" * 300_000 + '"}',
    ],
)
def test_what_is_no_setting_changes_nothing(kudu: Kudu, body: str) -> None:
    before = kudu.http.get(SETTINGS).json()
    answer = kudu.http.post(SETTINGS, content=body.encode())
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert kudu.http.get(SETTINGS).json() == before


def test_one_that_is_refused_refuses_all(kudu: Kudu) -> None:
    body: dict[str, Any] = {"GOOD_ONE": "x", "BAD=ONE": "y"}
    assert kudu.http.post(SETTINGS, content=json.dumps(body).encode()).status_code == 400
    assert kudu.http.get(f"{SETTINGS}/GOOD_ONE").status_code == 404
    assert kudu.http.put(SETTINGS, json={"A": "x"}).status_code == 405
