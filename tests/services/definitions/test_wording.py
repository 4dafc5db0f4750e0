"""A batch's own mail texts are tried before they are stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.definition import MailKind, MailText
from domain.errors import Invalid
from services.definitions import dump, report
from services.definitions.reading import parse
from services.definitions.wording import SAMPLES, check_texts
from services.definitions.yaml_text import read_yaml
from templates.engine import mail_source, render_text
from tests.support.definitions import SMALL


def text(kind: MailKind = MailKind.REMINDER, subject: str = "提醒", body: str = "请办理。", **more: str) -> MailText:
    return MailText(kind=kind, subject=subject, body=body, **more)


@pytest.mark.parametrize("kind", MailKind)
def test_the_texts_of_the_house_can_be_made_from_the_samples(kind: MailKind) -> None:
    """Whoever begins with the house's words begins with words that pass."""
    name = MailKind.REMINDER if kind is MailKind.DIGEST else kind
    subject, _, body = mail_source(name.value).partition("\n")

    assert list(check_texts(replace(SMALL, mails=(text(kind, subject, body),)))) == []
    for sample in SAMPLES[kind]:
        assert "{{" not in render_text(subject + body, sample)


@pytest.mark.parametrize(
    ("wrong", "path", "words"),
    [
        (text(subject="{{ nonsense }}"), "mails.reminder.subject", "第 1 行：没有“nonsense”可以取用"),
        (text(body="{{ first.nonsense }}"), "mails.reminder.body", "没有“nonsense”这一项"),
        (text(body="{{ units|length }}"), "mails.reminder.body", "没有“units”可以取用"),
        (text(body="{% for %}"), "mails.reminder.body", "模板有误"),
        (text(body="{{ 2 ** 9 }}", stage="contacts"), "mails.reminder@contacts.body", "第 1 行"),
        (text(body="{{ person.__class__ }}"), "mails.reminder.body", "不能使用“__class__”"),
        (text(subject="一\n二"), "mails.reminder.subject", "只能有一行"),
        (text(MailKind.STAGE_CLOSES, body="{{ units[0].name }}"), "mails.stage_closes.body", "模板有误"),
    ],
)
def test_a_text_that_could_not_be_made_is_an_error_with_its_place(wrong: MailText, path: str, words: str) -> None:
    """F30, S24, S25, S26: rejected at save, by lint and by load alike."""
    batch = replace(SMALL, mails=(wrong,))

    (found,) = [row for row in report(batch)["findings"] if row["code"] == "bad_text"]
    assert (found["level"], found["path"]) == ("error", path)
    assert words in found["sentence"]
    with pytest.raises(Invalid) as refused:
        parse(read_yaml(dump(batch)), base_dir=None)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_what_could_be_used_is_told_in_the_advice() -> None:
    """A refusal says what would be allowed."""
    (found,) = check_texts(replace(SMALL, mails=(text(MailKind.EXTENSION, body="{{ why }}"),)))

    assert found.advice == (
        "可以取用：收件人姓名（person）、批次（batch）、环节（stage）、时区（zone）、办理入口（link）、推荐单位（unit）、"
        "待办事项（duties）、最早到期的事项（first）、已逾期的项数（late）、原截止时间（was_due）、延期原因（reason）"
    )
