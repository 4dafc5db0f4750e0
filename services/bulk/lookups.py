"""Words of a cell that name a unit, a programme or a batch, and what was perhaps meant by one that names nothing."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Programme, Unit
from services.bulk.judged import Judged

CODE_LENGTH = 6
"""Digits of a region's code (GB/T 2260); Excel takes the zeros in front away."""
MOST_GUESSES = 50
"""Unknown words for which the nearest name is sought; comparing takes time."""
MOST_OFFERED = 12


class Names:
    """Finds one of many things by any word that names it, and by nothing that names two.

    kind: what people call such a thing. number: what they call its key. offered: all that may be filled in, where
    these are few.
    """

    def __init__(self, kind: str, number: str = "代码", offered: Sequence[str] = ()) -> None:
        self.kind, self.number, self.offered = kind, number, offered
        self._found: dict[str, set[int]] = {}
        self._guesses: dict[str, str] = {}

    def add(self, key: int, words: Iterable[str | None]) -> None:
        """Let words name a thing."""
        for word in words:
            if word:
                self._found.setdefault(word, set()).add(key)

    @property
    def words(self) -> list[str]:
        """Return every word that names something."""
        return list(self._found)

    def single(self, word: str) -> int | None:
        """Return what a word names, None for nothing or for two."""
        found = self._found.get(word, set())
        return next(iter(found)) if len(found) == 1 else None

    def find(self, judged: Judged, column: str) -> int | None:
        """Return what the cell of a row names; None, with the row refused, for nothing or for two."""
        word = judged.row.get(column)
        found = self._found.get(word, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            judged.refuse(column, f"有 {len(found)} 个{self.kind}叫这个名称", f"请改填{self.number}")
        else:
            judged.refuse(column, f"没有这个{self.kind}", self._nearest(word))
        return None

    def _nearest(self, word: str) -> str:
        """Return what was perhaps meant, or all that can be."""
        if self.offered:
            more = f" 等 {len(self.offered)} 个" if len(self.offered) > MOST_OFFERED else ""
            return f"可填：{'、'.join(self.offered[:MOST_OFFERED])}{more}"
        if word.isdecimal() and word.zfill(CODE_LENGTH) in self._found:
            return f"是否“{word.zfill(CODE_LENGTH)}”？代码列应设为文本格式，前面的 0 才不会丢"
        if word not in self._guesses and len(self._guesses) >= MOST_GUESSES:
            return f"请填写已有{self.kind}的{self.number}或名称"
        if word not in self._guesses:
            near = get_close_matches(word, self._found, n=1)
            self._guesses[word] = f"是否“{near[0]}”？" if near else f"请填写已有{self.kind}的{self.number}或名称"
        return self._guesses[word]


class Units(Names):
    """The units within the session's scope, by code, name and short name. One query.

    A file that gives a unit another name knows it by that one: whoever imports it again finds the same units.
    """

    def __init__(self, session: Session) -> None:
        super().__init__("单位")
        self.by_id: dict[int, Unit] = {}
        self._renamed: dict[int, tuple[str, str]] = {}
        self._former: dict[str, str] = {}
        for unit in session.scalars(select(Unit).order_by(Unit.path)):
            self.by_id[unit.id] = unit
            self.add(unit.id, (unit.name, unit.short))
        # No name of another unit hides a code.
        self.by_code = {unit.code: unit for unit in self.by_id.values()}
        for code, unit in self.by_code.items():
            self._found[code] = {unit.id}

    def has_code(self, word: str) -> bool:
        """Tell whether a word is the code of a unit."""
        return word in self.by_code

    def rename(self, unit: Unit, name: str, short: str) -> None:
        """Let a unit go by the words that the file gives it; "" keeps the one it has."""
        after = (name or unit.name, short or unit.short)
        self._renamed[unit.id] = after
        for word in {unit.name, unit.short} - {"", unit.code, *after}:
            self._found[word] = self._found[word] - {unit.id}
            self._former[word] = after[0]
        self.add(unit.id, (word for word in after if word not in self.by_code))

    def called(self, unit: Unit) -> tuple[str, str, str]:
        """Return code, name and short name of a unit as they will be after the file."""
        return unit.code, *self._renamed.get(unit.id, (unit.name, unit.short))

    def _nearest(self, word: str) -> str:
        if word in self._former:
            return f"本表把它改名为“{self._former[word]}”，请填写代码或改后的名称"
        return super()._nearest(word)

    def of(self, judged: Judged, column: str) -> Unit | None:
        """Return the unit that a cell names; None, with the row refused."""
        found = self.find(judged, column)
        return None if found is None else self.by_id[found]


class Programmes(Names):
    """The programmes within the session's scope, by key and name. One query."""

    def __init__(self, session: Session) -> None:
        super().__init__("项目", "代号")
        self.by_id: dict[int, Programme] = {}
        for programme in session.scalars(select(Programme).order_by(Programme.name)):
            self.by_id[programme.id] = programme
            self.add(programme.id, (programme.key, programme.name))


def unit_choices(session: Session) -> tuple[str, ...]:
    """Return what a template offers for a unit: its short name, or its name, in the order of the tree."""
    found = session.execute(select(Unit.name, Unit.short).where(Unit.is_active).order_by(Unit.path))
    return tuple(dict.fromkeys(short or name for name, short in found))


def programme_choices(session: Session) -> tuple[str, ...]:
    """Return what a template offers for a programme."""
    return tuple(session.scalars(select(Programme.name).order_by(Programme.name)))
