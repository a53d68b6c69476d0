#!/usr/bin/env python3
"""Adds up sales.csv by region and keeps the report as ``WEBJOBS_DATA_PATH/report.txt``.

Rows that cannot be read are named on standard error and left out; the report is still made.
"""

import csv
import os
import sys
import time
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("WEBJOBS_DATA_PATH", "."))
SECONDS_PER_ROW = float(os.environ.get("REPORT_DELAY", "0.2"))


def main() -> int:
    with open(HERE / "sales.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    print(f"{len(rows)} rows to read", flush=True)

    totals: dict[str, Decimal] = defaultdict(Decimal)
    for number, row in enumerate(rows, start=1):
        time.sleep(SECONDS_PER_ROW)
        try:
            totals[row["region"]] += Decimal(row["amount"])
        except InvalidOperation:
            line = number + 1  # the first line holds the titles
            print(
                f"sales.csv line {line}: '{row['amount']}' is no amount, left out",
                file=sys.stderr,
                flush=True,
            )
        if number % 5 == 0:
            print(f"{number} of {len(rows)} rows, {100 * number // len(rows)} %", flush=True)

    report = "".join(f"{region:<8}{total:>10}\n" for region, total in sorted(totals.items()))
    print(report, end="", flush=True)

    # Beside it and then renamed: whoever reads the report sees the old one or the new one.
    DATA.mkdir(parents=True, exist_ok=True)
    unfinished = DATA / "report.txt.part"
    unfinished.write_text(report, encoding="utf-8")
    unfinished.replace(DATA / "report.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
