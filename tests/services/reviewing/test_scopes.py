"""The same acts as their people do them: each in a session that sees the own branch only."""

from __future__ import annotations

from sqlalchemy import select

from models import Case, CaseState, CheckResult, Mail
from models.scope import Scope
from models.session import Database
from services.recommending.forwarding import forward
from services.reviewing.checks import Answered, answer, items
from services.reviewing.deciding import pass_case, refuse_case
from services.reviewing.opinions import opinion_blocks
from services.reviewing.returning import Return, correction_notice, give_back
from tests.support.case_rows import organisation
from tests.support.reviewing import NOW, submitted, world


def test_a_case_goes_up_comes_back_and_is_refused_by_people_who_see_only_their_own(database: Database) -> None:
    """S004-18, S004-22, S000-57; the applicant is registered in another county's area."""
    with database.write(Scope()) as db:
        found = world(db)
        owner = organisation(db, 8, "000003", email="firm8@firms.example")
        case = submitted(db, found.context, owner)
        case_id, county, city, county_id = case.id, found.county, found.city, found.county_id(db)

    with database.write(Scope.of(county)) as db:
        for item in items(db, case_id, actor=county).items:
            answer(db, case_id, Answered(item.key, CheckResult.YES), actor=county, now=NOW)
        pass_case(db, case_id, "同意", actor=county, now=NOW)
        forward(db, case_id, received_at=NOW, actor=county)
    with database.read(Scope.of(county)) as db:
        assert [item.result for item in items(db, case_id, actor=county).items] == [CheckResult.YES] * 2
        assert [block.text for block in opinion_blocks(db, case_id, actor=county)] == ["同意", ""]
    with database.write(Scope.of(city)) as db:
        assert items(db, case_id, actor=city).done == 0
        give_back(db, case_id, Return("核实不充分", {}, to_unit_id=county_id), actor=city, now=NOW)
    with database.write(Scope.of(county)) as db:
        give_back(db, case_id, Return("请补照片", {"licence": "缺照片"}), actor=county, now=NOW)
        assert correction_notice(db, case_id, 1, actor=county, now=NOW).from_unit == "甲市工信局"
    with database.write(Scope()) as db:
        back = db.get_one(Case, case_id)
        back.state, back.correct_by = CaseState.SUBMITTED, None
    with database.write(Scope.of(county)) as db:
        refuse_case(db, case_id, "未补正", actor=county, now=NOW)

    with database.read(Scope()) as db:
        assert db.get_one(Case, case_id).state is CaseState.REFUSED
        mails = db.execute(select(Mail.address, Mail.unit_id).where(Mail.case_id == case_id).order_by(Mail.id)).all()
    assert [tuple(mail) for mail in mails] == [
        ("firm8@firms.example", None),
        ("u2@units.example", county_id),
        ("firm8@firms.example", None),
        ("firm8@firms.example", None),
    ]
