"""The frame of the designer's pages: the head with its steps, the outline at the side, and how a change is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from flask import abort, current_app, flash, g, make_response, redirect, request
from flask import session as cookie
from werkzeug.wrappers import Response

from admin.progress.frame import Framed
from admin.progress.page import rights
from admin.progress.shown import PHASES
from admin.typed import LARGEST_ID, number, stable_key
from admin.words import word
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotFound
from domain.lint import Finding
from services.batches.context import get_batch, load
from services.calendar import official_calendar
from services.definitions.linting import grouped, said
from services.definitions.names import Names
from services.definitions.telling import place
from services.designing.asking.spots import Spot, find, nearest
from services.designing.comparing import compare
from services.designing.edits import Edit
from services.designing.fixes import MENDABLE
from services.designing.parts import BY_KEY, Part, findings, mark_of, neighbours, outline, part_of
from services.designing.working import Change, Working, apply, working_copy
from web import current
from web.door import abandon
from web.local_path import local_path

DRAFT_DONE = "design-draft-done"
REFUSED = 400
"""Answers from here on say that nothing was stored."""
Refusal = Conflict | Invalid
Again = Callable[[Refusal], str]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it is shown.

    label: its place in words. href: the page on which it is put right. part: the part that it lies in. mark: what its
    own page is called. is_mendable: whether a fix may be offered there. others: the same about other things, shown in
    one line with it.
    """

    finding: Finding
    label: str
    href: str
    part: str
    mark: str
    is_mendable: bool
    others: tuple["Told", ...] = ()

    @property
    def all(self) -> tuple["Told", ...]:
        """Return what stands in its line, with itself."""
        return (self, *self.others)

    @property
    def sentence(self) -> str:
        """Return the sentence of its line."""
        return said([one.finding for one in self.all])


