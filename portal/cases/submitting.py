"""Handing a case in: what is still missing, what is signed, the receipt; and taking it back."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action, Role
from domain.errors import Conflict, Invalid, RuleBroken
from domain.forms import completeness
from domain.instants import local_instant
from portal.answers import page, status_of
from portal.asked import ID
from portal.cases.in_hand import standing, take, to_the_second
from services.cases.access import CaseInHand, require_form, setting_of
from services.cases.papers import slots
from services.cases.submitting import NO_SECRETS, NO_SECRETS_TEXT, NotSubmitted, receipt_of, signed_rules, submit
from services.cases.withdrawing import withdraw
from services.rules import judge_case
from web import current
from web.guard import needs

blueprint = Blueprint("handing_in", __name__)


@blueprint.get(f"/cases/<{ID}:case_id>/submit")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def form(case_id: int) -> Response:
    """Show what is missing, what the rules say, and what is signed."""
    return _page(case_id)


@blueprint.post(f"/cases/<{ID}:case_id>/submit")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def send(case_id: int) -> Response:
    """Submit a case, or show everything that stands in the way."""
    found = take(case_id)
    statements = {key: value for key, value in request.form.items() if value == "yes"}
    result = submit(
        current.db(),
        case_id,
        statements=statements,
        received_at=current.now(),
        actor=current.actor(),
        paper_at=_paper_at(found),
    )
    if isinstance(result, NotSubmitted):
        current.db().rollback()
        return _page(case_id, result.refusal, statements)
    return make_response(redirect(url_for("handing_in.receipt", case_id=case_id), 303))


@blueprint.get(f"/cases/<{ID}:case_id>/receipt")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def receipt(case_id: int) -> Response:
    """Show the receipt of the newest version, to be printed."""
    found = take(case_id)
    proof = receipt_of(current.db(), found)
    groups = [proof.fingerprint[start : start + 8] for start in range(0, len(proof.fingerprint), 8)]
    return page(
        "portal/cases/receipt.html",
        found=found,
        receipt=proof,
        fingerprint=groups,
        received=to_the_second(found, proof.received_at),
    )


@blueprint.post(f"/cases/<{ID}:case_id>/withdraw")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def take_back(case_id: int) -> Response:
    """Take a case back (S004-58)."""
    take(case_id)
    reason = request.form.get("reason", "")
    try:
        withdraw(current.db(), case_id, reason, received_at=current.now(), actor=current.actor())
    except (Invalid, Conflict) as refusal:
        current.db().rollback()
        flash(refusal.problems[0].sentence if isinstance(refusal, Invalid) else refusal.sentence, "error")
        return make_response(redirect(url_for("cases.show", case_id=case_id), 303))
    flash("申报件已撤回；填写的内容保留，再次申报时可以带入。", "success")
    return make_response(redirect(url_for("cases.show", case_id=case_id), 303))


def _paper_at(found: CaseInHand) -> datetime | None:
    """Return when the paper that an officer enters came in, the beginning of a day; None for none."""
    typed = request.form.get("paper_on", "")
    if not typed or current.actor().role is Role.APPLICANT:
        return None
    try:
        return local_instant(date.fromisoformat(typed), "00:00", found.definition.zone)
    except ValueError:
        return None


def _page(case_id: int, refusal: RuleBroken | None = None, statements: Mapping[str, str] | None = None) -> Response:
    found = take(case_id)
    now = standing(found)
    if not now.may_edit:
        return make_response(redirect(url_for("cases.show", case_id=case_id), 303))
    asked_form, values = require_form(found), found.case.values
    setting = setting_of(found, current.now())
    labels = {slot.material.key: slot for slot in slots(found)}
    return page(
        "portal/cases/submit.html",
        status=status_of(refusal) if refusal is not None else 200,
        now=now,
        sections=completeness(asked_form, values, setting),
        slots=labels.values(),
        # What is signed is asked below, so it is not told as missing above.
        verdicts=[
            verdict
            for verdict in judge_case(current.db(), found, values, at=current.now())
            if not verdict.rule.is_signed
        ],
        rules=signed_rules(found, values),
        no_secrets=(NO_SECRETS, NO_SECRETS_TEXT) if found.declare.confirms_no_secrets else None,
        statements=statements or {},
        is_entered=current.actor().role is not Role.APPLICANT,
        refusal=refusal,
        problems=refusal.problems if isinstance(refusal, Invalid) else (),
    )
