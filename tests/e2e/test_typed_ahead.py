"""Keys that arrive in one burst do what they do one by one (a paste, a slow link, a script)."""

from __future__ import annotations

import re
import time

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.terminal import Terminal, is_running, until

pytestmark = pytest.mark.e2e

ESCAPE = "\x1b[27u"
"""Esc as a terminal sends it that tells it from the beginning of a sequence (``CSI > 1 u``)."""
ECHO = 'for each in "$@"; do echo "<$each>"; done\n'


@pytest.fixture
def site(program: Installed) -> Installed:
    """The cursor begins on ``alpha``: an ``r`` that goes astray runs it."""
    for name in ("alpha", "mirror", "report"):
        program.site.triggered(name, {"run.sh": ECHO})
    return program


def opened(program: Installed) -> Terminal:
    terminal = program.open()
    terminal.wait_for(lambda screen: "report" in screen and "No run yet" in screen)
    return terminal


def run_on_purpose(terminal: Terminal, program: Installed, job: str) -> None:
    """Run the chosen job and wait for its end: what the burst has set off would have come before it."""
    terminal.send("r")
    terminal.wait_for(re.compile(rf"✓ Success +{job} "))
    until(lambda: [run["status"] for run in program.runs(job)] == ["Success"])


def test_a_filter(site: Installed) -> None:
    terminal = opened(site)
    terminal.type("/report\r")
    screen = terminal.wait_for("/report")
    screen = terminal.wait_for(lambda screen: "▌ ◇ Never run" in screen and "mirror" not in screen)
    assert "alpha" not in screen
    run_on_purpose(terminal, site, "report")
    assert site.runs("alpha") == site.runs("mirror") == []


def test_a_filter_and_what_is_done_with_the_job_that_is_left(site: Installed) -> None:
    terminal = opened(site)
    terminal.type("/mirror\rr")
    terminal.wait_for(re.compile("✓ Success +mirror "))
    until(lambda: [run["status"] for run in site.runs("mirror")] == ["Success"])
    assert site.runs("alpha") == site.runs("report") == []


def test_arguments(site: Installed) -> None:
    terminal = opened(site)
    terminal.type('a--day "x R q"\r')
    terminal.wait_for("<--day>")
    terminal.wait_for("<x R q>")
    until(lambda: [run["status"] for run in site.runs("alpha")] == ["Success"])
    assert site.runs("mirror") == site.runs("report") == []


def test_arguments_that_were_thought_better_of(site: Installed) -> None:
    terminal = opened(site)
    terminal.type(f"axyz{ESCAPE}G")
    terminal.wait_for(re.compile("▌ .* report "))
    assert "with arguments" not in terminal.screen()
    run_on_purpose(terminal, site, "report")
    assert site.runs("alpha") == site.runs("mirror") == []


@pytest.mark.parametrize("close", [ESCAPE, "q", "?"])
def test_help_opened_and_closed(site: Installed, close: str) -> None:
    terminal = opened(site)
    terminal.type(f"?{close}G")
    terminal.wait_for(re.compile("▌ .* report "))
    assert "Esc closes" not in terminal.screen()
    run_on_purpose(terminal, site, "report")
    assert site.runs("alpha") == site.runs("mirror") == []


def test_help_closed_by_a_bare_escape(site: Installed) -> None:
    terminal = opened(site)
    terminal.type("?")
    terminal.wait_for("Esc closes")
    terminal.type("\x1b")
    terminal.wait_for(lambda screen: "Esc closes" not in screen)
    terminal.type("?\x1b")
    # Esc and a letter right behind it are alt and the letter: the letter waits, as a person's does.
    time.sleep(0.5)
    terminal.type("G")
    terminal.wait_for(re.compile("▌ .* report "))
    run_on_purpose(terminal, site, "report")
    assert site.runs("alpha") == []


def test_a_long_paste_into_the_filter(site: Installed) -> None:
    terminal = opened(site)
    terminal.type("/" + "xrRsaq!d" * 12 + "\r")
    terminal.wait_for("No job fits the filter")
    terminal.send("Escape")
    terminal.wait_for(re.compile("▌ ◇ Never run +alpha"))
    run_on_purpose(terminal, site, "alpha")
    assert site.runs("mirror") == site.runs("report") == []


def test_leaving_an_engine_that_was_there_drops_what_follows(site: Installed) -> None:
    site("up")
    terminal = opened(site)
    terminal.type("qrrjr")
    assert terminal.wait_for_end() == 0
    assert terminal.is_itself
    assert site.runs("alpha") == site.runs("mirror") == []
    assert site.engine_pid is not None


def test_leaving_answers_its_question(site: Installed) -> None:
    site.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    terminal = opened(site)
    terminal.wait_for("1 running")
    engine = site.engine_pid
    assert engine is not None
    terminal.type("qc")
    terminal.type("G")
    terminal.wait_for(re.compile("▌ ● Running +worker"))
    terminal.type("ql")
    assert terminal.wait_for_end() == 0
    assert terminal.is_itself
    assert site.engine_pid == engine and is_running(engine)
    assert site.status("worker") == "Running"
    assert site.runs("alpha") == []


def test_leaving_can_stop_everything(site: Installed) -> None:
    site.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    terminal = opened(site)
    terminal.wait_for("1 running")
    engine = site.engine_pid
    assert engine is not None
    terminal.type("qs")
    assert terminal.wait_for_end() == 0
    until(lambda: not is_running(engine))
    assert site.engine_pid is None
