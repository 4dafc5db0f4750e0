"""The law of duties: whatever is done with cases, the rows equal what the facts alone give."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, Owed
from domain.duties import Settlement
from domain.errors import RuleBroken
from models import Case, CaseReturn, CaseState, Duty, Recommendation, Unit
from services.batches.context import BatchContext, load
from services.batches.extending import MoreTime, extend
from services.duties.loads import chain_of, settle_units
from services.duties.rows import recompute
from services.recommending import nothing
from services.recommending.forwarding import forward, recall
from services.recommending.places import release
from tests.support.batches import COORDINATOR
from tests.support.case_rows import case_row, organisation
from tests.support.recommending import (
    CITY_A,
    CITY_B,
    CORPS,
    COUNTY,
    DUE,
    NOW,
    OTHER,
    PLAN_CITY,
    PROVINCE,
    UNITS,
    changed,
    give_opinion,
    opened,
    person,
    recommend_stage,
    review_stage,
    unit,
    with_places,
)

CHANNELS = (COUNTY, CITY_A, CITY_B, PROVINCE, OTHER, PLAN_CITY, CORPS)
OUT = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED)


@dataclass
class Walk:
    """Random acts upon a batch, refused ones included, by a seeded generator."""

    session: Session
    context: BatchContext
    chance: random.Random
    now: datetime = NOW
    made: int = 0

    def step(self) -> str:
        """Do one random act; return its name, with "!" when it was refused."""
        self.now += timedelta(minutes=self.chance.randrange(1, 60))
        acts = [self.submit] * 6 + [self.decide] * 6 + [self.forward] * 5 + [self.recall]
        acts += [self.recall, self.send_back, self.withdraw, self.say_none, self.say_all, self.take_back, self.extend]
        act = self.chance.choice(acts)
        try:
            with self.session.begin_nested():
                act()
        except RuleBroken:
            return f"{act.__name__}!"
        return act.__name__

    def case(self, *states: CaseState) -> Case:
        found = self.session.scalars(select(Case).where(Case.state.in_(states)).order_by(Case.id)).all()
        if not found:
            raise RuleBroken("none")
        return self.chance.choice(found)

    def settle(self, case: Case) -> None:
        settle_units(self.session, self.context, chain_of(self.session, case.unit_id), at=self.now)

    def submit(self) -> None:
        self.made += 1
        code = self.chance.choice(CHANNELS)
        declarer = organisation(self.session, self.made, code)
        self.settle(case_row(self.session, self.context, declarer, code, state=CaseState.SUBMITTED))

    def decide(self) -> None:
        case = self.case(CaseState.SUBMITTED)
        if self.chance.random() < 0.8:
            give_opinion(self.session, case)
        else:
            case.state = CaseState.REFUSED
            release(self.session, case)
        self.settle(case)

    def forward(self) -> None:
        case = self.case(CaseState.PASSED)
        actor = person(self.session, case.at_unit.code)
        forward(self.session, case.id, received_at=self.now, actor=actor)

    def recall(self) -> None:
        case = self.case(CaseState.FORWARDED, CaseState.SUBMITTED)
        sent = select(Unit.code).join(Recommendation, Recommendation.unit_id == Unit.id)
        sent = sent.where(Recommendation.case_id == case.id, Recommendation.forwarded_at.is_not(None))
        senders = self.session.scalars(sent.order_by(Recommendation.forwarded_at.desc())).all()
        sender = senders[0] if senders else self.chance.choice(CHANNELS)
        recall(self.session, case.id, reason="试", received_at=self.now, actor=person(self.session, sender))

    def send_back(self) -> None:
        case = self.case(CaseState.SUBMITTED, CaseState.PASSED)
        below = [item for item in chain_of(self.session, case.unit_id) if item != case.at_unit_id]
        lower = None
        if case.at_unit_id != case.unit_id and self.chance.random() < 0.5:
            lower = chain_of(self.session, case.unit_id)[
                chain_of(self.session, case.unit_id).index(case.at_unit_id) - 1
            ]
        assert below or lower is None
        self.session.add(
            CaseReturn(
                case_id=case.id,
                batch_id=case.batch_id,
                unit_id=case.unit_id,
                from_unit_id=case.at_unit_id,
                to_unit_id=lower,
                organisation_id=case.organisation_id,
                number=1,
                summary="补正",
                comments={},
                version_no=1,
                returned_at=self.now,
                returned_by="经办人",
                due_at=self.now + timedelta(days=5),
                ended_at=None,
            )
        )
        case.state = CaseState.RETURNED if lower is None else CaseState.SUBMITTED
        case.at_unit_id = lower or case.unit_id
        self.session.flush()
        self.session.refresh(case)
        release(self.session, case)
        self.settle(case)

    def withdraw(self) -> None:
        case = self.case(*OUT)
        case.state = CaseState.WITHDRAWN
        release(self.session, case)
        self.settle(case)

    def say_none(self) -> None:
        code = self.chance.choice(CHANNELS)
        who = unit(self.session, code).id
        actor = person(self.session, code)
        nothing.declare_none(self.session, self.context, who, received_at=self.now, actor=actor)

    def say_all(self) -> None:
        code = self.chance.choice(CHANNELS)
        who = unit(self.session, code).id
        nothing.complete(self.session, self.context, who, received_at=self.now, actor=person(self.session, code))

    def take_back(self) -> None:
        code = self.chance.choice(CHANNELS)
        who = unit(self.session, code).id
        nothing.take_back(self.session, self.context, who, received_at=self.now, actor=person(self.session, code))

    def extend(self) -> None:
        if self.chance.random() < 0.9:
            raise RuleBroken("seldom")
        who = unit(self.session, self.chance.choice(CHANNELS)).id
        more = MoreTime(
            stage=self.chance.choice(["review", "recommend"]),
            due_at=DUE + timedelta(hours=self.chance.randrange(1, 200)),
            reason="材料较多",
            unit_id=who,
        )
        extend(self.session, self.context.batch.id, more, actor=COORDINATOR, now=self.now)
        self.context = load(self.session, self.context.batch.id)


def counted(session: Session, code: str) -> tuple[int, int, int, int]:
    """Return what a unit has, counted case by case: to check, in hand in its branch, ever seen, sent up."""
    me = unit(session, code)
    check = in_hand = seen = sent = 0
    for case in session.scalars(select(Case).execution_options(populate_existing=True)):
        if not case.unit.path.startswith(me.path):
            continue
        in_hand += case.state in OUT
        check += case.state is CaseState.SUBMITTED and case.at_unit_id == me.id
        returned = session.scalars(
            select(CaseReturn.id).where(CaseReturn.case_id == case.id, CaseReturn.from_unit_id == me.id)
        ).first()
        seen += me.path.startswith(case.at_unit.path) or returned is not None
    handled = select(Recommendation).where(Recommendation.unit_id == me.id, Recommendation.forwarded_at.is_not(None))
    sent = len(session.scalars(handled).all())
    return check, in_hand, seen, sent


def expected(session: Session, definition: Definition) -> dict[tuple[str, str], bool]:
    """Return the duties that the facts call for, and whether each is done; by (stage, unit's code)."""
    found: dict[tuple[str, str], bool] = {}
    review, recommend = definition.stage("review").review, definition.stage("recommend").recommend
    assert review is not None and recommend is not None
    for code, _, kind, _ in UNITS:
        check, in_hand, seen, sent = counted(session, code)
        if review.owed is Owed.ALWAYS or seen:
            found["review", code] = seen > 0 and check == 0
        if kind in recommend.classes and (recommend.owed is Owed.ALWAYS or seen):
            has_acted = seen if recommend.owed is Owed.WITH_CASES else sent
            found["recommend", code] = has_acted > 0 and in_hand == 0
    return found


@pytest.mark.parametrize("owed", list(Owed))
@pytest.mark.parametrize("seed", [0, 2])
def test_after_any_acts_the_duties_are_those_that_the_facts_give(db: Session, owed: Owed, seed: int) -> None:
    """The law: rows equal recomputation after every act; what a unit has declared stays as it said."""
    wanted = changed(with_places(), recommend=recommend_stage(owed=owed), review=review_stage(owed=owed))
    walk = Walk(db, opened(db, wanted), random.Random(seed))
    done: list[str] = []
    for _ in range(60):
        done.append(walk.step())
        db.expire_all()
        context = load(db, walk.context.batch.id)
        rows = {
            (duty.stage_key, duty.unit.code): duty
            for duty in db.scalars(select(Duty).execution_options(populate_existing=True))
        }
        facts = expected(db, wanted)
        declared = {key for key, duty in rows.items() if duty.is_declared}
        assert set(rows) - declared == set(facts) - declared, done
        for key, duty in rows.items():
            if key not in declared:
                assert (duty.settled_as is Settlement.DONE) == facts[key], (key, done)
            else:
                assert duty.settled_as in {Settlement.NONE, Settlement.DONE}, (key, done)
        windows = {
            (key.stage, db.get_one(Unit, key.unit_id).code): window for key, window in recompute(db, context).items()
        }
        for key, window in windows.items():
            assert (rows[key].opens_at, rows[key].due_at) == (window.opens_at, window.due_at), (key, done)
    assert {"submit", "decide", "forward", "recall", "send_back", "withdraw"} < set(done)
