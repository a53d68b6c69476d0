"""What a shell offers for the next word: what the root's engine says within a moment, else nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from wjtui.cli.options import given

_SECONDS = 0.3
"""So long a person waits for what they could type themselves."""
_MOST_BYTES = 8 << 20
_LONGEST = 60
_WORD = re.compile(r"\w[\w.+/:@-]*")
"""A shell puts a word into the command line as it is, and a folder can have any name: ``$(...)``, too."""
_KINDS = ("triggered", "continuous")

Source = Callable[[click.Context], Iterable[tuple[str, str]]]
"""Words, and what is said about each."""


class _Completed(click.ParamType[Any]):
    """A type of a parameter that also knows its values."""

    def __init__(self, inner: click.ParamType[Any], source: Source) -> None:
        self.name = inner.name
        self._inner = inner
        self._source = source

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self._inner.convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._inner.get_metavar(param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from wjtui.cli.output import clean

        try:
            words = list(self._source(ctx))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, _refusal()):
            return []  # whatever came was no answer of an engine
        return [
            CompletionItem(word, help=clean(help)[:_LONGEST])
            for word, help in words
            if word.lower().startswith(incomplete.lower()) and _WORD.fullmatch(word)
        ]


def add_completion(command: click.Command) -> None:
    """Have a command, and all below it, complete names of jobs, runs, versions and themes."""
    for parameter in command.params:
        key = str(parameter.name)
        source = _SOURCES.get((str(command.name), key)) or _SOURCES.get(("", key))
        if source is not None:
            parameter.type = _Completed(parameter.type, source)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            add_completion(each)


def _jobs(context: click.Context) -> Iterable[tuple[str, str]]:
    ids = [(each["id"]["type"], each["id"]["name"]) for each in _ask(context, "/snapshot").get("jobs", ())]
    names = [name.lower() for _, name in ids]
    for kind, name in ids:
        yield (name if names.count(name.lower()) == 1 else f"{kind}/{name}"), f"{kind} job"


def _runs(context: click.Context) -> Iterable[tuple[str, str]]:
    for _, name in _meant(context):
        for run in _ask(context, f"/jobs/triggered/{_quoted(name)}/runs?limit=50"):
            yield run["ref"]["run"], f"{run['status']}, {run['started'][:16].replace('T', ' ')} UTC"
        return


def _versions(context: click.Context) -> Iterable[tuple[str, str]]:
    for kind, name in _meant(context):
        found = _ask(context, f"/jobs/{kind}/{_quoted(name)}/versions")
        if isinstance(found, list):
            for version in found:
                if not version.get("current"):
                    yield str(version["number"]), f"{version['cause']} {version.get('note', '')}".strip()
            return


def _trashed(context: click.Context) -> Iterable[tuple[str, str]]:
    for each in _ask(context, "/trash"):
        yield each["job"]["name"], f"deleted {each['at'][:16].replace('T', ' ')} UTC"


def _themes(context: click.Context) -> Iterable[tuple[str, str]]:
    from pathlib import Path

    import wjtui
    from wjtui.launch.personal import themes_folder

    package = Path(wjtui.__file__).resolve().parent
    folders = (themes_folder(), package / "_themes", package.parent / "themes")
    yield from sorted({(path.stem, "") for folder in folders for path in folder.glob("*.toml")})


_SOURCES: dict[tuple[str, str], Source] = {
    ("", "theme"): _themes,
    ("logs", "run_id"): _runs,
    ("rollback", "version"): _versions,
    ("versions", "number"): _versions,
    ("restore", "name"): _trashed,
    **{
        (command, "name"): _jobs
        for command in (
            "show", "run", "start", "stop", "restart", "pause", "resume", "history", "logs", "versions",
            "rollback", "delete", "settings", "sender",
        )
    },
}  # fmt: skip
"""By command and parameter; any command's where there is no command."""


def _meant(context: click.Context) -> list[tuple[str, str]]:
    """The job that the line names, in each type that it may have."""
    # Behind an option that waits for its value, words are left as they came.
    left = (word for word in context.args if not word.startswith("-"))
    text = str(context.params.get("name") or next(left, ""))
    kind, slash, name = text.partition("/")
    return [(kind, name)] if slash else [(each, text) for each in _KINDS]


def _ask(context: click.Context, path: str) -> Any:
    """What the engine answers within its time. Raises OSError, ValueError, and what ``place`` raises."""
    import json

    from wjtui.client.probe import find_engine

    place = given(context).place()
    engine = find_engine(place.site.engine_lock, place.site.engine_file)
    return {} if engine is None else json.loads(_get(engine.socket, f"/api/wjtui{path}"))


def _get(socket_path: str, path: str) -> bytes:
    """The body of an answer, whatever its status: one of an error has nothing that is looked for."""
    import socket
    import time

    until = time.monotonic() + _SECONDS
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_SECONDS)
        asked.connect(socket_path)
        asked.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = bytearray()
        while len(answer) < _MOST_BYTES:
            if (left := until - time.monotonic()) <= 0:
                raise TimeoutError
            asked.settimeout(left)
            if not (part := asked.recv(1 << 16)):
                break
            answer += part
    return bytes(answer.partition(b"\r\n\r\n")[2])


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="", errors="surrogateescape")


def _refusal() -> type[Exception]:
    from wjtui.model.errors import WjtuiError

    return WjtuiError
