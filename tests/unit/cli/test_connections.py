from __future__ import annotations

import pytest

from wjtui.cli.connections import MASK, change_of, masked, read_connection, shown
from wjtui.model.errors import InvalidRequest
from wjtui.model.site import ConnectionString, ConnectionType, SiteSettings

SECRET = "Server=db;Password=hunter2"
FOUND = SiteSettings(
    {"DEBUG": "1"}, (ConnectionString("Orders", ConnectionType.SQL_SERVER, SECRET),), etag="7"
)


def unread() -> str:
    raise AssertionError("standard input was read")


def test_name_type_and_value() -> None:
    found = read_connection("Orders=mysql:a=b:c", unread)
    assert (found.name, found.type, found.value) == ("Orders", ConnectionType.MYSQL, "a=b:c")
    assert found.variable == "MYSQLCONNSTR_Orders"
    assert read_connection("Orders=Custom:-", lambda: "from input").value == "from input"


@pytest.mark.parametrize(
    "wrong", ["Orders", f"Orders={SECRET}", f"Orders=Oracle:{SECRET}", "Orders=Custom:", "=Custom:x"]
)
def test_what_is_wrong_is_said_without_the_secret(wrong: str) -> None:
    with pytest.raises(InvalidRequest) as found:
        read_connection(wrong, unread)
    assert "hunter2" not in found.value.message


def test_changes_go_together_and_name_what_was_read() -> None:
    change = change_of(FOUND, ["A=1"], ["DEBUG"], ["B=Custom:x"], ["Orders"], unread)
    assert change.put == {"A": "1"} and change.remove == ("DEBUG",) and change.etag == "7"
    assert change.disconnect == ("SQLCONNSTR_Orders",) and change.connect[0].name == "B"


def test_what_is_not_there_cannot_be_taken_away() -> None:
    with pytest.raises(InvalidRequest, match="no site setting 'NOPE'"):
        change_of(FOUND, [], ["NOPE"], [], [], unread)
    with pytest.raises(InvalidRequest, match="no connection string 'NOPE'"):
        change_of(FOUND, [], [], [], ["NOPE"], unread)


def test_secrets_are_masked_and_their_length_is_too() -> None:
    assert shown("API_TOKEN", "abc", reveal=False) == MASK == masked("a much longer one")
    assert shown("API_TOKEN", "abc", reveal=True) == "abc"
    assert shown("DEBUG", "1", reveal=False) == "1"
    assert "hunter2" not in repr(FOUND) and "hunter2" not in repr(FOUND.connections)
