"""Notations of other schedulers inside one field: what Azure takes instead (spec 7.1)."""

from __future__ import annotations

import re

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_LOOKALIKE_DASHES = re.compile("[‐‑‒–—−]")
_NTH = re.compile(r"(\w+)#([1-5])")
_ANY_NTH = re.compile(r".*#.*")
_NEAREST = re.compile(r"\d*L?W", re.IGNORECASE)
_LAST_DAY = re.compile(r"L(-\d+)?", re.IGNORECASE)
_LAST_WEEKDAY = re.compile(r"\w*L", re.IGNORECASE)
_UP_TO_SEVEN = {
    "7": "0", "7-7": "0", "0-7": "*", "1-7": "*", "6-7": "6,0",
    "2-7": "2-6,0", "3-7": "3-6,0", "4-7": "4-6,0", "5-7": "5-6,0",
}  # fmt: skip
_HASHED = re.compile(r"H([(/].*)?", re.IGNORECASE)


def foreign_reason(field: str, element: str) -> str | None:
    """What to say of a list element that other schedulers know; None: nothing is known of it.

    Completes a sentence that has named the field and the element. ``field`` is a field's name.
    """
    if element.startswith("?"):
        return "but '?' is not known to Azure: write * instead"
    if found := _LOOKALIKE_DASHES.search(element):
        return f"but '{found[0]}' is no plain hyphen: type a '-' in its place"
    if _HASHED.fullmatch(element):
        return "but 'H' belongs to Jenkins: write a number"
    if field == "day":
        return _of_day(element)
    if field == "weekday":
        return _of_weekday(element)
    if field == "hour" and element == "24":
        return "but hours are 0 to 23: midnight is 0"
    return None


def sunday_as_zero(weekdays: str) -> str | None:
    """The day-of-week field ``weekdays``, in which 7 is Sunday, written with Sunday as 0.

    None where no 7 stands for Sunday, or where a step or a backward range leaves the meaning open.
    """
    elements = [_without_seven(element) for element in weekdays.split(",")]
    written = ",".join(element for element in elements if element is not None)
    if "7" not in weekdays or None in elements:
        return None
    return "*" if "*" in written else written


def _without_seven(element: str) -> str | None:
    return _UP_TO_SEVEN.get(element) if "7" in element else element


def _of_day(element: str) -> str | None:
    if _LAST_DAY.fullmatch(element):
        return (
            "but Azure has no 'L' for the last day: run on day 1 instead, "
            "or on 28-31 and let the script leave unless tomorrow is the 1st"
        )
    if _NEAREST.fullmatch(element):
        return (
            "but Azure has no 'W' for the nearest working day: run Mon-Fri and let the script check the date"
        )
    return None


def _of_weekday(element: str) -> str | None:
    if found := _NTH.fullmatch(element):
        nth = int(found[2])
        days = "29-31" if nth == 5 else f"{7 * nth - 6}-{7 * nth}"
        return (
            f"but Azure has no '#': for the {_ORDINALS[nth - 1]} such day of a month write {days} as day "
            "and the plain weekday here, as both must match"
        )
    if _ANY_NTH.fullmatch(element):
        return "but Azure has no '#': the first Monday is 1-7 as day and Mon as day of the week"
    if _LAST_WEEKDAY.fullmatch(element):
        return (
            "but Azure has no 'L' for the last one of a month: run every week "
            "and let the script leave unless the same day next week lies in another month"
        )
    if meant := sunday_as_zero(element):
        return f"but Sunday is 0 here, not 7: write {meant} instead"
    return None
