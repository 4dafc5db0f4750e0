"""The templates: closed sets to choose from, cells that keep their zeros, and rows that are not imported."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy.orm import Session

from domain.errors import Invalid
from services.bulk.columns import What
from services.bulk.importing import layout_of, template
from services.bulk.workbook import read_table
from tests.support.batches import COORDINATOR, running
from tests.support.people import ADMIN

# ---------- the templates


@pytest.mark.parametrize("what", list(What))
def test_a_template_offers_the_closed_sets_keeps_zeros_and_reads_back(db: Session, what: What) -> None:
    running(db)

    content = template(db, what, actor=ADMIN)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        texts = archive.read("xl/sharedStrings.xml").decode()

    layout = layout_of(db, what, actor=ADMIN)
    assert all(f"<t>{column.heading}</t>" in texts for column in layout.columns)
    assert "示例" in texts and "第3单位" in texts
    assert "dataValidation " in sheet
    assert 'formatCode="@"' in styles
    with pytest.raises(Invalid, match="没有要导入的行"):
        read_table(content, layout)


def test_a_template_of_many_units_offers_no_endless_list(db: Session) -> None:
    from tests.support.batches import definition

    running(db, definition(501))

    with zipfile.ZipFile(io.BytesIO(template(db, What.UNITS, actor=COORDINATOR))) as archive:
        assert "dataValidation " not in archive.read("xl/worksheets/sheet1.xml").decode()
