from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.catalog.hosts import EXTENSIONS, WINDOWS_ONLY, Hosts, Interpreter
from wjtui.engine.catalog.script import (
    Choice,
    Listing,
    choose_script,
    extension_of,
    find_script_dir,
    is_candidate,
    read_listing,
)
from wjtui.model.jobs import Severity

Programs = Callable[..., str]


def machine(*with_interpreter: str) -> Hosts:
    """Hosts that serve exactly these extensions."""
    return Hosts(
        tuple(
            Interpreter(extension, f"Host{extension}", (f"/bin/{extension[1:]}",))
            if extension in with_interpreter
            else Interpreter(extension, f"Host{extension}", missing=f"nothing runs {extension} files")
            for extension in EXTENSIONS
        )
    )


POSIX = machine(*(e for e in EXTENSIONS if e not in WINDOWS_ONLY))


def choose(*files: str, hosts: Hosts = POSIX, executable: bool = False) -> Choice:
    return choose_script(Listing(tuple(sorted(files)), executable=executable), hosts)


def chosen(choice: Choice) -> str | None:
    return choice.script.path if choice.script else None


def codes(choice: Choice) -> list[str]:
    return [problem.code for problem in choice.problems]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["run.sh"], "run.sh"),
        (["run.sh", "run.py"], "run.sh"),
        (["run.php", "run.py"], "run.php"),
        (["run.py", "run.js"], "run.py"),
        (["run.js", "run.jar"], "run.js"),
        (["run.jar", "run.fsx"], "run.jar"),
        (["run.ps1", "run.sh"], "run.ps1"),
        (["a.sh", "run.fsx"], "run.fsx"),
        (["a.sh", "RUN.PY"], "RUN.PY"),
        (["Run.sh", "run.sh"], "run.sh"),
        (["RUN.sh", "Run.sh"], "RUN.sh"),
        (["b.sh", "a.sh"], "a.sh"),
        (["B.sh", "a.sh"], "a.sh"),
        (["a.SH", "b.sh"], "a.SH"),
        (["report.php", "report.py"], "report.php"),
        (["a.py", "z.sh"], "z.sh"),
        (["runner.py", "a.py"], "a.py"),
        (["run.test.py", "run.py"], "run.py"),
        (["README.md", "LICENSE", "job.js", "package.json"], "job.js"),
        (["with blank.sh"], "with blank.sh"),
        (["-c.sh"], "-c.sh"),
        (["run.cmd", "other.sh"], "other.sh"),
        (["project.json", "a.py"], "a.py"),
    ],
)
def test_which_file(files: list[str], expected: str) -> None:
    assert chosen(choose(*files)) == expected


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (["cleanup.sh"], "cleanup.sh is the only script."),
        (["run.cmd", "run.sh"], "run.sh is the only script."),
        (["run.py", "a.sh"], "run.py is called run.*, which comes first."),
        (["run.py", "b.py"], "run.py is called run.*, which comes first."),
        (["run.py", "Run.py"], "run.py is called run.*, which comes first."),
        (["run.php", "run.py"], "run.php comes before run.py: .php is tried first."),
        (["run.php", "run.py", "a.php"], "run.php comes before run.py: .php is tried first."),
        (["report.php", "report.py"], "report.php comes before report.py: .php is tried first."),
        (["b.sh", "a.sh", "c.py"], "a.sh is the first of the .sh files by name."),
    ],
)
def test_reason(files: list[str], reason: str) -> None:
    found = choose(*files)
    assert found.script is not None
    assert found.script.reason == reason


def test_command_and_host_come_from_the_table() -> None:
    found = choose("run.py").script
    assert found is not None
    assert (found.host, found.command) == ("Host.py", ("/bin/py",))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["run.sh"], []),
        (["run.sh", "lib.py", "lib.php"], []),
        (["cleanup.sh"], ["script-name"]),
        (["run.php", "run.py"], ["script-order"]),
        (["report.php", "report.py"], ["script-order", "script-name"]),
        (["run.py", "report.php"], []),
        (["run.sh", "Run.sh"], ["script-case"]),
        (["run.sh", "run.cmd"], ["script-passed-over"]),
        (["app.exe", "run.sh"], []),
        (["app.exe", "a.sh"], ["script-passed-over", "script-name"]),
    ],
)
def test_notes_where_another_reading_takes_another_file(files: list[str], expected: list[str]) -> None:
    found = choose(*files)
    assert codes(found) == expected
    assert all(problem.severity is Severity.NOTE for problem in found.problems)


