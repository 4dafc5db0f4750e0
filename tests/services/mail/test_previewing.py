"""Mail texts before they leave: the preview is what leaves, in the installation's language; tests go home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Due, MailKind, MailText
from domain.errors import Conflict, Invalid, NotAllowed
from models import Mail, MailState, Unit
from services.batches.advancing import advance
from services.batches.context import load
from services.definitions.wording import SAMPLES
from services.mail.claiming import claim, store
from services.mail.composing import Composed, Stopped, compose
from services.mail.texts.letters import Text, house_text
from services.mail.texts.naming import MEANINGS, variables
from services.mail.texts.previewing import Preview, Wanted, difference, example, looking, occasions, preview
from services.mail.texts.sampling import OF_OTHERS, samples
from services.mail.texts.trying import MOST_IN_WINDOW, WINDOW, Tried, latest, send_to_oneself
from templates.engine import render_text
from tests.support.batches import definition, local, running
from tests.support.mailing import SENDER, owner, send_all
from tests.support.people import user

OPENING, REMINDING = local("2023-03-06 09:00"), local("2023-03-13 09:00")
LOOK = looking("http://linxuan.example")


def opened(session: Session, *texts: MailText) -> int:
    batch = running(session, replace(definition(2), mails=texts)).batch
    advance(session, batch.id, OPENING)
    return batch.id


def look(session: Session, batch_id: int, text: Text | None = None, **wanted: object) -> Preview:
    unit = session.scalars(select(Unit.id).order_by(Unit.code)).first()
    asked = Wanted(kind=MailKind.REMINDER, unit_id=unit, text=text)
    return preview(session, load(session, batch_id), replace(asked, **wanted), REMINDING, LOOK)  # type: ignore[arg-type]  # fields of Wanted


def test_the_preview_of_a_unit_is_what_is_sent_to_it(db: Session) -> None:
    """S4-9: subject, body and reader are the same to the letter."""
    batch_id = opened(
        db, MailText(kind=MailKind.REMINDER, subject="请{{ unit }}办理", body="{{ person }}：{{ first.due }}")
    )
    send_all(db, OPENING)
    shown = look(db, batch_id)

    advance(db, batch_id, REMINDING)
    left = next(mail for mail in send_all(db, REMINDING) if mail.unit == "000001")
    assert (shown.subject, shown.body, shown.to[1]) == (left.subject, left.body, left.address)
    assert shown.is_real


def test_what_has_not_come_yet_is_shown_with_samples_and_says_so(db: Session) -> None:
    batch_id = opened(db)
    for kind in MailKind:
        shown = look(db, batch_id, kind=kind)
        assert shown.subject and shown.body and not shown.problem
        assert shown.is_real == (not shown.because)
    assert "示例值" in look(db, batch_id, unit_id=None).because
    assert "示例值" in look(db, batch_id, unit_id=99999).because
    assert not db.scalars(select(Mail).where(Mail.key.startswith("preview"))).all()


def test_samples_are_of_the_batch_itself(db: Session) -> None:
    """Its own stages and dates, whatever other batches have; a digest lists two things."""
    batch_id = opened(db)

    opening = look(db, batch_id, kind=MailKind.STAGE_OPENS, unit_id=None)
    digest = look(db, batch_id, kind=MailKind.DIGEST, unit_id=None)
    extension = look(db, batch_id, kind=MailKind.EXTENSION, unit_id=None)

    assert "反馈联系人" in opening.subject and "2023-03-20 周一 24:00" in opening.subject
    assert "反馈联系人等 2 项待办，最近一项 2023-03-20" in digest.subject and OF_OTHERS in digest.body
    assert "由 2023-03-13 周一 24:00 延至 2023-03-20 周一 24:00" in extension.body
    stages = definition(2).stages
    moved = replace(
        definition(2), stages=(replace(stages[0], title="报送联系人", due=Due(working_days=5)), *stages[1:])
    )
    shown = {one.kind: example(moved, one) for one in occasions(moved)}
    assert "报送联系人" in shown[MailKind.STAGE_OPENS] and "未定" in shown[MailKind.STAGE_OPENS]
    both = replace(moved, stages=(*moved.stages, replace(stages[0], key="plans", title="报送计划")))
    assert {item["title"] for item in samples(both, MailKind.DIGEST, "plans")["duties"]} == {"报送计划", "报送联系人"}
    assert samples(replace(moved, stages=()), MailKind.REMINDER)["stage"]


def test_the_sample_of_an_account_mail_tells_of_an_account(db: Session) -> None:
    shown = look(db, opened(db), kind=MailKind.ACCOUNT, unit_id=None)

    assert "单位账号已认证" in shown.subject and "补正" not in shown.subject + shown.body


@pytest.mark.parametrize(
    ("subject", "body", "place", "words"),
    [
        ("x", "{{ ''.__class__ }}", "body", "不能使用“__class__”"),
        ("x", "{% include 'frame.html' %}", "body", "这里不能引用"),
        (
            "x",
            "一\n{% for a in duties %}{% for b in duties %}{{ b.title }}{% endfor %}{% endfor %}",
            "body",
            "第 2 行",
        ),
        ("x", "{{ 'x' * 999999999 }}", "body", "第 1 行"),
        ("x", "长" * 30_000, "body", "过长"),
        ("x", "一\n二\n{{ nonsense }}", "body", "第 3 行：没有“nonsense”可以取用"),
        ("x", "{{ first.nonsense }}", "body", "第 1 行：没有“nonsense”这一项"),
        ("x", "{% if unit %}", "body", "配对"),
        ("x", "{{ unit|nonsense }}", "body", "nonsense"),
        ("一\nBcc: all@office.example", "x", "subject", "只能有一行"),
        ("{% for a in duties %}{{ a.title }}\n{{ a.due }}{% endfor %}", "x", "subject", "只能有一行"),
        ("", "x", "subject", "请填写标题"),
        ("长" * 300, "x", "subject", "标题过长"),
    ],
)
def test_what_cannot_be_a_mail_is_told_beside_its_line(
    db: Session, subject: str, body: str, place: str, words: str
) -> None:
    """S24, S25, S26: injection, loops that explode, huge texts, more headers."""
    shown = look(db, opened(db), Text(subject, body))
    assert shown.place == place
    assert words in shown.problem


@pytest.mark.parametrize("kind", MailKind)
def test_every_name_has_its_meaning_and_can_be_inserted(kind: MailKind) -> None:
    """S4-9: what is offered is what the composer hands over, and each piece makes a text."""
    offered = variables(kind)
    for one in offered:
        assert one.path in MEANINGS
        source = one.snippet
        if one.of:
            item = one.snippet.split("{{ ")[1].split(".")[0]
            source = f"{{% for {item} in {one.of} %}}{one.snippet}{{% endfor %}}"
        render_text(source, SAMPLES[kind][0])


# ---------- languages


@pytest.mark.parametrize("kind", MailKind)
def test_the_house_has_an_english_version_of_every_text(kind: MailKind) -> None:
    """S4-9: Chinese and English."""
    text = house_text(kind, is_english=True)
    for sample in SAMPLES[kind]:
        assert "{{" not in render_text(text.subject + text.body, sample)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.subject + text.body)


def test_an_english_installation_sends_english_and_dates_in_english(db: Session) -> None:
    batch_id = opened(db)
    send_all(db, OPENING)
    advance(db, batch_id, REMINDING)

    made = [
        one
        for one in compose(db, claimed(db), REMINDING, replace(SENDER, is_english=True))
        if isinstance(one, Composed)
    ]
    assert made
    for one in made:
        assert "Reminder" in one.subject and "20 Mar 2023" in one.subject
        assert "please disregard" in one.body and "days left" in one.body
        assert "周" not in one.body


def claimed(session: Session) -> list[int]:
    return claim(session, owner(REMINDING), REMINDING)


@pytest.mark.parametrize(("own", "words"), [(("Due", "Do it"), "Do it"), (("", ""), "请办理，2023-03-20 周一 24:00")])
def test_a_batch_with_words_of_its_own_sends_them_in_english_only_where_it_has_them(
    db: Session, own: tuple[str, str], words: str
) -> None:
    text = MailText(
        kind=MailKind.REMINDER, subject="提醒", body="请办理，{{ first.due }}", subject_en=own[0], body_en=own[1]
    )
    batch_id = opened(db, text)
    send_all(db, OPENING)
    advance(db, batch_id, REMINDING)

    made = compose(db, claimed(db), REMINDING, replace(SENDER, is_english=True))
    assert {one.body.strip() for one in made if isinstance(one, Composed)} == {words}


# ---------- the list


def test_the_list_tells_whose_words_each_occasion_has(db: Session) -> None:
    own = MailText(kind=MailKind.REMINDER, subject="甲", body="乙")
    staged = replace(own, stage="contacts", subject="丙")
    found = {one.name: one for one in occasions(replace(definition(1), mails=(own, staged)))}

    assert found["reminder"].own == own and found["reminder@contacts"].subject == "丙"
    assert found["case"].own is None and "{{ case.title }}" in found["case"].subject
    assert ("+", "乙") in difference(house_text(MailKind.REMINDER), Text(own.subject, own.body))


# ---------- test mails


def author(session: Session, email: str | None = "author@office.example") -> Actor:
    person = user(session, "author", email=email)
    return Actor("王主任", Role.COORDINATOR, user_id=person.id)


TEXT = Tried(MailKind.REMINDER, "contacts", "请办理", "张三：\n\n请办理。\n")


def test_a_test_mail_goes_to_its_author_alone_and_leaves_like_any_other(db: Session) -> None:
    batch_id = opened(db)
    send_all(db, OPENING)
    actor = author(db)

    assert send_to_oneself(db, load(db, batch_id), TEXT, actor=actor, now=REMINDING) == "author@office.example"
    send_to_oneself(db, load(db, batch_id), TEXT, actor=actor, now=REMINDING)
    (left,) = send_all(db, REMINDING)
    assert (left.address, left.subject, left.unit) == ("author@office.example", "【试发】请办理", None)
    assert "请办理。" in left.body
    assert [mail.state for mail in latest(db, load(db, batch_id), actor=actor)] == [MailState.SENT]


def test_an_address_that_is_not_allowed_is_held_and_says_why(db: Session) -> None:
    batch_id = opened(db)
    send_all(db, OPENING)
    actor = author(db, "author@elsewhere.invalid")
    send_to_oneself(db, load(db, batch_id), TEXT, actor=actor, now=REMINDING)

    (made,) = (stopped := compose(db, claimed(db), REMINDING, SENDER))
    assert isinstance(made, Stopped)
    store(db, stopped, "test")
    (shown,) = latest(db, load(db, batch_id), actor=actor)
    assert shown.state is MailState.HELD and "不在允许发送的地址范围内" in shown.because


def test_test_mails_are_few_and_need_an_address(db: Session) -> None:
    batch_id = opened(db)
    actor, context = author(db), load(db, batch_id)
    for number in range(MOST_IN_WINDOW):
        send_to_oneself(db, context, replace(TEXT, subject=f"第 {number} 次"), actor=actor, now=REMINDING)
    with pytest.raises(Conflict, match="最多试发"):
        send_to_oneself(db, context, replace(TEXT, subject="再来"), actor=actor, now=REMINDING)
    later = REMINDING + WINDOW + timedelta(seconds=1)
    send_to_oneself(db, context, replace(TEXT, subject="再来"), actor=actor, now=later)

    nobody = Actor("无邮箱", Role.COORDINATOR)
    with pytest.raises(Invalid) as refused:
        send_to_oneself(db, context, TEXT, actor=nobody, now=later)
    assert "没有登记电子邮箱" in refused.value.problems[0].sentence
    with pytest.raises(Invalid):
        send_to_oneself(db, context, replace(TEXT, subject="一\n二"), actor=actor, now=later + WINDOW)
    with pytest.raises(NotAllowed):
        send_to_oneself(db, context, TEXT, actor=Actor("经办人", Role.OFFICER, branch="/000001/"), now=later)
