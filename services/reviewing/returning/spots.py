"""The places of a case that a comment can be about: every leaf that its form asks, every slot for papers."""

from dataclasses import dataclass
from datetime import datetime

from domain.forms import leaves
from services.cases.access import CaseInHand, setting_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A leaf or a slot. label: what people call it. clause: the sentence of the notice that it rests on, or ""."""

    path: str
    label: str
    clause: str = ""
    is_slot: bool = False


def spots(found: CaseInHand, now: datetime) -> tuple[Spot, ...]:
    """Return the places of a case in the order of its form, the papers last; none for one filed elsewhere."""
    form = found.form
    if form is None:
        return ()
    clauses = {rule.subject: rule.clause for rule in found.definition.rules if rule.subject}
    asked = [
        Spot(leaf.path, leaf.label, leaf.field.clause or clauses.get(leaf.path, ""))
        for leaf in leaves(form, setting_of(found, now), found.case.values)
    ]
    return (*asked, *(Spot(slot.key, slot.label, slot.note, is_slot=True) for slot in form.materials))
