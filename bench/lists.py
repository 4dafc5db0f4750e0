"""Lists: what a page of a million cases costs as full HTML, beside stock Flask-Admin over the same table.

SIZE=50000 in the environment takes fewer cases. Both answer through their apps, signed in, in turns; the peer shows
a few columns of the bare table, with no scope, no holder and no days. Time runs from the request at the door of the
app (WSGI) to the last byte of the page, in a process set up as `linxuan web` does and warm for each address. `cpu` is
what the web process computes; a dash stands for what the peer does not offer. Last
comes what writing a case costs, with the lists' own tables and without.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.orm import scoped_session, sessionmaker

from bench._lists_rows import ABSENT, FREQUENT, MIDDLE, RARE, lay
from bench.tick import databases
from domain.access import Role
from linxuan.commands.web import collect_less
from models import Case, Unit, case_lines
from models.migrations import listing
from models.migrations.run import upgrade
from models.scope import Scope, set_scope
from models.session import Database
from services import audit
from tests.support.backoffice import Browser, make_app, signed_in
from tests.support.batches import local
from tests.support.coordinating import PAGES
from tests.support.progress import set_clock

SIZE = int(os.environ.get("SIZE", "1000000"))
WARM, ROUNDS, PEER_ROUNDS = 6, 21, 3
PAGE = 50
WRITTEN = 500
SINCE = local("2023-01-01 00:00")


@dataclass(frozen=True)
class Ask:
    """One thing that is asked: parameters of our address, and of the peer's; None where it offers no such thing."""

    what: str
    ours: Mapping[str, object]
    peer: Mapping[str, object] | None = None


@dataclass
class Taken:
    """Milliseconds: wall of ours, cpu of ours, wall of the peer's."""

    ours: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)


class Cases(ModelView):  # type: ignore[misc]  # the library has no types
    """The table as somebody would offer it who follows the handbook of Flask-Admin."""

    column_list = ("id", "title", "category_key", "state", "submitted_at")
    column_searchable_list = ("title",)
    column_filters = ("category_key", "at_unit_id")
    column_default_sort = ("id", True)
    page_size = PAGE


def peer_app(database: Database) -> Flask:
    # Its own templates, not ours that lie beside.
    app = Flask("peer", template_folder="none", static_folder=None)
    app.secret_key = "k" * 32
    session = scoped_session(sessionmaker(bind=database.engine))
    Babel(app)
    app.teardown_request(lambda _: session.remove())
    app.before_request(lambda: set_scope(session(), Scope()))
    Admin(app).add_view(Cases(Case, session, endpoint="cases"))
    return app


