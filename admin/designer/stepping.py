"""Steps of the working copy: back and forth, into a revision, to an older one, away; and two versions compared."""

from urllib.parse import unquote, urlsplit

from flask import current_app, redirect, request
from flask_admin import expose
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin.designer.frame import Designing
from admin.typed import LARGEST_ID, number
from domain.access import Action
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotFound
from services.batches.context import definition_at
from services.designing.asking.spots import nearest
from services.designing.comparing import compare
from services.designing.revisions import revisions
from services.designing.working import Working, discard, redo, roll_back, save_revision, undo
from web import current
from web.guard import needs

COPY = "copy"
"""What an address calls the working copy among the versions that may be compared."""


class Stepping(Designing):
    """The pages and buttons that concern the working copy as a whole."""

    @expose("/<code>/design/undo", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_undo_view(self, code: str) -> Response:
        """Go back one step."""
        return self._step(code, is_back=True)

    @expose("/<code>/design/redo", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_redo_view(self, code: str) -> Response:
        """Take back one undoing."""
        return self._step(code, is_back=False)

    def _step(self, code: str, *, is_back: bool) -> Response:
        working, outline = self.opened(code), self.get_url(".design_view", code=code)
        what = working.undone if is_back else working.redone
        if self.seen() != working.step:
            # Pressed on an old page, the button would take back somebody else's change.
            return self.refused(code, Conflict("工作稿刚刚被他人改动，请核对后再撤销或重做。"), outline)
        try:
            go = undo if is_back else redo
            go(current.db(), working.batch.id, actor=current.actor())
        except Conflict as refusal:
            return self.refused(code, refusal, outline)
        self.say(f"已撤销：{what}" if is_back else f"已重做：{what}")
        return redirect(self._still_there(code, self.back_or(outline)), 303)

    def _still_there(self, code: str, back: str) -> str:
        """Return an address of the designer, or the nearest one that is left when the step took its item away."""
        adapter = current_app.create_url_adapter(request)
        try:
            values = adapter.match(unquote(urlsplit(back).path), method="GET")[1] if adapter is not None else {}
        except HTTPException:
            return str(self.get_url(".design_view", code=code))
        definition, path = self.opened(code).definition, values.get("path", "")
        left = nearest(definition, path)
        if left != path:
            return self.at_href(code, left)
        is_form_gone = "key" in values and all(form.key != values["key"] for form in definition.forms)
        return self.part_href(code, "forms") if is_form_gone else back

    @expose("/<code>/design/save", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_save_view(self, code: str) -> Response:
        """Make the working copy of a draft its next revision."""
        batch_id, outline = self.opened(code).batch.id, self.get_url(".design_view", code=code)
        try:
            batch = save_revision(current.db(), batch_id, seen=self.seen(), actor=current.actor(), now=current.now())
        except (Conflict, Invalid) as refusal:
            return self.refused(code, refusal, outline, lambda again: self._unsaved(code, again))
        self.say(f"已存为第 {batch.revision} 稿。")
        return redirect(outline, 303)

    def _unsaved(self, code: str, refusal: Conflict | Invalid) -> str:
        sentence = refusal.sentence if isinstance(refusal, Conflict) else ""
        return self.draw("unsaved", self.opened(code), "", sentence=sentence)

    @expose("/<code>/design/discard", methods=("GET", "POST"))
    @needs(Action.EDIT_DEFINITION)
    def design_discard_view(self, code: str) -> str | Response:
        """Show what would be lost with the working copy, or drop it."""
        working, outline = self.opened(code), self.get_url(".design_view", code=code)
        if request.method != "POST":
            stored = definition_at(current.db(), working.batch, working.batch.revision)
            return self.draw("discard", working, "", differences=compare(stored, working.definition))
        if self.seen() != working.step:
            return self.refused(code, Conflict("工作稿刚刚被他人改动，请核对后再放弃。"), outline)
        revision = working.batch.revision
        try:
            discard(current.db(), working.batch.id, actor=current.actor(), now=current.now())
        except Conflict as refusal:
            return self.refused(code, refusal, outline)
        self.say(f"已放弃改动，工作稿回到第 {revision} 稿。")
        return redirect(outline, 303)

    @expose("/<code>/design/roll-back", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_roll_back_view(self, code: str) -> Response:
        """Take an older revision into the working copy."""
        batch_id, outline = self.opened(code).batch.id, self.get_url(".design_view", code=code)
        revision = number(request.form.get("revision"), LARGEST_ID) or 0
        try:
            roll_back(current.db(), batch_id, revision, actor=current.actor(), now=current.now())
        except (Conflict, Invalid) as refusal:
            return self.refused(code, refusal, outline)
        self.say(f"工作稿已恢复到第 {revision} 稿；可以撤销。")
        return redirect(outline, 303)

    @expose("/<code>/design/revisions")
    @needs(Action.EDIT_DEFINITION)
    def design_revisions_view(self, code: str) -> str:
        """Show the revisions, and what can be compared."""
        working = self.opened(code)
        return self.draw("revisions", working, "", revisions=revisions(current.db(), working.batch.id))

    @expose("/<code>/design/compare")
    @needs(Action.EDIT_DEFINITION)
    def design_compare_view(self, code: str) -> str:
        """Show what differs between two revisions, or a revision and the working copy."""
        working = self.opened(code)
        old = request.args.get("old") or str(working.batch.revision)
        new = request.args.get("new") or COPY
        found = compare(self._version(working, old), self._version(working, new))
        known = revisions(current.db(), working.batch.id)
        return self.draw("compare", working, "", differences=found, old=old, new=new, revisions=known, copy=COPY)

    def _version(self, working: Working, wanted: str) -> Definition:
        """Return a version that an address names. Raises NotFound."""
        if wanted == COPY:
            return working.definition
        revision = number(wanted, LARGEST_ID) or 0
        if not 1 <= revision <= working.batch.revision:
            raise NotFound("没有这一稿。")
        return definition_at(current.db(), working.batch, revision)
