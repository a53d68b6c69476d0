"""The systemd unit that keeps an engine running: its text, from facts; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wjtui.engine.process.environment import SECRETS
from wjtui.launch.place import Place
from wjtui.support.systemd import quote_word

STOP_MARGIN_SECONDS = 30
"""Beside the longest waiting time of a job: for what is killed after it, and the engine's own end."""
_PASSED_ON = ("WEBJOBS_", "WEBSITE_", "WJTUI_")
_NOT_PASSED_ON = SECRETS | {"WJTUI_ROOT", "WJTUI_THEME", "WJTUI_GUARDIAN"}
"""Secrets, since anybody may read a unit; what the command line says; what is for this process alone."""


@dataclass(frozen=True)
class Wanted:
    """What a unit is made from."""

    command: Sequence[str]
    """The program and its arguments; the program's path is absolute."""
    root: Path
    environment: Mapping[str, str]
    longest_wait: int
    """Seconds that the most patient job gets to end by itself."""
    account: str = ""
    """Who runs the engine; empty: whoever the service manager belongs to."""


def unit_text(wanted: Wanted) -> str:
    """The text of a unit; ``account`` empty makes one of a person's own service manager."""
    variables = [
        f"Environment={_assignment(name, value)}" for name, value in passed_on(wanted.environment).items()
    ]
    lines = [
        "[Unit]",
        f"Description=WebJobs of {_on_one_line(str(wanted.root))}",
        f"RequiresMountsFor={quote_word(str(wanted.root))}",
        *([] if not wanted.account else ["Wants=network-online.target", "After=network-online.target"]),
        "",
        "[Service]",
        "Type=notify",
        "# The engine tells the manager how it is, and it is a child of the guardian, which is started here.",
        "NotifyAccess=all",
        f"ExecStart={_command(wanted.command)}",
        "WorkingDirectory=/",
        *([f"User={wanted.account}"] if wanted.account else []),
        *variables,
        "# SIGTERM goes to the guardian alone, which passes it on: the engine stops every job in order.",
        "KillMode=mixed",
        f"TimeoutStopSec={wanted.longest_wait + STOP_MARGIN_SECONDS}",
        "TimeoutStartSec=300",
        "WatchdogSec=120",
        "Restart=on-failure",
        "RestartSec=5",
        "# Bad input, and a root that another engine holds: trying again would not help.",
        "RestartPreventExitStatus=2 5",
        "# A job that uses up the memory ends alone; without this all of them would.",
        "OOMPolicy=continue",
        "# No ProtectHome, ProtectSystem or PrivateTmp: jobs write where they need to, and the socket that",
        "# commands use lies in the temporary folder.",
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if wanted.account else 'default.target'}",
    ]
    return "\n".join(lines) + "\n"


def serve_command(place: Place, program: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """The command line of an engine in the foreground; paths in ``options`` are absolute already."""
    return [*program, "serve", *place.arguments, *options]


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """What an engine started elsewhere has to find in its environment, sorted: settings, and PATH."""
    return {
        name: value
        for name, value in sorted(environment.items())
        if (name == "PATH" or (name.startswith(_PASSED_ON) and name not in _NOT_PASSED_ON))
        and "\n" not in value
        and value
    }


def _command(words: Sequence[str]) -> str:
    # Of the program's path itself ``$`` cannot be doubled; ``:`` before it has all of them stand for
    # themselves, and is left out where there is none, since systemd knows it from 244 on only.
    plain = ":" if any("$" in word for word in words) else ""
    # However they are written, systemd takes no program whose path has these.
    odd = any(char in "\"'\\" or not char.isprintable() for char in words[0])
    return plain + " ".join(quote_word(word) for word in (["/usr/bin/env"] * odd + list(words)))


def _assignment(name: str, value: str) -> str:
    word = quote_word(f"{name}={value}")
    return word if word.startswith('"') else f'"{word}"'


def _on_one_line(text: str) -> str:
    """For a line that people read: no control character, no specifier, no continuation."""
    return "".join(char if char.isprintable() else "?" for char in text).replace("%", "%%").rstrip("\\")
