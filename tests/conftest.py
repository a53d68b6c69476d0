"""What makes all tests quicker and leaves none of them less to find."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

_ROUND = 100_000
"""Objects between two rounds of the garbage collector. With its 700 a quarter of a screen's time is spent on
looking again at the tests themselves. What a round finds it still finds, at the end of all at the latest."""

settings.register_profile(
    "tests",
    # How long an example takes says how busy the machine is.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # A red run there is due to its change; elsewhere each run looks at other examples.
    derandomize="CI" in os.environ,
)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(_ROUND, 10, 10)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Modules and tests stay: no later round looks at them."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """In the process that starts the workers, before it does."""
    from tests.support.compiled_once import compile_once

    compile_once(config.args)
