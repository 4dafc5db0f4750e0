"""Pages of a list that is ordered by name or code; lists ordered by time are read on from a key instead."""

from dataclasses import dataclass

PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is shown. number: from 1. total: rows of the whole list."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.number - 1) * self.size


def page_of(total: int, wanted: int = 1, size: int = PAGE_ROWS) -> Page:
    """Return the page that is wanted, or the nearest one that exists."""
    last = Page(1, size, total).pages
    return Page(min(max(wanted, 1), last), size, total)
