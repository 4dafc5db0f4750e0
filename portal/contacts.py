"""A unit's contacts: who gets its mail now, a change at any time, and everybody who was named before (S003-30)."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action, Subject, require
from domain.errors import Invalid, NotFound, Problem
from models import Batch, BatchState, Contact, Unit
from portal import asked
from portal.answers import UNPROCESSABLE, page
from portal.asked import ID
from portal.unit_batches import batches_of
from services.contacts import CONTACT_FORM, change_contact, contacts_of
from web import current
from web.forms import make_form, typed_in
from web.guard import needs

FOR_BATCH = "batch"

blueprint = Blueprint("contacts", __name__)


@blueprint.get(f"/units/<{ID}:unit_id>/contact")
@needs(Action.MANAGE_CONTACTS)
def show(unit_id: int) -> Response:
    """Show a unit's contacts, and the form to change the one of a batch or of all batches."""
    unit = _unit(unit_id)
    if FOR_BATCH in request.args:
        batch_id = asked.number(request.args, FOR_BATCH)
    else:
        batch_id = next((batch.id for batch in _batches(unit)), None)
    contacts = contacts_of(current.db(), unit.id)
    return _page(unit, batch_id, contacts, _values_of(contacts, batch_id))


@blueprint.post(f"/units/<{ID}:unit_id>/contact")
@needs(Action.MANAGE_CONTACTS)
def change(unit_id: int) -> Response:
    """Make somebody else the contact from now on; the former one gets no more mail."""
    unit = _unit(unit_id)
    batch_id = asked.number(request.form, FOR_BATCH)
    if batch_id is not None and batch_id not in {batch.id for batch in _batches(unit)}:
        raise NotFound("没有这个批次。")
    typed = typed_in(CONTACT_FORM, request.form)
    try:
        contact = change_contact(current.db(), unit.id, batch_id, typed, actor=current.actor(), now=current.now())
    except Invalid as refusal:
        contacts = contacts_of(current.db(), unit.id)
        return _page(unit, batch_id, contacts, typed, refusal.problems)
    flash(f"联系人已改为{contact.name}，原联系人不再收到邮件。", "success")
    return make_response(redirect(url_for("contacts.show", unit_id=unit.id, batch=batch_id or ""), 303))


def _unit(unit_id: int) -> Unit:
    unit = current.db().get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(current.actor(), Action.MANAGE_CONTACTS, Subject(unit_path=unit.path))
    return unit


def _batches(unit: Unit) -> list[Batch]:
    return [batch for batch in batches_of(unit.id) if batch.state is not BatchState.FINISHED]


def _values_of(contacts: Iterable[Contact], batch_id: int | None) -> dict[str, str]:
    """Return the contact in force for a batch as answers, to be changed."""
    for contact in contacts:
        if contact.batch_id == batch_id and contact.valid_until is None:
            return {field.key: getattr(contact, field.key) or "" for field in CONTACT_FORM.fields}
    return {}


def _page(
    unit: Unit,
    batch_id: int | None,
    contacts: list[Contact],
    values: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
) -> Response:
    return page(
        "portal/contacts.html",
        status=UNPROCESSABLE if problems else 200,
        unit=unit,
        batch_id=batch_id,
        batches=_batches(unit),
        titles={batch.id: batch.title for batch in batches_of(unit.id)},
        contacts=contacts,
        form=make_form(CONTACT_FORM, values, problems),
    )
