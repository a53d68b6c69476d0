from __future__ import annotations

from typing import Any

import pytest

from wjtui.model.settings import Probe
from wjtui.settings.shapes import read_probe
from wjtui.settings.values import Wrong


@pytest.mark.parametrize(
    ("value", "probe"),
    [
        ({"http": "/health"}, Probe(http="/health")),
        ({"file": "beats/heart..beat"}, Probe(file="beats/heart..beat")),
        ({"file": "/var/../run/heart"}, Probe(file="/var/../run/heart")),
        ({"command": "sh -c 'test -e ready'"}, Probe(command="sh -c 'test -e ready'")),
    ],
)
def test_probes(value: dict[str, Any], probe: Probe) -> None:
    assert read_probe(value) == probe


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"file": "../heart"}, "path below the job's data folder"),
        ({"file": "beats/../../heart"}, "path below the job's data folder"),
        ({"file": ".."}, "path below the job's data folder"),
        ({"command": "sh -c 'test"}, "quotes that are closed"),
        ({"command": "'' x"}, "a program and its arguments"),
        ({"http": "health"}, "a path such as"),
        ({"http": "/", "file": "x"}, "exactly one"),
        ({}, "exactly one"),
    ],
)
def test_what_is_no_probe(value: dict[str, Any], words: str) -> None:
    with pytest.raises(Wrong, match=words):
        read_probe(value)
