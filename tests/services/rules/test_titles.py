"""Earlier winners as rules and readers find them, in the registry of titles."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from domain.definition import Force, Operator
from domain.rules import Outcome
from models import OrganisationKind
from models.scope import Scope, set_scope
from services.cases.access import CaseInHand
from services.rules import earlier_titles, judge_case, require_rules
from services.titles import Change, rename_title, withdraw_title
from tests.support.batches import COORDINATOR
from tests.support.case_rows import applicant, credit_code, organisation
from tests.support.evaluation import title_named
from tests.support.judging import AT, GOOD, award, in_hand, judging, outcomes, refused, rule


def test_a_city_that_holds_the_title_is_refused_under_any_of_its_names(db: Session) -> None:
    """S003-26, S003-60: the registry decides, for who may not read it; a title withdrawn by then no longer counts."""
    context = judging(db)
    award(db, "甲市", "city")
    government = organisation(db, name="甲市人民政府", kind=OrganisationKind.GOVERNMENT, credit_code=None)
    other = organisation(db, 2, name="某市大数据局", kind=OrganisationKind.GOVERNMENT, credit_code=None)
    own = in_hand(db, context, government, category_key="city", title="甲市")
    by_title = in_hand(db, context, other, category_key="city", title="甲市")
    set_scope(db, Scope.of(applicant(government)))

    sentence = (
        "已获称号：服务型制造示范 第 1 批 示范城市（甲市，2021 年），无需再申报。依据三（一）1：“again 的原文”。"
    )
    assert refused(db, own, {})["rules.again"] == sentence
    set_scope(db, Scope())
    assert refused(db, by_title, {})["rules.again"] == sentence
    before = judge_case(db, own, {}, at=AT - 2 * 365 * timedelta(days=1))
    assert {verdict.outcome for verdict in before if verdict.rule.key == "again"} == {Outcome.PASSED}

    title = title_named(db, "甲市")
    withdraw_title(db, title.id, change=Change(date(2023, 3, 27), "撤销文件"), actor=COORDINATOR, now=AT)

    assert "rules.again" not in refused(db, own, {})
    earlier = judge_case(db, own, {}, at=AT - timedelta(days=1))
    assert {verdict.outcome for verdict in earlier if verdict.rule.key == "again"} == {Outcome.REFUSED}


def test_an_earlier_winner_is_a_mark_by_credit_code_and_by_former_names(db: Session) -> None:
    """S000-53, S004-60: shown with year, never blocked; another code under the same name is somebody else."""
    context = judging(db)
    award(db, "老名公司", credit_code=credit_code(1))
    award(db, "乙(集团)公司", batch_no=2)
    award(db, "同名公司", credit_code=credit_code(9), batch_no=3)
    change = Change(date(2022, 1, 1), "更名")
    rename_title(db, title_named(db, "乙(集团)公司").id, holder="丙公司", change=change, actor=COORDINATOR, now=AT)
    by_code = in_hand(db, context, organisation(db, 1, name="新名公司"))
    former = in_hand(db, context, organisation(db, 2, name="乙（集团）公司"))
    present = in_hand(db, context, organisation(db, 3, name="丙 公司"))
    namesake = in_hand(db, context, organisation(db, 4, name="同名公司"))

    def mark(case: CaseInHand) -> str:
        verdicts = judge_case(db, case, GOOD, at=AT)
        return next((v.value for v in verdicts if v.outcome is Outcome.MARKED), "")

    assert mark(by_code) == "服务型制造示范 第 1 批 示范企业（老名公司，2021 年）"
    assert mark(former) == mark(present) == "服务型制造示范 第 2 批 示范企业（丙公司，2021 年）"
    assert mark(namesake) == ""
    require_rules(db, by_code, GOOD, at=AT)


def test_a_city_shows_the_winners_of_its_area(db: Session) -> None:
    """S003-17: counted by the registry itself."""
    winners = rule("winners", "area.titles", Operator.GREATER, "1", force=Force.SOFT)
    context = judging(db, rules=(winners,))
    case = in_hand(db, context, organisation(db))
    award(db, "甲公司")
    assert outcomes(db, case, GOOD) == {"winners": Outcome.WARNED}

    award(db, "乙公司", batch_no=2)

    assert outcomes(db, case, GOOD) == {"winners": Outcome.PASSED}


def test_earlier_titles_are_shown_without_any_rule(db: Session) -> None:
    """S000-53, S004-60: of any programme, in force on the day."""
    context = judging(db)
    award(db, "第1制造公司")
    own = organisation(db)

    assert [str(held) for held in earlier_titles(db, own, context.definition, on=AT.date())] == [
        "服务型制造示范 第 1 批 示范企业（第1制造公司，2021 年）"
    ]
    assert earlier_titles(db, own, context.definition, on=date(2021, 4, 30)) == ()
