"""What a new case need not ask again: the organisation's own data, last year's answers, a case taken back."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Field
from models import Batch, Case, CaseState, CaseVersion, Organisation
from services.cases.access import CaseInHand


def proposed(session: Session, found: CaseInHand) -> dict[str, str]:
    """Return what may be filled in for the applicant, by leaf; it changes nothing.

    A case of the same category in this batch that it has taken back gives everything; last year's of the same
    programme gives the fields that ask for it (`from_last`); its own data come first (`profile`).
    """
    if found.form is None:
        return {}
    fields = {field.key: field for field in found.form.all_fields}
    values = {
        leaf: text for leaf, text in _last_year(session, found).items() if _from_last(fields.get(_head(leaf)), leaf)
    }
    values.update({leaf: text for leaf, text in _taken_back(session, found).items() if _head(leaf) in fields})
    profile = profile_of(found.case.organisation)
    for field in fields.values():
        if profile.get(field.profile):
            values[field.key] = profile[field.profile]
    return {leaf: text for leaf, text in values.items() if text}


def profile_of(organisation: Organisation) -> dict[str, str]:
    """Return an organisation's own data as text, by the names that `Field.profile` uses."""
    founded: date | None = organisation.founded_on
    return {
        "name": organisation.name,
        "credit_code": organisation.credit_code or "",
        "address": organisation.address,
        "legal_person": organisation.legal_person,
        "nature": organisation.nature,
        "industry": organisation.industry,
        "founded_on": founded.isoformat() if founded is not None else "",
        "phone": organisation.phone,
        "email": organisation.email,
        "site": organisation.site,
        "region": organisation.region,
    }


def _head(leaf: str) -> str:
    return leaf.partition(".")[0]


def _from_last(field: Field | None, leaf: str) -> bool:
    """Tell whether a leaf is taken over: its field asks for it, or in a table or rows its own row or column does."""
    if field is None:
        return False
    return field.from_last or any(inner.from_last and inner.key in leaf.split(".")[1:] for inner in field.fields)


def _last_year(session: Session, found: CaseInHand) -> Mapping[str, str]:
    """Return what the applicant last submitted in an earlier batch of the programme, in the same category."""
    newest = (
        select(CaseVersion.values)
        .join(Case, (Case.id == CaseVersion.case_id) & (Case.version_no == CaseVersion.number))
        .join(Batch, Batch.id == Case.batch_id)
        .where(
            Case.organisation_id == found.case.organisation_id,
            Case.category_key == found.case.category_key,
            Batch.programme_id == found.context.batch.programme_id,
            Batch.year < found.context.batch.year,
        )
        .order_by(Batch.year.desc(), CaseVersion.submitted_at.desc())
    )
    return session.scalars(newest.limit(1)).first() or {}


def _taken_back(session: Session, found: CaseInHand) -> Mapping[str, str]:
    newest = (
        select(Case.values)
        .where(
            Case.organisation_id == found.case.organisation_id,
            Case.batch_id == found.case.batch_id,
            Case.category_key == found.case.category_key,
            Case.state == CaseState.WITHDRAWN,
            Case.source == found.case.source,
        )
        .order_by(Case.saved_at.desc(), Case.id.desc())
    )
    return session.scalars(newest.limit(1)).first() or {}
