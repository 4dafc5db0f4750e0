"""A form as the applicant will see it on screen and on paper, on a page that stands inside the designer's."""

from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.items.nodes import Nodes
from admin.designer.questions.sheet import form_of, read
from admin.typed import number
from domain.access import Action
from domain.definition import Definition, Form
from domain.errors import Invalid, NotFound
from domain.forms import check_case
from domain.instants import local_day
from services.definitions.words import choice
from services.designing.edits import edited
from services.designing.previews import APPLICANT, UNIT, Choice, Wanted, choices, is_collected, samples, setting
from web import current
from web.case_form import Look, cover_of, make_case_form
from web.forms import make_form
from web.guard import needs
from web.headers import CONTENT_SECURITY_POLICY

MOST_YEAR = 9999
FRAMED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked at. paper: as printed. problem: why what was typed and not stored cannot be shown."""

    form: Form
    definition: Definition
    choice: Choice
    is_paper: bool
    problem: str = ""


class Previewing(Nodes):
    """The page that stands inside the designer's."""

    @expose("/<code>/design/forms/<key>/preview", methods=("GET", "POST"))
    @needs(Action.EDIT_DEFINITION)
    def design_form_preview(self, code: str, key: str) -> Response:
        """Show a form as it stands, or with what was typed in the designer and not stored yet."""
        definition = self.opened(code).definition
        problem = ""
        if request.method == "POST":
            definition, problem = _with_typed(definition, key)
        form = form_of(definition, key)
        shown = Shown(form, definition, form_choice(definition, form), asks_paper(), problem)
        answer = make_response(self.render("admin/designer/form_preview.html", **_values(shown)))
        # This page alone may stand in a frame, and only in our own.
        answer.headers["Content-Security-Policy"] = FRAMED
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        return answer


def asks_paper() -> bool:
    """Tell whether the printed form is asked for."""
    return request.values.get("look") == "paper"


def form_choice(definition: Definition, form: Form) -> Choice:
    """Return what the address asks a form to be looked at for."""
    wanted = Wanted(
        request.values.get("category", "")[:40],
        tuple(request.values.getlist("modes"))[:50],
        number(request.values.get("year"), MOST_YEAR) or 0,
        bool(request.values.get("filled")),
    )
    return choices(definition, form, wanted)


def _with_typed(definition: Definition, key: str) -> tuple[Definition, str]:
    """Return a working copy with what was typed, or as it stands with the reason why it cannot be shown."""
    try:
        _, made = read(definition, form_of(definition, key), request.form.get("at", ""))
        if made is None:
            return definition, "所填内容尚有错误，显示的是已保存的样子。"
        return edited(definition, made), ""
    except NotFound as refusal:
        return definition, refusal.sentence
    except Invalid as refusal:
        return definition, "；".join(one.sentence for one in refusal.problems)


def _values(shown: Shown) -> dict[str, Any]:
    form, definition, wanted = shown.form, shown.definition, shown.choice.wanted
    on = local_day(current.now(), definition.zone)
    given = setting(definition, wanted, on)
    answers = samples(form, given, wanted.modes) if wanted.is_filled else {}
    applicant, unit = (APPLICANT, UNIT) if wanted.is_filled else ("", "")
    values: dict[str, Any] = {
        "wanted_form": form,
        "definition": definition,
        "problem": shown.problem,
        "is_paper": shown.is_paper,
        "is_filled": wanted.is_filled,
        "file_kind": choice,
        "category": shown.choice.categories.get(wanted.category, ""),
        "year": given.year,
        "applicant": applicant,
        "unit": unit,
    }
    if is_collected(definition, form) and not shown.is_paper:
        return {**values, "form": None, "small": make_form(form, answers)}
    checked = check_case(form, answers, given, is_final=False)
    catalogue = definition.catalogue
    look = Look(
        is_read_only=shown.is_paper,
        warnings=checked.warnings,
        terms=catalogue.terms if catalogue is not None else (),
    )
    problems = () if shown.is_paper else checked.problems
    if shown.is_paper:
        look = replace(look, warnings=())
    cover = cover_of(form, {"year": str(given.year), "applicant": applicant, "unit": unit})
    values["form"] = make_case_form(form, given, {**answers, **checked.values}, problems=problems, look=look)
    return {**values, "cover": cover}
