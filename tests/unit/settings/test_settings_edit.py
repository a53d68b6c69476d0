from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.catalog.settings_file import read_settings, set_setting
from wjtui.model.identity import JobType
from wjtui.settings.edit import CannotEdit, set_key
from wjtui.settings.lenient import read_lenient


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{"enabled": false}\n'),
        ("  \n", '{"enabled": false}\n'),
        ("{}", '{"enabled": false}'),
        ("{\n}\n", '{\n  "enabled": false\n}\n'),
        ('{"enabled": true}', '{"enabled": false}'),
        ('{"enabled":true,"a":1}', '{"enabled":false,"a":1}'),
        ("{'enabled' : true /* why */, 'a': 1}", "{'enabled' : false /* why */, 'a': 1}"),
        ('{"enabled": "no"}', '{"enabled": false}'),
        ('{"enabled": {"a": [1, 2]}, "b": 2}', '{"enabled": false, "b": 2}'),
        # Of two, the last one counts.
        ('{"enabled": true, "enabled": true}', '{"enabled": true, "enabled": false}'),
        ('{"a": 1}', '{"a": 1, "enabled": false}'),
        ('{ "a": 1 }', '{ "a": 1, "enabled": false }'),
        ('{"a": 1,}', '{"a": 1, "enabled": false}'),
        ('{"a": {"enabled": true}}', '{"a": {"enabled": true}, "enabled": false}'),
        ('{\n    "a": 1\n}\n', '{\n    "a": 1,\n    "enabled": false\n}\n'),
        ('{\r\n\t"a": [1,\r\n 2]\r\n}', '{\r\n\t"a": [1,\r\n 2],\r\n\t"enabled": false\r\n}'),
        ('{\n  "a": 1, // one\n}\n', '{\n  "a": 1, // one\n  "enabled": false\n}\n'),
        (
            '{\n  // when\n  "schedule": "0 0 * * * *" // hourly\n  // "is_singleton": true\n}\n',
            '{\n  // when\n  "schedule": "0 0 * * * *", // hourly\n  "enabled": false\n'
            '  // "is_singleton": true\n}\n',
        ),
        (
            '{\n  // "schedule": "0 0 * * * *"\n}\n',
            '{\n  // "schedule": "0 0 * * * *"\n  "enabled": false\n}\n',
        ),
        ('// first\n{"a": "}"} // last', '// first\n{"a": "}", "enabled": false} // last'),
    ],
)
def test_one_key_is_changed_and_nothing_else(before: str, after: str) -> None:
    assert set_key(before, "enabled", False) == after


@pytest.mark.parametrize("text", ["[1]", '"text"', "{", '{"a" 1}', '{"schedule": 0 */5 * * * *}', "<p>"])
def test_what_is_no_object_is_left_alone(text: str) -> None:
    with pytest.raises(CannotEdit):
        set_key(text, "enabled", False)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab\"'\\{}[],:/*é ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from(["a", "schedule", "enabled", "x y", "//", "é"])


@given(
    values=st.dictionaries(_KEYS, _VALUES, max_size=4),
    indent=st.sampled_from([None, 0, 2, "\t"]),
    comment=st.sampled_from(["", ' // note, with } and "enabled": true\n', "/* { */"]),
    crlf=st.booleans(),
)
def test_any_object_keeps_what_it_had(
    values: dict[str, object], indent: int | str | None, comment: str, crlf: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=False)
    text = f"{comment}{text[:-1]}{comment}{text[-1]}\n"
    if crlf:
        text = text.replace("\n", "\r\n")
    changed = set_key(text, "enabled", False)
    assert json.dumps(read_lenient(changed), sort_keys=True) == json.dumps(
        {**values, "enabled": False}, sort_keys=True
    )
    for mark in ("note, with", "/* { */"):
        assert changed.count(mark) == text.count(mark)
    assert not crlf or "\n" not in changed.replace("\r\n", "")
    assert set_key(changed, "enabled", False) == changed


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_file_keeps_its_name_its_encoding_and_its_mode(tmp_path: Path, mark: bytes, encoding: str) -> None:
    path = tmp_path / "Settings.job"
    path.write_bytes(mark + '{"a": "ü"}\r\n'.encode(encoding))
    path.chmod(0o640)
    set_setting(tmp_path, "enabled", False)
    assert path.read_bytes() == mark + '{"a": "ü", "enabled": false}\r\n'.encode(encoding)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["Settings.job"]
    assert read_settings(tmp_path, JobType.TRIGGERED).settings.enabled is False


def test_no_file_is_made_and_an_unreadable_one_stays(tmp_path: Path) -> None:
    set_setting(tmp_path, "enabled", False)
    path = tmp_path / "settings.job"
    assert json.loads(path.read_text()) == {"enabled": False}
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(CannotEdit, match="byte 8"):
        set_setting(tmp_path, "enabled", True)
    assert path.read_bytes() == b'{"a": "\xff"}'
    path.unlink()
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        set_setting(tmp_path, "enabled", True)
