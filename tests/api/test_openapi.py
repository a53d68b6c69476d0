from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import pytest

from tests.support.fake_service import FakeJobService
from tests.support.kudu import LOOPING, C, Kudu, T, make_zip_bytes, serve_kudu
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import PREFIX, ROUTES, make_app
from wjtui.api.details import DETAILS, PATH_PARAMETERS
from wjtui.api.kudu.table import ROWS
from wjtui.api.openapi import Detail, document, undescribed
from wjtui.wire.kudu_shapes import (
    KuduDeployment,
    KuduDeploymentLine,
    KuduEntry,
    KuduHistory,
    KuduHook,
    KuduJob,
    KuduRun,
)

DOCUMENT = f"{PREFIX}/openapi.json"
EVERY = [*((method, PREFIX + path, handler) for method, path, handler in ROUTES), *ROWS]


def build(site: SiteBuilder) -> None:
    site.triggered("nightly", {"run.sh": "echo hello\n"}, {"schedule": "0 0 2 * * *"})
    site.continuous("worker", {"run.sh": LOOPING})


@pytest.fixture(scope="module")
def kudu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    with serve_kudu(tmp_path_factory.mktemp("openapi"), build) as served:
        yield served


@pytest.fixture(scope="module")
def described() -> Any:
    return document(EVERY, DETAILS, PATH_PARAMETERS)


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` in a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "$ref":
                yield each
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_route_is_described() -> None:
    assert undescribed(EVERY, DETAILS) == []


def test_every_detail_belongs_to_a_route() -> None:
    assert set(DETAILS) == {handler for _, _, handler in EVERY}


def test_a_route_without_words_or_detail_is_found() -> None:
    async def silent(service: object, request: object) -> Any: ...

    async def spoken(service: object, request: object) -> Any:
        """Says what it does."""

    rows: Any = [("GET", "/a", silent), ("GET", "/b", spoken), ("PUT", "/c", spoken)]
    details: Any = {silent: Detail()}
    assert undescribed(rows, details) == ["GET /a", "GET /b", "PUT /c"]


def test_the_document_has_each_route_once(described: Any) -> None:
    found = {(method.upper(), path) for method, path, _ in operations(described)}
    assert found == {(method, path) for method, path, _ in EVERY}
    assert len(EVERY) == len(found)


def test_each_operation_is_whole(described: Any) -> None:
    ids = set()
    for method, path, operation in operations(described):
        assert operation["summary"], path
        assert operation["description"], path
        ids.add(operation["operationId"])
        wanted = set(re.findall(r"{(\w+)}", path))
        in_path = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
        assert sorted(in_path) == sorted(wanted), path
        assert wanted <= PATH_PARAMETERS.keys(), path
        assert all(each["required"] == (each["in"] == "path") for each in operation["parameters"])
        assert any(status.startswith("2") for status in operation["responses"]), path
        if path.startswith(f"{PREFIX}/jobs/"):
            assert "404" in operation["responses"], path
        assert ("requestBody" not in operation) or method in ("post", "put", "patch") or "passthrough" in path
    assert len(ids) == len(EVERY)


def test_no_reference_leads_nowhere(described: Any) -> None:
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    found = set(references(described))
    assert found <= known
    assert known - found <= {"#/components/schemas/Refusal"}


def test_bodies_are_described_by_their_types(described: Any) -> None:
    operation = described["paths"]["/api/wjtui/jobs/{type}/{name}/later"]["put"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/LaterBody"
    }
    schema = described["components"]["schemas"]["LaterBody"]
    assert schema["required"] == ["at"]
    assert schema["properties"]["at"] == {"type": "string", "format": "date-time"}
    job = described["components"]["schemas"]["Job"]
    assert job["properties"]["phase"]["discriminator"]["mapping"]["Busy"] == "#/components/schemas/Busy"


def test_it_is_served(kudu: Kudu, described: Any) -> None:
    answer = kudu.http.get(DOCUMENT)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(described))
    assert answer.json()["openapi"].startswith("3.1.")


async def test_without_kudu_its_routes_are_not_told() -> None:
    transport = httpx2.ASGITransport(make_app(FakeJobService()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://wjtui") as client:
        paths = (await client.get(DOCUMENT)).json()["paths"]
    assert all(path.startswith(f"{PREFIX}/") for path in paths)
    assert len(paths) == len({path for _, path, _ in ROUTES})


def test_kudus_answers_have_the_shapes_that_are_told(kudu: Kudu) -> None:
    id = kudu.run("nightly")["id"]
    kudu.until(f"{C}/worker", lambda job: job["status"] == "Running")
    hook = kudu.http.post("/api/hooks", json={"url": "http://127.0.0.1:9/", "event": "Nothing"}).json()
    assert kudu.http.post("/api/zipdeploy", content=make_zip_bytes({"a.txt": "a"})).status_code == 200
    for path, shape in {
        "/api/webjobs": list[KuduJob],
        T: list[KuduJob],
        f"{T}/nightly": KuduJob,
        f"{C}/worker": KuduJob,
        f"{T}/nightly/history": KuduHistory,
        f"{T}/nightly/history/{id}": KuduRun,
        "/api/vfs/data/": list[KuduEntry],
        "/api/deployments": list[KuduDeployment],
        "/api/deployments/latest": KuduDeployment,
        "/api/deployments/latest/log": list[KuduDeploymentLine],
        "/api/hooks": list[KuduHook],
        f"/api/hooks/{hook['id']}": KuduHook,
    }.items():
        msgspec.json.decode(kudu.http.get(path).content, type=shape)
