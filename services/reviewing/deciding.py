"""A unit's opinion: a case passes (初审通过) or is not recommended (不予推荐); undone while nothing followed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import Conflict, Invalid, Problem
from models import ActKind, CaseReturn, CaseState, Opinion, Outcome, Recommendation
from services.cases.conditions import take_claim
from services.mail.notify import News, applicant_key, notify_applicant
from services.recommending.places import release
from services.reviewing.blocking import blocks
from services.reviewing.checks import RESULTS, CheckList, check_list
from services.reviewing.desk import Desk, Moment, Noted, OnPaper, hold, moment, note, require_time, settle

WORDS: Mapping[Outcome, str] = {
    Outcome.PASSED: "初审通过",
    Outcome.RETURNED: "退回补正",
    Outcome.REFUSED: "不予推荐",
}
STILL_PASSED = (CaseState.PASSED, CaseState.FORWARDED, CaseState.SUBMITTED)


def pass_case(
    session: Session, case_id: int, text: str, *, actor: Actor, now: datetime, on_paper: OnPaper | None = None
) -> Opinion:
    """Give the opinion that a case may go on; it then waits with the unit to be ranked and forwarded.

    text: the opinion; empty for the sentence that the batch proposes.
    Raises NotFound, NotAllowed, TooEarly, TooLate, Conflict; Invalid with everything that stands in the way.
    """
    desk = hold(session, case_id, actor=actor)
    require_time(session, desk, now, on_paper)
    when = moment(session, desk, on_paper, actor=actor, now=now)
    problems = blocks(session, desk, now)
    words = text.strip() or desk.review.opinion
    if not words:
        problems.append(Problem("text", "", "请填写初审意见"))
    if problems:
        raise Invalid(problems)
    opinion = _give(session, desk, Outcome.PASSED, words, when)
    note_checks(session, desk, when, actor=actor)
    desk.found.case.state = CaseState.PASSED
    end_returns(session, desk, now)
    note(session, desk, Noted(ActKind.PASSED, when, words), actor=actor)
    settle(session, desk, now)
    _tell(session, desk, opinion, now)
    return opinion


def refuse_case(
    session: Session, case_id: int, text: str, *, actor: Actor, now: datetime, on_paper: OnPaper | None = None
) -> Opinion:
    """Not recommend a case, with the reason, which the applicant reads; its places are free again.

    Raises NotFound, NotAllowed, TooEarly, TooLate, Conflict; Invalid without a reason.
    """
    desk = hold(session, case_id, actor=actor, states=(CaseState.SUBMITTED, CaseState.PASSED))
    require_time(session, desk, now, on_paper)
    when = moment(session, desk, on_paper, actor=actor, now=now)
    if not text.strip():
        raise Invalid([Problem("text", "", "请填写不予推荐的理由，申报单位将收到该理由")])
    opinion = _give(session, desk, Outcome.REFUSED, text.strip(), when)
    note_checks(session, desk, when, actor=actor)
    release(session, desk.found.case)
    _unrank(session, desk)
    desk.found.case.state, desk.found.case.claim = CaseState.REFUSED, None
    end_returns(session, desk, now)
    note(session, desk, Noted(ActKind.REFUSED, when, text.strip()), actor=actor)
    settle(session, desk, now)
    _tell(session, desk, opinion, now)
    return opinion


def undo(session: Session, case_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take back the unit's own opinion while nothing followed; the case waits to be checked again.

    Raises NotFound, NotAllowed, TooEarly, TooLate; Conflict once it was forwarded, or when the applicant has another
    case in place of a refused one by now; Invalid without a reason.
    """
    desk = hold(session, case_id, actor=actor, states=(CaseState.PASSED, CaseState.REFUSED))
    require_time(session, desk, now)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写撤销的原因")])
    case = desk.found.case
    opinion = session.scalars(
        select(Opinion)
        .where(Opinion.case_id == case.id, Opinion.by_unit_id == desk.unit.id)
        .order_by(Opinion.id.desc())
        .limit(1)
    ).one_or_none()
    if opinion is None or opinion.outcome not in {Outcome.PASSED, Outcome.REFUSED}:
        raise Conflict(f"申报件“{case.title}”没有可以撤销的本单位意见。")
    word, opinion_id = WORDS[opinion.outcome], opinion.id
    if opinion.outcome is Outcome.REFUSED:
        take_claim(session, desk.found)
    session.execute(delete(Opinion).where(Opinion.id == opinion_id))
    _unrank(session, desk)
    case.state = CaseState.SUBMITTED
    noted = Noted(ActKind.CHECKED, Moment(now, actor.name, now), reason.strip(), detail={"撤销": word})
    note(session, desk, noted, actor=actor)
    settle(session, desk, now)
    news = News(
        key=f"undo.{opinion_id}",
        headline=f"{word}已撤销，申报件重新审核",
        by=desk.unit.name,
        text=reason.strip(),
        corrects=applicant_key(desk.found.context, case, f"opinion.{opinion_id}"),
    )
    notify_applicant(session, desk.found.context, case, news, at=now)


def _give(session: Session, desk: Desk, outcome: Outcome, text: str, when: Moment) -> Opinion:
    opinion = Opinion(
        case_id=desk.found.case.id,
        batch_id=desk.found.case.batch_id,
        unit_id=desk.found.case.unit_id,
        by_unit_id=desk.unit.id,
        outcome=outcome,
        text=text,
        version_no=desk.found.case.version_no,
        given_at=when.at,
        given_by=when.by,
    )
    session.add(opinion)
    session.flush()
    return opinion


def note_checks(session: Session, desk: Desk, when: Moment, *, actor: Actor) -> None:
    """Keep the check list as it stands with an opinion, version by version, out of the applicant's sight."""
    checks = check_list(session, desk)
    if checks.items:
        note(session, desk, Noted(ActKind.CHECKED, when, is_open=False, detail=_as_detail(checks)), actor=actor)


def _as_detail(checks: CheckList) -> dict[str, object]:
    return {
        item.label: (RESULTS[item.result] + (f"：{item.remark}" if item.remark else ""))
        if item.result is not None
        else "未填写"
        for item in checks.items
    }


def end_returns(session: Session, desk: Desk, now: datetime) -> None:
    """Close what the unit above had returned to this one: its answer is given."""
    session.execute(
        update(CaseReturn)
        .where(
            CaseReturn.case_id == desk.found.case.id,
            CaseReturn.to_unit_id == desk.unit.id,
            CaseReturn.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def _unrank(session: Session, desk: Desk) -> None:
    """Take the case out of the unit's order; the others keep theirs."""
    session.execute(
        update(Recommendation)
        .where(Recommendation.case_id == desk.found.case.id, Recommendation.unit_id == desk.unit.id)
        .values(rank=None)
    )


def _tell(session: Session, desk: Desk, opinion: Opinion, now: datetime) -> None:
    is_passed = opinion.outcome is Outcome.PASSED
    news = News(
        key=f"opinion.{opinion.id}",
        headline=WORDS[opinion.outcome],
        by=desk.unit.name,
        text=f"{'意见' if is_passed else '理由'}：{opinion.text}",
        opinion_id=opinion.id,
        true_while=STILL_PASSED if is_passed else (CaseState.REFUSED,),
    )
    notify_applicant(session, desk.found.context, desk.found.case, news, at=now)
