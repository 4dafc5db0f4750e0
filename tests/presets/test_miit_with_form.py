"""The ministry's batch once somebody has its form: everything else is already there."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Seal, StageKind
from domain.forms import check_case, chosen_modes, leaves
from domain.lint import Level, check
from domain.milestones import BatchState
from domain.plan import plan
from domain.rules import Outcome, judge, rules_of
from models import Batch, BatchStage, Duty
from presets import FOLDER
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.calendar import official_calendar
from services.definitions import dump, load_file, parse, read_yaml
from services.definitions.evidence import confirm
from services.expressions import evaluate
from tests.support.batches import PUBLISHED, local
from tests.support.presets import filled, miit_with_form, setting

MIIT = load_file(FOLDER / "miit-2023.yaml")
WITH_FORM = miit_with_form()
ON = date(2023, 5, 31)


def test_without_its_form_the_declaration_stays_closed_and_the_rest_runs() -> None:
    """S003-33"""
    opened = {moment.stage for moment in plan(MIIT, BatchState(), official_calendar())}

    assert MIIT.stage("declare").lacks_form
    assert "declare" not in opened
    assert opened >= {"contacts", "evaluation", "review", "recommend"}
    assert [f.path for f in check(MIIT, official_calendar()) if f.code == "declare_form_missing"] == [
        "stages.declare.form"
    ]


def test_with_a_form_nothing_stands_in_the_way() -> None:
    """S003-33: the template is loaded later."""
    findings = check(WITH_FORM, official_calendar())
    opened = {moment.stage for moment in plan(WITH_FORM, BatchState(), official_calendar())}

    assert [finding for finding in findings if finding.level is Level.ERROR] == []
    assert not {"declare_form_missing", "unchecked_field"} & {finding.code for finding in findings}
    assert "declare" in opened
    assert parse(read_yaml(dump(WITH_FORM)), base_dir=FOLDER) == WITH_FORM


@pytest.mark.parametrize("category", ["enterprise", "platform", "city"])
def test_a_complete_case_passes_its_form_and_its_rules(category: str) -> None:
    form, where = WITH_FORM.form(category), setting(WITH_FORM, category, ON)
    subtype = {"platform": "sharing", "city": "design"}.get(category, "")
    given = {"modes": "sharing"} if category == "platform" else {}
    answers = filled(form, where, **given) | ({"design_centres": "2"} if category == "city" else {})

    checked = check_case(form, answers, where, is_final=True)
    signed = {f"statements.{rule.key}": "yes" for rule in WITH_FORM.rules if rule.is_signed}
    known = {**checked.values, **signed, "modes": chosen_modes(form, checked.values), "titles": ()}
    rules = rules_of(WITH_FORM, category, subtype, chosen_modes(form, checked.values))
    verdicts = [judge(rule, known, on=ON, evaluate=evaluate) for rule in rules]

    assert checked.problems == ()
    assert {verdict.outcome for verdict in verdicts} <= {Outcome.PASSED, Outcome.ASKED}


def test_an_enterprise_is_offered_eight_modes_and_a_platform_nine() -> None:
    """S003-06, S003-07"""
    offered = {key: [mode.key for mode in WITH_FORM.modes_of(key)] for key in ("enterprise", "platform", "city")}
    answers = filled(WITH_FORM.form("enterprise"), setting(WITH_FORM, "enterprise", ON), modes="sharing")
    checked = check_case(WITH_FORM.form("enterprise"), answers, setting(WITH_FORM, "enterprise", ON), is_final=True)

    assert (len(offered["enterprise"]), len(offered["platform"]), len(offered["city"])) == (8, 9, 0)
    assert "sharing" not in offered["enterprise"]
    assert "modes" in {problem.path for problem in checked.problems}


def test_the_outline_has_the_six_measures_of_the_notice() -> None:
    """S003-11"""
    asked = leaves(WITH_FORM.form("enterprise"), setting(WITH_FORM, "enterprise", ON), {})

    assert [leaf.label for leaf in asked if leaf.path.startswith("measures.")] == [
        *("战略规划", "组织保障", "技术创新", "流程再造", "市场拓展", "人才培养")
    ]


def test_a_city_is_sealed_by_its_government() -> None:
    """S003-36"""
    seals = {key: WITH_FORM.form(key).materials[0].seal for key in ("enterprise", "platform", "city")}

    assert seals == {"enterprise": Seal.APPLICANT, "platform": Seal.APPLICANT, "city": Seal.GOVERNMENT}


def test_the_published_batch_opens_all_its_dated_stages(db: Session) -> None:
    """S003-33, S003-62: 37 units owe contact and recommendation; nothing waits for what is not there."""
    confirmed = confirm(WITH_FORM, [item.path for item in WITH_FORM.unconfirmed], by="王主任 2023-03-01")
    batch = store_draft(db, confirmed, actor=SYSTEM, now=PUBLISHED)
    publish(db, batch, actor=SYSTEM, now=PUBLISHED)
    advance(db, batch.id, local("2023-03-06 09:00"))

    opened = db.scalars(select(BatchStage.key).where(BatchStage.opened_at.is_not(None)).order_by(BatchStage.position))
    assert list(opened) == ["contacts", "evaluation", "declare", "review", "recommend"]
    assert {key: _owing(db, batch, key) for key in ("contacts", "recommend", "review")} == {
        "contacts": 37,
        "recommend": 37,
        "review": 0,
    }
    assert WITH_FORM.stage_of(StageKind.DECLARE) is WITH_FORM.stage("declare")


def _owing(db: Session, batch: Batch, stage: str) -> int:
    rows = db.scalars(select(Duty).where(Duty.batch_id == batch.id, Duty.stage_key == stage)).all()
    return len({row.unit_id for row in rows})


def test_reminders_of_the_recommendation_begin_in_may_and_share_the_days_of_the_evaluation() -> None:
    """S003-62, S003-63: on one day a unit gets one mail."""
    moments = plan(MIIT, BatchState(), official_calendar())
    days = {
        stage: [moment.at for moment in moments if moment.stage == stage and moment.step]
        for stage in ("evaluation", "recommend")
    }

    assert days["recommend"] == days["evaluation"]
    assert min(days["recommend"]) == datetime.fromisoformat("2023-05-04T09:00:00+08:00")
