"""What the terminal shows outside the screen, and how often."""

from __future__ import annotations

import base64
import unicodedata

import pytest

from wjtui.tui.herald import QUIET_SECONDS, Herald
from wjtui.tui.outside import (
    COPIED_BYTES,
    Channel,
    channel_of,
    copied,
    has_title,
    note,
    one_line,
    set_title,
    title_text,
    without_controls,
)

HOSTILE = "a\x1b]52;c;ZXZpbA==\x07b\x9b31mc\x90d\x9ce\r\nf\x00g\x7fh\u202ei\u2066j\udcffk\u2028l\x1b\\m"
ITERM = {"TERM_PROGRAM": "iTerm.app"}
FOOT = {"TERM": "foot"}
TMUX = {"TMUX": "/tmp/tmux-1/default,1,0", "TERM": "tmux-256color"}
STY = {"STY": "1.pts-0.host", "TERM": "screen"}


def payloads(sequence: str) -> str:
    """The text of a sequence without its own frame."""
    return sequence.removeprefix("\x1b]").removesuffix("\x07")


@pytest.mark.parametrize("made", [set_title(HOSTILE), note(HOSTILE, ITERM), note(HOSTILE, FOOT)])
def test_no_control_of_the_text_reaches_the_terminal(made: str) -> None:
    assert made.startswith("\x1b]") and made.endswith("\x07")
    inside = payloads(made)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2066\u2028" for c in inside)
    assert "a]52;c;ZXZpbA==b31mcde fghijk" in inside


def test_one_line_is_short_and_keeps_what_can_be_read() -> None:
    assert one_line("  Grüße\t\n 日本 😀 ") == "Grüße 日本 😀"
    assert one_line("x" * 500) == "x" * 159 + "…"
    assert without_controls("a\tb\nc\x1b", keep="\t\n") == "a\tb\nc"


@pytest.mark.parametrize(
    ("failing", "running", "unicode", "plain"),
    [
        (2, 3, "✗2 ●3 wjtui web-01", "x2 R3 wjtui web-01"),
        (0, 3, "●3 wjtui web-01", "R3 wjtui web-01"),
        (1, 0, "✗1 wjtui web-01", "x1 wjtui web-01"),
        (0, 0, "wjtui web-01", "wjtui web-01"),
    ],
)
def test_the_title_counts(failing: int, running: int, unicode: str, plain: str) -> None:
    assert title_text(failing, running, "web-01") == unicode
    assert title_text(failing, running, "web-01", ascii_only=True) == plain
    assert set_title(unicode) == f"\x1b]2;{unicode}\x07"


def test_an_ascii_title_is_ascii() -> None:
    assert title_text(1, 0, "/srv/größe", ascii_only=True) == "x1 wjtui /srv/gr??e"


@pytest.mark.parametrize(
    ("environment", "known"),
    [({"TERM": "xterm-256color"}, True), ({"TERM": "linux"}, False), ({"TERM": "vt220"}, False), ({}, False)],
)
def test_a_console_has_no_title(environment: dict[str, str], known: bool) -> None:
    assert has_title(environment) is known


@pytest.mark.parametrize(
    ("environment", "channel"),
    [
        (ITERM, Channel.OSC_9),
        ({"LC_TERMINAL": "iTerm2", "TERM": "xterm-256color"}, Channel.OSC_9),
        ({"KITTY_WINDOW_ID": "1", "TERM": "tmux-256color", "TERM_PROGRAM": "tmux"}, Channel.OSC_9),
        ({"TERM": "xterm-kitty"}, Channel.OSC_9),
        ({"TERM_PROGRAM": "WarpTerminal"}, Channel.OSC_9),
        ({"TERM_PROGRAM": "WezTerm"}, Channel.OSC_777),
        ({"WEZTERM_PANE": "0", "TERM_PROGRAM": "tmux"}, Channel.OSC_777),
        ({"TERM_PROGRAM": "ghostty"}, Channel.OSC_777),
        ({"TERM": "foot-extra"}, Channel.OSC_777),
        ({"TERM": "rxvt-unicode-256color"}, Channel.OSC_777),
        ({"VTE_VERSION": "7600", "TERM": "xterm-256color"}, Channel.OSC_777),
        ({"VTE_VERSION": "4205", "TERM": "xterm-256color"}, Channel.NONE),
        ({"VTE_VERSION": "new"}, Channel.NONE),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM": "xterm-256color"}, Channel.NONE),
        ({"TERM_PROGRAM": "vscode", "TERM": "xterm-256color"}, Channel.NONE),
        ({"WT_SESSION": "x", "TERM": "xterm-256color"}, Channel.NONE),
        ({"TERM": "linux"}, Channel.NONE),
        ({}, Channel.NONE),
    ],
)
def test_which_terminals_take_notes(environment: dict[str, str], channel: Channel) -> None:
    assert channel_of(environment) is channel
    assert bool(note("x", environment)) is (channel is not Channel.NONE)


