"""Outside: what the terminal shows around the screen: its title, its bell, its notes, its clipboard."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping
from enum import Enum

ESC, BEL = "\x1b", "\a"
KEEP_TITLE = f"{ESC}[22;0t"
"""Written before the first title: the terminal keeps the one it has."""
GIVE_TITLE_BACK = f"{ESC}[23;0t"
"""Written at the end: the terminal shows again what it kept."""
COPIED_BYTES = 74_994
"""What may be copied: 99,992 bytes once encoded, and many terminals drop what is longer than 100,000."""
_CELLS = 160
"""Characters of a note: inside GNU screen 768 bytes of a sequence arrive."""
_PIECE = 512
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
_BLANKS = re.compile(r"\s+")
_NO_TITLE = re.compile(r"linux|dumb|vt\d+|cons\d+|")


class Channel(Enum):
    """How a terminal is given a note of its own."""

    NONE = "none"
    OSC_9 = "9"
    OSC_777 = "777"


def without_controls(text: str, *, keep: str = "") -> str:
    """``text`` without any character that a terminal could obey, but for those in ``keep``.

    Controls (C0, C1, DEL), lone surrogates and what turns the reading direction around.
    """
    return "".join(
        c for c in text if c in keep or (c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs"))
    )


def one_line(text: str, length: int = _CELLS) -> str:
    """The same on one line of at most ``length`` characters."""
    line = without_controls(_BLANKS.sub(" ", text)).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def title_text(failing: int, running: int, where: str, *, ascii_only: bool = False) -> str:
    """``✗2 ●3 wjtui web-01``; what is zero is left out. ``where`` is a host or a root."""
    failed, runs = ("x", "R") if ascii_only else ("✗", "●")
    words = [f"{failed}{failing}"] * (failing > 0) + [f"{runs}{running}"] * (running > 0)
    line = one_line(" ".join([*words, "wjtui", where]))
    return line.encode("ascii", "replace").decode() if ascii_only else line


def set_title(text: str) -> str:
    """What makes the terminal (tmux: the pane) show this title."""
    return f"{ESC}]2;{one_line(text)}{BEL}"


def has_title(environment: Mapping[str, str]) -> bool:
    """Whether the terminal has a title; the console of Linux would print it into the screen."""
    return _NO_TITLE.fullmatch(environment.get("TERM", "")) is None


def channel_of(environment: Mapping[str, str]) -> Channel:
    """How this terminal takes notes. Inside tmux and screen the outer one is known by what it left behind."""
    program = environment.get("TERM_PROGRAM", "") + environment.get("LC_TERMINAL", "")
    term = environment.get("TERM", "")

    def left(*names: str) -> bool:
        return any(environment.get(name) for name in names)

    if program.startswith("iTerm") or "iTerm2" in program or left("ITERM_SESSION_ID", "KITTY_WINDOW_ID"):
        return Channel.OSC_9
    if "WarpTerminal" in program or term == "xterm-kitty":
        return Channel.OSC_9
    if program.startswith(("WezTerm", "ghostty")) or left("WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR"):
        return Channel.OSC_777
    if term.startswith(("foot", "rxvt-unicode", "xterm-ghostty", "wezterm", "contour")):
        return Channel.OSC_777
    # Since 0.46 it drops the sequence in silence where it does not show it; before, it printed it.
    version = environment.get("VTE_VERSION", "")
    return Channel.OSC_777 if version.isdecimal() and int(version) >= 4600 else Channel.NONE


def note(text: str, environment: Mapping[str, str]) -> str:
    """What has the terminal show a note; empty where it knows none."""
    # A body that began with digits and a semicolon would be another command: OSC 9;4 is a progress bar.
    match channel_of(environment):
        case Channel.OSC_9:
            return passed_on(f"{ESC}]9;wjtui: {one_line(text)}{BEL}", environment)
        case Channel.OSC_777:
            return passed_on(f"{ESC}]777;notify;wjtui;{one_line(text)}{BEL}", environment)
        case Channel.NONE:
            return ""


def copied(text: str, environment: Mapping[str, str]) -> str | None:
    """What puts ``text`` on the clipboard of the person's terminal; None: it is too long for that.

    Line ends and tabs stay. tmux gets it for itself and, where it lets that pass, for the terminal outside.
    """
    data = without_controls(text, keep="\n\t").encode()
    if len(data) > COPIED_BYTES:
        return None
    sequence = f"{ESC}]52;c;{base64.b64encode(data).decode('ascii')}{BEL}"
    passed = passed_on(sequence, environment)
    return sequence + passed if environment.get("TMUX") else passed


def passed_on(sequence: str, environment: Mapping[str, str]) -> str:
    """``sequence`` so that it reaches the terminal outside of tmux or GNU screen.

    tmux has to allow it: ``set -g allow-passthrough on``.
    """
    if environment.get("TMUX"):
        return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ESC}\\"
    if environment.get("STY"):
        pieces = _pieces(sequence)
        return "".join(f"{ESC}P{piece}{ESC}\\" for piece in pieces)
    return sequence


def _pieces(sequence: str) -> list[str]:
    """Pieces that fit into GNU screen's 768 bytes, whatever characters they are of."""
    pieces, piece, size = [], "", 0
    for c in sequence:
        width = len(c.encode())
        if size + width > _PIECE:
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + c, size + width
    return [*pieces, piece]
