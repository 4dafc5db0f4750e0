"""A definition entered by the designer's forms, field by field, as a browser sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from werkzeug.test import TestResponse

from domain.access import SYSTEM
from domain.definition import Definition, Mark
from models import Batch
from models.scope import Scope
from models.session import Database
from services.designing.asking.describing import Described, Kind, field_of
from services.designing.asking.sheets import entries, lists
from services.designing.asking.spots import find, join
from services.designing.asking.typed import written
from services.designing.edits import item_names, plain_of
from services.designing.parts import PARTS
from services.designing.working import Working, working_copy
from tests.support.backoffice import Browser

LATER = frozenset({Kind.REFERENCE, Kind.REFERENCES})


def sent(field: Described, value: Any) -> list[str]:
    """Return what a browser sends for a field that shows a value."""
    if field.kind is Kind.FLAG:
        return ["no", "yes"] if value else ["no"]
    if field.kind is Kind.PART:
        return ["yes" if value is not None else "no"] if field.is_optional else []
    found = written(field, value)
    return ["", *found] if field.kind in {Kind.CHOICES, Kind.REFERENCES} else found or [""]


def filled(cls: type, value: Mapping[str, Any], only: Any = None, *, is_first: bool = False) -> dict[str, list[str]]:
    """Return a whole form of an item. is_first: without what points at parts that may not be there yet."""
    form = {}
    for entry in entries(cls, value, only):
        is_later = entry.field.kind in LATER and not entry.field.is_required
        is_optional = entry.field.kind is Kind.PART and entry.field.is_optional
        if not entry.is_there or (is_first and (is_later or is_optional or _is_within(cls, entry.anchor))):
            continue
        texts = sent(entry.field, entry.value)
        if texts:
            form[entry.anchor] = texts
    return form


def _is_within(cls: type, anchor: str) -> bool:
    """Tell whether a place lies within an optional part."""
    first = field_of(cls, anchor.partition(".")[0])
    return "." in anchor and first is not None and first.is_optional


class Typist:
    """Somebody who enters a definition. code: of the batch, which is there and empty."""

    def __init__(self, browser: Browser, database: Database, code: str) -> None:
        self.browser, self.database, self.base = browser, database, f"/admin/progress/{code}/design"
        with database.read(Scope()) as session:
            self.batch_id = session.scalars(select(Batch.id).where(Batch.code == code)).one()

    def step(self) -> int:
        return self.working().step

    def working(self) -> Working:
        with self.database.read(Scope()) as session:
            return working_copy(session, self.batch_id, actor=SYSTEM)

    def post(self, page: str, form: Mapping[str, Any] | None = None, *, step: int | None = None) -> TestResponse:
        """Send a form of the page that shows the newest step, or the given one."""
        shown = self.step() if step is None else step
        return self.browser.post(f"{self.base}/{quote(page)}", {"step": str(shown), **(form or {})})

    def done(self, page: str, form: Mapping[str, Any] | None = None) -> None:
        """Send a form that is to be stored."""
        answer = self.post(page, form)
        assert answer.status_code == 303, f"{page}: {answer.status_code} {errors_of(answer)}"

    # ---------- a whole definition

    def enter(self, wanted: Definition) -> None:
        """Enter everything: first what stands by itself, then what points at it, last what vouches for it."""
        plain = plain_of(wanted)
        for part in PARTS:
            if part.fields and part.key != "evidence":
                form = filled(Definition, plain, part.fields, is_first=True)
                if form:
                    self.done(f"part/{part.key}", form)
        for path, cls, value in self._root_items(plain):
            self._add(path, cls, value, is_first=True)
        for part in PARTS:
            if part.fields and part.key != "evidence":
                form = filled(Definition, plain, part.fields)
                if form:
                    self.done(f"part/{part.key}", form)
        self._complete("", Definition, plain)
        for mark in wanted.evidence:
            form = {"quote": mark.quote, "note": mark.note}
            form["mark"] = "inferred" if mark.mark is Mark.INFERRED else "stated"
            self.done(f"vouch/{mark.path}", form)

    def _root_items(self, plain: Mapping[str, Any]) -> Iterator[tuple[str, type, Mapping[str, Any]]]:
        order = ["unit_classes", "units", "modes", "categories", "quotas", "rules", "forms", "ladders", "stages"]
        found = {one.anchor: one for one in lists(Definition, plain) if one.anchor != "evidence"}
        rest = [anchor for anchor in found if anchor not in order]
        for anchor in [*order, *rest]:
            if "catalogue" in anchor:
                continue
            for item in found[anchor].items:
                yield anchor, found[anchor].field.part or Definition, item

    def _add(self, path: str, cls: type, value: Mapping[str, Any], *, is_first: bool) -> None:
        self.done(f"add/{path}", filled(cls, value, is_first=is_first))
        here = names(self.working().definition, path)[-1]
        for one in lists(cls, value):
            optional = field_of(cls, one.anchor.partition(".")[0])
            if is_first and "." in one.anchor and optional is not None and optional.is_optional:
                continue
            for item in one.items:
                inner = join(join(path, here), one.anchor)
                self._add(inner, one.field.part or Definition, item, is_first=is_first)

    def _complete(self, path: str, cls: type, value: Mapping[str, Any]) -> None:
        """Fill in all of an item, and whatever its lists still lack."""
        if path:
            self.done(f"at/{path}", filled(cls, value))
        for one in lists(cls, value):
            if one.anchor == "evidence" or not one.items:
                continue
            held, part = join(path, one.anchor), one.field.part or Definition
            there = names(self.working().definition, held)
            for name, item in zip(item_names(one.items), one.items, strict=True):
                if name not in there:
                    self._add(held, part, item, is_first=False)
                else:
                    self._complete(join(held, name), part, item)


def names(definition: Definition, path: str) -> list[str]:
    """Return the names of the items of a list."""
    spot = find(definition, path)
    found: Any = spot.value
    for part in spot.anchor.split("."):
        found = found[part]
    return item_names(found)


def errors_of(answer: TestResponse) -> str:
    """Return what a page says was wrong."""
    import re

    page = answer.get_data(as_text=True)
    found = re.findall(r'class="lx-alert-text">(.*?)</div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", " ".join(found))[:600]
