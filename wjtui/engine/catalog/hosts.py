"""Script hosts: which program runs which file extension on this machine (spec 2.2)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from wjtui.model.base import Value


class ScriptHost(Value, frozen=True):
    """One row of the table of spec 2.2."""

    name: str
    """As logged."""
    extensions: tuple[str, ...]
    programs: tuple[str, ...] = ()
    """The first of them that is found runs the script; none: only what ``WJTUI_HOST_EXT`` names does."""
    arguments: tuple[str, ...] = ()
    """What stands between the program and the file."""
    install: str = ""
    """What a person installs to get it; empty for files that run on Windows only."""


HOSTS = (
    ScriptHost("WindowsScriptHost", (".cmd", ".bat", ".exe")),
    ScriptHost("PowerShellScriptHost", (".ps1",), ("pwsh",), ("-NoProfile", "-File"), "PowerShell (pwsh)"),
    ScriptHost("BashScriptHost", (".sh",), ("/bin/bash", "bash"), (), "bash"),
    ScriptHost("PhpScriptHost", (".php",), ("php",), (), "PHP (php)"),
    ScriptHost("PythonScriptHost", (".py",), ("python3", "python"), (), "Python (python3)"),
    ScriptHost("NodeScriptHost", (".js",), ("node",), (), "Node.js (node)"),
    ScriptHost("JavaScriptHost", (".jar",), ("java",), ("-jar",), "Java (java)"),
    ScriptHost("FSharpScriptHost", (".fsx",), ("dotnet",), ("fsi",), "the .NET SDK (dotnet)"),
)
"""In the order in which they are asked. DnxScriptHost (``project.json``) has no program any more."""

EXTENSIONS = tuple(extension for host in HOSTS for extension in host.extensions)
WINDOWS_ONLY = HOSTS[0].extensions


class Interpreter(Value, frozen=True):
    """What runs the files of one extension on this machine, or why nothing does."""

    extension: str
    host: str
    command: tuple[str, ...] = ()
    """What stands before the file name; empty with an empty ``missing``: the file is started directly."""
    missing: str = ""
    """Half a sentence that says why there is none and what to do."""


EXECUTABLE = Interpreter("", "ExecutableScriptHost")
"""An executable file named exactly ``run`` starts by itself (spec 2.3 EXT)."""


class Hosts(Value, frozen=True):
    """Every extension's interpreter, in the order of the table."""

    interpreters: tuple[Interpreter, ...]
    path: str = os.defpath
    """Where programs are looked for: also for those that the first line of a script names."""

    @property
    def usable(self) -> tuple[Interpreter, ...]:
        """Those that can run something here, the executable ``run`` last."""
        return (*(each for each in self.interpreters if not each.missing), EXECUTABLE)

    @property
    def missing(self) -> tuple[Interpreter, ...]:
        """Those whose files are passed over."""
        return tuple(each for each in self.interpreters if each.missing)

    def summary(self) -> dict[str, str]:
        """Extension -> program, empty where there is none: what ``EngineInfo.hosts`` shows."""
        return {each.extension: each.command[0] if each.command else "" for each in self.interpreters}


def variable_for(extension: str) -> str:
    """The environment variable that names an extension's interpreter (README: environment)."""
    return f"WJTUI_HOST_{extension[1:].upper()}"


def find_hosts(environment: Mapping[str, str]) -> Hosts:
    """Look for every interpreter: ``WJTUI_HOST_EXT`` if set, else the ``PATH`` of ``environment``.

    A program that the user named and that does not exist is missing: the default does not step in for it.
    """
    path = environment.get("PATH", os.defpath)
    found = [
        _find(host, extension, environment.get(variable_for(extension), ""), path)
        for host in HOSTS
        for extension in host.extensions
    ]
    return Hosts(tuple(found), path)


def find_program(name: str, path: str) -> str | None:
    """The absolute path of a program given by name or path, or None.

    Links stay as they are: the Python of a virtual environment is a link, and works by its own name only.
    """
    found = shutil.which(name, path=path)
    return os.path.abspath(found) if found else None


def _find(host: ScriptHost, extension: str, configured: str, path: str) -> Interpreter:
    variable = variable_for(extension)
    for name in [configured] if configured else host.programs:
        if program := find_program(name, path):
            return Interpreter(extension, host.name, (program, *host.arguments))
    if configured:
        missing = f"{variable} names '{configured}', which is no executable file: correct it or take it away"
    elif host.install:
        missing = (
            f"no interpreter for {extension} was found: "
            f"install {host.install} or set {variable} to a program that runs it"
        )
    else:
        missing = (
            f"{extension} runs on Windows only: "
            f"add a run.sh, or set {variable} to a program that runs such files"
        )
    return Interpreter(extension, host.name, missing=missing)
