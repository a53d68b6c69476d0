"""The schedule builder on the screen: what is typed, chosen and pasted, and what is shown of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.builder_driver import BuilderDriver
from tests.support.fake_service import NOW, FakeJobService, make_job, make_schedule
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import NotAllowed
from wjtui.model.preferences import Preferences
from wjtui.model.settings import JobSettings
from wjtui.schedule.cron import parse
from wjtui.schedule.reading import read_in_zone
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.zones import UTC_ZONE, find_zone
from wjtui.tui.present.schedule_draft import ScheduleDraft, draft_of
from wjtui.tui.screens.builder import BuilderScreen
from wjtui.tui.screens.question import Question
from wjtui.tui.screens.schedule import ScheduleScreen

CRON, EVERY, ONCE, MANUAL = range(4)


@asynccontextmanager
async def builder(
    draft: ScheduleDraft | None = None,
    job: str | None = None,
    size: tuple[int, int] = (120, 36),
    service: FakeJobService | None = None,
    by_tab: bool = False,
    **options: Any,
) -> AsyncIterator[BuilderDriver]:
    async with open_tui(service or eleven_jobs(), size, **options) as tui:
        yield await BuilderDriver(tui, by_tab=by_tab).open(draft, job)


def on_top(tui: TuiDriver) -> type[object]:
    """Which screen is in sight."""
    return type(tui.app.screen)


def words(it: BuilderDriver) -> str:
    """What is on the screen, without its frames and its line ends."""
    return " ".join(it.tui.text.replace("│", " ").split())


async def test_it_shows_what_the_wireframe_promises() -> None:
    async with builder(job="nightly-report") as it:
        for said in (
            "wjtui › nightly-report › Schedule builder",
            "05:12:09 UTC",
            "✓ valid",
            "0 0 2 * * *",
            "second minute hour day month weekday",
            "= At 02:00, every day",
            "Build it",
            "(•) at a time",
            "Next 10 runs, UTC",
            "Sun 11-22 02:00 UTC  in 20:47:51",
            "1 run a day, 7 a week.",
            "p95 of 1 run",
            "All jobs, next 24 h, UTC",
            "! 2 jobs start at 02:00",
            "sync-inventory",
        ):
            assert said in it.tui.text, said
        await it.tui.press("backspace")
        await it.tui.write("1-5")
        assert it.expression == "0 0 2 * * 1-5"
        for said in (
            "= At 02:00, Monday to Friday",
            "(•) week days",
            "[x] [x] [x] [x] [x] [ ] [ ]",
            "5 runs a week, 261 a year.",
            "changed: At 02:00, every day → At 02:00, Monday to Friday",
            "Sunday 11-22 02:00 UTC will no longer run",
            "All jobs Mon 11-23, UTC",
            "! 2 jobs start at 02:00",
        ):
            assert said in it.tui.text, said
        assert await it.use() == ScheduleDraft("0 0 2 * * 1-5")


async def test_a_wrong_field_is_marked_and_the_last_valid_runs_stay() -> None:
    async with builder(ScheduleDraft("0 0 2 * * 1-5"), size=(80, 24)) as it:
        await it.tui.press(*["left"] * 9, "delete")
        await it.tui.write("25")
        assert it.expression == "0 0 25 * * 1-5"
        lines = it.tui.lines
        row = next(number for number, line in enumerate(lines) if "0 0 25" in line)
        assert lines[row + 1].index("^^") == lines[row].index("25")
        assert "The hour field has '25', which is out of range" in it.tui.text
        assert "✗ not valid" in it.tui.text and "off: not valid" in it.tui.footer
        await it.tui.resize(120, 36)
        assert "Next runs of the last valid one" in it.tui.text and "Mon 11-23 02:00" in it.tui.text
        assert await it.use() is None and "Not used: The hour field has '25'" in it.tui.text
        await it.tui.press("escape", "escape")
        assert on_top(it.tui) is Question
        await it.tui.press("d")
        assert it.used is None


WHOLE = [
    ("0 2 * * 1-5", "0 0 2 * * 1-5", "was turned into '0 0 2 * * 1-5'"),
    ("0 9 1-7 * Mon\n", "0 0 9 1-7 * Mon", "Day and day-of-week must both match"),
    ("@daily", "0 0 0 * * *", "'@daily' was turned into '0 0 0 * * *'"),
    ("0 30 6 * * 1-5\n# comment", "0 30 6 * * 1-5", ""),
    ("'0 0 4 * * *' \n", "0 0 4 * * *", "was turned into '0 0 4 * * *'"),
    ("  0 2 * * * /usr/bin/report --all", "0 0 2 * * *", "was turned into"),
    ('{"schedule": "5 4 * * *"}', "0 5 4 * * *", "was turned into"),
    ('{"schedule": "0 6 4 * * *", "time_zone": "Europe/Paris",}', "0 6 4 * * *", "was taken"),
]


@pytest.mark.parametrize("focus", ["expression", "zone", "kind"])
async def test_a_whole_schedule_can_be_pasted_anywhere(focus: str) -> None:
    async with builder(job="nightly-report") as it:
        for text, expression, note in WHOLE:
            await it.go(focus)
            await it.paste(text)
            assert it.expression == expression and note in it.tui.text
        assert await it.use() == ScheduleDraft("0 6 4 * * *", None, "Europe/Paris")


async def test_a_recurrence_is_pasted_too_and_what_is_no_schedule_is_told() -> None:
    made = {"kind": "every", "unit": "month", "n": 1, "start": "now", "month_days": [1, 15, -1]}
    async with builder(job="nightly-report") as it:
        await it.paste('{"recurrence": ' + str(made).replace("'", '"') + "}")
        assert "1, 15, -1" in it.tui.text and "(•) days of the month" in it.tui.text
        await it.paste('{"name": 1}')
        assert "neither 'schedule' nor 'recurrence'" in it.tui.text
        await it.paste("{{{")
        assert "is no JSON" in it.tui.text
        assert await it.use() == ScheduleDraft(None, made)


async def test_enter_takes_the_suggestion() -> None:
    async with builder() as it:
        await it.choose("kind", CRON)
        await it.fill("expression", "*/5 * * * *")
        assert "write '0 */5 * * * *'. Enter takes it." in words(it)
        await it.tui.press("enter")
        assert it.expression == "0 */5 * * * *" and "(•) every N minutes" in it.tui.text
        assert await it.use() == ScheduleDraft("0 */5 * * * *")


async def test_the_parts_write_the_expression() -> None:
    async with builder(ScheduleDraft("0 0 2 * * *")) as it:
        await it.choose("time", 0)
        assert it.expression == "0 */15 * * * *"
        await it.fill("minutes", "7")
        assert it.expression == "0 */7 * * * *"
        await it.choose("time", 1)
        await it.fill("hours", "6")
        await it.fill("minute", "30")
        assert it.expression == "0 30 */6 * * *"
        await it.choose("time", 2)
        await it.fill("at", "06:45:10")
        assert it.expression == "10 45 6 * * *"
        await it.choose("days", 1)
        await it.tick("weekdays", (0, 0), (0, 6))
        assert it.expression == "10 45 6 * * 0-1"
        await it.choose("days", 2)
        await it.fill("monthdays", "1, 15")
        assert it.expression == "10 45 6 1,15 * *"
        await it.fill("months", "Jan-Mar")
        assert it.expression == "10 45 6 1,15 1-3 *"
        await it.go("expression")
        await it.fill("expression", "*/10 0 2 1-7 * Mon")
        assert it.tui.text.count("(•) own") == 2
        await it.fill("months", "6")
        assert it.expression == "*/10 0 2 1-7 6 Mon"
        assert await it.use() == ScheduleDraft("*/10 0 2 1-7 6 Mon")


WRONG_PARTS = [
    (0, 0, "minutes", "60", "'60' minutes: write a whole number from 1 to 59."),
    (0, 0, "minutes", "x", "'x' minutes: write a whole number from 1 to 59."),
    (1, 0, "hours", "0", "'0' hours: write a whole number from 1 to 23."),
    (1, 0, "minute", "99", "'99' minute: write a whole number from 0 to 59."),
    (2, 0, "at", "24:00", "'24:00' is no time of day: write 02:00 or 02:00:30."),
    (2, 0, "at", "", "'' is no time of day: write 02:00 or 02:00:30."),
    (2, 2, "monthdays", "32", "The day field has '32', which is out of range"),
    (2, 2, "monthdays", "", "The day field has '', which is empty"),
    (2, 0, "months", "Foo", "The month field has 'Foo', which is no number or name"),
    (2, 0, "zone", "Berlin", "'Berlin' is no time zone: did you mean 'Europe/Berlin'?"),
]


async def test_what_is_wrong_with_a_part_stands_under_it() -> None:
    async with builder() as it:
        for time, days, field, text, sentence in WRONG_PARTS:
            await it.paste("0 0 2 * * *")
            await it.choose("time", time)
            await it.choose("days", days)
            right = it.control(field)
            await it.fill(field, text)
            [(name, said)] = it.errors.items()
            assert name == ("hours" if field == "minute" else field) and sentence in said
            assert not parse(it.expression).never and "off: not valid" in it.tui.footer
            await it.go("expression")
            assert await it.use() is None
            focused = it.screen.focused
            assert focused is not None and focused.id == f"b-{name}"
            await it.fill(field, right)
            assert it.errors == {}


async def test_no_day_ticked_is_wrong() -> None:
    async with builder(ScheduleDraft("0 0 2 * * 1")) as it:
        await it.tick("weekdays")
        assert it.errors == {"weekdays": "Tick a day, or choose every day."}


Build = Callable[[BuilderDriver], Awaitable[None]]


async def _once_now(it: BuilderDriver) -> None:
    await it.choose("kind", ONCE)


async def _once_at(it: BuilderDriver) -> None:
    await it.choose("kind", ONCE)
    await it.fill("zone", "Europe/Paris")
    await it.choose("start", 1)
    await it.fill("start_at", "2027-10-12 09:00")


async def _every_15_minutes(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 0)
    await it.fill("n", "15")


async def _hours_until(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 1)
    await it.fill("n", "6")
    await it.choose("end", 1)
    await it.fill("end_at", "2027-01-01 00:00")


async def _ten_days(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("start", 1)
    await it.fill("start_at", "22:00")
    await it.choose("end", 2)
    await it.fill("times", "10")


async def _weeks_on_days(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 3)
    await it.fill("n", "2")
    await it.tick("week", (0, 0), (0, 2))


async def _month_days(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 4)
    await it.choose("month", 1)
    await it.fill("month_days", "1, 15, -1")


async def _month_week_days(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 4)
    await it.choose("month", 2)
    await it.tick("month_week", (0, 4))
    await it.fill("clock_hours", "9 17")
    await it.fill("clock_minutes", "0, 30")


async def _occurrences(it: BuilderDriver) -> None:
    await it.choose("kind", EVERY)
    await it.choose("unit", 4)
    await it.choose("month", 3)
    await it.tick("nth", (0, 4), (5, 0))


_MONTHLY = {"kind": "every", "unit": "month", "n": 1, "start": "now"}


@pytest.mark.parametrize(
    ("build", "made"),
    [
        (_once_now, {"kind": "once", "start": "now"}),
        (_once_at, {"kind": "once", "start": "2027-10-12T09:00:00", "time_zone": "Europe/Paris"}),
        (_every_15_minutes, {"kind": "every", "unit": "minute", "n": 15, "start": "now"}),
        (
            _hours_until,
            {"kind": "every", "unit": "hour", "n": 6, "start": "now", "end": "2027-01-01T00:00:00"},
        ),
        (
            _ten_days,
            {"kind": "every", "unit": "day", "n": 1, "start": "2026-11-21T22:00:00", "count": 10},
        ),
        (
            _weeks_on_days,
            {"kind": "every", "unit": "week", "n": 2, "start": "now", "weekdays": ["mon", "wed"]},
        ),
        (_month_days, _MONTHLY | {"month_days": [1, 15, -1]}),
        (
            _month_week_days,
            _MONTHLY | {"weekdays": ["fri"], "hours": [9, 17], "minutes": [0, 30]},
        ),
        (
            _occurrences,
            _MONTHLY
            | {
                "month_weekdays": [
                    {"day": "fri", "occurrence": "first"},
                    {"day": "mon", "occurrence": "last"},
                ]
            },
        ),
    ],
)
async def test_each_recurrence_by_the_keyboard_alone(build: Build, made: dict[str, Any]) -> None:
    async with builder(by_tab=True) as it:
        await build(it)
        assert it.errors == {}
        text = it.tui.text
        assert await it.use() == ScheduleDraft(None, made)
        zone = find_zone(made.get("time_zone", "UTC")) or UTC_ZONE
        times = read_in_zone(parse_recurrence(made), zone, NOW).timetable
        at = times.next_after(NOW)
        for _ in range(5):
            if at is not None:
                assert f"{at.astimezone(zone):%a %m-%d %H:%M}" in text, text
                at = times.next_after(at)


WRONG_RECURRENCES = [
    ("n", "0", "n", "'n' is the number 0, not a whole number from 1 to 1,000,000."),
    ("n", "many", "n", "'n' is 'many', not a whole number"),
    ("start_at", "soon", "start", "'soon' is no time: write in 30m, 02:00 or 2026-11-22 02:00."),
    ("start_at", "0001-01-01 00:00", "start", "within the years 1970 to 2999"),
    ("end_at", "2027-12-31", "end", "the time of day is missing"),
    ("end_at", "2026-01-01 00:00", "end", "'end' lies before 'start'"),
    ("times", "-3", "end", "'count' is the number -3, not a whole number"),
    ("month_days", "1, 32", "month_days", "'month_days' has the number 32 in it"),
    ("month_days", "", "month_days", "'month_days' is a list, not a list such as"),
    ("clock_hours", "25", "clock", "'hours' has the number 25 in it; allowed is 0 to 23."),
    ("zone", "Nowhere/At all", "zone", "is no time zone"),
]


async def test_what_is_wrong_with_a_recurrence_stands_under_its_field() -> None:
    raw = _MONTHLY | {"start": "2026-12-01T09:00:00", "end": "2027-12-01T09:00:00", "month_days": [1]}
    async with builder(ScheduleDraft(None, raw)) as it:
        for field, text, where, sentence in WRONG_RECURRENCES:
            await it.choose("end", 2 if field == "times" else 1)
            right = it.control(field)
            await it.fill(field, text)
            assert list(it.errors) == [where] and sentence in it.errors[where]
            assert await it.use() is None
            await it.fill(field, right)
            assert it.errors == {}


async def test_no_days_ticked_in_a_month_are_refused() -> None:
    async with builder() as it:
        await it.choose("kind", EVERY)
        await it.choose("unit", 4)
        await it.choose("month", 2)
        await it.tick("month_week")
        assert list(it.errors) == ["month_week"]
        await it.choose("month", 3)
        await it.tick("nth")
        assert list(it.errors) == ["nth"]


async def test_times_that_are_over_are_told_and_allowed() -> None:
    async with builder() as it:
        await it.choose("kind", ONCE)
        await it.choose("start", 1)
        await it.fill("start_at", "2026-01-01 00:00")
        assert it.says("start").endswith("is over: unless it has run, it runs at once.")
        await it.choose("kind", EVERY)
        assert it.says("start").endswith("is over: it is counted from then.")
        await it.choose("kind", MANUAL)
        assert "By hand only: no schedule starts it." in it.tui.text
        assert "None: it runs when somebody runs it." in it.tui.text
        await it.choose("kind", ONCE)
        await it.fill("start_at", "in 30m")
        assert "in 00:30:00" in it.tui.text
        it.tui.clock.advance(60)
        used = await it.use()
        assert used is not None and used.recurrence == {"kind": "once", "start": "2026-11-21T05:43:09"}


async def test_what_is_not_changed_stays_as_it_is_written() -> None:
    odd = {"unit": "Week", "kind": "every", "weekdays": ["Monday"], "n": None}
    for draft in (
        ScheduleDraft(None, odd, "Europe/Berlin"),
        ScheduleDraft("0  0 2 * * Mon-Fri", None, "Romance Standard Time"),
        ScheduleDraft(),
    ):
        async with builder(draft) as it:
            assert not it.screen.changed and "changed:" not in it.tui.text
            assert await it.use() == draft
        async with builder(draft) as it:
            await it.tui.press("escape", "escape")
            assert it.used is None


async def test_zones_are_completed_and_local_times_shown() -> None:
    preferences = Preferences(time_zone="America/New_York")
    async with builder(ScheduleDraft("0 0 9 * * *"), preferences=preferences) as it:
        assert "Sat 11-21 09:00  04:00  in 03:47:51" in it.tui.text
        assert "Next 10 runs, UTC · EST" in it.tui.text
        await it.fill("zone", "Europe/Ber")
        zone = it.screen.query_one("#b-zone")
        await it.tui.until(lambda: zone._suggestion == "Europe/Berlin")  # type: ignore[attr-defined]
        await it.tui.press("right")
        assert "Sat 11-21 09:00  03:00  in 02:47:51" in it.tui.text
        assert "Next 10 runs, Europe/Berlin" in it.tui.text
        assert await it.use() == ScheduleDraft("0 0 9 * * *", None, "Europe/Berlin")
    # The zone that times are shown in is the process's.
    async with builder(ScheduleDraft("0 0 9 * * *", None, "W. Europe Standard Time")) as it:
        assert "= Europe/Berlin" in it.tui.text and "Sat 11-21 09:00  08:00  in" in it.tui.text


async def test_the_clock_goes_on() -> None:
    async with builder(job="nightly-report") as it:
        assert "in 20:47:51" in it.tui.text
        it.tui.clock.advance(60)
        await it.tui.until(lambda: "05:13:09 UTC" in it.header)
        assert "in 20:46:51" in it.tui.text and "05:13:09 UTC" in it.tui.lines[0]
        it.tui.clock.advance(86_400 + 60)
        await it.tui.until(lambda: "05:14:09 UTC" in it.header)
        await it.tui.see("Mon 11-23 02:00 UTC  in 20:45:51")


async def test_other_jobs_that_change_are_seen() -> None:
    async with builder(job="nightly-report") as it:
        assert "3 jobs start" not in it.tui.text
        it.tui.service.add(make_job("a-third", schedule=make_schedule("0 0 2 * * *"), next_run=NOW))
        await it.tui.see("! 3 jobs start at 02:00")


async def test_it_is_the_one_way_from_the_schedule_view() -> None:
    service = eleven_jobs()
    job = service.find("nightly-report")
    service.settings.texts[job.id.key] = '{\n  // ours\n  "schedule": "0 0 2 * * *",\n  "owner": "ops"\n}\n'
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        assert "e Change" in tui.footer
        for key in ("enter", "e"):
            await tui.press(key)
            assert on_top(tui) is BuilderScreen
            await tui.press("escape", "escape")
            assert on_top(tui) is ScheduleScreen
        await tui.press("e", "backspace")
        await tui.write("1-5")
        await tui.press("ctrl+s")
        await tui.see("nightly-report: schedule saved")
        assert on_top(tui) is ScheduleScreen
        assert "Next run Mon 2026-11-23 02:00:00 UTC" in tui.app.session.toasts.toasts[-1].body
        assert "u undoes it" in tui.app.session.toasts.toasts[-1].body
        text = '{\n  // ours\n  "schedule": "0 0 2 * * 1-5",\n  "owner": "ops"\n}\n'
        assert service.settings.texts[job.id.key] == text
        assert tui.app.session.undo.next is not None


async def test_somebody_else_changes_the_file_meanwhile() -> None:
    service = eleven_jobs()
    key = service.find("nightly-report").id.key
    texts = service.settings.texts
    texts[key] = '{"schedule": "0 0 2 * * *"}'
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("c", "e", "backspace", "5")
        texts[key] = '{"schedule": "0 0 2 * * *", "owner": "ops"}'
        await tui.press("ctrl+s")
        await tui.see("schedule saved")
        assert texts[key] == '{"schedule": "0 0 2 * * 5", "owner": "ops"}', "both changes are kept"
        await tui.press("e", "backspace", "4")
        texts[key] = '{"schedule": "0 0 3 * * *", "owner": "ops"}'
        await tui.press("ctrl+s")
        await tui.see("changed by somebody else meanwhile")
        assert on_top(tui) is BuilderScreen
        assert "changed: At 03:00, every day → At 02:00" in tui.text
        await tui.press("ctrl+s")
        assert texts[key] == '{"schedule": "0 0 2 * * 4", "owner": "ops"}'


async def test_a_refusal_brings_it_back_with_what_was_built() -> None:
    service = eleven_jobs()
    service.settings.texts[service.find("nightly-report").id.key] = '{"schedule": "0 0 2 * * *"}'
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("c", "e", "backspace", "5")
        service.refuse = NotAllowed("settings.job [/x] cannot be written.")
        await tui.press("ctrl+s")
        await tui.see("settings.job [/x] cannot be written.")
        assert on_top(tui) is BuilderScreen and "0 0 2 * * 5" in tui.text
        service.refuse = None
        await tui.press("ctrl+s")
        await tui.see("schedule saved")


async def test_the_focus_that_was_left_at_once_does_not_come_back() -> None:
    """It was given a frame late, and took back the Esc that had come before it."""
    async with open_tui(eleven_jobs()) as tui:
        screen = BuilderScreen(tui.app.session, "new-job", draft_of(JobSettings(schedule="0 0 2 * * *")))
        tui.app.push_screen(screen)
        for _ in range(10_000):
            if screen.focused is not None:
                break
            await asyncio.sleep(0)
        screen.action_back()
        await tui.settle()
        assert screen.focused is None


async def test_what_follows_from_a_key_after_the_form_was_closed_is_nothing() -> None:
    async with builder(job="nightly-report") as it:
        screen = it.tui.app.screen
        assert isinstance(screen, BuilderScreen)
        screen.dismiss(None)
        await it.tui.settle()
        await screen._show_soon()
        await screen._survey()


async def test_read_only_and_continuous_jobs_are_left_alone() -> None:
    async with open_tui(eleven_jobs(), read_only=True) as tui:
        await tui.select("nightly-report")
        await tui.press("c", "e")
        assert on_top(tui) is ScheduleScreen and "read-only" in tui.toasts[-1]


async def test_help_of_every_field() -> None:
    async with builder(job="nightly-report") as it:
        await it.tui.press("f1")
        assert "Six fields: second minute hour day month weekday." in it.tui.text
        await it.tui.press("escape")
        await it.go("zone")
        await it.tui.press("f1")
        assert "The zone whose clocks count" in it.tui.text


async def test_days_and_choices_by_the_mouse() -> None:
    async with builder(ScheduleDraft("0 0 2 * * 1-5")) as it:
        await it.tui.click("#b-weekdays", 21, 1)
        assert it.expression == "0 0 2 * * 1-6"


async def test_in_ascii_at_every_size() -> None:
    async with builder(job="nightly-report", ascii=True) as it:
        for text in ("0 0 2 * * 1-5", "0 0 25 * * *", '{"kind": "every", "unit": "month"}'):
            await it.paste(text)
            for size in ((120, 36), (80, 24), (100, 20), (40, 12), (20, 5)):
                await it.tui.resize(*size)
                assert all(len(line) == size[0] for line in it.tui.lines)
                # The scroll bars are the library's.
                for line in it.tui.lines:
                    assert all(c.isascii() or 0x2580 <= ord(c) <= 0x259F for c in line), it.tui.text


@pytest.mark.parametrize("theme", ["wjtui-light", "wjtui-ansi"])
async def test_in_every_theme(theme: str) -> None:
    async with builder(job="nightly-report", theme=theme) as it:
        assert "Next 10 runs" in it.tui.text and it.tui.app.crash is None


HOSTILE = [
    "[red]0[/red] * * * * [/x]",
    "\x1b[2J\x9b31m\x07\udcff 1 2 3 4 5 6",
    "日本語 \u202e abc * * * *",
    "0 " * 5000,
    '{"kind": "[/x]\x1b[2J", "unit": "\u202e"}',
    '{"schedule": "\x1b[2J\u202e [/x]", "time_zone": "\x1b[2J"}',
    "\n\n\n",
    "x" * 100_000,
]


def harmless(it: BuilderDriver) -> bool:
    text = it.tui.text.replace("\n", "")
    text.encode("utf-8")
    return it.tui.app.crash is None and not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)


@pytest.mark.parametrize("size", [(120, 36), (45, 12)])
async def test_hostile_texts_pasted(size: tuple[int, int]) -> None:
    async with builder(job="nightly-report", size=size) as it:
        for text in HOSTILE:
            await it.paste("0 0 2 * * *")
            await it.go("zone")
            await it.paste(text)
            assert harmless(it)
            await it.tui.press("f1", "escape")
        await it.paste("0 0 2 * * *")
        await it.fill("zone", "")
        assert it.errors == {}


async def test_hostile_texts_found() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        for text in HOSTILE:
            for draft in (
                ScheduleDraft(text, None, text),
                ScheduleDraft(None, {"kind": text, text[:50]: text}, text),
            ):
                it = await BuilderDriver(tui).open(draft)
                assert harmless(it) and not it.screen.changed
                await it.tui.press("escape", "escape")
                assert it.used is None
