"""What makes a batch the one that it is: asked before anything else, and unchangeable in part."""

from dataclasses import dataclass

from domain.definition import Definition, Document, Issuer, Office, Programme
from services.designing.beginning.years import Years


@dataclass(frozen=True, slots=True, kw_only=True)
class Basics:
    """What makes a batch the one that it is, as the coordinator gives it."""

    code: str
    title: str
    year: int
    programme: Programme
    issuer: Issuer
    office: str
    number: str = ""


def retitled(old: Definition, year: int) -> str:
    """Return the old title told for another year, to begin with."""
    return Years(old.year, year, {}).text(old.title)


def basics_of(old: Definition, code: str, year: int) -> Basics:
    """Return the basics of an earlier batch for another year, to begin with."""
    return Basics(
        code=code,
        title=retitled(old, year),
        year=year,
        programme=old.programme,
        issuer=old.issuer,
        office=old.office.name,
    )


def blank(basics: Basics) -> Definition:
    """Return a definition that holds nothing but its head."""
    return Definition(
        code=basics.code,
        title=basics.title,
        year=basics.year,
        programme=basics.programme,
        issuer=basics.issuer,
        office=Office(name=basics.office),
        document=Document(number=basics.number),
        stages=(),
    )
