"""wjtui run with an input, over values."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from tests.support.fake_service import NOW, FakeJobService, make_job, make_run
from tests.support.said import Say
from wjtui.cli.documents import run_document
from wjtui.model.runs import RunStatus
from wjtui.model.starts import MAX_INPUT


@pytest.fixture
def service() -> FakeJobService:
    return FakeJobService(make_job("import"))


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_file_goes_along(say: Say, service: FakeJobService, tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(b"\x00\xff[1]")
    status, out, _ = say("run", "import", "--input", str(path), "--", "-a")
    assert status == 0 and "has started" in out
    assert service.commands == [("run", "import", "-a")]
    assert list(service.inputs.values()) == [b"\x00\xff[1]"]


def test_standard_input_goes_along(
    say: Say, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_input(monkeypatch, b"[2]")
    assert say("run", "import", "--input", "-")[0] == 0
    assert list(service.inputs.values()) == [b"[2]"]


def test_the_document_of_a_run_tells_of_its_result_where_there_is_one(say: Say) -> None:
    status, out, _ = say("--json", "run", "import")
    told = {"progress", "message", "result", "correlation_id"}
    assert status == 0 and not told & set(json.loads(out))
    run = msgspec.structs.replace(
        make_run("import", RunStatus.SUCCESS), progress=0, message="so far", correlation="4f1c"
    )
    found = run_document(run, NOW, b'{"progress": 0, "rows": [1]}')
    assert {name: found[name] for name in told} == {
        "progress": 0,
        "message": "so far",
        "result": {"progress": 0, "rows": [1]},
        "correlation_id": "4f1c",
    }


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--input", "{folder}/none"], "cannot be read"),
        (["--input", "{folder}"], "cannot be read"),
        (["--input", "{folder}/empty"], "is empty"),
        (["--input", "{folder}/large"], "1 MiB"),
        (["--input", "-"], "Standard input is empty"),
        (["--input", "{folder}/full", "--in", "1h"], "--input"),
        (["--input", "{folder}/full", "--cancel"], "--cancel"),
    ],
)
def test_what_cannot_be_sent_starts_nothing(
    say: Say,
    service: FakeJobService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    why: str,
) -> None:
    standard_input(monkeypatch, b"")
    for name, size in (("empty", 0), ("full", MAX_INPUT), ("large", MAX_INPUT + 1)):
        (tmp_path / name).write_bytes(bytes(size))
    status, _, err = say("run", "import", *(each.format(folder=tmp_path) for each in arguments))
    assert status == 2 and why in err and service.commands == []


def test_the_largest_file_is_taken(say: Say, service: FakeJobService, tmp_path: Path) -> None:
    (tmp_path / "full").write_bytes(bytes(MAX_INPUT))
    assert say("run", "import", "--input", str(tmp_path / "full"))[0] == 0
    assert [len(body) for body in service.inputs.values()] == [MAX_INPUT]
