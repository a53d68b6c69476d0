"""Which file of a job runs, and why that one (spec 2.1, 2.2, 2.4)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path

from wjtui.engine.catalog.hosts import EXECUTABLE, EXTENSIONS, WINDOWS_ONLY, Hosts, Interpreter
from wjtui.model.base import Value
from wjtui.model.jobs import Problem, Script, Severity

_MAX_DEPTH = 32
_SHOWN = 3
_ORDER_OF_THE_CODE = {".php": ".py", ".py": ".php"}
"""The original's code asks for Python before PHP, its documentation the other way round (D-01a)."""


class Listing(Value, frozen=True):
    """What lies in a script dir, as far as the choice of a script depends on it."""

    files: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Entries that cannot be scripts: folders (with ``/``), hidden files, names that are no UTF-8."""
    executable: bool = False
    """Whether ``run`` is an executable file."""
    inside: str = ""
    """The script dir relative to the job folder, with ``/``; empty: it is the job folder."""
    below: tuple[str, ...] = ()
    """Files with a script's extension in folders of the script dir; read only where it has none itself."""


class Choice(Value, frozen=True):
    """The script, or the problem that there is none; and what else is worth saying."""

    script: Script | None = None
    problems: tuple[Problem, ...] = ()


_Groups = dict[str, list[str]]
"""Extension -> the files that have it, the preferred one first."""


class _Pick(Value, frozen=True):
    file: str
    interpreter: Interpreter

    @property
    def named_run(self) -> bool:
        return self.file.lower() == "run" + self.interpreter.extension


def find_script_dir(folder: Path) -> Path:
    """Go down while a folder's only entry is a folder (spec 2.1, D-02); at most 32 steps. Raises OSError.

    A link is not followed: where it is the only entry, it leads out of the job or round in a circle.
    """
    for _ in range(_MAX_DEPTH):
        with os.scandir(folder) as entries:
            two = list(islice(entries, 2))
        if len(two) != 1 or not two[0].is_dir(follow_symlinks=False):
            break
        folder = folder / two[0].name
    return folder


def read_listing(folder: Path, script_dir: Path) -> Listing:
    """List the script dir of the job in ``folder``. Raises OSError."""
    files: list[str] = []
    others: list[str] = []
    folders: list[str] = []
    executable = False
    with os.scandir(script_dir) as entries:
        for entry in entries:
            if _is(entry.is_dir):
                folders.append(entry.name)
                others.append(shown(entry.name) + "/")
            elif entry.name.startswith(".") or not is_utf8(entry.name) or not _is(entry.is_file):
                others.append(shown(entry.name))
            else:
                files.append(entry.name)
                executable = executable or (entry.name == "run" and bool(entry.stat().st_mode & 0o111))
    inside = script_dir.relative_to(folder).as_posix()
    has_script = any(extension_of(name) in EXTENSIONS for name in files)
    return Listing(
        tuple(sorted(files)),
        tuple(sorted(others)),
        executable,
        "" if inside == "." else inside,
        () if has_script else _scripts_in(script_dir, sorted(folders)),
    )


def choose_script(listing: Listing, hosts: Hosts) -> Choice:
    """Apply the rules of spec 2.2: any ``run.*`` before all others, then the order of the table, then names.

    Where another reading of that order takes another file, a note names it.
    """
    groups = _group(listing)
    picked = _pick(groups, hosts.usable)
    if picked is None:
        return Choice(problems=(Problem("no-script", _why_none(listing, groups, hosts), Severity.BLOCKING),))
    script = Script(
        f"{listing.inside}/{picked.file}" if listing.inside else picked.file,
        picked.interpreter.host,
        picked.interpreter.command,
        _reason(picked, groups, hosts),
    )
    every = _notes(picked, listing, groups, hosts)
    notes = (Problem(code, text, Severity.NOTE) for code, text in every if text)
    return Choice(script, tuple(notes))


def extension_of(name: str) -> str:
    """A file's extension in lower case, with its dot; empty for ``run`` and ``.sh``."""
    return os.path.splitext(name)[1].lower()


def is_candidate(name: str) -> bool:
    """Whether a file of this name may be a script, on this machine or another (spec 5.4)."""
    return not name.startswith(".") and (extension_of(name) in EXTENSIONS or name == "run")


