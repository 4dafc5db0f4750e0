"""A workbook as an answer, made row by row: only the packed workbook is in memory, never its rows."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from flask import Response, send_file

from services.files import XLSX
from services.sheets import stream_sheet


def workbook(sheet: str, headings: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    """Return the answer that hands a workbook over. name: of the file, with its ending."""
    book = BytesIO()
    stream_sheet(book, sheet, headings, rows)
    book.seek(0)
    return send_file(book, mimetype=XLSX.media_type, as_attachment=True, download_name=name)
