"""The list of cases as a workbook: what each column of the page holds, in a column of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from admin.casework.words import SOURCES, STATES
from services.cases.reading import CaseLine
from services.progress.casework.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Told:
    """A case as the list tells of it; zone: in which its instants are told."""

    line: CaseLine
    where: Whereabouts
    zone: ZoneInfo

    def at(self, instant: datetime | None) -> str:
        """Return an instant in the batch's zone; "" for none."""
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}" if instant is not None else ""


Cells = Mapping[str, Callable[[Told], object]]
"""What a case says, by heading, in order."""
CELLS: Mapping[str, Cells] = {
    "id": {"编号": lambda told: told.line.id},
    "title": {
        "名称": lambda told: told.line.title,
        "申报单位": lambda told: told.line.organisation,
        "统一社会信用代码": lambda told: told.line.credit_code,
        "补报": lambda told: "补报" if told.line.is_late else "",
    },
    "category": {
        "类别": lambda told: told.line.category,
        "子类": lambda told: told.line.subtype,
        "模式": lambda told: "、".join(told.line.modes),
    },
    "unit": {"推荐单位": lambda told: told.line.unit},
    "state": {
        "状态": lambda told: STATES[told.line.state][1],
        "补正期限": lambda told: told.at(told.line.correct_by),
    },
    "holder": {
        "目前在": lambda told: told.where.holder,
        "已停留天数": lambda told: "" if told.where.days is None else told.where.days,
        "主办处室收件": lambda told: told.at(told.where.received_at),
    },
    "submitted": {
        "提交时间": lambda told: told.at(told.line.submitted_at),
        "版次": lambda told: told.line.version_no or "",
        "来源": lambda told: SOURCES[told.line.source],
    },
}
"""What stands for each column of the list."""


def headings_of(columns: Iterable[str]) -> list[str]:
    """Return the headings for some columns of the list, in their order."""
    return [heading for column in columns for heading in CELLS[column]]


def row_of(columns: Iterable[str], told: Told) -> Sequence[object]:
    """Return what a case says in these columns."""
    return [cell(told) for column in columns for cell in CELLS[column].values()]
