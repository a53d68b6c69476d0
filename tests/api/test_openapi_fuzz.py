"""Requests made up from the description of the API: none is a bug of ours, each answer is as described."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.support.kudu import LOOPING, Kudu, serve_kudu
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import PREFIX, ROUTES
from wjtui.api.details import DETAILS, PATH_PARAMETERS
from wjtui.api.kudu.table import ROWS
from wjtui.api.openapi import document

schemathesis = pytest.importorskip(
    "schemathesis", reason="requests are made up by schemathesis, which is not installed"
)

CHECKS = [
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]
OURS = schemathesis.checks.not_a_server_error
EXAMPLES = 4
"""Requests a route as described, and as many otherwise."""
EVERY = [*((method, PREFIX + path, handler) for method, path, handler in ROUTES), *ROWS]
LEFT_OUT = {
    ("GET", f"{PREFIX}/events"),  # never ends
    ("POST", f"{PREFIX}/shutdown"),  # ends everything
    ("POST", "/api/hooks"),  # a URL might be one of somebody else's
    *((method, path) for method, path, _ in EVERY if "passthrough" in path and method not in ("GET", "POST")),
}
FUZZED = sorted({(method, path) for method, path, _ in EVERY} - LEFT_OUT)
NAMES = {"triggered": "nightly", "continuous": "worker"}


@schemathesis.serializer("application/zip")  # type: ignore[untyped-decorator]
def no_zip(context: Any, value: Any) -> bytes:
    """Bytes that are hardly ever an archive; hostile archives have tests of their own."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def build(site: SiteBuilder) -> None:
    site.triggered("nightly", {"run.sh": "echo hello\n"}, {"schedule": "0 0 2 * * *"})
    site.continuous("worker", {"run.sh": LOOPING})


def described() -> Any:
    """The description, without what makes an answer endless."""
    found = copy.deepcopy(document(EVERY, DETAILS, PATH_PARAMETERS))
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "follow"]
    return found


def contents(folder: Path) -> str:
    """Every file outside the root, hashed."""
    return hashlib.sha256(
        repr(
            sorted(
                (str(path), path.read_bytes())
                for path in folder.rglob("*")
                if path.is_file() and not path.is_relative_to(folder / "root")
            )
        ).encode()
    ).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fuzz")
    (made / "outside.txt").write_text("whoever changes this has left the root")
    return made


@pytest.fixture(scope="module")
def kudu(folder: Path) -> Iterator[Kudu]:
    with serve_kudu(folder, build) as served:
        yield served


@pytest.fixture(scope="module")
def schema(kudu: Kudu) -> Any:
    made = schemathesis.openapi.from_dict(described())
    made.config.update(base_url=kudu.base, request_timeout=PATIENCE)
    return made


@pytest.mark.parametrize(("method", "path"), FUZZED, ids=[f"{method} {path}" for method, path in FUZZED])
def test_whatever_is_asked_the_answer_is_as_described(
    schema: Any, kudu: Kudu, folder: Path, method: str, path: str
) -> None:
    before = contents(folder)
    ask(schema[path][method], schemathesis.GenerationMode.POSITIVE, method, path)
    with contextlib.suppress(Unsatisfiable):  # a route of which nothing can be wrong
        ask(schema[path][method], schemathesis.GenerationMode.NEGATIVE, method, path)
    assert contents(folder) == before
    assert kudu.http.get(f"{PREFIX}/health").status_code == 200


def ask(operation: Any, mode: Any, method: str, path: str) -> None:
    """Ask some times; every second time about a job that there is, unless it would be gone then."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def one(case: Any, known: bool) -> None:
        if known and "name" in case.path_parameters and method != "DELETE":
            of_path = "continuous" if "continuous" in path else "triggered"
            case.path_parameters["name"] = NAMES.get(
                case.path_parameters.get("type", of_path), NAMES[of_path]
            )
        # What a job answers behind the passthrough is not ours, nor that it does not.
        answer = case.call_and_validate(checks=CHECKS if "passthrough" in path else [OURS, *CHECKS])
        assert answer.status_code != 500

    one()
