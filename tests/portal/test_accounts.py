"""Applicants' accounts as people meet them: registering, being approved, the own page, invitations, the list."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.access import Role
from models import Admission, Membership, Organisation, Unit, User
from models.lists import Entity, ExtraKind
from models.scope import Scope
from models.session import Database
from services.sheets import read_sheet, write_sheet
from tests.support.account_pages import REGISTER, applicant, count, organisation_id, sent, stranger
from tests.support.accounts import DIRECT, answers, open_batch
from tests.support.case_rows import credit_code
from tests.support.extras import add
from tests.support.people import PASSWORD
from tests.support.portal import NOW, Browser, Portal, make_app, set_time, words


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> Portal:
    with database.write(Scope()) as session:
        open_batch(session)
    set_time(database, NOW)
    return Portal(make_app(database, tmp_path / "data"), database, tmp_path / "data" / "files")


def test_a_stranger_registers_signs_in_and_sees_how_it_stands(portal: Portal) -> None:
    """S003-31: from the public page of the batch to the own page, which says that approval is waited for."""
    browser = stranger(portal)

    answer = browser.post(REGISTER, sent(portal))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/batches/batch-2023/registered")
    assert "认证通过后才能提交" in browser.text("/batches/batch-2023/registered")
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": "13800000001", "password": PASSWORD})

    own = browser.text("/organisation")
    assert "待认证" in own
    assert "第1单位" in own
    assert browser.text("/work").count("第1制造公司") >= 1, "the header shows the organisation"


def test_every_registration_is_answered_alike(portal: Portal) -> None:
    """Neither code nor number can be asked for: new, known code, known number get the same answer."""
    seen = []
    for form in (
        sent(portal),
        sent(portal, 1, person_mobile="13900000002"),
        sent(portal, 2),
        sent(portal, 3, person_mobile="13800000001"),
    ):
        browser = stranger(portal)
        answer = browser.post(REGISTER, form)
        page = words(browser.get(answer.headers["Location"]))
        seen.append((answer.status_code, answer.headers["Location"], page))

    assert len(set(seen)) == 1
    assert (count(portal, Organisation), count(portal, User), count(portal, Admission)) == (2, 3, 1)


def test_what_is_wrong_is_shown_beside_its_field_and_the_rest_is_kept(portal: Portal) -> None:
    browser = stranger(portal)
    wrong = sent(portal, credit_code="91410300MA40000000", unit_id="", password_again="x", person_mobile="1")

    answer = browser.post(REGISTER, wrong)
    page = words(answer)

    assert answer.status_code == 422
    for sentence in ("校验位不对", "请选择所在地的推荐单位", "两次输入的密码不一致", "手机号应为 11 位"):
        assert sentence in page
    assert "第1制造公司" in answer.get_data(as_text=True)
    assert PASSWORD not in answer.get_data(as_text=True)
    assert (count(portal, Organisation), count(portal, User)) == (0, 0)


def test_registering_is_slowed_down(portal: Portal) -> None:
    """Five tries about one code from one place are free, the next must wait; another code need not."""
    browser = stranger(portal)
    codes = [browser.post(REGISTER, sent(portal)).status_code for _ in range(6)]

    assert codes == [303] * 5 + [429]
    assert stranger(portal).post(REGISTER, sent(portal, 2)).status_code == 303


def test_the_direct_way_is_not_for_whoever_chooses_it(portal: Portal) -> None:
    """S004-21"""
    answer = stranger(portal).post(REGISTER, sent(portal, unit=int(DIRECT)))

    assert answer.status_code == 422
    assert "只受理名单内的单位" in words(answer)


def test_the_officer_approves_and_the_person_sees_it(portal: Portal) -> None:
    """S000-39: officer and moment stand on both pages."""
    own, officer = applicant(portal), portal.officer(1)
    key = organisation_id(portal)
    assert "第1制造公司" in officer.text("/applicants")
    assert "赵六" in officer.text(f"/applicants/{key}")

    answer = officer.post(f"/applicants/{key}", {"answer": "approve"})

    assert answer.status_code == 303
    assert "officer1先生" in officer.text(f"/applicants/{key}")
    assert "已认证" in own.text("/organisation")
    assert "officer1先生" in own.text("/organisation")


def test_a_refusal_needs_a_reason(portal: Portal) -> None:
    officer = portal.officer(1)
    applicant(portal)
    key = organisation_id(portal)
    officer.get(f"/applicants/{key}")

    assert officer.post(f"/applicants/{key}", {"answer": "refuse", "reason": ""}).status_code == 422
    assert officer.post(f"/applicants/{key}", {"answer": "refuse", "reason": "名称不符"}).status_code == 303
    assert "名称不符" in officer.text(f"/applicants/{key}")


def test_many_are_decided_at_once_and_each_failure_is_named(portal: Portal) -> None:
    officer = portal.officer(1)
    applicant(portal, 1)
    applicant(portal, 2, is_approved=True)
    applicant(portal, 3, code="000002")
    officer.get("/applicants")
    ids = [str(organisation_id(portal, number)) for number in (1, 2, 3)]

    officer.post("/applicants/decide", {"id": ids, "answer": "approve"})
    page = officer.text("/applicants")

    assert "已办理 1 家" in page
    assert "“第2制造公司”已认证（由经办人办理）" in page
    assert "第3制造公司" not in page
    with portal.database.read(Scope()) as session:
        states = dict(session.execute(select(Organisation.id, Organisation.approval)).all())
    assert [states[int(one)].value for one in ids] == ["approved", "approved", "pending"]


def test_the_file_holds_what_the_list_shows_and_no_formula(portal: Portal) -> None:
    """S003-69: the export is narrowed as the list is."""
    applicant(portal, 1)
    applicant(portal, 2, code="000002")
    with portal.database.write(Scope()) as session:
        session.get_one(Organisation, organisation_id(portal)).name = "=1+1"

    answer = portal.officer(1).get("/applicants.xlsx")

    sheet = read_sheet(io.BytesIO(answer.data))
    assert [(row["单位名称"], row["推荐单位"]) for _, row in sheet.rows] == [("=1+1", "第1单位")]


def test_a_colleague_is_invited_and_withdrawn(portal: Portal) -> None:
    own = applicant(portal)
    own.get("/organisation")

    page = own.post("/organisation/invitations", {"name": "钱七"}).get_data(as_text=True)
    link = page.split('id="invitation-link">http://')[1].split("<")[0]
    path = "/" + link.partition("/")[2]
    guest = Browser(portal.app)
    assert "第1制造公司" in guest.text(path)
    form = {
        "person_name": "钱七",
        "person_mobile": "13800000077",
        "person_email": "",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    assert guest.post(path, form).status_code == 303
    assert guest.get(path).status_code == 404
    assert "钱七" in own.text("/organisation")

    own.post("/organisation/invitations", {"name": "孙八"})
    with portal.database.read(Scope()) as session:
        waiting = session.scalars(select(Admission.id).where(Admission.outcome.is_(None))).one()
    assert own.post(f"/organisation/invitations/{waiting}/withdraw").status_code == 303
    assert "孙八" not in own.text("/organisation")


def test_a_request_is_answered_by_colleague_or_officer(portal: Portal) -> None:
    own, officer = applicant(portal, is_approved=True), portal.officer(1)
    for number in (2, 3):
        stranger(portal).post(
            REGISTER, sent(portal, 1, person_mobile=f"138{number:08d}", person_name=f"新人{number}")
        )
    with portal.database.read(Scope()) as session:
        first, second = session.scalars(select(Admission.id).order_by(Admission.id)).all()
    assert "新人2" in own.text("/organisation")
    assert "新人3" in officer.text("/applicants")

    assert own.post(f"/organisation/requests/{first}", {"answer": "yes"}).status_code == 303
    assert officer.post(f"/applicants/requests/{second}", {"answer": "no", "reason": "不属实"}).status_code == 303

    page = own.text("/organisation")
    assert "新人2" in page
    assert "新人3" not in page


def test_the_own_data_is_changed_by_its_people(portal: Portal) -> None:
    own = applicant(portal, is_approved=True)
    own.get("/organisation")

    assert own.post("/organisation", answers(name="更名公司")).status_code == 303
    assert "更名公司" in own.text("/organisation")
    assert own.post("/organisation", answers(name="")).status_code == 422
    assert "已认证" in own.text("/organisation")


def test_what_the_office_asks_besides_is_answered_on_the_own_page(portal: Portal) -> None:
    """Issue 4, point 8: 补充字段, under the same rules as in the backoffice."""
    with portal.database.write(Scope()) as session:
        add(session, "grade", ExtraKind.CHOICE, "信用等级", entity=Entity.ORGANISATION, choices=("A", "B"))
    own = applicant(portal, is_approved=True)
    assert "信用等级" in own.text("/organisation")

    wrong = own.post("/organisation", {**answers(name="更名公司"), "extra.grade": "C"})
    assert (wrong.status_code, "请从下列选项中选择：A、B" in words(wrong)) == (422, True)
    assert own.post("/organisation", {**answers(name="更名公司"), "extra.grade": "B"}).status_code == 303

    with portal.database.read(Scope()) as session:
        found = session.scalars(select(Organisation).where(Organisation.name == "更名公司")).one()
        assert found.extra == {"grade": "B"}


def test_the_office_keeps_the_list(portal: Portal) -> None:
    """S004-21"""
    office = portal.person(Role.COORDINATOR, "wang")
    path = "/batches/batch-2023/listed"
    assert "名单是空的" in office.text(path)
    with portal.database.read(Scope()) as session:
        direct = str(session.scalars(select(Unit.id).where(Unit.code == DIRECT)).one())

    book = write_sheet(
        "名单", ("统一社会信用代码", "单位名称"), [(credit_code(1), "甲集团"), (credit_code(2), "乙集团")]
    )
    file = (io.BytesIO(book), "list.xlsx")
    assert office.post(path, {"unit_id": direct, "file": file}).status_code == 303
    assert office.post(path, {"unit_id": direct, "credit_code": "x", "name": "丙"}).status_code == 422
    page = office.text(path)
    assert ("甲集团" in page, "乙集团" in page, "丙" in page) == (True, True, False)
    assert applicant(portal).get(path).status_code == 403
    assert portal.officer(1).get(path).status_code == 403


def test_an_officer_invites_an_officer_and_enters_a_city(portal: Portal) -> None:
    """S000-04"""
    officer = portal.officer(1)
    unit = portal.unit(1)
    officer.get(f"/units/{unit}/applicants/new?place=1")
    assert officer.post(f"/units/{unit}/applicants/new?place=1", {"name": "甲市人民政府"}).status_code == 303
    assert "甲市人民政府" in officer.text("/applicants")
    assert "/invitations/" in officer.post(f"/units/{unit}/invitations", {"name": "周九"}).get_data(as_text=True)
    assert officer.post(f"/units/{portal.unit(2)}/invitations", {"name": "周九"}).status_code == 404


def test_a_person_of_two_organisations_chooses_for_which_to_act(portal: Portal) -> None:
    """The header names the organisation, and each identity sees its own alone."""
    browser = stranger(portal)
    browser.post(REGISTER, sent(portal, 1))
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": "13800000001", "password": PASSWORD})
    browser.get(REGISTER)
    assert browser.post(REGISTER, sent(portal, 2)).status_code == 303
    page = browser.text("/membership")
    assert "第1制造公司" in page
    assert "第2制造公司" in page

    with portal.database.read(Scope()) as session:
        second = session.scalars(
            select(Membership.id).where(Membership.organisation_id == organisation_id(portal, 2))
        ).one()
    assert browser.post("/membership", {"membership": str(second)}).status_code == 303

    own = browser.text("/organisation")
    assert "第2制造公司" in own
    assert "第1制造公司" not in own
