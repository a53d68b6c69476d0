"""Listing: which jobs the list shows, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from wjtui.model.events import Usage
from wjtui.model.jobs import Job
from wjtui.tui.present.jobs import Chip, JobKey, Sort, in_order, passes
from wjtui.tui.present.plain import plain


@dataclass(frozen=True)
class Listing:
    """The switch that is on, the words of the filter, and the order."""

    chip: Chip = Chip.ALL
    words: str = ""
    sort: Sort = Sort.STATUS
    reverse: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether some jobs are left out."""
        return bool(self.words) or self.chip is not Chip.ALL

    @property
    def is_ordered(self) -> bool:
        """Whether somebody chose the order."""
        return self.sort is not Sort.STATUS or self.reverse

    @property
    def order(self) -> str:
        """What it is ordered by, in words."""
        return f"sort: {self.sort.value} {'^' if self.reverse else 'v'}"

    def rows(self, jobs: Mapping[JobKey, Job], usage: Mapping[JobKey, Usage], now: datetime) -> list[JobKey]:
        """The jobs to show, top to bottom."""
        ordered = in_order(jobs.values(), self.sort, usage, reverse=self.reverse)
        return [job.id.key for job in ordered if passes(job, self.chip, self.words, now)]

    def sorted_by(self, sort: Sort) -> Listing:
        """In another order; in the same one it turns around."""
        if sort is self.sort:
            return replace(self, reverse=not self.reverse)
        return replace(self, sort=sort, reverse=False)

    def unfiltered(self) -> Listing:
        """Every job, in the same order."""
        return replace(self, chip=Chip.ALL, words="")

    def written(self) -> list[str]:
        """As texts, to be remembered."""
        return [self.chip.value, self.words, self.sort.value, "reverse" if self.reverse else ""]


def read_listing(written: list[str], sort: str = "") -> Listing:
    """What was remembered, what is unknown left out; ``sort``: the order to begin with where nothing was."""
    if len(written) != 4:
        return Listing(sort=_known(sort))
    chip, words, by, reverse = written
    return Listing(Chip(chip) if chip in set(Chip) else Chip.ALL, words, _known(by), reverse == "reverse")


def sort_trouble(sort: str) -> str:
    """What to say of an order that a person's file names and that there is not; empty: there is."""
    if not sort or sort.lower() in set(Sort):
        return ""
    there = ", ".join(each.value for each in Sort)
    return f"config.toml: the list cannot be sorted by '{plain(sort)}': there are {there}."


def _known(sort: str) -> Sort:
    return Sort(sort.lower()) if sort.lower() in set(Sort) else Sort.STATUS
