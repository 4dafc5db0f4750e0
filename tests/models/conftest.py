"""An empty database to migrate, a tree of units with duties in two programmes, and readers of every scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models import Programme, Unit
from models.scope import Scope, set_scope
from models.session import Database
from tests.conftest import KINDS
from tests.support.rows import TREE, VALID, put


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a database without any table, once of each kind."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield found
        found.dispose()
        return
    url: str = request.getfixturevalue("postgres_url")
    # A fresh database beside the worker's own, whose tables other tests use.
    own = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    name = f"{own.url.database}_migrating"
    with own.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"))
    found = Database(own.url.set(database=name).render_as_string(hide_password=False))
    yield found
    found.dispose()
    with own.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))


@pytest.fixture
def tree(db: Session) -> Session:
    """Four units and two programmes with a batch each; every unit owes one duty in both batches."""
    for number, (code, path) in enumerate(TREE.items(), 1):
        db.add(Unit(id=number, code=code, name=f"单位{code}", path=path))
    db.flush()
    db.get_one(Unit, 3).upper_id = 1
    for number in (1, 2):
        db.add(Programme(id=number, key=f"p{number}", name=f"项目{number}"))
        db.flush()
        put(
            db.connection(),
            "batches",
            {**VALID["batches"], "id": number, "code": f"b{number}", "programme_id": number},
        )
        put(db.connection(), "batch_versions", {**VALID["batch_versions"], "batch_id": number})
        for unit in range(1, 5):
            put(db.connection(), "duties", {**VALID["duties"], "batch_id": number, "unit_id": unit})
    db.flush()
    db.expunge_all()
    return db


@pytest.fixture
def readers(tree: Session) -> Iterator[dict[str, Session]]:
    """Sessions of different scopes in one transaction, so that each meets the others' cached statements."""
    scopes = {
        "none": None,
        "all": Scope(),
        "branch": Scope(branch="/44/"),
        "lower": Scope(branch="/44/4403/"),
        "programme": Scope(programmes=frozenset({2})),
        "both": Scope(branch="/440/", programmes=frozenset({1})),
        "nothing": Scope(programmes=frozenset()),
    }
    made = {name: Session(bind=tree.connection(), expire_on_commit=False) for name in scopes}
    for name, scope in scopes.items():
        if scope is not None:
            set_scope(made[name], scope)
    yield made
    for session in made.values():
        session.close()
