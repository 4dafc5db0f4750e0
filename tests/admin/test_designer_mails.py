"""Mail texts in the designer: whose words each occasion has, an editor, a preview, a test mail to oneself."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from domain.definition import MailKind
from models import Mail, User
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser
from tests.support.designing import Typist
from tests.support.filled import World

PAGE = "mails/reminder"
GOOD = {"subject": "请{{ unit }}办理", "body": "{{ person }}：\n\n请于 {{ first.due }} 前办理。"}


@pytest.fixture
def typist(coordinator: Browser, database: Database, world: World) -> Typist:
    return Typist(coordinator, database, "draft-2024")


def test_every_occasion_is_listed_with_whose_words_it_has(typist: Typist) -> None:
    page = typist.browser.text(f"{typist.base}/part/mails")
    assert page.count("系统默认") == len(MailKind) and "本批次自定" not in page
    typist.done(PAGE, GOOD)
    page = typist.browser.text(f"{typist.base}/part/mails")
    assert page.count("系统默认") == len(MailKind) - 1 and page.count("本批次自定") == 1


def test_the_list_says_when_a_digest_takes_the_place_of_a_reminder(typist: Typist) -> None:
    page = typist.browser.text(f"{typist.base}/part/mails")

    assert "只有一项待办事项时用它，有两项以上时由汇总提醒代替" in page
    assert "有两项以上待办事项时代替催办提醒" in page


def test_a_text_is_stored_with_its_english_and_taken_back(typist: Typist) -> None:
    """S4-9: Chinese and English; going back to the house's words is one button."""
    typist.done(PAGE, {**GOOD, "subject_en": "Due {{ first.due }}", "body_en": "Dear {{ person }}"})
    typist.done("mails/reminder@contacts", {"subject": "只此环节", "body": "甲\r\n乙"})
    mails = typist.working().definition.mails
    assert [(one.kind, one.stage) for one in mails] == [(MailKind.REMINDER, None), (MailKind.REMINDER, "contacts")]
    assert mails[0].subject_en == "Due {{ first.due }}" and mails[1].body == "甲\n乙"
    page = typist.browser.text(f"{typist.base}/{PAGE}")
    assert "与系统默认文本的不同" in page and "恢复系统默认" in page

    typist.done(f"{PAGE}/reset")
    assert [one.stage for one in typist.working().definition.mails] == ["contacts"]
    typist.done(f"{PAGE}/reset")


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("body", "{{ ''.__class__ }}", "不能使用“__class__”"),
        ("body", "{% include '../admin/base.html' %}", "这里不能引用"),
        ("body", "一\n{{ nonsense }}", "第 2 行：没有“nonsense”可以取用"),
        ("body", "{% for a in duties %}", "没有配对"),
        ("body", "长" * 25_000, "过长"),
        ("subject", "甲\nBcc: all@office.example", "只能有一行"),
        ("subject", "", "请填写标题"),
        ("subject_en", "{{ nonsense }}", "nonsense"),
    ],
)
def test_a_bad_text_is_refused_beside_its_field_and_kept(typist: Typist, field: str, text: str, words: str) -> None:
    """S4-9, F30: template injection and header injection are refused with a sentence."""
    refused = typist.post(PAGE, {**GOOD, "body_en": "x", "subject_en": "x", field: text})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and words in page
    assert "所填内容都还在" in page and typist.working().definition.mails == ()


def test_the_preview_is_for_any_unit_and_tells_when_samples_stand_in(typist: Typist) -> None:
    page = typist.browser.text(f"{typist.base}/{PAGE}")
    assert "没有选择单位" in page and "batch.contacts" in page and "咨询联系人" in page
    sent = {**GOOD, "look": "1", "unit": "1"}
    answer = typist.browser.http.post(
        f"{typist.base}/{PAGE}",
        data={"csrf_token": typist.browser.csrf, "step": "0", **sent},
        headers={"Accept": "application/json"},
    )
    told = json.loads(answer.data)
    assert "办理" in told["subject"] and told["because"] and not told["problem"]
    english = typist.browser.text(f"{typist.base}/{PAGE}", lang="en")
    assert "Reminder:" in english
    assert typist.post(PAGE, {"look": "1", **GOOD}).status_code == 200
    assert typist.step() == 0


def test_a_test_mail_goes_to_the_signed_in_person_alone(typist: Typist) -> None:
    """S4-9: a test mail to oneself, through the outbox."""
    without = typist.post(PAGE, {**GOOD, "try": "1"})
    assert without.status_code == 422 and "没有登记电子邮箱" in without.get_data(as_text=True)
    with typist.database.write(Scope()) as session:
        person = session.scalars(select(User).where(User.account.startswith("coordinator"))).one()
        person.email = "me@office.example"
    sent = typist.post(PAGE, {**GOOD, "try": "1", "address": "other@office.example"})
    assert "只发给您本人：me@office.example" in sent.get_data(as_text=True)
    with typist.database.read(Scope()) as session:
        (mail,) = session.scalars(select(Mail).where(Mail.key.startswith("test/"))).all()
        assert mail.address == "me@office.example"
    assert "最近试发" in typist.browser.text(f"{typist.base}/{PAGE}")


def test_an_occasion_that_there_is_not_is_not_there(typist: Typist) -> None:
    for name in ("nonsense", "reminder@nowhere", "reminder@"):
        assert typist.browser.get(f"{typist.base}/mails/{name}").status_code == 404
