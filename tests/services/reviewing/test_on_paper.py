"""Acts that took place on paper and are entered later (补录)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from domain.errors import Invalid, TooLate
from services.batches.late import LateLeave, accept_late
from services.duties.loads import chain_of, settle_units
from services.reviewing.deciding import pass_case, refuse_case
from services.reviewing.desk import OnPaper
from tests.support.batches import COORDINATOR, local
from tests.support.reviewing import NOW, acts, checked

LATER = local("2023-03-25 09:00")


def test_a_paper_act_keeps_its_day_its_person_and_its_recording_apart(db: Session) -> None:
    found = checked(db)
    opinion = pass_case(
        db, found.case.id, "", actor=found.county, now=NOW + timedelta(days=1), on_paper=OnPaper(NOW.date(), "王五")
    )

    act = acts(db, found.case)[-1]
    assert (opinion.given_by, opinion.given_at) == ("王五", local("2023-03-13 00:00"))
    assert (act.by, act.at, act.recorded_by, act.recorded_at) == (
        "王五",
        local("2023-03-13 00:00"),
        "经办人2",
        NOW + timedelta(days=1),
    )
    assert act.detail == {"补录": "实际办理日期 2023-03-13，实际办理人 王五"}


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        (OnPaper(date(2023, 3, 14), "王五"), "实际办理日期不能晚于今天"),
        (OnPaper(date(2023, 3, 12), "王五"), "实际办理日期不能早于申报件提交"),
        (OnPaper(date(2023, 3, 13), " "), "请填写实际办理人"),
    ],
)
def test_a_paper_act_of_an_impossible_day_is_refused(db: Session, paper: OnPaper, words: str) -> None:
    found = checked(db)

    with pytest.raises(Invalid, match=words):
        pass_case(db, found.case.id, "", actor=found.county, now=NOW, on_paper=paper)


def test_a_paper_act_does_not_move_the_deadline_but_a_permit_does(db: Session) -> None:
    """Rule R2: the moment of entering decides; 补报 is leave given with a name."""
    found = checked(db)
    settle_units(db, found.context, chain_of(db, found.case.unit_id), at=NOW)
    paper = OnPaper(date(2023, 3, 14), "王五")

    with pytest.raises(TooLate, match="纸面办理日期为 2023-03-14，但补录时间已过期限，截止时间不因补录而改变"):
        refuse_case(db, found.case.id, "不符合条件", actor=found.county, now=LATER, on_paper=paper)
    leave = LateLeave(
        stage="review",
        unit_id=found.county_id(db),
        until=LATER + timedelta(days=1),
        reason="纸质办理",
        approver="李处长",
    )
    accept_late(db, found.context.batch.id, leave, actor=COORDINATOR, now=LATER)

    opinion = refuse_case(db, found.case.id, "不符合条件", actor=found.county, now=LATER, on_paper=paper)
    assert opinion.given_at == local("2023-03-14 00:00")