def test_notes_name_the_other_file() -> None:
    assert "run.py" in choose("run.php", "run.py").problems[0].text
    assert "Run.sh" in choose("run.sh", "Run.sh").problems[0].text
    assert "run.cmd" in choose("run.sh", "run.cmd").problems[0].text


def test_a_passed_over_interpreter_is_noted_with_what_to_do() -> None:
    found = choose("run.php", "run.py", hosts=machine(".py"))
    assert chosen(found) == "run.py"
    assert codes(found) == ["script-passed-over"]
    assert "nothing runs .php files" in found.problems[0].text


def test_a_script_in_the_only_subfolder_is_noted() -> None:
    found = choose_script(Listing(("run.sh",), inside="a/b"), POSIX)
    assert chosen(found) == "a/b/run.sh"
    assert codes(found) == ["script-subfolder"]
    assert "'a/b/'" in found.problems[0].text


def test_executable_run_comes_after_every_run_with_an_extension_and_before_other_names() -> None:
    alone = choose("run", executable=True)
    assert alone.script is not None
    assert (alone.script.path, alone.script.command) == ("run", ())
    assert alone.script.host == "ExecutableScriptHost"
    assert alone.script.reason == "run is the only script."
    assert codes(alone) == []
    assert chosen(choose("run", "run.fsx", executable=True)) == "run.fsx"
    beside = choose("run", "lib.py", executable=True)
    assert chosen(beside) == "run"
    assert codes(beside) == ["script-executable"]
    assert "lib.py" in beside.problems[0].text


@pytest.mark.parametrize(
    ("listing", "hosts", "parts"),
    [
        (Listing(), POSIX, ["is empty", "run.sh"]),
        (Listing(("README.md", "a.csv")), POSIX, ["README.md, a.csv", "run.sh"]),
        (Listing(("a", "b", "c", "d", "e")), POSIX, ["a, b, c and 2 more"]),
        (Listing(others=("one/", "two/")), POSIX, ["one/, two/"]),
        (Listing(("lib.txt",), below=("bin/run.py",)), POSIX, ["'bin/run.py'", "subfolder"]),
        (Listing(("run.php",)), machine(".sh"), ["run.php", "nothing runs .php files"]),
        (Listing(("run.cmd",)), POSIX, ["run.cmd", "nothing runs .cmd files"]),
        (Listing(("a.php", "b.py", "c.exe")), machine(), ["a.php", "b.py"]),
        (Listing(("project.json",)), POSIX, ["project.json", "run.sh"]),
        (Listing(("run",)), POSIX, ["not executable", "chmod"]),
        (Listing(("x.txt",), inside="in"), POSIX, ["'in/'"]),
    ],
)
def test_no_script(listing: Listing, hosts: Hosts, parts: list[str]) -> None:
    found = choose_script(listing, hosts)
    assert found.script is None
    (problem,) = found.problems
    assert problem.severity is Severity.BLOCKING
    assert problem.text.startswith("No runnable script")
    for part in parts:
        assert part in problem.text
    assert ".exe" not in problem.text


def test_windows_only_recommends_run_sh(every_host: Hosts) -> None:
    (problem,) = choose("run.cmd", "lib.dll", hosts=every_host).problems
    assert "Windows only" in problem.text
    assert "run.sh" in problem.text
    assert "WJTUI_HOST_CMD" in problem.text


names = st.one_of(
    st.builds(
        lambda stem, ext: stem + ext,
        st.sampled_from(["run", "Run", "RUN", "a", "B", "runner", "run.x"]),
        st.sampled_from([*EXTENSIONS, *(e.upper() for e in EXTENSIONS), ".txt", ".json", ""]),
    ),
    st.sampled_from(["README.md", "project.json", "run"]),
)


