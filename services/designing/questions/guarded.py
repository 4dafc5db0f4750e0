"""What of a form may no longer be narrowed, because people fill it in already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from domain.changes.forms import narrowed_forms
from domain.definition import Definition, Form
from domain.errors import Problem
from models import BatchState
from services.batches.context import BatchContext
from services.changing.happenings import happened


@dataclass(frozen=True, slots=True)
class Guarded:
    """How free a form is. is_in_use: a stage that asks it has opened. keys: of what stands in the form that runs.

    refused: what the working copy changed of it and cannot be put into force.
    """

    is_in_use: bool = False
    keys: frozenset[str] = frozenset()
    refused: Sequence[Problem] = ()


def guarded(session: Session, context: BatchContext, working: Definition, key: str, now: datetime) -> Guarded:
    """Return how free a form of a working copy is to be changed."""
    old = context.definition
    runs = next((one for one in old.forms if one.key == key), None)
    if runs is None or context.batch.state is BatchState.DRAFT:
        return Guarded()
    facts = happened(session, context, now)
    path = f"forms.{key}"
    # Whoever takes away every form is told which of them are in use.
    if all(one.path != path for one in narrowed_forms(old, replace(old, forms=()), facts)):
        return Guarded()
    found = narrowed_forms(old, working, facts)
    return Guarded(True, _keys(runs), [one for one in found if f"{one.path}.".startswith(f"{path}.")])


def _keys(form: Form) -> frozenset[str]:
    fields = [field.key for field in form.all_fields]
    inner = [one.key for field in form.all_fields for one in field.fields]
    return frozenset([*fields, *inner, *(paper.key for paper in form.materials)])
