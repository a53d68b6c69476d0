"""When a frame is due: not while the last one has not been drawn, and not while nothing is new."""

from __future__ import annotations

from wjtui.tui.flow import PATIENCE_SECONDS, QUESTION, Flow
from wjtui.tui.frames import LINGER, Frames


def test_a_terminal_that_answers_at_once_is_never_held_back() -> None:
    flow = Flow()
    for beat in range(50):
        now = beat / 10
        assert not flow.clogged(now) and flow.ask(now) == QUESTION
        flow.answered(now + 0.01)


def test_while_an_answer_is_late_no_frame_is_due_and_nothing_is_asked() -> None:
    flow = Flow()
    assert flow.ask(0) == QUESTION
    flow.answered(0.01)
    assert flow.ask(1.0) == QUESTION
    assert not flow.clogged(1.05) and flow.ask(1.05) == "" and flow.waiting
    assert flow.clogged(1.1) and flow.clogged(3.0)
    flow.answered(3.1)
    assert not flow.clogged(3.1) and flow.ask(3.2) == QUESTION


def test_an_answer_that_is_lost_is_asked_for_again() -> None:
    flow = Flow()
    flow.ask(0)
    flow.answered(0.01)
    assert flow.ask(1) == QUESTION and flow.ask(1.4) == "" and flow.ask(1.5) == QUESTION
    assert flow.ask(1.6) == "" and flow.clogged(1.6)
    flow.answered(1.7)
    assert not flow.clogged(1.7) and not flow.waiting


def test_a_long_way_to_the_terminal_is_no_lag() -> None:
    flow = Flow()
    for number in range(20):
        assert flow.ask(number) == QUESTION
        assert not flow.clogged(number + 0.2)
        flow.answered(number + 0.2)
    assert flow.ask(30) == QUESTION and not flow.clogged(30.25) and flow.clogged(30.5)


def test_a_terminal_that_never_answers_keeps_up() -> None:
    flow = Flow()
    assert flow.ask(0) == QUESTION
    assert not any(flow.clogged(beat / 10) for beat in range(100))
    assert flow.ask(PATIENCE_SECONDS) == QUESTION


def test_an_answer_that_is_lost_does_not_stop_the_screen_for_ever() -> None:
    flow = Flow()
    flow.ask(0)
    flow.answered(0.1)
    flow.ask(1)
    assert flow.clogged(3) and not flow.clogged(1 + PATIENCE_SECONDS)
    assert flow.ask(1 + PATIENCE_SECONDS) == QUESTION
    flow.answered(6.2)
    flow.answered(6.3)
    assert not flow.clogged(9)


class Beats:
    """A timer that counts how it is treated."""

    def __init__(self) -> None:
        self._going = True

    def is_going(self) -> bool:
        return self._going

    def resume(self) -> None:
        self._going = True

    def pause(self) -> None:
        self._going = False


def test_without_news_the_clock_stands_still_and_news_set_it_going() -> None:
    shown: list[int] = []
    frames, timer = Frames(lambda: shown.append(1)), Beats()
    frames.start(timer)
    for _ in range(LINGER):
        assert timer.is_going()
        frames.beat()
    assert not timer.is_going() and len(shown) == LINGER
    frames.wake()
    assert timer.is_going()
    frames.beat()
    frames.wake()
    for _ in range(LINGER):
        frames.beat()
    assert not timer.is_going()


def test_news_that_a_frame_brings_keep_it_going() -> None:
    frames, timer = Frames(lambda: frames.wake()), Beats()
    frames.start(timer)
    for _ in range(3 * LINGER):
        frames.beat()
    assert timer.is_going()
