from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.api.kudu.paths import Target, read_path
from wjtui.api.kudu.table import ROWS

ROUTES = list(dict.fromkeys(route for _, route, _ in ROWS))
VFS = ["/api/vfs/{path}", "/api/zip/{path}", "/api/settings", "/api/settings/{key}", "/api/hooks/{id}"]


def meant(raw: str) -> tuple[str, dict[str, str], str] | None:
    found = read_path(raw, [*ROUTES, *VFS])
    return (found.route, dict(found.params), found.rest) if found is not None else None


LISTS = {
    "/api/webjobs": ["/api/webjobs", "/api/jobs", "/jobs"],
    "/api/triggeredwebjobs": [
        "/api/triggeredwebjobs",
        "/api/triggeredjobs",
        "/api/jobs/triggered",
        "/jobs/triggered",
    ],
    "/api/continuouswebjobs": [
        "/api/continuouswebjobs",
        "/api/continuousjobs",
        "/api/jobs/continuous",
        "/jobs/continuous",
    ],
}


@pytest.mark.parametrize(("route", "spelling"), [(r, s) for r, many in LISTS.items() for s in many])
def test_every_alias_in_any_case_with_and_without_a_slash(route: str, spelling: str) -> None:
    for raw in (spelling, spelling + "/", spelling.upper(), spelling.title() + "/"):
        found = read_path(raw, ROUTES)
        assert found is not None and found.route == route, raw
    if route != "/api/webjobs":
        found = read_path(f"{spelling}/My%20Job/Settings/", ROUTES)
        assert found is not None
        assert found.route == f"{route}/{{name}}/settings"
        assert found.params["name"] == "My Job"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/jobs/triggered/n", ("/api/triggeredwebjobs/{name}", {"type": "triggered", "name": "n"}, "")),
        (
            "/api/triggeredwebjobs/n/history/201605192149381933/cancel",
            (
                "/api/triggeredwebjobs/{name}/history/{run}/cancel",
                {"type": "triggered", "name": "n", "run": "201605192149381933"},
                "",
            ),
        ),
        # A name may be called like a part of a path.
        (
            "/api/jobs/triggered/run",
            ("/api/triggeredwebjobs/{name}", {"type": "triggered", "name": "run"}, ""),
        ),
        # An encoded slash ends no segment.
        (
            "/api/triggeredwebjobs/a%2Fsettings",
            ("/api/triggeredwebjobs/{name}", {"type": "triggered", "name": "a/settings"}, ""),
        ),
        (
            "/api/triggeredwebjobs/%2e%2e",
            ("/api/triggeredwebjobs/{name}", {"type": "triggered", "name": ".."}, ""),
        ),
        (
            "/jobs/continuous/w/passthrough/a%2Fb//c/?x",
            (
                "/api/continuouswebjobs/{name}/passthrough/{path}",
                {"type": "continuous", "name": "w", "path": "a/b//c/?x"},
                "a%2Fb//c/?x",
            ),
        ),
        (
            "/api/continuousjobs/w/passthrough",
            (
                "/api/continuouswebjobs/{name}/passthrough/{path}",
                {"type": "continuous", "name": "w", "path": ""},
                "",
            ),
        ),
        ("/vfs/site%2Fwwwroot%2F", ("/api/vfs/{path}", {"path": "site/wwwroot/"}, "site%2Fwwwroot%2F")),
        ("/api/vfs/", ("/api/vfs/{path}", {"path": ""}, "")),
        ("/ZIP/a/", ("/api/zip/{path}", {"path": "a/"}, "a/")),
        ("/settings/K", ("/api/settings/{key}", {"key": "K"}, "")),
        ("/hooks/7", ("/api/hooks/{id}", {"id": "7"}, "")),
        ("/api/triggeredwebjobsswagger", ("/api/triggeredwebjobsswagger", {}, "")),
        ("/", None),
        ("", None),
        ("/api", None),
        ("/api/jobs/other", None),
        ("/api/triggeredwebjobs/n/start", None),
        ("/api/triggeredwebjobs//run", None),
        ("/api/triggeredwebjobs/n/history/1/2", None),
        ("/triggeredwebjobs", None),
    ],
)
def test_what_a_path_means(raw: str, expected: object) -> None:
    assert meant(raw) == expected


@given(st.text(alphabet="/%abAB29 .jobstriged", max_size=60))
def test_any_path_is_read_or_unknown(raw: str) -> None:
    found = read_path(raw, ROUTES)
    assert found is None or isinstance(found, Target)
