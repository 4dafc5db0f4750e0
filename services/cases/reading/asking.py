"""What is asked of a list of cases: which of them, in which order, from where on."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from domain.forms import FORBIDDEN
from models import CaseState

PAGE_CASES = 50
LONGEST_SEARCH = 100
MOST_WORDS = 5
LONGEST_TITLE = 200
LARGEST_ID = 2**31 - 1
LATEST = 2**35
"""No second of a submission lies beyond it."""
PLACE = re.compile(r"([0-9]{1,10})(?:\.(.*))?", re.DOTALL)


class Order(StrEnum):
    """What a list can be ordered by; each is an index, alone and with every filter."""

    SUBMITTED = "submitted"
    TITLE = "title"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an ordered list: at the case with this id and this value. value: a second, a title, or 0 for ids."""

    value: int | str
    id: int

    def __str__(self) -> str:
        """Return the place as an address names it."""
        return f"{self.id}.{self.value}" if self.value != 0 else f"{self.id}"


def place_of(text: str, order: Order) -> Place | None:
    """Return the place that an address names; None for what can be none in this order."""
    found = PLACE.fullmatch(text)
    if found is None or int(found[1]) > LARGEST_ID + 1:
        return None
    number, value = int(found[1]), found[2] or ""
    if order is Order.TITLE:
        is_title = len(value) <= LONGEST_TITLE and not FORBIDDEN.search(value)
        return Place(value, number) if is_title else None
    if order is Order.ID or not value:
        return None if value else Place(0, number)
    is_second = value.isascii() and value.isdigit() and len(value) <= 11 and int(value) <= LATEST
    return Place(int(value), number) if is_second else None


@dataclass(frozen=True, slots=True)
class Seek:
    """Where a page begins: after a place, or before it where `is_backward`; without one at the first or last case."""

    place: Place | None = None
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases of a batch are wanted; "" and None leave open.

    unit_id: the channel or any unit above it. at_unit_id: with whom it is now. text: words that all stand in its
    title, its applicant's name, or at the beginning, at the end or from the ninth character on in its credit code.
    size: cases of a page.
    """

    batch_id: int
    unit_id: int | None = None
    at_unit_id: int | None = None
    category: str = ""
    state: CaseState | None = None
    text: str = ""
    order: Order = Order.SUBMITTED
    is_descending: bool = True
    seek: Seek = field(default_factory=Seek)
    size: int = PAGE_CASES

    @property
    def is_forward_descending(self) -> bool:
        """Tell whether the index is walked from its end: down a falling list, or back up a rising one."""
        return self.is_descending is not self.seek.is_backward

    def words(self) -> tuple[str, ...]:
        """Return the words that are searched for, ASCII letters in lower case, the longest first."""
        text = FORBIDDEN.sub("", self.text).strip()[:LONGEST_SEARCH]
        return tuple(sorted({lowered(word) for word in text.split()}, key=lambda word: (-len(word), word)))[
            :MOST_WORDS
        ]


UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lowered(text: str) -> str:
    """Return a text with its ASCII letters in lower case, as both databases keep it."""
    return text.translate(UPPER)
