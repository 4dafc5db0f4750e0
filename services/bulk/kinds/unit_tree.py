"""Where the units of a file will stand: under known ones, or under others of the same file, in whatever order."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models import Unit
from services.bulk.judged import Judged
from services.bulk.lookups import Units
from services.units import PATH_MAX


@dataclass(slots=True)
class NewUnit:
    """A unit that a row adds. upper: the known one above it; upper_row: the one above it in this very file."""

    judged: Judged
    values: dict[str, str]
    upper: Unit | None = None
    upper_row: int | None = None
    path: str = ""

    @property
    def code(self) -> str:
        """Return the code."""
        return self.judged.row.get("code")


@dataclass(slots=True)
class Growth:
    """The new units of a file by the number of their row."""

    new: dict[int, NewUnit] = field(default_factory=dict)
    _words: dict[str, int] = field(default_factory=dict)

    def add(self, judged: Judged, values: dict[str, str]) -> None:
        """Take in a row that adds a unit, so that others may stand under it."""
        row = judged.row
        self.new[row.number] = NewUnit(judged, values)
        for word in (row.get("short"), row.get("name"), row.get("code")):
            if word:
                self._words.setdefault(word, row.number)

    def find_upper(self, new: NewUnit, units: Units) -> None:
        """Find the unit above a new one; a code that is known goes before a word of the file."""
        one, word = new.judged, new.judged.row.get("upper")
        if word in self._words and not units.has_code(word):
            new.upper_row = self._words[word]
            name = self.new[new.upper_row].judged.row.get("name")
        else:
            new.upper = units.of(one, "upper")
            name = units.called(new.upper)[1] if new.upper else ""
        if name:
            one.compare({}, {"upper": name})

    def place(self) -> None:
        """Give every new unit its path; refuse those in a circle, under a refused one, or too deep."""
        for number, new in self.new.items():
            chain = list(self._upwards(number))
            top = self.new[chain[-1]]
            if top.upper_row is not None:
                rows = "、".join(map(str, sorted(chain)))
                new.judged.refuse("upper", "上级单位绕成了一圈", f"请核对第 {rows} 行")
                continue
            codes = (self.new[one].code for one in reversed(chain))
            new.path = (top.upper.path if top.upper else "/") + "".join(f"{code}/" for code in codes)
            if len(new.path) > PATH_MAX:
                new.judged.refuse("upper", "层级过深")
        refused = {number for number, new in self.new.items() if new.judged.problems}
        for number in self.new.keys() - refused:
            wrong = next((one for one in self._upwards(number) if one in refused), None)
            if wrong is not None:
                self.new[number].judged.refuse("upper", f"上级单位所在的第 {wrong} 行有误", "请先改正那一行")

    def in_order(self) -> list[tuple[int, NewUnit]]:
        """Return the new units that nothing is wrong with, each behind the one above it."""
        sound = ((number, new) for number, new in self.new.items() if not new.judged.problems)
        return sorted(sound, key=lambda item: (item[1].path.count("/"), item[0]))

    def _upwards(self, number: int) -> Iterator[int]:
        """Yield a new row and those above it in the file; a circle ends before a row comes again."""
        seen = set[int]()
        at: int | None = number
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            at = self.new[at].upper_row
