"""Every row of ``tests/data/schedule`` that speaks of expressions."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule import describe, parse

FACTS = Path(__file__).resolve().parents[2] / "data" / "schedule"
REFUSED_IN_THE_WILD = {
    "*/10 * * * * mywebjob.js", "*/10 * * * *", "0 0 5/12 ? * * *", "0 */4 * * *", "0 6 * * *",
    "#{TestSchedule}#", "0 0 * * SUN", "*/5 * * * *", "0 5 * * *",
}  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def lines(name: str) -> list[str]:
    return (FACTS / name).read_text(encoding="utf-8").splitlines()


CASES = table("ncrontab_cases.tsv")
INVALID = [tuple(line.split("\t", 1)) for line in lines("ncrontab_invalid.txt")]


def test_none_is_missing() -> None:
    assert (len(CASES), len(INVALID), len(lines("cron_wild.txt"))) == (262, 52, 92)


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row['start']} {row['expression']}")
def test_answers_as_ncrontab(row: dict[str, str]) -> None:
    seconds = "" if row["six_fields"] == "1" else "0 "
    cron = parse(seconds + row["expression"])
    assert cron.expanded == seconds + row["expanded"]
    found = cron.next_after(datetime.fromisoformat(row["start"]))
    if row["end"] != "-" and found is not None and found >= datetime.fromisoformat(row["end"]):
        found = None
    assert (found.isoformat() if found else "none") == row["expected"]


@pytest.mark.parametrize(("meant", "text"), INVALID)
def test_refuses_as_ncrontab(meant: str, text: str) -> None:
    text = text.replace("\\t", "\t")
    if meant == "5":
        text = f"0 {text}"
    with pytest.raises(InvalidSchedule) as caught:
        parse(text)
    error = caught.value
    assert 0 <= error.start < error.end <= len(text)
    assert text[error.start : error.end].strip(" ")
    assert error.message.endswith(".") and error.message.isprintable()
    # With six fields and nothing strange between them, one of them is to blame and must be named.
    if len(text.split(" ")) == 6 and "\t" not in text and '"' not in text:
        assert error.field is not None
        assert error.message.startswith("The ") and repr(text[error.start : error.end]) in error.message


@pytest.mark.parametrize("text", lines("cron_wild.txt"))
def test_takes_what_people_wrote_and_says_why_not(text: str) -> None:
    if text not in REFUSED_IN_THE_WILD:
        cron = parse(text)
        assert (
            cron.next_after(datetime.fromisoformat("2026-02-26")) is not None
            and describe(cron)
            and not cron.warnings
        )
        return
    with pytest.raises(InvalidSchedule) as caught:
        parse(text)
    assert "write '0 " in caught.value.message or "placeholder" in caught.value.message
