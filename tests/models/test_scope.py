"""One filter narrows every read and every bulk write, whatever shape the statement has."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, delete, exists, func, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapper, Session, aliased

from domain.access import SYSTEM, Actor, Role
from models import Base, Batch, BatchStage, BatchVersion, Duty, Mail, Programme, Title, Unit
from models.scope import SHARED, Scope, set_scope
from models.scoped import BatchScoped, BranchScoped
from models.session import Database
from tests.support.rows import SEEN_DUTIES, TREE, VALID, lay_parents, put

NOT_NARROWED = {
    "audit_entries.unit_id": "an entry outlives its unit; only who may VIEW_AUDIT reads the log",
    "audit_entries.batch_id": "an entry outlives its batch; only who may VIEW_AUDIT reads the log",
    "contacts.batch_id": "None stands for every batch; the unit narrows",
    "extensions.unit_id": "None stands for all units; the programme narrows, services.progress.unit_page the rest",
    "mails.unit_id": "None stands for the office; the filter names the table itself",
    "memberships.unit_id": "None stands for every unit; services.identity.reach narrows",
}


def mapped() -> list[Mapper[object]]:
    return sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def test_every_table_of_a_unit_or_a_batch_is_narrowed_or_says_why_not() -> None:
    """S03: a new table cannot forget to be narrowed."""
    open_columns: set[str] = set()
    for mapper in mapped():
        for name, mixin in (("unit_id", BranchScoped), ("batch_id", BatchScoped)):
            column = mapper.local_table.c.get(name)
            if isinstance(column, Column) and not issubclass(mapper.class_, mixin):
                open_columns.add(f"{mapper.local_table.name}.{name}")

    assert open_columns == set(NOT_NARROWED)


def test_every_scoped_class_carries_its_mixin_itself() -> None:
    """The filter walks the direct subclasses of the mixins."""
    direct = {*BranchScoped.__subclasses__(), *BatchScoped.__subclasses__()}

    assert direct == {mapper.class_ for mapper in mapped() if issubclass(mapper.class_, BranchScoped | BatchScoped)}


@pytest.fixture
def full(db: Session) -> Session:
    """One row in every table that a unit or a batch owns."""
    connection = db.connection()
    lay_parents(connection)
    for table in Base.metadata.sorted_tables:
        if table.name in VALID:
            put(connection, table.name, VALID[table.name])
    return db


def count(session: Session, cls: type[object]) -> int:
    return len(session.scalars(select(cls)).all())


def test_without_a_scope_no_row_is_seen(full: Session) -> None:
    """Fails closed: who forgets to say who reads, reads nothing; what processes share is no secret among them."""
    with Session(bind=full.connection()) as unscoped:
        secret = [mapper.class_ for mapper in mapped() if mapper.class_ not in SHARED]
        seen = {cls.__name__: (count(full, cls) > 0, count(unscoped, cls)) for cls in secret}

    assert seen == dict.fromkeys(seen, (True, 0))


def test_a_scoped_class_is_seen_by_its_branch_and_its_programme_alone(full: Session) -> None:
    """S003-69, S03: each table, not only those that a list shows today."""
    scopes = {
        "own": Scope(branch="/410000/", programmes=frozenset({1})),
        "other branch": Scope(branch="/440000/"),
        "other programme": Scope(programmes=frozenset({2})),
    }
    for cls in {*BranchScoped.__subclasses__(), *BatchScoped.__subclasses__()}:
        with Session(bind=full.connection()) as reader:
            seen = {}
            for name, scope in scopes.items():
                set_scope(reader, scope)
                seen[name] = count(reader, cls)
        everything = count(full, cls)
        assert everything > 0, f"{cls.__name__} has no row to leak"
        assert seen == {
            "own": everything,
            "other branch": 0 if issubclass(cls, BranchScoped) or cls is Mail else everything,
            "other programme": 0 if issubclass(cls, BatchScoped) else everything,
        }, cls.__name__


def test_a_branch_holds_its_unit_and_those_below_it_and_no_namesake(readers: dict[str, Session]) -> None:
    """S003-69: "/44/" is no prefix of "/440/", and the sign of a pattern stands for itself (S21)."""

    def codes(name: str) -> list[str]:
        return list(readers[name].scalars(select(Unit.code).order_by(Unit.code)))

    assert codes("branch") == ["44", "4403"]
    assert codes("lower") == ["4403"]
    assert codes("both") == ["440"]
    set_scope(readers["branch"], Scope(branch="/4_/"))
    assert codes("branch") == ["4_"]


def test_a_programme_holds_its_batches_and_what_belongs_to_them(readers: dict[str, Session]) -> None:
    reader = readers["programme"]

    assert [programme.key for programme in reader.scalars(select(Programme))] == ["p2"]
    assert [batch.code for batch in reader.scalars(select(Batch))] == ["b2"]
    assert {version.batch_id for version in reader.scalars(select(BatchVersion))} == {2}
    assert reader.scalar(select(func.count()).select_from(Unit)) == 4


@pytest.mark.parametrize("name", SEEN_DUTIES)
def test_every_shape_of_a_question_gets_the_same_answer(readers: dict[str, Session], name: str) -> None:
    """S03: list, column, count, alias, join, subquery, CTE, union and EXISTS cannot differ in what they show."""
    reader, other = readers[name], aliased(Duty)
    inner = select(Duty.id).subquery()
    cte = select(Duty.unit_id).cte()
    questions = {
        "rows": select(Duty.id),
        "alias": select(other.id),
        "join": select(Duty.id).join(Unit, Unit.id == Duty.unit_id),
        "outer join": select(Duty.id).outerjoin(Unit, Unit.id == Duty.unit_id),
        "other side": select(Duty.id).select_from(Unit).join(Duty, Duty.unit_id == Unit.id),
        "subquery": select(inner.c.id),
        "cte": select(cte.c.unit_id),
        "in": select(Duty.id).where(Duty.id.in_(select(other.id))),
        "exists": select(Duty.id).where(exists().where(other.id == Duty.id)),
        "union": select(Duty.id).where(Duty.unit_id < 3).union_all(select(Duty.id).where(Duty.unit_id >= 3)),
    }

    found = {shape: len(reader.execute(question).all()) for shape, question in questions.items()}
    found["entities"] = len(reader.scalars(select(Duty)).all())
    found["count"] = reader.scalar(select(func.count()).select_from(Duty)) or 0
    found["count column"] = reader.scalar(select(func.count(Duty.id))) or 0
    found["query"] = reader.query(Duty).count()

    assert found == dict.fromkeys(found, SEEN_DUTIES[name])


def test_a_count_of_others_inside_a_question_is_narrowed_too(readers: dict[str, Session]) -> None:
    """S03: group counts, and units chosen because of rows that the reader may not see."""
    owed = select(func.count(Duty.id)).where(Duty.unit_id == Unit.id).scalar_subquery()
    having = select(Unit.code).where(exists().where(Duty.unit_id == Unit.id, Duty.batch_id == 1))

    assert dict(readers["programme"].execute(select(Unit.code, owed)).all()) == dict.fromkeys(TREE, 1)
    assert readers["programme"].scalars(having).all() == []


def test_a_row_asked_for_by_its_key_is_not_there_for_strangers(readers: dict[str, Session]) -> None:
    """S02: a foreign id is answered like one that does not exist."""
    foreign = readers["all"].scalars(select(Duty.id).where(Duty.unit_id == 2)).all()[0]
    reader = readers["branch"]

    assert reader.get(Duty, foreign) is None
    assert reader.get(Unit, 2) is None
    assert readers["programme"].get(Batch, 1) is None
    assert reader.get(Unit, 1) is not None
    with pytest.raises(NoResultFound):
        reader.get_one(Duty, foreign)


def test_bulk_changes_stay_within_the_scope(readers: dict[str, Session]) -> None:
    """S04: a bulk action reaches the reader's own rows and no others."""
    reader = readers["both"]

    reader.execute(update(Duty).values(is_late=True).execution_options(synchronize_session=False))
    late = select(Duty.batch_id, Duty.unit_id).where(Duty.is_late)
    assert readers["all"].execute(late).all() == [(1, 2)]
    reader.execute(delete(Duty).execution_options(synchronize_session=False))
    assert readers["all"].scalar(select(func.count(Duty.id))) == 7
    assert readers["all"].execute(late).all() == []
    readers["none"].execute(delete(Duty).execution_options(synchronize_session=False))
    readers["branch"].query(Duty).filter(Duty.unit_id == 2).delete()
    assert readers["all"].scalar(select(func.count(Duty.id))) == 7


