"""Keeping what is typed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, NotAllowed
from models import Case, Organisation
from services.batches.context import BatchContext
from services.cases.drafts import LONGEST_DRAFT, Clash, Typed, save
from tests.support.batches import officer, running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import DUE, NOW, case_definition, opened, submitted

KEYS = ("share", "summary", "body", "promise.name")
TEXTS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("", "1", "2", "长\n文")))


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def test_two_editors_of_different_leaves_are_merged(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    actor, read = applicant(case.organisation), case.revision

    save(db, case.id, Typed({"share": "35"}, {"share": ""}, read), actor=actor, now=NOW)
    saved = save(db, case.id, Typed({"summary": "简介"}, {"summary": ""}, read), actor=actor, now=NOW)

    assert (saved.conflicts, saved.revision) == ((), read + 2)
    assert (saved.values["share"], saved.values["summary"]) == ("35", "简介")


def test_one_leaf_changed_by_two_is_told_with_both_values(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    actor, read = applicant(case.organisation), case.revision
    save(db, case.id, Typed({"share": "35"}, {"share": ""}, read), actor=actor, now=NOW)

    mine = Typed({"share": "40", "summary": "简介"}, {"share": "", "summary": ""}, read)
    saved = save(db, case.id, mine, actor=actor, now=NOW)

    assert saved.conflicts == (Clash("share", "服务收入占比", "35", "40"),)
    assert (case.values["share"], case.values["summary"]) == ("35", "简介")


def test_saving_the_same_again_changes_nothing(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    typed = Typed({"share": "35"}, {"share": ""}, case.revision)
    first = save(db, case.id, typed, actor=applicant(case.organisation), now=NOW)

    assert save(db, case.id, typed, actor=applicant(case.organisation), now=DUE) == first


def test_what_is_typed_is_kept_as_it_is_without_what_no_database_takes(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    values = {"share": " 三成\x00 ", "nothing": "x", "promise.name": "张\ud800三", "share." + "x" * 200: "x"}

    saved = save(db, case.id, Typed(values, {}, case.revision), actor=applicant(case.organisation), now=NOW)

    assert {leaf: saved.values.get(leaf) for leaf in ("share", "promise.name", "nothing")} == {
        "share": " 三成 ",
        "promise.name": "张三",
        "nothing": None,
    }
    assert max(map(len, saved.values)) < 160


def test_a_draft_without_end_is_refused(db: Session, context: BatchContext) -> None:
    case = opened(db, context)
    typed = Typed({"summary": "长" * LONGEST_DRAFT}, {}, case.revision)

    with pytest.raises(Conflict, match="草稿过长"):
        save(db, case.id, typed, actor=applicant(case.organisation), now=NOW)


def test_a_submitted_case_is_not_typed_in(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)

    with pytest.raises(Conflict, match="已提交至“第1单位”"):
        save(db, case.id, Typed({"share": "1"}, {}, 1), actor=applicant(case.organisation), now=NOW)


def test_nobody_else_types_in_an_applicants_case(db: Session, context: BatchContext) -> None:
    case = opened(db, context)

    for actor in (officer(db, 1), applicant(organisation(db, 2))):
        with pytest.raises(NotAllowed):
            save(db, case.id, Typed({"share": "1"}, {}, 1), actor=actor, now=NOW)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=TEXTS, second=TEXTS)
def test_of_two_editors_nothing_is_lost(
    db: Session, context: BatchContext, first: dict[str, str], second: dict[str, str]
) -> None:
    """Every text of either is stored, or told as a conflict."""
    declarer = db.scalars(select(Organisation)).first() or organisation(db)
    case = db.scalars(select(Case)).first() or opened(db, context, declarer)
    case.values = {}
    db.flush()
    actor, read, base = applicant(case.organisation), case.revision, dict.fromkeys(KEYS, "")
    save(db, case.id, Typed(first, base, read), actor=actor, now=NOW)

    saved = save(db, case.id, Typed(second, base, read), actor=actor, now=NOW)

    told = {clash.leaf: (clash.theirs, clash.mine) for clash in saved.conflicts}
    for leaf, text in second.items():
        if text:
            assert saved.values.get(leaf, "") == text or told[leaf] == (first[leaf], text)
    for leaf, text in first.items():
        if text:
            assert saved.values.get(leaf, "") == text
