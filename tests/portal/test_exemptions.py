"""The unit's written explanation on its page, and the file that goes with it."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from domain.duties import Settlement
from models import Duty, Exemption, StoredFile
from models.scope import Scope
from tests.support.portal import Browser, Portal, set_time, words

PDF = b"%PDF-1.7\n" + b"%%EOF\n" * 10


def explain(browser: Browser, duty: int, content: bytes | None = PDF, name: str = "说明.pdf", **form: Any) -> Any:
    browser.get(f"/duties/{duty}/exemption")
    fields: dict[str, Any] = {"reason": "cancelled", "text": "", **form}
    if content is not None:
        fields["file"] = (io.BytesIO(content), name)
    return browser.post(f"/duties/{duty}/exemption", fields, content_type="multipart/form-data")


def settled_as(portal: Portal, duty: int) -> Settlement | None:
    with portal.database.read(Scope()) as session:
        return session.get_one(Duty, duty).settled_as


def test_an_explanation_closes_the_duty_and_its_file_can_be_fetched(portal: Portal, officer: Browser) -> None:
    """S003-52, S003-54: saved as it was, never shown in the site's name (S42)."""
    duty = portal.duty(stage="evaluation", about="甲公司")

    assert explain(officer, duty, name="../关于注销的说明.pdf").status_code == 303

    page = officer.text(f"/duties/{duty}")
    assert settled_as(portal, duty) is Settlement.EXEMPT
    assert "注销" in page and "关于注销的说明.pdf" in page
    with portal.database.read(Scope()) as session:
        row = session.scalars(select(StoredFile)).one()
    fetched = officer.get(f"/files/{row.id}")
    assert (fetched.data, fetched.mimetype) == (PDF, "application/pdf")
    headers = fetched.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E5%85%B3%E4%BA%8E" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    fetched.close()
    assert (portal.files / row.sha256).read_bytes() == PDF


def test_the_file_of_another_unit_looks_like_none_at_all(portal: Portal, officer: Browser) -> None:
    """S02: the bytes of an attachment."""
    explain(officer, portal.duty(stage="evaluation", about="甲公司"))
    with portal.database.read(Scope()) as session:
        file_id = session.scalars(select(StoredFile.id)).one()
    stranger = portal.officer(2)

    foreign, missing = stranger.get(f"/files/{file_id}"), stranger.get("/files/2000000000")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.get_data() == missing.get_data()
    assert Browser(portal.app).get(f"/files/{file_id}").status_code == 303


def test_other_reasons_need_words_and_every_gap_is_told_at_once(portal: Portal, officer: Browser) -> None:
    """S003-55"""
    duty = portal.duty(stage="evaluation", about="甲公司")

    refused = explain(officer, duty, content=None, reason="other")

    said = words(refused)
    assert refused.status_code == 422
    assert "还有 2 处需要改正" in said
    assert "选择“其他”时请说明具体情况" in said and "请上传本单位盖章的书面说明" in said
    assert 'value="other" checked' in refused.get_data(as_text=True)
    assert settled_as(portal, duty) is None
    assert explain(officer, duty, reason="other", text="整体搬迁").status_code == 303


def test_an_empty_file_and_a_disguised_programme_are_refused(portal: Portal, officer: Browser) -> None:
    """S42, S44"""
    duty = portal.duty(stage="evaluation", about="甲公司")

    empty = explain(officer, duty, content=b"")
    disguised = explain(officer, duty, content=b"MZ\x90\x00" + b"\x00" * 500)

    assert (empty.status_code, "0 字节" in words(empty)) == (422, True)
    assert (disguised.status_code, "改扩展名无效" in words(disguised)) == (422, True)
    with portal.database.read(Scope()) as session:
        assert session.scalars(select(StoredFile)).all() == []
    assert settled_as(portal, duty) is None


def test_a_file_that_was_taken_need_not_be_sent_again(portal: Portal, officer: Browser) -> None:
    duty = portal.duty(stage="evaluation", about="甲公司")

    refused = explain(officer, duty, reason="none of these")
    assert "已上传：说明.pdf" in words(refused)
    again = officer.post(f"/duties/{duty}/exemption", {"reason": "cancelled", "text": ""})

    assert again.status_code == 303
    with portal.database.read(Scope()) as session:
        assert session.scalars(select(Exemption.file_id)).one() == session.scalars(select(StoredFile.id)).one()


def test_a_file_of_another_unit_cannot_be_attached(portal: Portal, officer: Browser) -> None:
    """S05"""
    explain(officer, portal.duty(stage="evaluation", about="甲公司"))
    with portal.database.read(Scope()) as session:
        foreign = session.scalars(select(StoredFile.id)).one()
    stranger, duty = portal.officer(2), portal.duty(2, "evaluation")

    for file_id in (str(foreign), "99999999999999999999", "x"):
        assert explain(stranger, duty, content=None, _file=file_id).status_code == 422
    assert settled_as(portal, duty) is None


def test_an_explanation_may_be_taken_back_until_the_deadline(portal: Portal, officer: Browser) -> None:
    duty = portal.duty(stage="evaluation", about="甲公司")
    explain(officer, duty)
    officer.get(f"/duties/{duty}")

    assert officer.post(f"/duties/{duty}/exemption/withdraw").status_code == 303
    assert settled_as(portal, duty) is None
    explain(officer, duty)
    officer.get(f"/duties/{duty}")
    set_time(portal.database, "2023-06-01 00:00")
    assert officer.post(f"/duties/{duty}/exemption/withdraw").status_code == 409
    assert settled_as(portal, duty) is Settlement.EXEMPT


def test_after_the_cut_off_no_explanation_is_taken(portal: Portal, officer: Browser) -> None:
    """S003-56: neither filed nor explained stays red."""
    duty = portal.duty(stage="evaluation", about="甲公司")
    officer.get(f"/duties/{duty}/exemption")
    set_time(portal.database, "2023-06-01 00:00")

    late = officer.post(
        f"/duties/{duty}/exemption",
        {"reason": "cancelled", "text": "", "file": (io.BytesIO(PDF), "说明.pdf")},
        content_type="multipart/form-data",
    )

    assert (late.status_code, "截止" in words(late)) == (409, True)
    assert settled_as(portal, duty) is None
    assert "逾期" in officer.text(f"/duties/{duty}")


def test_a_stage_without_explanations_has_no_such_page(portal: Portal, officer: Browser) -> None:
    assert officer.get(f"/duties/{portal.duty()}/exemption").status_code == 404


def test_control_characters_in_the_words_are_refused(portal: Portal, officer: Browser) -> None:
    """S23"""
    duty = portal.duty(stage="evaluation", about="甲公司")

    assert explain(officer, duty, text="搬迁\x00").status_code == 422
