from __future__ import annotations

import pytest

from wjtui.model.errors import InvalidRequest
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange, SiteSettings
from wjtui.settings.site import MAX_BYTES, apply_change, connection_fault, setting_fault

SECRET = "hunter2-hunter2"


def connection(
    name: str, kind: ConnectionType = ConnectionType.CUSTOM, value: str = SECRET
) -> ConnectionString:
    return ConnectionString(name, kind, value)


BEFORE = SiteSettings({"A": "1", "B": "2"}, (connection("Db"),), {"WEBJOBS_STOPPED": "1"}, "tag")


def test_a_change_of_everything() -> None:
    after = apply_change(
        BEFORE,
        SiteChange(
            put={"B": "3", "C": ""},
            remove=("A", "gone"),
            connect=(connection("Db", value="new"), connection("Db", ConnectionType.SQL_AZURE)),
            disconnect=("MYSQLCONNSTR_gone",),
        ),
    )
    assert after.values == {"B": "3", "C": ""}
    assert [(each.variable, each.value) for each in after.connections] == [
        ("CUSTOMCONNSTR_Db", "new"),
        ("SQLAZURECONNSTR_Db", SECRET),
    ]
    assert (after.inherited, after.etag) == (BEFORE.inherited, "tag")
    assert apply_change(BEFORE, SiteChange(disconnect=("CUSTOMCONNSTR_Db",))).connections == ()
    assert apply_change(BEFORE, SiteChange()) == BEFORE


@pytest.mark.parametrize(
    ("kind", "variable"),
    [
        (ConnectionType.SQL_SERVER, "SQLCONNSTR_x"),
        (ConnectionType.SQL_AZURE, "SQLAZURECONNSTR_x"),
        (ConnectionType.MYSQL, "MYSQLCONNSTR_x"),
        (ConnectionType.POSTGRESQL, "POSTGRESQLCONNSTR_x"),
        (ConnectionType.CUSTOM, "CUSTOMCONNSTR_x"),
    ],
)
def test_the_variable_of_each_type(kind: ConnectionType, variable: str) -> None:
    assert connection("x", kind).variable == variable


@pytest.mark.parametrize("name", ["", "A=B", "A\0B", "\ud800", "A" * 200_000])
def test_names_that_no_environment_takes(name: str) -> None:
    assert setting_fault(name, SECRET).endswith(".") and SECRET not in setting_fault(name, SECRET)
    with pytest.raises(InvalidRequest):
        apply_change(BEFORE, SiteChange(put={"GOOD": "1", name: SECRET}))


@pytest.mark.parametrize("value", [f"{SECRET}\0", f"{SECRET}\ud800", SECRET * 20_000])
def test_values_that_no_environment_takes(value: str) -> None:
    for change in (SiteChange(put={"A": value}), SiteChange(connect=(connection("Db", value=value),))):
        with pytest.raises(InvalidRequest) as caught:
            apply_change(BEFORE, change)
        assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("name", ["A", "a b", "=", "ü", "x.y:z-1", "A\n"])
def test_names_that_an_environment_takes(name: str) -> None:
    assert (setting_fault(name, "") == "") is ("=" not in name)


@pytest.mark.parametrize("name", ["AzureWebJobsStorage", "a.b:c-d_9", "x" * 128])
def test_names_of_connections(name: str) -> None:
    assert connection_fault(connection(name)) == ""


@pytest.mark.parametrize("name", ["", "a b", "a=b", "ü", "a\n", "x" * 129, "a/b"])
def test_names_that_no_connection_has(name: str) -> None:
    fault = connection_fault(connection(name))
    assert "AzureWebJobsStorage" in fault and SECRET not in fault
    with pytest.raises(InvalidRequest):
        apply_change(BEFORE, SiteChange(connect=(connection(name),)))


@pytest.mark.parametrize(
    "change",
    [
        SiteChange(put={"A": "1"}, remove=("A",)),
        SiteChange(connect=(connection("x"),), disconnect=("CUSTOMCONNSTR_x",)),
        SiteChange(connect=(connection("x"), connection("x", value="other"))),
    ],
)
def test_one_name_twice_in_a_change(change: SiteChange) -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        apply_change(BEFORE, change)


def test_all_of_it_together_is_bounded() -> None:
    put = {f"NAME_{number}": "x" * 100_000 for number in range(10)}
    full = apply_change(BEFORE, SiteChange(put=put))
    room = MAX_BYTES - sum(len(name) + len(value) for name, value in full.values.items())
    with pytest.raises(InvalidRequest, match="1 MiB"):
        apply_change(full, SiteChange(connect=(connection("x", value="y" * room),)))


def test_nothing_tells_a_value() -> None:
    change = SiteChange(put={"A": SECRET}, connect=(connection("Db"),))
    settings = apply_change(BEFORE, change)
    for shown in (change, settings, settings.connections, (settings.connections[0],), [change]):
        assert SECRET not in repr(shown) and SECRET not in str(shown)
