"""The way back from a change of the site's settings."""

from __future__ import annotations

import pytest

from wjtui.model.site import ConnectionString, ConnectionType, SiteChange, SiteSettings

DB = ConnectionString("Db", ConnectionType.MYSQL, "one")
OTHER = ConnectionString("Db", ConnectionType.MYSQL, "two")
STORE = ConnectionString("Store", ConnectionType.CUSTOM, "three")
BEFORE = SiteSettings({"A": "1", "B": "2"}, (DB,), {}, "7")


def made(change: SiteChange, before: SiteSettings = BEFORE) -> SiteSettings:
    """What an engine makes of a change."""
    values = {name: text for name, text in before.values.items() if name not in change.remove} | change.put
    gone = {*change.disconnect, *(each.variable for each in change.connect)}
    kept = [each for each in before.connections if each.variable not in gone]
    connections = tuple(sorted([*kept, *change.connect], key=lambda each: each.name))
    return SiteSettings(values, connections, before.inherited, before.etag + "+")


@pytest.mark.parametrize(
    "change",
    [
        SiteChange({"A": "changed"}),
        SiteChange({"NEW": "added"}),
        SiteChange(remove=("A",)),
        SiteChange({"RENAMED": "1"}, ("A",)),
        SiteChange(remove=("NOT_THERE",)),
        SiteChange(connect=(OTHER,)),
        SiteChange(connect=(STORE,)),
        SiteChange(disconnect=(DB.variable,)),
        SiteChange({"A": "9", "NEW": "1"}, ("B",), (STORE,), (DB.variable,)),
    ],
)
def test_there_and_back(change: SiteChange) -> None:
    now = made(change)
    back = change.way_back(BEFORE, now)
    assert back is not None and back.etag == now.etag
    there = made(back, now)
    assert there.values == BEFORE.values and there.connections == BEFORE.connections


def test_what_others_set_elsewhere_stays() -> None:
    change = SiteChange({"A": "changed"})
    now = made(SiteChange({"B": "theirs"}), made(change))
    back = change.way_back(BEFORE, now)
    assert back is not None and made(back, now).values == {"A": "1", "B": "theirs"}


@pytest.mark.parametrize(
    ("change", "theirs"),
    [
        (SiteChange({"A": "changed"}), SiteChange({"A": "theirs"})),
        (SiteChange({"A": "changed"}), SiteChange(remove=("A",))),
        (SiteChange(remove=("A",)), SiteChange({"A": "theirs"})),
        (SiteChange(connect=(OTHER,)), SiteChange(disconnect=(OTHER.variable,))),
        (SiteChange(disconnect=(DB.variable,)), SiteChange(connect=(DB,))),
    ],
)
def test_there_is_none_over_what_others_have_set_since(change: SiteChange, theirs: SiteChange) -> None:
    assert change.way_back(BEFORE, made(theirs, made(change))) is None