def test_notes_are_no_other_command() -> None:
    assert note("4;1;50", ITERM) == "\x1b]9;wjtui: 4;1;50\x07"
    assert note("one;two", FOOT) == "\x1b]777;notify;wjtui;one;two\x07"


def test_notes_pass_through_tmux_and_screen() -> None:
    assert note("x", ITERM | TMUX) == "\x1bPtmux;\x1b\x1b]9;wjtui: x\x07\x1b\\"
    assert note("x", ITERM | STY) == "\x1bP\x1b]9;wjtui: x\x07\x1b\\"


def test_screen_gets_pieces_that_fit() -> None:
    made = note("日" * 500, ITERM | STY)
    assert all(len(piece.encode()) < 700 for piece in made.split("\x1b\\"))
    whole = made.replace("\x1bP", "").replace("\x1b\\", "")
    assert whole == note("日" * 500, ITERM)


def test_copying_keeps_lines_and_drops_controls() -> None:
    sequence = copied("one\n\ttwo\x1b[201~", {})
    assert sequence is not None
    assert base64.b64decode(payloads(sequence).removeprefix("52;c;")) == b"one\n\ttwo[201~"
    inside = copied("x", TMUX)
    assert inside is not None and inside.count("52;c;eA==") == 2 and "\x1bPtmux;" in inside


def test_what_is_too_long_is_not_copied() -> None:
    assert copied("x" * COPIED_BYTES, {}) is not None
    assert copied("x" * (COPIED_BYTES + 1), {}) is None
    long = copied("x" * COPIED_BYTES, STY)
    assert long is not None and max(map(len, long.split("\x1b\\"))) < 700


def test_the_first_failure_rings_at_once() -> None:
    herald = Herald(ITERM)
    assert herald.failed("nightly", "exit 1", 100.0) == "\x07\x1b]9;wjtui: nightly failed: exit 1\x07"
    assert herald.due(100.0 + QUIET_SECONDS) is None


def test_a_storm_is_one_note_that_counts() -> None:
    herald = Herald(ITERM)
    assert herald.failed("first", "exit 9", 0.0)
    said = [herald.failed(f"job-{n % 7}", f"exit {n}", 1.0 + n / 10) for n in range(50)]
    assert said == [None] * 50 and herald.due(QUIET_SECONDS - 0.1) is None
    assert herald.due(QUIET_SECONDS) == "\x07\x1b]9;wjtui: 7 jobs failed, newest job-0: exit 49\x07"
    assert herald.due(QUIET_SECONDS) is None
    assert herald.failed("late", "exit 1", QUIET_SECONDS + 1) is None
    assert herald.due(2 * QUIET_SECONDS) == "\x07\x1b]9;wjtui: late failed: exit 1\x07"


def test_one_job_that_fails_again_and_again_is_counted() -> None:
    herald = Herald(FOOT, bell=False)
    herald.failed("first", "exit 1", 0.0)
    for n in range(3):
        herald.failed("loop", f"exit {n}", 1.0 + n)
    assert herald.due(QUIET_SECONDS) == "\x1b]777;notify;wjtui;loop failed 3 times, newest: exit 2\x07"


def test_what_was_held_back_is_told_with_the_next_failure() -> None:
    herald = Herald(ITERM, notify=False)
    herald.failed("a", "exit 1", 0.0)
    herald.failed("b", "exit 1", 5.0)
    assert herald.failed("c", "exit 1", QUIET_SECONDS) == "\x07"
    assert herald.due(2 * QUIET_SECONDS) is None


@pytest.mark.parametrize(
    ("bell", "notify", "environment", "written"),
    [(True, True, {}, "\x07"), (False, True, {}, None), (False, False, ITERM, None)],
)
def test_what_nobody_wants_or_knows_is_not_written(
    bell: bool, notify: bool, environment: dict[str, str], written: str | None
) -> None:
    assert Herald(environment, bell=bell, notify=notify).failed("a", "exit 1", 0.0) == written
