from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from wjtui.engine.deploy.compare import TEXT_BYTES, compare_folders, diff_texts, safe_inside
from wjtui.model.deploys import FileChange, FileState
from wjtui.model.errors import InvalidRequest


def tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_what_becomes_of_each_file(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"a": "1\n2\n3\n", "same": "x", "lib/gone": "1\n2", "bin": b"\0\1"})
    new = tree(tmp_path / "new", {"a": "1\n2b\n3\n4\n", "same": "x", "lib/new": "1\n", "bin": b"\0\2"})
    changes, same = compare_folders(old, new)
    assert changes == (
        FileChange("a", FileState.CHANGED, 9, 2, 1),
        FileChange("bin", FileState.CHANGED, 2),
        FileChange("lib/gone", FileState.REMOVED, 3, 0, 2),
        FileChange("lib/new", FileState.ADDED, 2, 1, 0),
    )
    assert same == 1


def test_a_job_that_is_new(tmp_path: Path) -> None:
    new = tree(tmp_path / "new", {"run.sh": "echo\n", "empty": ""})
    assert compare_folders(None, new) == (
        (FileChange("empty", FileState.ADDED, 0, 0, 0), FileChange("run.sh", FileState.ADDED, 5, 1, 0)),
        0,
    )


def test_content_counts_and_times_do_not(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"a": bytes(600_000), "b": "1"})
    new = tree(tmp_path / "new", {"a": bytes(599_999) + b"x", "b": "1"})
    os.utime(new / "b", (0, 0))
    (new / "b").chmod(0o700)
    assert compare_folders(old, new) == ((FileChange("a", FileState.CHANGED, 600_000),), 1)


@pytest.mark.parametrize(
    ("there", "text", "changes"),
    [
        (None, None, ()),
        ("{}", None, (FileChange("settings.job", FileState.ADDED, 2, 1, 0),)),
        (None, "{}\n", (FileChange("settings.job", FileState.ADDED, 3, 1, 0),)),
        ("{}", "", ()),
        ("{}", '{"a": 1}', (FileChange("settings.job", FileState.ADDED, 8, 1, 0),)),
    ],
)
def test_other_settings_stand_in(
    tmp_path: Path, there: str | None, text: str | None, changes: tuple[FileChange, ...]
) -> None:
    old = tree(tmp_path / "old", {"run.sh": "x"})
    new = tree(tmp_path / "new", {"run.sh": "x"})
    if there is not None:
        (new / "settings.job").write_text(there)
    assert compare_folders(old, new, settings_text=text)[0] == changes


def test_settings_stand_in_where_the_script_is(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"in/run.sh": "x", "in/Settings.job": "{}"})
    new = tree(tmp_path / "new", {"in/run.sh": "x", "in/Settings.job": "[]"})
    assert compare_folders(old, new, settings_text="{}") == ((), 2)


def test_links_are_compared_by_what_they_say(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", {"x": "1"}), tree(tmp_path / "new", {"x": "1"})
    for name, before, after in (("same", "x", "x"), ("other", "x", "y"), ("twin", "x", "z")):
        (old / name).symlink_to(before)
        (new / name).symlink_to(after)
    (old / "file").write_text("x")
    (new / "file").symlink_to("x")
    changes, same = compare_folders(old, new)
    assert [each.path for each in changes] == ["file", "other", "twin"]
    assert {(each.added, each.removed) for each in changes} == {(None, None)}
    assert same == 2


def test_line_counts_have_bounds(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "large": "x\n" * TEXT_BYTES,
        "many": "\n" * 25_000,
        "latin": b"\xe9\n",
        "nul": "a\0b",
    }
    new = tree(tmp_path / "new", {**files, "fine": "\n" * 20_000})
    found = {each.path: each.added for each in compare_folders(None, new)[0]}
    assert found == {"large": None, "many": None, "latin": None, "nul": None, "fine": 20_000}


def test_special_files_are_left_out(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old", {"x": "1"}), tree(tmp_path / "new", {"x": "1"})
    os.mkfifo(old / "pipe")
    assert compare_folders(old, new) == ((), 1)


def test_a_unified_diff(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"run.sh": "one\ntwo\nthree"})
    new = tree(tmp_path / "new", {"run.sh": "one\n2\nthree\n"})
    assert diff_texts("run.sh", old / "run.sh", new / "run.sh").splitlines() == [
        "--- a/run.sh",
        "+++ b/run.sh",
        "@@ -1,3 +1,3 @@",
        " one",
        "-two",
        "-three",
        "\\ No newline at end of file",
        "+2",
        "+three",
    ]


def test_a_diff_of_what_comes_or_goes(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"a": "1\n"})
    assert diff_texts("a", None, b"1\n").splitlines()[:2] == ["--- /dev/null", "+++ b/a"]
    assert diff_texts("a", old / "a", None).splitlines()[1:] == ["+++ /dev/null", "@@ -1 +0,0 @@", "-1"]
    assert diff_texts("a", old / "a", b"1\n") == diff_texts("a", None, None) == ""


def test_what_cannot_be_compared_line_by_line(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", {"bin": b"\0", "big": "x" * (TEXT_BYTES + 1)})
    assert diff_texts("bin", old / "bin", b"x") == "bin cannot be compared line by line: it is no text."
    assert "larger than 256 KiB" in diff_texts("big", old / "big", b"x")
    (old / "way").symlink_to("bin")
    assert diff_texts("way", old / "way", b"x") == "way was a link to 'bin' and would be a file."


def test_a_diff_has_an_end(tmp_path: Path) -> None:
    lines = [f"{number:07}\n" for number in range(30_000)]
    text = diff_texts("a", None, "".join(lines).encode())
    assert len(text.encode()) <= TEXT_BYTES
    assert text.endswith("... the rest of the differences is left out: they are too long.\n")


def test_a_path_stays_inside(tmp_path: Path) -> None:
    folder = tree(tmp_path / "job", {"a/b": "1", "c": "2"})
    tree(tmp_path / "job2", {"secret": "x"})
    (folder / "out").symlink_to(tmp_path / "job2")
    (folder / "way").symlink_to(tmp_path / "job2" / "secret")
    assert safe_inside(folder, "a/b") == folder / "a" / "b"
    assert safe_inside(folder, "way") == folder / "way"
    assert [safe_inside(folder, path) for path in ("a", "nothing", "nothing/x", "c/x")] == [None] * 4
    for path in ("", "/c", "..", "../job2/secret", "a/../c", "./c", "a//b", "a/", "out/secret", "c\0"):
        with pytest.raises(InvalidRequest):
            safe_inside(folder, path)
