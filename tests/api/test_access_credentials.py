from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wjtui.api.credentials import (
    CredentialsFile,
    ensure_credentials,
    given_credentials,
    hash_credentials,
    make_credentials,
    read_credentials,
    reset_credentials,
)
from wjtui.model.errors import InvalidRequest, RootUnusable


def test_they_are_made_once_hashed_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "wjtui" / "credentials"
    made = ensure_credentials(path)
    assert made is not None and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.password not in path.read_text() and len(made.password) == 32 and made.password.isalnum()
    before = path.read_bytes()
    assert ensure_credentials(path) is None and path.read_bytes() == before
    found = read_credentials(path)
    assert found.matches(made.user.encode(), made.password.encode())
    assert not found.matches(made.user.encode(), made.password[:-1].encode())
    assert not found.matches(b"somebody", made.password.encode())


def test_new_ones_replace_the_old_ones_for_an_engine_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    first = ensure_credentials(path)
    current = CredentialsFile(path)
    before = current()
    assert first is not None and before is not None and current() is before
    second = reset_credentials(path)
    after = current()
    assert after is not None and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert after.matches(second.user.encode(), second.password.encode())
    assert not after.matches(first.user.encode(), first.password.encode())
    path.write_text("{")
    assert current() is None
    path.unlink()
    assert current() is None
    reset_credentials(path)
    assert current() is not None


def test_the_file_says_how_it_was_hashed(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    reset_credentials(path)
    assert all(word in path.read_text() for word in ('"cost"', '"block"', '"parallel"'))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"user":"a","salt":"zz","hash":"00","cost":16384,"block":8,"parallel":1}',
        f'{{"user":"a","salt":"00","hash":"{"00" * 32}","cost":{2**30},"block":8,"parallel":1}}',
    ],
)
def test_a_damaged_file_is_no_way_in(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(text)
    with pytest.raises(RootUnusable, match="--reset"):
        ensure_credentials(path)
    assert CredentialsFile(path)() is None
    assert path.read_text() == text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "wjtui").write_text("")
    with pytest.raises(RootUnusable, match="cannot be written"):
        reset_credentials(tmp_path / "wjtui" / "credentials")


def test_what_the_environment_says() -> None:
    assert (
        given_credentials({}) is None and given_credentials({"WJTUI_USER": "", "WJTUI_PASSWORD": ""}) is None
    )
    assert given_credentials({"WJTUI_USER": "$a", "WJTUI_PASSWORD": "b:c"}) == ("$a", "b:c")
    for wrong in (
        {"WJTUI_USER": "a"},
        {"WJTUI_PASSWORD": "geheim"},
        {"WJTUI_USER": "a:b", "WJTUI_PASSWORD": "geheim"},
    ):
        with pytest.raises(InvalidRequest) as refusal:
            given_credentials(wrong)
        assert "geheim" not in refusal.value.message


def test_any_text_can_be_a_password() -> None:
    for password in ("x" * 5000, "ü", "a\nb", "\udcff"):
        hashed = hash_credentials("a", password)
        assert hashed.matches(b"a", password.encode("utf-8", "surrogateescape"))
    assert make_credentials() != make_credentials()
