"""The lists' own tables follow every change of what they are made of, in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import Case, CaseState, Organisation, Unit, case_branches, case_grams, case_lines
from models.migrations.run import downgrade, upgrade
from models.scope import Scope
from models.session import Database
from services import audit
from tests.support.batches import running
from tests.support.case_rows import AT, organisation
from tests.support.cases import case_definition
from tests.support.lists import TABLES, kept, made_anew, many


def title(session: Session) -> None:
    session.execute(update(Case).where(Case.id.in_([2, 3])).values(title="换了名称"))


def state(session: Session) -> None:
    session.execute(update(Case).where(Case.id == 1).values(state=CaseState.REFUSED))
    session.execute(update(Case).where(Case.id == 7).values(state=CaseState.SUBMITTED, version_no=1, submitted_at=AT))


def submission(session: Session) -> None:
    later = AT + timedelta(days=3, microseconds=5)
    session.execute(update(Case).where(Case.id == 3).values(submitted_at=later, version_no=2))


def holder(session: Session) -> None:
    session.execute(update(Case).where(Case.id == 2).values(at_unit_id=Case.unit_id + 1))


def channel(session: Session) -> None:
    session.execute(update(Case).where(Case.id == 2).values(unit_id=3, at_unit_id=3))


def applicant(session: Session) -> None:
    session.execute(update(Case).where(Case.id == 2).values(organisation_id=4))


def name(session: Session) -> None:
    session.execute(update(Organisation).where(Organisation.id == 2).values(name="新名称Co"))


def code(session: Session) -> None:
    session.execute(update(Organisation).where(Organisation.id == 2).values(credit_code="91410300ABCDEFGH12"))
    session.execute(update(Organisation).where(Organisation.id == 3).values(credit_code=None))


def tree(session: Session) -> None:
    """Move the first county below the second city, paths row by row as a service does."""
    county = session.scalars(select(Unit).where(Unit.code == "000004")).one()
    session.execute(update(Unit).where(Unit.id == county.id).values(path="/000002/000004/"))


def upper_tree(session: Session) -> None:
    """Move a city with its counties, children before it or after it."""
    moved = "/000002" + Unit.path
    of_city = Unit.path.startswith("/000001/")
    session.execute(update(Unit).where(of_city).values(path=moved), execution_options={"synchronize_session": False})


def gone(session: Session) -> None:
    session.execute(delete(Case).where(Case.id.in_([1, 2])))


def typed(session: Session) -> None:
    """An officer's draft is found by its words, an applicant's is not."""
    session.execute(update(Case).where(Case.id == 7).values(source="officer", created_by="经办人1"))


CHANGES = (title, state, submission, holder, channel, applicant, name, code, tree, upper_tree, gone, typed)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_is_followed(db: Session, change: Callable[[Session], None]) -> None:
    context = running(db, case_definition())
    many(db, context, 15)
    before = kept(db.connection())

    change(db)
    db.flush()

    after = kept(db.connection())
    assert after == made_anew(db.connection())
    assert after != before


def test_what_is_typed_in_a_draft_is_in_no_index_of_words(db: Session) -> None:
    """S003-68: nobody finds, counts or orders somebody else's draft by what stands in it."""
    context = running(db, case_definition())
    (case,) = many(db, context, 1, state=CaseState.DRAFT, submitted_at=None, version_no=0, title="机密的项目")

    line = db.execute(select(case_lines).where(case_lines.c.id == case.id)).one()

    assert (line.title, line.words, line.code, line.submitted, line.is_out) == ("", "", "", 0, False)
    assert db.scalar(select(func.count()).select_from(case_grams)) == 0


def test_saving_what_is_typed_writes_nothing_of_it(db: Session) -> None:
    """Autosaves are many; the lists have nothing to do with them."""
    context = running(db, case_definition())
    (case,) = many(db, context, 1)
    db.execute(case_lines.update().values(title="untouched"))

    db.execute(update(Case).where(Case.id == case.id).values(values={"name": "新"}, revision=2, saved_at=AT))

    assert db.scalar(select(case_lines.c.title)) == "untouched"


def test_a_case_stands_under_its_channel_and_every_unit_above(db: Session) -> None:
    context = running(db, case_definition())
    (case,) = many(db, context, 1, first=2)

    rows = select(Unit.code).join(case_branches, case_branches.c.branch_id == Unit.id)

    assert set(db.scalars(rows.where(case_branches.c.id == case.id))) == {"000001", "000004"}


def test_rows_that_are_there_are_filled_in_and_the_way_back_leaves_nothing(empty: Database) -> None:
    """An installation at work gets its lists by the migration."""
    upgrade(empty.engine)
    with empty.write(Scope()) as session:
        audit.ensure_chain(session)
        many(session, running(session, case_definition()), 20)
        organisation(session, 99)
    with empty.engine.begin() as connection:
        before = kept(connection)

    downgrade(empty.engine, "0003")
    with empty.engine.begin() as connection:
        assert not connection.dialect.has_table(connection, TABLES[0].name)
        connection.execute(update(Case.__table__).values(title="没有触发器也能改"))
        connection.execute(
            update(Case.__table__).where(Case.__table__.c.id > 0).values(title=Case.__table__.c.saved_by)
        )
    upgrade(empty.engine)

    with empty.engine.begin() as connection:
        after = kept(connection)
    assert [len(rows) for rows in after[:2]] == [len(rows) for rows in before[:2]]
    assert {row[7] for row in after[0]} <= {"", "申报人"}