def asks(database: Database, batch: int) -> Iterator[Ask]:
    with database.read(Scope()) as session:
        units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        lines = select(case_lines.c.id, case_lines.c.submitted, case_lines.c.title)
        middle = lines.where(case_lines.c.batch_id == batch).limit(1).offset(SIZE // 2)
        seen = {
            name: session.execute(middle.order_by(case_lines.c[name], case_lines.c.id)).one()
            for name in ("submitted", "title")
        }
    province, city, few, none = (units[code] for code in ("110000", "110100", "411100", "411200"))
    pages = SIZE // PAGE
    yield Ask("first page", {}, {})
    yield Ask("middle page", {"after": f"{seen['submitted'].id}.{seen['submitted'].submitted}"}, {"page": pages // 2})
    yield Ask("last page", {"end": 1}, {"page": pages - 1})
    for name, column in (("submitted", 4), ("title", 1), ("id", 0)):
        for desc in (1, 0):
            yield Ask(
                f"by {name} {'down' if desc else 'up'}", {"sort": name, "desc": desc}, {"sort": column, "desc": desc}
            )
    yield Ask("by title, middle", {"sort": "title", "after": f"{seen['title'].id}.{seen['title'].title}"})
    yield Ask("state, half", {"state": "submitted"})
    yield Ask("state, few in a hundred", {"state": "refused"})
    yield Ask("category, most", {"category": "enterprise"}, {"flt0_0": "enterprise"})
    yield Ask("category, 200", {"category": "city"}, {"flt0_0": "city"})
    yield Ask("branch, half, by title", {"unit": province, "sort": "title"})
    yield Ask("branch, half", {"unit": province})
    yield Ask("branch, 30 cases", {"unit": few})
    yield Ask("branch, none", {"unit": none})
    yield Ask("holder", {"at": province}, {"flt0_6": province})
    yield Ask("holder, by title", {"at": city, "sort": "title"})
    yield Ask("branch and holder", {"unit": city, "at": province})
    yield Ask(
        "branch, state, category", {"unit": province, "state": "refused", "category": "platform", "sort": "title"}
    )
    yield Ask("holder and state, none", {"at": province, "state": "submitted"})
    for what, word in (("frequent", FREQUENT), ("1 in 100", MIDDLE), ("rare", RARE), ("absent", ABSENT)):
        yield Ask(f"search {what}", {"text": word}, {"search": word})
    yield Ask("search two words", {"text": f"{FREQUENT} {MIDDLE}"})
    yield Ask("search in every name", {"text": "公司"}, {"search": "公司"})
    yield Ask("search and branch", {"text": FREQUENT, "unit": city})
    yield Ask("search and state", {"text": MIDDLE, "state": "refused"})
    yield Ask("search credit code", {"text": "91000007000000007X"})


class Door:
    """Stands before an app and keeps the milliseconds of its last answer. wall, cpu."""

    def __init__(self, app: Flask) -> None:
        self.inner, app.wsgi_app = app.wsgi_app, self  # type: ignore[method-assign]  # as WSGI servers wrap apps
        self.wall = self.cpu = 0.0

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer a request of WSGI with the whole page."""
        began, computed = time.perf_counter(), time.process_time()
        answer = self.inner(environ, start_response)
        page = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self.wall, self.cpu = (
            (at - since) * 1_000
            for at, since in zip((time.perf_counter(), time.process_time()), (began, computed), strict=True)
        )
        return [page]


def measure(database: Database, batch: int) -> dict[str, Taken]:
    set_clock(database, local("2023-03-27 10:00"))
    app = make_app(database)
    browser: Browser = signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)
    other = peer_app(database)
    door, peer_door, peer = Door(app), Door(other), other.test_client()
    collect_less()

    def ours(address: str) -> None:
        answer = browser.http.get(address)
        assert answer.status_code == 200, address
        assert answer.get_data().rstrip().endswith(b"</html>"), address

    def theirs(address: str) -> None:
        answer = peer.get(address)
        assert answer.status_code == 200, address
        answer.get_data()

    wanted = {ask.what: (f"{PAGES}/cases?{urlencode(ask.ours)}", ask.peer) for ask in asks(database, batch)}
    found = {what: Taken() for what in wanted}
    for address, _ in wanted.values():
        for _ in range(WARM):
            ours(address)
    # Everything in turns, so that a machine that is slow for a while is so for all.
    for number in range(ROUNDS):
        for what, (address, of_peer) in wanted.items():
            ours(address)
            found[what].ours.append(door.wall)
            found[what].cpu.append(door.cpu)
            if of_peer is not None and number % (ROUNDS // PEER_ROUNDS) == 0:
                theirs(f"/admin/cases/?{urlencode(of_peer)}")
                found[what].peer.append(peer_door.wall)
    return found


def writing(database: Database, batch: int) -> tuple[float, float]:
    """Return the microseconds of inserting a case, with the lists' own tables and without; nothing stays."""

    def some(connection: Connection) -> float:
        table: Any = Case.__table__
        row = dict(connection.execute(select(table).where(table.c.id == 7)).mappings().one())
        first = connection.execute(select(func.max(table.c.id))).scalar_one() + 1
        rows = [{**row, "id": first + number, "submitted_at": datetime.now(UTC)} for number in range(WRITTEN)]
        began = time.perf_counter()
        for one in rows:
            connection.execute(insert(table).values(one))
        return (time.perf_counter() - began) / WRITTEN * 1_000_000

    found = []
    for has_lists in (True, False):
        with database.engine.connect() as connection, connection.begin() as transaction:
            if not has_lists:
                listing.drop(connection)
            found.append(some(connection))
            transaction.rollback()
    return found[0], found[1]


def lay_all(database: Database) -> tuple[int, float, float]:
    """Return the batch, and the seconds that its rows and the lists' own tables took."""
    upgrade(database.engine, "0003")
    with database.write(Scope()) as session:
        audit.ensure_chain(session)
    began = time.perf_counter()
    batch, _ = lay(database, SIZE)
    laid = time.perf_counter()
    upgrade(database.engine)
    done = time.perf_counter()
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return batch, laid - began, done - laid


def show(name: str, found: Mapping[str, Taken]) -> None:
    print(f"{name:<11} {'':<26} {'ms':>7} {'cpu':>7} {'Flask-Admin':>12} {'times':>7}")
    for what, taken in found.items():
        ours, cpu = median(taken.ours), median(taken.cpu)
        peer = f"{median(taken.peer):12.1f} {median(taken.peer) / ours:7.1f}" if taken.peer else f"{'-':>12} {'-':>7}"
        print(f"{name:<11} {what:<26} {ours:7.1f} {cpu:7.1f} {peer}")
    worst = max(found, key=lambda what: median(found[what].ours))
    print(f"{name:<11} slowest: {worst}, {median(found[worst].ours):.1f} ms, of {len(found)}")


def main() -> None:
    with databases() as found:
        for name, database in found.items():
            batch, laid, listed = lay_all(database)
            print(f"{name:<11} {SIZE:,} cases laid in {laid:.0f} s, their lists in {listed:.0f} s")
            show(name, measure(database, batch))
            ours, bare = writing(database, batch)
            print(
                f"{name:<11} writing a case: {ours:.0f} µs, {bare:.0f} µs without the lists ({ours - bare:.0f} more)"
            )