@given(
    st.sets(names, max_size=8),
    st.sets(st.sampled_from(EXTENSIONS)),
    st.booleans(),
)
def test_invariants_of_the_choice(files: set[str], served: set[str], executable: bool) -> None:
    listing = Listing(tuple(sorted(files)), executable=executable and "run" in files)
    found = choose_script(listing, machine(*served))
    could_run = {f for f in files if extension_of(f) in served} | ({"run"} if listing.executable else set())
    assert (found.script is None) == (not could_run)
    assert found == choose_script(listing, machine(*served))
    if found.script is None:
        assert found.problems[0].text.startswith("No runnable script")
        return
    file = found.script.path
    assert file in could_run
    runs = {f for f in could_run if f.lower() == "run" + extension_of(f)}
    assert not runs or file in runs
    rivals = {f for f in (runs or could_run) if f != "run"}
    if file != "run":
        order = [EXTENSIONS.index(extension_of(f)) for f in rivals]
        assert EXTENSIONS.index(extension_of(file)) == min(order)
        same = [f.lower() for f in rivals if extension_of(f) == extension_of(file)]
        assert file.lower() == min(same)
        assert file.lower() == file or file.lower() not in files
    assert all(problem.severity is Severity.NOTE for problem in found.problems)


def test_descent_through_single_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "run.sh").write_text("")
    assert find_script_dir(tmp_path) == tmp_path / "a" / "b"
    (tmp_path / "a" / "notes.txt").write_text("")
    assert find_script_dir(tmp_path) == tmp_path / "a"
    (tmp_path / "c").mkdir()
    assert find_script_dir(tmp_path) == tmp_path


def test_descent_ends_at_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert find_script_dir(tmp_path) == tmp_path / "a"


def test_descent_follows_no_link_and_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "run.sh").write_text("")
    linked = tmp_path / "job"
    linked.mkdir()
    (linked / "only").symlink_to(tmp_path / "outside")
    assert find_script_dir(linked) == linked
    deep = tmp_path / "deep"
    deep.joinpath(*["d"] * 40).mkdir(parents=True)
    assert len(find_script_dir(deep).relative_to(deep).parts) == 32


def test_listing_tells_files_from_the_rest(tmp_path: Path) -> None:
    for name in ("run.sh", "a.py", ".hidden.py", "run"):
        (tmp_path / name).write_text("")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "lib.sh").mkdir()
    (tmp_path / "loop.sh").symlink_to("loop.sh")
    (tmp_path / "dangling.sh").symlink_to("nowhere")
    (tmp_path / "link.js").symlink_to("a.py")
    os.mkfifo(tmp_path / "pipe.sh")
    found = read_listing(tmp_path, tmp_path)
    assert found.files == ("a.py", "link.js", "run", "run.sh")
    assert found.others == (".hidden.py", "dangling.sh", "lib.sh/", "loop.sh", "pipe.sh")
    assert found.executable
    assert found.inside == ""
    assert found.below == ()


def test_listing_looks_below_only_where_there_is_no_script(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "run.py").write_text("")
    (tmp_path / "README.md").write_text("")
    assert read_listing(tmp_path, tmp_path).below == ("bin/run.py",)
    (tmp_path / "a.sh").write_text("")
    assert read_listing(tmp_path, tmp_path).below == ()


def test_a_name_that_is_no_utf8_is_no_script_and_can_be_shown(tmp_path: Path) -> None:
    """Such a name could not be sent to any client."""
    (tmp_path / os.fsdecode(b"r\xe9sum\xe9.sh")).write_text("")
    found = read_listing(tmp_path, tmp_path)
    assert found.files == ()
    assert found.others == ("r\\xe9sum\\xe9.sh",)
    (problem,) = choose_script(found, POSIX).problems
    assert problem.text.encode()


@pytest.mark.parametrize("name", ["run.sh", "x.PS1", "a.exe", "run"])
def test_candidates(name: str) -> None:
    assert is_candidate(name)


@pytest.mark.parametrize("name", ["a.txt", ".sh", ".run.py", "Run", "package.json", "sh"])
def test_no_candidates(name: str) -> None:
    assert not is_candidate(name)
