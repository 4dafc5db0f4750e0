"""Fields that one types into to find a row: narrowed by the same scope as the lists, and bounded (S03, S21)."""

from collections.abc import Sequence
from typing import Any

from flask import abort
from flask_admin.model.ajax import AjaxModelLoader
from flask_admin.model.fields import AjaxSelectField
from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from admin.forms import Given
from admin.typed import row_id, search_words
from models import Base
from web import current

MOST = 50


class Lookup(AjaxModelLoader):
    """Finds rows of a table by some of its columns, in the order of the first."""

    def __init__(self, name: str, fields: Sequence[InstrumentedAttribute[str]], placeholder: str) -> None:
        super().__init__(name, {"placeholder": placeholder, "minimum_input_length": 0})
        self.fields = fields
        self.model: Any = fields[0].class_

    def format(self, model: Base | None) -> tuple[int, str] | None:
        """Return key and name of a row; None for none."""
        return None if model is None else (model.id, str(model))

    def get_one(self, pk: Any) -> Any:
        """Return the row with this key; None when there is none within reach."""
        wanted = row_id(pk)
        return None if wanted is None else self._first(self.model.id == wanted)

    def get_list(self, query: str | None, offset: int = 0, limit: int = MOST) -> list[Any]:
        """Return the rows that hold every word of what was typed, at most fifty."""
        words = search_words(query)
        if words is None:
            abort(400)
        found = self.within(select(self.model)).order_by(self.fields[0], self.model.id).limit(MOST)
        for word in words:
            found = found.where(or_(*(field.icontains(word, autoescape=True) for field in self.fields)))
        return list(current.db().scalars(found))

    def within(self, found: Any) -> Any:
        """Return a statement without rows that the session's scope cannot know to be somebody else's."""
        return found

    def _first(self, condition: Any) -> Any:
        return current.db().scalars(self.within(select(self.model)).where(condition)).one_or_none()


class LookupField(AjaxSelectField):
    """A row to choose by typing a part of its name. may_be_empty: whether none is an answer, too."""

    def __init__(self, loader: Lookup, label: str, *, may_be_empty: bool = False, **options: Any) -> None:
        validators = [] if may_be_empty else [Given()]
        super().__init__(loader, label, validators, allow_blank=may_be_empty, **options)

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse a row that is not there for the reader. Raises StopValidation."""
        typed = self._formdata
        if self.data is None and (typed or not self.allow_blank):
            raise StopValidation(f"请从列表中选择{self.label.text}")
