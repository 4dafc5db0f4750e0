"""Answering a duty on its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from domain.access import Role
from domain.duties import Settlement
from models import Answer, AuditEntry, Batch, Contact, Duty
from models.scope import Scope
from services.batches.late import LateLeave, accept_late
from services.batches.publishing import set_paused
from tests.support.batches import ANSWER, COORDINATOR, local
from tests.support.portal import Browser, Portal, set_time, words

JSON = {"Accept": "application/json"}


def answer_of(portal: Portal, duty_id: int) -> Answer | None:
    with portal.database.read(Scope()) as session:
        return session.scalars(select(Answer).where(Answer.duty_id == duty_id)).one_or_none()


def duty_of(portal: Portal, duty_id: int) -> Duty:
    with portal.database.read(Scope()) as session:
        return session.get_one(Duty, duty_id)


def test_a_contact_is_fed_back_and_receipted(portal: Portal, officer: Browser) -> None:
    """S003-28: the five fields; F27: server time and fingerprint."""
    duty = portal.duty()
    page = officer.text(f"/duties/{duty}")
    assert all(label in page for label in ("姓名", "职务", "联系电话", "传真", "电子邮箱"))
    assert "2023-03-20 周一 24:00" in page
    assert "还剩 7 天" in page

    filed = officer.post(f"/duties/{duty}", ANSWER)

    assert (filed.status_code, filed.location) == (303, f"/duties/{duty}/receipt")
    receipt = officer.text(f"/duties/{duty}/receipt")
    with portal.database.read(Scope()) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "answer")).one()
        assert session.scalars(select(Contact.email)).all() == [ANSWER["email"]]
    fingerprint = entry.changes["after"]["fingerprint"]
    assert " ".join(fingerprint[start : start + 8] for start in range(0, 64, 8)) in receipt
    assert "2023-03-13 周一 10:00:" in receipt and "（北京时间）" in receipt
    assert "第1单位" in receipt and "0371-65953693" in receipt
    assert "已报送" in officer.text(f"/duties/{duty}")


def test_every_wrong_field_says_so_and_keeps_what_was_typed(portal: Portal, officer: Browser) -> None:
    duty = portal.duty()
    officer.get(f"/duties/{duty}")

    refused = officer.post(f"/duties/{duty}", {"name": "<b>张三</b>", "phone": "12", "email": "x"})

    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "还有 2 处需要改正" in words(refused)
    assert 'value="&lt;b&gt;张三&lt;/b&gt;"' in page and 'value="12"' in page
    assert 'aria-describedby="answer-phone-error"' in page
    kept = answer_of(portal, duty)
    assert kept is not None and (kept.values["phone"], kept.filed_at) == ("12", None)


def test_an_answer_after_the_cut_off_is_refused_and_kept_as_a_draft(portal: Portal, officer: Browser) -> None:
    """S003-28, S003-41, R1, F16: the date, the time and whom to ask; what was typed is shown and kept."""
    duty = portal.duty()
    officer.get(f"/duties/{duty}")
    set_time(portal.database, "2023-03-21 00:00")

    refused = officer.post(f"/duties/{duty}", ANSWER)

    said = words(refused)
    assert refused.status_code == 409
    assert "已于 2023-03-20 周一 24:00（北京时间）截止" in said
    assert "您的提交到达时间为 2023-03-21 00:00:" in said
    assert "李敏 010-68205191" in said
    assert f'value="{ANSWER["email"]}"' in refused.get_data(as_text=True)
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["email"] == ANSWER["email"]
    assert (kept.filed_at, duty_of(portal, duty).settled_as) == (None, None)
    assert "不再接收报送" in officer.text(f"/duties/{duty}")


def test_the_last_minute_counts(portal: Portal, officer: Browser) -> None:
    """R1, F16"""
    duty = portal.duty()
    officer.get(f"/duties/{duty}")
    set_time(portal.database, "2023-03-20 23:59")

    assert officer.post(f"/duties/{duty}", ANSWER).status_code == 303


def test_leave_to_answer_late_lets_the_answer_in_and_marks_it(portal: Portal, officer: Browser) -> None:
    """S003-42"""
    duty = portal.duty()
    set_time(portal.database, "2023-03-22 10:00")
    leave = LateLeave(
        stage="contacts",
        unit_id=portal.unit(),
        until=local("2023-03-24 00:00"),
        reason="人员变动",
        approver="李司长",
    )
    with portal.database.write(Scope()) as session:
        accept_late(session, portal.batch(), leave, actor=COORDINATOR, now=local("2023-03-22 09:00"))

    assert "已准许补报" in officer.text(f"/duties/{duty}")
    assert officer.post(f"/duties/{duty}", ANSWER).status_code == 303

    assert duty_of(portal, duty).is_late
    assert "补报" in officer.text(f"/duties/{duty}/receipt")


def test_a_stage_to_come_shows_when_it_opens_and_takes_nothing(portal: Portal, officer: Browser) -> None:
    duty = portal.duty()
    set_time(portal.database, "2023-03-05 10:00")

    assert "2023-03-06 周一 09:00 开放" in officer.text(f"/duties/{duty}")
    refused = officer.post(f"/duties/{duty}", {**ANSWER, "csrf_token": _token(officer)})
    assert refused.status_code == 409
    assert "尚未开放" in words(refused)


def _token(browser: Browser) -> str:
    browser.get("/membership")
    return browser.hidden["csrf_token"]


def test_a_paused_batch_keeps_drafts_only(portal: Portal, officer: Browser) -> None:
    duty = portal.duty()
    with portal.database.write(Scope()) as session:
        batch = session.scalars(select(Batch)).one()
        set_paused(session, batch, is_paused=True, reason="核对", actor=COORDINATOR, now=local("2023-03-13 09:00"))

    assert "批次已暂停" in officer.text(f"/duties/{duty}")
    assert officer.post(f"/duties/{duty}", ANSWER).status_code == 409
    assert answer_of(portal, duty) is not None


def test_nothing_to_report_closes_the_duty_and_may_still_be_changed(portal: Portal, officer: Browser) -> None:
    """S003-64, S001-61"""
    duty = portal.duty(stage="plan")
    page = officer.get(f"/duties/{duty}").get_data(as_text=True)
    assert 'data-confirm="确定报告“本单位无推荐”吗？' in page

    assert officer.post(f"/duties/{duty}/none").status_code == 303

    assert duty_of(portal, duty).settled_as is Settlement.NONE
    assert "本单位无推荐" in officer.text(f"/duties/{duty}/receipt")
    officer.get(f"/duties/{duty}?edit=1")
    assert officer.post(f"/duties/{duty}", {"count": "3", "kind": "企业", "note": ""}).status_code == 303
    assert duty_of(portal, duty).settled_as is Settlement.DONE


def test_nothing_to_report_is_not_taken_late_nor_where_it_is_not_offered(portal: Portal, officer: Browser) -> None:
    """S003-64"""
    contacts, plan = portal.duty(), portal.duty(stage="plan")
    officer.get(f"/duties/{plan}")
    assert officer.post(f"/duties/{contacts}/none").status_code == 404

    set_time(portal.database, "2023-06-01 00:00")
    refused = officer.post(f"/duties/{plan}/none")

    assert (refused.status_code, "截止" in words(refused)) == (409, True)
    assert duty_of(portal, plan).settled_as is None


def test_a_draft_is_saved_by_the_pages_script(portal: Portal, officer: Browser) -> None:
    """S61"""
    duty = portal.duty()
    officer.get(f"/duties/{duty}")
    headers = {**JSON, "X-CSRFToken": officer.hidden["csrf_token"]}
    sent = {"name": "张", "_revision": "0"}

    saved = officer.http.post(f"/duties/{duty}/draft", data=sent, headers=headers)

    assert saved.get_json() == {"revision": 1, "saved_at": "2023-03-13 周一 10:00", "by": "officer1先生"}
    assert 'value="张"' in officer.get(f"/duties/{duty}").get_data(as_text=True)
    assert officer.http.post(f"/duties/{duty}/draft", data=sent, headers=JSON).status_code == 400


def test_a_draft_with_characters_that_no_database_takes_is_kept_without_them(
    portal: Portal, officer: Browser
) -> None:
    """S23"""
    duty = portal.duty()
    officer.get(f"/duties/{duty}")

    assert officer.post(f"/duties/{duty}/draft", {"name": "张\x00三"}).status_code == 303
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["name"] == "张三"
    officer.get(f"/duties/{duty}")
    assert officer.post(f"/duties/{duty}", {**ANSWER, "name": "张\x00三"}).status_code == 422


def test_two_people_who_save_a_draft_are_both_shown_both_versions(portal: Portal, officer: Browser) -> None:
    """S66: nothing is overwritten unasked."""
    duty, colleague = portal.duty(), portal.officer(1, "colleague")
    officer.get(f"/duties/{duty}")
    colleague.get(f"/duties/{duty}")
    officer.post(f"/duties/{duty}/draft", {"name": "张三", "post": "处长"})
    headers = {**JSON, "X-CSRFToken": colleague.hidden["csrf_token"]}
    sent = {"name": "李四", "post": "处长", "_revision": colleague.hidden["_revision"]}

    overtaken = colleague.http.post(f"/duties/{duty}/draft", data=sent, headers=headers)

    body = overtaken.get_json()
    assert overtaken.status_code == 409
    assert (body["theirs"], body["revision"], body["saved_by"]) == (
        {"name": "张三", "post": "处长", "phone": "", "fax": "", "email": ""},
        1,
        "officer1先生",
    )
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["name"] == "张三"


@pytest.mark.parametrize("button", ["", "/draft"])
def test_without_scripts_both_versions_are_shown_on_the_page(portal: Portal, officer: Browser, button: str) -> None:
    """S66"""
    duty, colleague = portal.duty(), portal.officer(1, "colleague")
    officer.get(f"/duties/{duty}")
    colleague.get(f"/duties/{duty}")
    officer.post(f"/duties/{duty}/draft", {**ANSWER, "name": "张三"})

    overtaken = colleague.post(f"/duties/{duty}{button}", {**ANSWER, "name": "李四"})

    said = words(overtaken)
    assert overtaken.status_code == 409
    assert "officer1先生 于 2023-03-13 周一 10:00 保存了另一份内容" in said
    assert "姓名 李四 张三" in said
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["name"] == "张三"
    assert colleague.post(f"/duties/{duty}{button}", {**ANSWER, "name": "李四"}).status_code == 303
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["name"] == "李四"


def test_a_filed_answer_may_be_filed_again_and_is_no_draft_any_more(portal: Portal, officer: Browser) -> None:
    duty = portal.duty()
    officer.get(f"/duties/{duty}")
    officer.post(f"/duties/{duty}", ANSWER)

    editing = officer.get(f"/duties/{duty}?edit=1").get_data(as_text=True)
    assert "重新报送" in editing and "data-autosave=" not in editing
    assert officer.post(f"/duties/{duty}/draft", {**ANSWER, "name": "李四"}).status_code == 409
    officer.get(f"/duties/{duty}?edit=1")
    assert officer.post(f"/duties/{duty}", {**ANSWER, "name": "李四"}).status_code == 303
    kept = answer_of(portal, duty)
    assert kept is not None and kept.values["name"] == "李四"


def test_a_duty_of_another_unit_looks_like_none_at_all(portal: Portal, officer: Browser) -> None:
    """S02, S003-69: the same answer as for an id that does not exist, whatever is asked."""
    foreign, missing = portal.duty(2), 2_000_000_000
    officer.get(f"/duties/{portal.duty()}")
    asked: list[Callable[[int], object]] = [
        lambda id_: officer.get(f"/duties/{id_}"),
        lambda id_: officer.get(f"/duties/{id_}/receipt"),
        lambda id_: officer.get(f"/duties/{id_}/exemption"),
        lambda id_: officer.post(f"/duties/{id_}", ANSWER),
        lambda id_: officer.post(f"/duties/{id_}/draft", ANSWER),
        lambda id_: officer.post(f"/duties/{id_}/none"),
        lambda id_: officer.post(f"/duties/{id_}/exemption", {"reason": "other"}),
        lambda id_: officer.post(f"/duties/{id_}/exemption/withdraw"),
    ]

    for ask in asked:
        answers = [ask(foreign), ask(missing)]
        assert [a.status_code for a in answers] == [404, 404]  # type: ignore[attr-defined]  # responses of the client
        assert len({a.get_data() for a in answers}) == 1  # type: ignore[attr-defined]  # responses of the client
    assert answer_of(portal, foreign) is None


def test_an_id_that_no_column_holds_is_not_found(officer: Browser) -> None:
    """S22, S20"""
    for id_ in ("0", "-1", "99999999999999999999", "1'--", "%00"):
        assert officer.get(f"/duties/{id_}").status_code == 404


def test_who_answers_for_nobody_is_refused(portal: Portal) -> None:
    duty = portal.duty()

    for role in (Role.COORDINATOR, Role.AUDITOR, Role.APPLICANT, Role.EXPERT):
        assert portal.person(role, role.value).get(f"/duties/{duty}").status_code == 403
    anonymous = Browser(portal.app).get(f"/duties/{duty}")
    assert (anonymous.status_code, anonymous.location) == (303, f"/sign-in?next=/duties/{duty}")


def test_an_unfiled_duty_has_no_receipt(portal: Portal, officer: Browser) -> None:
    assert officer.get(f"/duties/{portal.duty()}/receipt").status_code == 404
