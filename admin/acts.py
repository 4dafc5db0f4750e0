"""What can be done to one row besides changing its fields: ending, moving, switching off, deciding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wtforms import Form

from admin.forms import AdminForm
from domain.access import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do to a row, on a small page of its own or at once after a question.

    run: calls the service with the row and the filled form. fits: whether it can be done to this row at all.
    form: what must be said for it; without fields it is done at once. done: the message afterwards.
    many: whether it can be done to several rows chosen in the list. all_or_none: then to all of them, or to none.
    question_of_many: asked then; "" for the same question.
    """

    key: str
    label: str
    icon: str
    action: Action
    run: Callable[[Any, Form], None]
    done: str
    question: str
    question_of_many: str = ""
    form: type[AdminForm] = AdminForm
    fits: Callable[[Any], bool] = lambda row: True
    is_grave: bool = False
    many: bool = False
    all_or_none: bool = False

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing need be said for it."""
        return self.form is AdminForm
