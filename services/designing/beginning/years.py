"""Texts of an earlier notice told for a later year: years, whole dates and the number of the round (第几批)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.shifting import same_day

DIGITS = "一二三四五六七八九"
ROUND = rf"[{DIGITS}十]{{1,3}}"
TOLD = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<a>\s*年\s*)(?P<m>\d{1,2})(?P<b>\s*月\s*)(?P<d>\d{1,2})(?=\s*日)"
    r"|(?P<year>(?:19|20)\d\d)(?=\s*年)"
    rf"|(?P<which>[第前])(?P<round>{ROUND})(?=批)"
)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
BACK, AHEAD = 6, 2
"""Years around the old batch's that are counted from it; others belong to documents and history."""


@dataclass(frozen=True, slots=True)
class Years:
    """How texts change with the year.

    old, new: years of the two batches. dates: dates of the old batch, with those of the new one.
    """

    old: int
    new: int
    dates: Mapping[date, date]

    @property
    def later(self) -> int:
        """Return how many years later the new batch is; negative when it is earlier."""
        return self.new - self.old

    def text(self, text: str) -> str:
        """Return a text with its years, dates and rounds told for the new batch; within one year, only its dates."""
        return TOLD.sub(self._told, text)

    def day(self, on: date) -> date:
        """Return a date that a rule names: that of the stage on the same day, or the same day of the new year."""
        return self.dates[on] if on in self.dates else same_day(on, self.later)

    def _told(self, found: re.Match[str]) -> str:
        if found["round"]:
            return found["which"] + (_next_round(found["round"]) if self.later > 0 else found["round"])
        if found["year"]:
            return str(self._year(int(found["year"])))
        try:
            on = date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            return found[0]
        becomes = self.dates.get(on) or same_day(on, self._year(on.year) - on.year)
        return f"{becomes.year}{found['a']}{becomes.month}{found['b']}{becomes.day}"

    def _year(self, year: int) -> int:
        return year + self.later if self.old - BACK <= year <= self.old + AHEAD else year


def _next_round(written: str) -> str:
    """Return the Chinese number after this one, up to 99; one that is none stays as it is."""
    tens, ten, ones = written.partition("十")
    if not ten:
        tens, ones = "", written
    if len(tens) > 1 or len(ones) > 1 or (not ten and not ones):
        return written
    number = (DIGITS.index(tens) + 1 if tens else int(bool(ten))) * 10 + (DIGITS.index(ones) + 1 if ones else 0)
    return written if number >= 99 else _written(number + 1)


def _written(number: int) -> str:
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens - 1]}十"
    return f"{lead}{DIGITS[ones - 1] if ones else ''}"
