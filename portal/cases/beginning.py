"""Finding out whether one may declare, and beginning: the self-check, then a category, a unit and a title."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from domain.access import Action, Role
from domain.errors import Invalid, NotFound, RuleBroken
from domain.instants import local_day
from domain.rules import FACTS
from models import Organisation
from models.scope import Scope
from portal import asked
from portal.answers import page, status_of
from services.batches.context import BatchContext, load_by_code
from services.cases.conditions import category_of
from services.cases.opening import NewCase, open_case
from services.organisations.finding import get_organisation
from services.organisations.registering import units_to_choose
from services.rules import self_check
from services.rules.questions import Question, QuestionKind, asked_for, questions
from web import current
from web.guard import needs, public
from web.site import current_site

MOST_CHARS = 2_000
LOOKED_UP = frozenset({"titles", "area.titles"})
"""Facts that the registry of titles knows; nobody is asked for them."""

blueprint = Blueprint("declaring", __name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was chosen so far, so that a refusal loses nothing."""

    category: str = ""
    subtype: str = ""
    unit_id: int = 0
    title: str = ""


@blueprint.get("/batches/<code>/check/<category>")
@public
def check(code: str, category: str) -> Response:
    """Show the questions of the self-check (条件自测); nothing is stored, anybody may try."""
    return _check(code, category, {}, is_answered=False)


@blueprint.post("/batches/<code>/check/<category>")
@public
def checked(code: str, category: str) -> Response:
    """Show what the rules say of the answers."""
    answers = {key: "\n".join(request.form.getlist(key))[:MOST_CHARS] for key in request.form if key != "csrf_token"}
    return _check(code, category, answers, is_answered=True)


@blueprint.get("/batches/<code>/declare")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def form(code: str) -> Response:
    """Show what begins a case; an officer may begin one for an applicant that the address names (代填)."""
    typed = Typed(category=request.args.get("category", ""))
    return _form(_published(current.db(), code), typed, for_id=_named(request.args))


@blueprint.post("/batches/<code>/declare")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def begin(code: str) -> Response:
    """Begin a case as a draft and go on to fill it in."""
    context = _published(current.db(), code)
    category, _, subtype = request.form.get("kind", "").partition("/")
    unit_id = asked.number(request.form, "unit") or 0
    typed = Typed(category, subtype, unit_id, request.form.get("title", ""))
    new = NewCase(context.batch.id, typed.category, typed.subtype, typed.unit_id, typed.title)
    for_id = _named(request.form)
    try:
        case = open_case(current.db(), new, actor=current.actor(), now=current.now(), organisation_id=for_id)
    except NotFound:
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return _form(_published(current.db(), code), typed, refusal, for_id=for_id)
    return make_response(redirect(url_for("filling.form", case_id=case.id), 303))


def _published(session: Session, code: str) -> BatchContext:
    """Return a batch that was published, and show times in its zone. Raises NotFound."""
    context = load_by_code(session, asked.key(code))
    if context.batch.published_at is None:
        raise NotFound("没有这个批次。")
    g.zone = context.definition.zone
    return context


def _own(session: Session) -> Organisation | None:
    """Return the visitor's organisation; None for a visitor without one."""
    visitor = current.visitor()
    if visitor is None or visitor.actor.organisation_id is None:
        return None
    return session.get(Organisation, visitor.actor.organisation_id)


def _named(sent: MultiDict[str, str]) -> int | None:
    """Return the applicant for which an officer acts; None where nobody is named."""
    return asked.number(sent, "organisation") or None


def _form(
    context: BatchContext, typed: Typed, refusal: RuleBroken | None = None, *, for_id: int | None = None
) -> Response:
    units = units_to_choose(current.db(), context)
    is_officer = current.actor().role is not Role.APPLICANT
    named = get_organisation(current.db(), for_id) if is_officer and for_id is not None else None
    own = named or _own(current.db())
    wrong = refusal.problems if isinstance(refusal, Invalid) else ()
    return page(
        "portal/cases/begin.html",
        status=status_of(refusal) if refusal is not None else 200,
        batch=context.batch,
        definition=context.definition,
        units=units,
        own=own,
        chosen=typed.unit_id or (own.unit_id if own is not None else 0),
        typed=typed,
        refusal=refusal,
        problems={problem.path: problem.sentence for problem in wrong},
        is_officer=is_officer,
        named=named,
    )


def _is_put(question: Question, own: Organisation | None) -> bool:
    """Tell whether a question is put to the visitor: titles are looked up, and so is what a registered one said."""
    return question.key not in LOOKED_UP and (own is None or question.kind is not QuestionKind.PROFILE)


def _check(code: str, key: str, answers: dict[str, str], *, is_answered: bool) -> Response:
    """Show the self-check. Who is not signed in sees no row of their own, so the batch is read as public pages do."""
    with current_site().database.read(Scope()) as session:
        context = _published(session, code)
        definition = context.definition
        try:
            category = category_of(definition, asked.key(key))
        except Invalid as refusal:
            raise NotFound(refusal.problems[0].sentence) from None
        found = asked_for(
            questions(definition, category.key),
            category.key,
            answers.get("subtype", ""),
            answers.get("modes", "").split(),
        )
        own, on = _own(session), local_day(current.now(), definition.zone)
        verdicts = (
            self_check(session, context.batch, category.key, answers, organisation=own, on=on) if is_answered else []
        )
        put = [question for question in found if _is_put(question, own)]
        problems = {one.key: told for one in put if (told := one.problem(answers.get(one.key, "")))}
        unread = {rule.key for one in put if one.key in problems for rule in one.rules}
        return page(
            "portal/cases/check.html",
            batch=context.batch,
            definition=definition,
            category=category,
            questions=put,
            problems=problems,
            unread=unread,
            kinds={path: fact.kind.value for path, fact in FACTS.items()},
            answers=answers,
            verdicts=verdicts,
            is_answered=is_answered,
            own=own,
        )
