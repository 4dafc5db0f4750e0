"""Acts upon several cases, taking back, and receipt by the office."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed
from models import CaseState
from services.batches.advancing import advance
from services.batches.context import load
from services.recommending.forwarding import forward_many, recall
from services.recommending.places import remaining
from services.recommending.readiness import obstacles
from services.recommending.receiving import receive, receive_many
from tests.support.batches import COORDINATOR, running
from tests.support.cases import case_definition, put, submitted
from tests.support.recommending import (
    CITY_A,
    NOW,
    OTHER,
    PROVINCE,
    QUOTAS,
    give_opinion,
    opened,
    passed,
    passed_many,
    person,
    send,
    unit,
    with_places,
)


def test_a_bulk_act_names_each_failure_and_does_the_rest(db: Session) -> None:
    """S003-20: of two for one place, the first in the order given has it."""
    context = opened(db)
    cases = passed_many(db, context, PROVINCE, 2, category_key="platform", subtype_key="sharing")
    enterprise = passed(db, context, PROVINCE, 300)
    foreign = passed(db, context, OTHER, 400)
    ids = [cases[1].id, cases[0].id, enterprise.id, foreign.id, 10_000]

    many = forward_many(db, ids, received_at=NOW, actor=person(db, PROVINCE))

    assert [item.case_id for item in many.done] == [cases[1].id, enterprise.id]
    assert [(item.case_id, item.refusal.code) for item in many.failed] == [
        (cases[0].id, "quota_full"),
        (foreign.id, "not_allowed"),
        (10_000, "not_found"),
    ]
    assert cases[0].state is CaseState.PASSED


def test_a_recalled_case_gives_its_place_back_at_once(db: Session) -> None:
    """S001-62: what is left changes at once when a case is forwarded or taken back."""
    context = opened(db, with_places(quotas=(QUOTAS[2],)))
    first, second = passed_many(db, context, PROVINCE, 2, category_key="platform", subtype_key="sharing")
    upper = unit(db, PROVINCE).id

    send(db, first)
    assert [item.left for item in remaining(db, context, upper)] == [0]
    recall(db, first.id, reason="材料有误", received_at=NOW, actor=person(db, PROVINCE))
    assert [item.left for item in remaining(db, context, upper)] == [1]
    assert (first.state, first.forwarded_at) == (CaseState.PASSED, None)

    assert send(db, second).places == (("sharing", 1),)


def test_a_unit_takes_back_only_what_it_sent_and_what_is_not_received(db: Session) -> None:
    context = opened(db)
    case = passed(db, context, CITY_A, 1)
    send(db, case)
    with pytest.raises(NotAllowed, match="由该单位撤回"):
        recall(db, case.id, reason="代为撤回", received_at=NOW, actor=person(db, PROVINCE))
    with pytest.raises(Invalid, match="原因"):
        recall(db, case.id, reason=" ", received_at=NOW, actor=person(db, CITY_A))
    recall(db, case.id, reason="材料有误", received_at=NOW, actor=person(db, CITY_A))
    assert (case.state, case.at_unit.code) == (CaseState.PASSED, CITY_A)
    with pytest.raises(Conflict, match="没有已报送而未收件"):
        recall(db, case.id, reason="再撤", received_at=NOW, actor=person(db, CITY_A))

    send(db, case)
    give_opinion(db, case)
    send(db, case)
    with pytest.raises(NotAllowed):
        recall(db, case.id, reason="越级", received_at=NOW, actor=person(db, CITY_A))
    receive(db, case.id, actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="已由主办处室收件"):
        recall(db, case.id, reason="太晚", received_at=NOW, actor=person(db, PROVINCE))


def test_the_office_receives_what_is_forwarded_once(db: Session) -> None:
    context = opened(db)
    first, second = passed_many(db, context, PROVINCE, 2)
    send(db, first)

    received, refused = receive_many(db, [first.id, second.id], actor=COORDINATOR, now=NOW)
    assert [case.id for case in received] == [first.id]
    assert (first.received_at, first.received_by) == (NOW, COORDINATOR.name)
    assert list(refused) == [second.id] and "尚未报送" in refused[second.id]
    with pytest.raises(Conflict, match="已由 王主任 收件登记"):
        receive(db, first.id, actor=COORDINATOR, now=NOW)
    with pytest.raises(NotAllowed):
        receive(db, second.id, actor=person(db, PROVINCE), now=NOW)


def test_a_case_goes_up_only_with_the_sealed_scan_of_its_present_version(db: Session) -> None:
    """S001-09, S004-31, S003-36, S003-37: the seal is named, and a scan of an older version is none."""
    context = running(db, case_definition())
    case = submitted(db, context)
    advance(db, context.batch.id, NOW)
    context = load(db, context.batch.id)
    case.state = CaseState.PASSED
    give_opinion(db, case)
    old = put(db, case, "sealed", "旧版.pdf", version_no=case.version_no - 1)

    with pytest.raises(Invalid) as refused:
        send(db, case)
    assert [(problem.path, problem.sentence) for problem in refused.value.problems] == [
        ("materials.sealed", "请上传当前版本的“盖章申报书扫描件”（加盖申报单位公章）")
    ]
    assert obstacles(db, context, case.at_unit, [case])[case.id] == tuple(refused.value.problems)

    old.version_no = case.version_no
    db.flush()
    assert obstacles(db, context, case.at_unit, [case])[case.id] == ()
    send(db, case)
    assert case.state is CaseState.FORWARDED