class Designing(Framed):
    """What all pages of the designer share."""

    def opened(self, code: str) -> Working:
        """Return the working copy of the batch in an address, in whose zone instants are shown.

        Raises NotFound, NotAllowed.
        """
        if not stable_key(code):
            raise NotFound("没有这个批次。")
        session = current.db()
        batch = get_batch(session, code)
        g.zone = load(session, batch.id).definition.zone
        return working_copy(session, batch.id, actor=current.actor())

    def draw(self, template: str, working: Working, part: str, **values: Any) -> str:
        """Return a page of the designer.

        template: of templates/admin/designer, without its ending. part: key of the part that is shown, "" for none.
        values: for the page; `about` is the path of the item that it shows, whose findings it gets as `own_found`.
        """
        context = load(current.db(), working.batch.id)
        tabs, inner = self._tabs(context, "design_view")
        found = findings(working.definition, official_calendar())
        told = self.told(working, found)
        return str(
            self.render(
                f"admin/designer/{template}.html",
                batch=working.batch,
                definition=context.definition,
                working=working,
                next=None,
                tabs=tabs,
                inner_tabs=inner,
                rights=rights(context),
                phases=PHASES,
                word=word,
                code=working.batch.code,
                part=BY_KEY.get(part),
                steps=self._steps(working.batch.code, part),
                outline=outline(working.definition, found),
                changed=len(compare(context.definition, working.definition)) if working.is_changed else 0,
                found=_folded(told),
                part_found=_folded([one for one in told if one.part == part]),
                own_found=[one for one in told if _is_about(one.finding, str(values.get("about", "")))],
                part_href=lambda key: self.part_href(working.batch.code, key),
                at_href=lambda path: self.at_href(working.batch.code, path),
                here=self.here(working.batch.code),
                draft_done=cookie.pop(DRAFT_DONE, ""),
                **values,
            )
        )

    def _steps(self, code: str, part: str) -> tuple[Part | None, Part | None]:
        """Return the parts before and behind the one whose own page is shown; none for a page within a part."""
        is_own = part in BY_KEY and request.path == self.part_href(code, part)
        return neighbours(part) if is_own else (None, None)

    def told(self, working: Working, found: Sequence[Finding]) -> list[Told]:
        """Return findings with their places in words, and where each is put right."""
        names, code = Names(working.definition), working.batch.code
        definition = working.definition
        spots = [find(definition, nearest(definition, one.path)) for one in found]
        return [
            Told(
                one,
                place(names, one.path).label,
                self.spot_href(code, spot) if one.path else "",
                part_of(one.path),
                mark_of(one),
                one.code in MENDABLE,
            )
            for one, spot in zip(found, spots, strict=True)
        ]

    def here(self, code: str) -> str:
        """Return the address of the page that is shown; the outline's for a page that only takes what is sent."""
        adapter = current_app.create_url_adapter(request)
        is_page = adapter is not None and adapter.test(method="GET")
        return quote(request.path) if is_page else str(self.get_url(".design_view", code=code))

    def back_or(self, default: str) -> str:
        """Return where a button of the frame leads back to."""
        return local_path(request.form.get("back"), default)

    def part_href(self, code: str, part: str) -> str:
        """Return the address of a part's page."""
        return str(self.get_url(".design_part_view", code=code, part=part))

    def at_href(self, code: str, path: str) -> str:
        """Return the address of the page on which a place of the definition is shown, whatever it is."""
        if not path:
            return str(self.get_url(".design_view", code=code))
        return str(self.get_url(".design_at_view", code=code, path=path))

    def spot_href(self, code: str, spot: Spot) -> str:
        """Return the address of the page that shows a place, at its field or list."""
        where = f"#at-{spot.anchor}" if spot.anchor else ""
        if spot.path:
            return self.at_href(code, spot.path) + where
        return self.part_href(code, part_of(spot.anchor)) + where

    def seen(self) -> int:
        """Return the step that the page showed which sent this form. Answers 400 when it names none."""
        found = number(request.form.get("step"), LARGEST_ID)
        if found is None:
            abort(400)
        return found

    def change(self, code: str, edits: Sequence[Edit], what: str, back: str, again: Again | None = None) -> Response:
        """Make a change and go back, or show why it was refused: 409 for a clash, 422 for wrong values.

        what: the change in words. back: address to go on to. again: draws the page with what was typed; None shows
        a page with the refusal alone, for a button that brings nothing typed.
        """
        seen, batch_id = self.seen(), get_batch(current.db(), code).id
        try:
            change = Change(edits=edits, seen=seen, what=what)
            apply(current.db(), batch_id, change, actor=current.actor(), now=current.now())
        except (Conflict, Invalid) as refusal:
            return self.refused(code, refusal, back, again)
        self.settled()
        return redirect(back, 303)

    def settled(self) -> None:
        """Note that what the browser kept of this form is stored now, so that it is not offered again."""
        kept = request.form.get("draft", "")
        if kept:
            cookie[DRAFT_DONE] = kept[:300]

    def refused(self, code: str, refusal: Refusal, back: str, again: Again | None = None) -> Response:
        """Return the page that says why a change was refused; what was begun is undone."""
        abandon()
        # Undoing ends the transaction, and with it the objects that the page had read.
        page = again(refusal) if again is not None else self._refusal(code, refusal, back)
        return make_response(page, 409 if isinstance(refusal, Conflict) else 422)

    def _refusal(self, code: str, refusal: Refusal, back: str) -> str:
        working = self.opened(code)
        return self.draw(
            "refused", working, "", refusal=refusal, lines=lines_of(working.definition, refusal), back=back
        )

    def say(self, sentence: str) -> None:
        """Tell on the next page what was done."""
        flash(sentence, "success")


def _folded(told: Sequence[Told]) -> list[Told]:
    """Return findings as lines: what says the same of several things stands once, with the way to each."""
    by_finding = {id(one.finding): one for one in told}
    lines = [[by_finding[id(finding)] for finding in group] for group in grouped(one.finding for one in told)]
    return [replace(line[0], others=tuple(line[1:])) for line in lines]


def _is_about(finding: Finding, path: str) -> bool:
    return bool(path) and f"{finding.path}.".startswith(f"{path}.")


def lines_of(definition: Definition, refusal: Refusal) -> list[str]:
    """Return a refusal as sentences, each with its place in words."""
    if isinstance(refusal, Conflict):
        return [refusal.sentence]
    names, shown = Names(definition), []
    for problem in refusal.problems:
        hint = f"（{problem.allowed}）" if problem.allowed else ""
        where = place(names, problem.path).label
        shown.append(f"{where}：{problem.sentence}{hint}" if where else f"{problem.sentence}{hint}")
    return shown
