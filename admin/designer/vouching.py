"""原文依据 in the designer: all marks, and the small form that says where one value comes from."""

from flask import request
from flask_admin import expose
from flask_admin.helpers import get_form_data
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.forms import AdminForm
from domain.access import Action
from domain.definition import Mark
from domain.errors import Invalid
from services.definitions.words import choice
from services.designing.asking.spots import find
from services.designing.asking.vouching import Vouchable, marks, vouchable
from services.designing.edits import Edit, Remove, Vouch
from services.designing.parts import BY_KEY, part_of
from services.designing.working import Working
from web.guard import needs

MOST_CHARS = 5_000
STATED, INFERRED = Mark.STATED.value, Mark.INFERRED.value


class VouchForm(AdminForm):
    """Where a value comes from."""

    mark = RadioField(
        "性质",
        choices=[(STATED, "原文载明：通知写明了"), (INFERRED, "推定：通知没有写明，或有不同读法，须确认后才能发布")],
        default=STATED,
        validate_choice=False,
    )
    quote = TextAreaField("原文", description="照抄通知的原话，一字不改；通知没有写明则不填。")
    note = TextAreaField("理由", description="为什么这样推定，或怎样理解原文。原文写得清楚的可以不填。")

    def read(self) -> bool:
        """Tell whether what was sent can stand."""
        for field in (self.quote, self.note):
            if len(field.data or "") > MOST_CHARS:
                field.errors = [f"最多 {MOST_CHARS} 字"]
        if self.mark.data not in {STATED, INFERRED}:
            self.mark.errors = ["请选择性质"]
        elif self.mark.data == STATED and not (self.quote.data or "").strip():
            self.quote.errors = ["原文载明的，请照抄原文；通知没有写明的，性质请选“推定”"]
        return not any(field.errors for field in self)


class Vouching(Designing):
    """The pages about marks."""

    @expose("/<code>/design/part/evidence")
    @needs(Action.EDIT_DEFINITION)
    def design_evidence_view(self, code: str) -> str:
        """Show every mark, or those of one part or kind."""
        working = self.opened(code)
        part = request.args.get("of", "")
        mark = next((one for one in Mark if one.value == request.args.get("mark")), None)
        return self.draw(
            "evidence",
            working,
            "evidence",
            vouched=marks(working.definition, part if part in BY_KEY else "", mark),
            of=part,
            mark=mark,
            marks=[(one.value, choice(one)) for one in Mark],
        )

    @expose("/<code>/design/vouch/<path:path>", methods=("GET", "POST"))
    @needs(Action.EDIT_DEFINITION)
    def design_vouch_view(self, code: str, path: str) -> str | Response:
        """Ask where a value comes from, or store it."""
        working = self.opened(code)
        at = vouchable(working.definition, path)
        form = _form(at)
        if request.method != "POST":
            return self._vouch_page(working, at, form)
        back = self.spot_href(code, find(working.definition, path))
        if not form.read():
            return self.refused(code, Invalid([]), back, lambda refusal: self._vouch_again(code, path, refusal, form))
        edit = Vouch(path, form.quote.data or "", form.note.data or "", is_inferred=form.mark.data == INFERRED)
        return self._vouch_store(code, path, edit, f"{at.label}：原文依据", form)

    @expose("/<code>/design/unvouch/<path:path>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_unvouch_view(self, code: str, path: str) -> Response:
        """Take away what vouches for a value."""
        working = self.opened(code)
        at = vouchable(working.definition, path)
        known = [item.path for item in working.definition.evidence]
        if path not in known:
            return self.refused(code, Invalid([]), self.spot_href(code, find(working.definition, path)))
        return self._vouch_store(
            code, path, Remove(f"evidence.{known.index(path)}"), f"{at.label}：删去原文依据", None
        )

    def _vouch_store(self, code: str, path: str, edit: Edit, what: str, form: VouchForm | None) -> Response:
        back = self.spot_href(code, find(self.opened(code).definition, path))
        again = (lambda refusal: self._vouch_again(code, path, refusal, form)) if form is not None else None
        answer = self.change(code, [edit], what, back, again)
        if answer.status_code < REFUSED:
            self.say("已存入工作稿。")
        return answer

    def _vouch_again(self, code: str, path: str, refusal: Refusal, form: VouchForm) -> str:
        working = self.opened(code)
        return self._vouch_page(
            working, vouchable(working.definition, path), form, lines_of(working.definition, refusal)
        )

    def _vouch_page(self, working: Working, at: Vouchable, form: VouchForm, lines: list[str] | None = None) -> str:
        code = working.batch.code
        back = self.spot_href(code, find(working.definition, at.path))
        return self.draw("vouch", working, part_of(at.path), at=at, form=form, lines=lines or [], back=back)


def _form(at: Vouchable) -> VouchForm:
    said = at.evidence
    first = {"mark": STATED}
    if said is not None:
        first = {
            "mark": INFERRED if said.mark is Mark.INFERRED else STATED,
            "quote": said.quote,
            "note": said.note,
        }
    sent = get_form_data()
    form = VouchForm(sent, data=first)
    for field in form:
        field.errors = []
    return form
