"""What F1 says of each field of the schedule builder."""

from __future__ import annotations

HELP = {
    "expression": (
        "Six fields: second minute hour day month weekday.\n"
        "Each is a number, * for all, a list 1,3, a range 1-5, or a step */15.\n"
        "Months and days of the week may have English names: Jan, Mon-Fri. Sunday is 0, never 7.\n"
        "Day and weekday must both match: 0 0 9 1-7 * Mon is the first Monday of the month.\n"
        "Paste any schedule: five fields of a crontab and @daily are turned into six fields."
    ),
    "kind": (
        "Cron: at times by the clock, in six fields.\n"
        "Recurring: every so many minutes to months from a start on, with an end if wanted.\n"
        "Once: one run. By hand: no schedule at all."
    ),
    "time": (
        "When on its days it starts.\nOwn: what the other choices cannot say; write it into the expression."
    ),
    "minutes": (
        "Counted from each full hour: every 7 minutes is :00, :07 ... :56 and then :00 again.\n"
        "For an even pace choose Recurring."
    ),
    "hours": "Counted from midnight, at this minute of the hour.",
    "at": "A time of day in the zone below: 02:00 or 02:00:30.",
    "days": "On which days. Days of the month that must be certain week days, too, are the choice own.",
    "weekdays": "Arrows move, space ticks.",
    "monthdays": "1 to 31: lists 1,15 and ranges 1-7. A month without such a day is left out.",
    "months": "Empty: all of them. Numbers or names: 1,6 or Jan-Mar.",
    "start": (
        "Now: the moment in which the engine sees it for the first time; restarts do not change that.\n"
        "At: in 30m, 02:00 or 2026-11-22 02:00, in the zone below.\n"
        "A start that is over: what recurs is counted from then; a single run comes at once."
    ),
    "n": "Every so many. Minutes and hours are even steps; days, weeks and months go by the clocks.",
    "week": "None ticked: the start's day of the week. Every N weeks counts weeks from Monday on.",
    "month": "On which days of the month; a month without such a day is left out.",
    "month_days": "1 to 31, and -1 for the last day: 1, 15, -1.",
    "month_week": "Every such day of the month.",
    "nth": "For example the first Friday and the last Monday. Arrows move, space ticks.",
    "clock": (
        "Empty: the start's time of day.\nHours 9, 17 with minutes 0, 30: at 09:00, 09:30, 17:00 and 17:30."
    ),
    "end": (
        "Never, at the latest at a time, or after so many runs.\n"
        "Runs are counted from the start on, those included that lie before it is saved."
    ),
    "zone": (
        "The zone whose clocks count: Europe/Berlin, or a Windows name such as Pacific Standard Time.\n"
        "Empty: the site's zone. The right arrow takes the completion."
    ),
}