def test_mail_is_for_the_branch_of_the_unit_and_mail_to_the_office_for_the_office(full: Session) -> None:
    """S02, S003-69: a closing mail to the coordinator names every unit; no unit's officer reads it."""
    put(full.connection(), "mails", {**VALID["mails"], "key": "office", "unit_id": None})
    seen = {}
    with Session(bind=full.connection()) as reader:
        for scope in (Scope(), Scope(branch="/410000/"), Scope(branch="/440000/"), Scope(programmes=frozenset({2}))):
            set_scope(reader, scope)
            seen[scope] = sorted(reader.scalars(select(Mail.key)))

    assert list(seen.values()) == [["mail", "office", "other mail"], ["mail", "other mail"], [], []]


def test_the_scope_of_an_actor_is_its_branch_and_programmes_and_the_system_sees_all() -> None:
    officer = Actor("张三", Role.OFFICER, user_id=1, branch="/44/", programmes=frozenset({2}))

    assert Scope.of(officer) == Scope("/44/", frozenset({2}))
    assert Scope.of(SYSTEM) == Scope()


def test_a_scope_given_by_the_database_holds_in_each_of_its_sessions(database: Database) -> None:
    with database.write(Scope()) as session:
        lay_parents(session.connection())
        put(session.connection(), "stages", VALID["stages"])

    with database.read(Scope(branch="/44/")) as reader:
        assert (count(reader, Title), count(reader, BatchStage)) == (0, 1)
    with database.read() as reader:
        assert (count(reader, Title), count(reader, BatchStage)) == (0, 0)
    with database.mark() as marks:
        assert (count(marks, Title), count(marks, BatchStage)) == (1, 1)


def test_an_alias_is_narrowed_by_its_own_columns(full: Session) -> None:
    """A list that names a unit twice (where a case came from, where it is) shows neither side of another branch."""
    own, upper = aliased(Unit), aliased(Unit)
    pairs = select(own.code, upper.code).outerjoin(upper, upper.id == own.upper_id)
    whole = full.execute(pairs).all()

    for branch in [path for (path,) in full.execute(select(Unit.path)).all()]:
        set_scope(full, Scope(branch=branch))
        seen = {code for row in full.execute(pairs) for code in row if code}
        assert seen == set(full.scalars(select(Unit.code)))
        assert full.scalar(select(func.count()).select_from(pairs.subquery())) == len(seen)
        set_scope(full, Scope())

    assert len(whole) > 1