def shown(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 as ``\\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def is_utf8(name: str) -> bool:
    """Whether a name can be shown and sent: bytes that are no UTF-8 come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _group(listing: Listing) -> _Groups:
    groups: _Groups = {EXECUTABLE.extension: ["run"]} if listing.executable else {}
    for name in listing.files:
        if (extension := extension_of(name)) in EXTENSIONS:
            groups.setdefault(extension, []).append(name)
    for group in groups.values():
        # Of names that differ only in case the lower-case one comes first (D-01).
        group.sort(key=lambda name: (name.lower(), name != name.lower(), name))
    return groups


def _pick(groups: _Groups, order: Sequence[Interpreter]) -> _Pick | None:
    fallback: _Pick | None = None
    for interpreter in order:
        files = groups.get(interpreter.extension, [])
        for file in files:
            if (pick := _Pick(file, interpreter)).named_run:
                return pick
        if files and fallback is None:
            fallback = _Pick(files[0], interpreter)
    return fallback


def _reason(picked: _Pick, groups: _Groups, hosts: Hosts) -> str:
    by_host = [groups.get(each.extension, []) for each in hosts.usable]
    rivals = [name for name in chain.from_iterable(by_host) if name != picked.file]
    if not rivals:
        return f"{picked.file} is the only script."
    if picked.interpreter is EXECUTABLE:
        return f"{picked.file} is an executable file of that name, which comes before {rivals[0]}."
    extension = picked.interpreter.extension
    if not picked.named_run:
        if extension_of(rivals[0]) == extension:
            return f"{picked.file} is the first of the {extension} files by name."
        return f"{picked.file} comes before {rivals[0]}: {extension} is tried first."
    other_runs = [n for n in rivals if n.lower() == "run" + extension_of(n) != "run" + extension]
    if other_runs:
        return f"{picked.file} comes before {other_runs[0]}: {extension} is tried first."
    return f"{picked.file} is called run.*, which comes first."


def _notes(picked: _Pick, listing: Listing, groups: _Groups, hosts: Hosts) -> list[tuple[str, str]]:
    """Code and text of every note; an empty text says nothing."""
    return [
        ("script-case", _note_case(picked, listing)),
        ("script-passed-over", _note_passed_over(picked, groups, hosts)),
        ("script-order", _note_order(picked, groups, hosts)),
        ("script-name", _note_name(picked)),
        ("script-executable", _note_executable(picked, groups, hosts)),
        ("script-subfolder", _note_subfolder(picked, listing)),
    ]


def _note_case(picked: _Pick, listing: Listing) -> str:
    twins = [n for n in listing.files if n.lower() == picked.file.lower() and n != picked.file]
    return f"{picked.file} is taken, not {_enumerate(twins)}: remove one of them." if twins else ""


def _note_passed_over(picked: _Pick, groups: _Groups, hosts: Hosts) -> str:
    everywhere = _pick(groups, (*hosts.interpreters, EXECUTABLE))
    if everywhere is None or everywhere.file == picked.file:
        return ""
    return f"{everywhere.file} would come before {picked.file}, but {everywhere.interpreter.missing}."


def _note_order(picked: _Pick, groups: _Groups, hosts: Hosts) -> str:
    usable = {each.extension: each for each in hosts.usable}
    swapped = [_ORDER_OF_THE_CODE.get(extension, extension) for extension in (*EXTENSIONS, "")]
    other = _pick(groups, [usable[extension] for extension in swapped if extension in usable])
    if other is None or other.file == picked.file:
        return ""
    return (
        f"Azure itself may run {other.file}: its documentation puts .php before .py, its code .py before "
        ".php. Keep one of the two."
    )


def _note_name(picked: _Pick) -> str:
    if picked.named_run:
        return ""
    return (
        f"{picked.file} is run because nothing is called run.*; some versions of Azure ignore other names: "
        f"call it run{picked.interpreter.extension} to be sure."
    )


def _note_executable(picked: _Pick, groups: _Groups, hosts: Hosts) -> str:
    if picked.interpreter is not EXECUTABLE:
        return ""
    other = _pick(groups, hosts.usable[:-1])
    return f"Azure would run {other.file}: it knows no script without an extension." if other else ""


def _note_subfolder(picked: _Pick, listing: Listing) -> str:
    if not listing.inside:
        return ""
    return (
        f"{picked.file} lies in '{listing.inside}/', the only entry of the job's folder; by Azure's "
        "documentation only the folder itself is searched: move the files up to be sure."
    )


def _why_none(listing: Listing, groups: _Groups, hosts: Hosts) -> str:
    """The text of spec 2.4: what was seen, why none of it runs, and what to do."""
    lead = "No runnable script: "
    silent = [(each, files[0]) for each in hosts.missing if (files := groups.get(each.extension))]
    if silent:
        installable = [pair for pair in silent if pair[0].extension not in WINDOWS_ONLY]
        reasons = [f"{file} is there, but {each.missing}" for each, file in (installable or silent)[:_SHOWN]]
        return lead + "; ".join(reasons) + "."
    if "run" in listing.files:
        return f"{lead}run is not executable: make it so (chmod +x run), or call a shell script run.sh."
    if listing.below:
        return (
            f"{lead}'{listing.below[0]}' lies in a subfolder, and only the job's own folder is searched: "
            "move it there."
        )
    if "project.json" in (name.lower() for name in listing.files):
        return f"{lead}project.json (DNX) is not supported: add a run.sh that starts the program."
    seen = [*listing.files, *listing.others]
    where = f"'{listing.inside}/'" if listing.inside else "the job's folder"
    if not seen:
        return f"{lead}{where} is empty: add a script, for example run.sh."
    return f"{lead}{where} holds {_enumerate(seen)}, none of which can run: add a script, for example run.sh."


def _scripts_in(script_dir: Path, folders: Sequence[str]) -> tuple[str, ...]:
    for name in folders:
        try:
            inner = sorted(os.listdir(script_dir / name))
        except OSError:
            continue
        found = [f"{name}/{each}" for each in inner if is_candidate(each) and is_utf8(name + each)]
        if found:
            return tuple(found[:_SHOWN])
    return ()


def _enumerate(names: Sequence[str]) -> str:
    listed = ", ".join(names[:_SHOWN])
    return listed if len(names) <= _SHOWN else f"{listed} and {len(names) - _SHOWN} more"


def _is(question: Callable[[], bool]) -> bool:
    """Ask a directory entry what it is; a link that leads round in a circle is nothing."""
    try:
        return question()
    except OSError:
        return False
