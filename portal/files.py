"""Giving out the files that people handed in: to be saved, never to be shown in the site's name (S42)."""

from typing import cast

from flask import Blueprint, Response, current_app, send_file

from domain.access import Action
from portal.asked import ID
from services.files import Place, open_file
from web import current
from web.guard import needs

FOLDER = "LINXUAN_FILES"
SANDBOX = "default-src 'none'; sandbox"

blueprint = Blueprint("files", __name__)


def folder() -> Place:
    """Return where the bytes of files lie."""
    return cast(Place, current_app.config[FOLDER])


@blueprint.get(f"/files/<{ID}:file_id>")
@needs(Action.VIEW_PROGRESS)
def download(file_id: int) -> Response:
    """Return a file under the name it was handed in with."""
    row, stream = open_file(current.db(), file_id, folder())
    response = send_file(stream, mimetype=row.media_type, as_attachment=True, download_name=row.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.content_length = row.size
    return response
