"""A workbook as an answer, written row by row: a long list needs no more memory than a short one."""

from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import Response, send_file

from services.files import XLSX
from services.sheets import stream_sheet

IN_MEMORY = 1024 * 1024
"""Bytes of a workbook that may stay in memory; a larger one goes through a file."""


def workbook(sheet: str, headings: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    """Return the answer that hands a workbook over. name: of the file, with its ending."""
    # Closed by the answer when it has been sent.
    book = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
    stream_sheet(book, sheet, headings, rows)
    book.seek(0)
    return send_file(book, mimetype=XLSX.media_type, as_attachment=True, download_name=name)
