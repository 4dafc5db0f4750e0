"""The buttons of a row, on those rows that they fit."""

from collections.abc import Callable
from typing import Any

from flask_admin.model.template import DeleteRowAction, EditRowAction


class EditButton(EditRowAction):
    """Leads to the form of a row that can be changed."""

    def __init__(self, fits: Callable[[Any], bool]) -> None:
        super().__init__()
        self.fits = fits

    def render(self, context: Any, row_id: str, row: Any) -> Any:
        """Return the button; nothing on other rows."""
        return super().render(context, row_id, row) if self.fits(row) else ""


class DeleteButton(DeleteRowAction):
    """Deletes a row that can be deleted, after a question."""

    def __init__(self, fits: Callable[[Any], bool]) -> None:
        super().__init__()
        self.fits = fits

    def render(self, context: Any, row_id: str, row: Any) -> Any:
        """Return the button; nothing on other rows."""
        return super().render(context, row_id, row) if self.fits(row) else ""
