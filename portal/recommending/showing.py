"""The board of a unit (推荐与报送页)."""

from flask import Blueprint, Response

from portal.asked import ID
from portal.recommending.screen import LOOKS, show_board
from web.guard import needs

blueprint = Blueprint("boards", __name__)


@blueprint.get(f"/batches/<code>/recommend/<{ID}:unit_id>")
@needs(*LOOKS)
def show(code: str, unit_id: int) -> Response:
    """Show what a unit recommends, in its order and within its places."""
    return show_board(code, unit_id)
