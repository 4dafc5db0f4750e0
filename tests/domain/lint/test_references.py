"""References that point at nothing, and parts where they do not belong."""

from dataclasses import replace
from itertools import pairwise

import pytest

from domain.definition import Annex, Document, MailKind, MailText, Opening, StageKind
from domain.lint import check
from domain.lint.references import is_inside
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, case, found_after
from tests.support.definitions import small_batch

SMALL = small_batch()
CONTACTS, RECOMMEND = SMALL.stages
DECLARE = replace(RECOMMEND, key="declare", title="申报", kind=StageKind.DECLARE, due=None)
MAIL = SMALL.mails[0]

CASES = [
    case("no stage at all", at("", stages=(), mails=(), evidence=(), ladders=()), ("error", "no_stages", "stages")),
    case(
        "after nobody",
        at("stages.recommend", opens=Opening(after=("nobody",))),
        ("error", "unknown_stage", "stages.recommend.opens.after"),
    ),
    case(
        "after itself",
        at("stages.recommend", opens=Opening(after=("recommend",))),
        ("error", "stage_cycle", "stages.recommend.opens.after"),
    ),
    case(
        "unknown ladder",
        at("stages.recommend", ladder="gentle"),
        ("error", "unknown_ladder", "stages.recommend.ladder"),
    ),
    case(
        "form elsewhere",
        at("stages.recommend", form="contact"),
        ("error", "form_out_of_place", "stages.recommend.form"),
    ),
    case(
        "unknown form",
        at("", stages=(*SMALL.stages, replace(DECLARE, form="annex"))),
        ("error", "unknown_form", "stages.declare.form"),
    ),
    case(
        "no form to declare with",
        at("", stages=(*SMALL.stages, DECLARE)),
        ("warning", "declare_form_missing", "stages.declare.form"),
    ),
    case("with a form to declare", at("", stages=(*SMALL.stages, replace(DECLARE, form="contact")))),
    case(
        "collect without questions",
        at("stages.contacts", collect=None),
        ("error", "collect_missing", "stages.contacts.collect"),
    ),
    case(
        "questions elsewhere",
        at("stages.recommend", collect=CONTACTS.collect),
        ("error", "collect_out_of_place", "stages.recommend.collect"),
    ),
    case(
        "unknown mode",
        at("categories.platform", modes=("sharing", "renting")),
        ("error", "unknown_mode", "categories.platform.modes"),
    ),
    case(
        "mail of no stage",
        at("", mails=(replace(MAIL, stage="visit"),)),
        ("error", "unknown_stage", "mails.reminder@visit.stage"),
    ),
    case("mail twice", at("", mails=(MAIL, MAIL)), ("error", "duplicate_mail", "mails.reminder@contacts")),
    case(
        "mail for all and for one",
        at("", mails=(MAIL, MailText(kind=MailKind.REMINDER, subject="提醒", body="提醒"))),
    ),
    case("units outside", at("", units_file="../units.yaml"), ("error", "bad_file_path", "units_file")),
    case(
        "text outside", at("", document=Document(file="/etc/notice.txt")), ("error", "bad_file_path", "document.file")
    ),
    case(
        "annex outside",
        at("", document=Document(annexes=(Annex(key="one", title="附件1", file="../one.txt"),))),
        ("error", "bad_file_path", "document.annexes.one.file"),
    ),
    case("files inside", at("", units_file="units/a.yaml", document=Document(file="notices/a.txt"))),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_references_point_at_what_exists(change: Change, expected: list[Found]) -> None:
    """S003-33: a declare stage without its form is a warning, so that the other stages run."""
    assert found_after(change) == expected


@pytest.mark.parametrize("file", ["", ".", "..", "a/../../b", "/a", "C:/a", "a\\b", "a\0b"])
def test_a_path_that_could_leave_the_folder_is_not_inside(file: str) -> None:
    assert not is_inside(file)


@pytest.mark.parametrize("file", ["a.yaml", "units/a.yaml", "单位/甲.yaml", "./a.yaml"])
def test_a_relative_path_is_inside(file: str) -> None:
    assert is_inside(file)


def test_a_circle_names_its_stages_in_the_order_of_waiting() -> None:
    first = replace(RECOMMEND, key="first", title="一", opens=Opening(after=("third",)))
    second = replace(RECOMMEND, key="second", title="二", opens=Opening(after=("first",)))
    third = replace(RECOMMEND, key="third", title="三", opens=Opening(after=("second",)))

    circle = [
        finding
        for finding in check(small_batch(stages=(*SMALL.stages, first, second, third)), official_calendar())
        if finding.code == "stage_cycle"
    ]

    assert len(circle) == 1
    shown = circle[0].sentence.partition("：")[2].split("→")
    assert shown[0] == shown[-1]
    assert set(pairwise(shown)) == {
        ("「一」", "「二」"),
        ("「二」", "「三」"),
        ("「三」", "「一」"),
    }
