"""Pages for the form of a case: WTForms displays every leaf, the services alone decide what is right.

A page makes a form and hands it to the macros of `templates/macros/case_form.html`:

    shown = make_case_form(form, setting, values, problems=refusal.problems, comments={"name": "请写全称"})

A browser sends either the whole form (`_base` tells what it was made from), or, from `case_form.js`, the changed
leaves alone. `sent_of` reads both, and `draft_reply` is what the script expects to hear back:

    sent = sent_of(form, setting, request.form)          # → services.cases.drafts.save(Typed(values, base, revision))
    return jsonify(draft_reply(form, setting, sent, saved))

Without scripts the buttons that add or remove a row send the whole form with `_row`; `row_asked` reads it, the page
saves the draft, and shows the form again with `Look(more_rows={row.field})`.
"""

from web.case_form.parts import Block, CaseForm, Cell, Look, Row, SectionShown
from web.case_form.printing import cover_of
from web.case_form.replies import Saved, draft_reply
from web.case_form.showing import make_case_form
from web.case_form.typed import RowAsked, Sent, row_asked, sent_of, typed_leaves

__all__ = [
    "Block",
    "CaseForm",
    "Cell",
    "Look",
    "Row",
    "RowAsked",
    "Saved",
    "SectionShown",
    "Sent",
    "cover_of",
    "draft_reply",
    "make_case_form",
    "row_asked",
    "sent_of",
    "typed_leaves",
]
