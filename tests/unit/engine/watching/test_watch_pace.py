"""How long a folder is left alone after a look."""

from __future__ import annotations

import pytest

from wjtui.engine.watching.watcher import pause_after


@pytest.mark.parametrize(
    ("busy", "took", "pause"),
    [
        pytest.param(0.001, 0.001, 1.0, id="a small folder"),
        pytest.param(0.040, 0.050, 2.0, id="a folder of 10,000 files: 2 % of a core"),
        pytest.param(0.001, 0.500, 1.0, id="a machine with other work"),
        pytest.param(0.001, 4.000, 4.0, id="a slow file server: half of the time"),
        pytest.param(5.000, 6.000, 30.0, id="never longer"),
        pytest.param(0.001, 600.0, 30.0, id="also after a file server that came back"),
    ],
)
def test_a_look_takes_a_share_of_a_core_and_of_the_time(busy: float, took: float, pause: float) -> None:
    assert pause_after(busy, took, 1.0) == pause
