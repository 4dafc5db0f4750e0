"""导出: a list as a workbook, written row by row into a file: a long one needs no more memory than a short one."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from services import audit
from services.sheets import stream_sheet

MOST_EXPORTED = 20_000
"""Rows of one workbook; more are told of in its last row."""
SPOOLED = 1024 * 1024
"""Bytes of a workbook that are kept in memory."""
CAPPED = f"只导出了前 {MOST_EXPORTED} 条，还有更多。请用搜索或筛选缩小范围后分次导出。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is exported: the list's name and place, how it was asked for, and its headings."""

    name: str
    place: str
    asked: str
    headings: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A workbook, at its beginning. count: its rows. is_capped: whether there were more."""

    content: IO[bytes]
    count: int
    is_capped: bool


def write_export(export: Export, rows: Iterable[Sequence[object]], *, actor: Actor) -> Exported:
    """Write the rows of a list into a workbook, at most MOST_EXPORTED of them; needs no transaction of its own.

    rows: one more than MOST_EXPORTED, if there are. Raises NotAllowed.
    """
    require(actor, Action.EXPORT_LIST)
    count, is_capped = 0, False

    def counted() -> Iterator[Sequence[object]]:
        nonlocal count, is_capped
        for row in rows:
            if count == MOST_EXPORTED:
                is_capped = True
                yield (CAPPED,)
                return
            count += 1
            yield row

    # A short list stays in memory; the file of a long one is handed on to whoever sends it, and closed by it.
    content = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - as said above
    try:
        stream_sheet(content, export.name, export.headings, counted())
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return Exported(content=content, count=count, is_capped=is_capped)


def record_export(session: Session, export: Export, done: Exported, *, actor: Actor, now: datetime) -> None:
    """Note who exported what, and how many. Raises NotAllowed."""
    require(actor, Action.EXPORT_LIST)
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.EXPORT_LIST,
        what=f"导出“{export.name}” {done.count} 条",
        after={"asked": export.asked[:400], "columns": list(export.headings), "rows": done.count},
    )
    audit.record(session, act)
