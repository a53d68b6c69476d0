"""Forms that are longer than the screen: going to a field is one step, not a glide."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tests.support.fake_service import FakeJobService, make_job
from tests.support.settings_driver import SettingsDriver
from tests.support.tui_driver import open_tui


async def test_a_field_out_of_sight_is_in_sight_at_once() -> None:
    async with open_tui(FakeJobService(make_job("nightly")), (80, 24)) as tui:
        form = SettingsDriver(tui)
        await form.open("nightly")
        box = form.form.query_one("#settings-fields", VerticalScroll)
        tops: list[float] = []
        form.form.watch(box, "scroll_y", lambda top: tops.append(top), init=False)
        await tui.press(*["tab"] * 14)
        assert tops and tops[-1] > 0
        # Each of them is a frame for the terminal; a glide has dozens, most of them between two rows.
        assert tops == [round(top) for top in tops] and len(tops) <= 14, tops
