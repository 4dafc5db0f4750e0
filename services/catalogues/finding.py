"""Who chose a mode, over the years and whatever each notice calls it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import Session

from models import Batch, BatchVersion, Case, CaseState

ROWS = 500
WITHOUT = (CaseState.DRAFT, CaseState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ChosenCase:
    """A case that chose a mode; `mode` is what its own notice calls it."""

    case_id: int
    title: str
    batch: str
    year: int
    mode: str
    state: CaseState


def cases_of_standard(session: Session, standard: str, *, limit: int = ROWS) -> list[ChosenCase]:
    """Return the submitted cases that chose a mode of this common name, the newest batches first.

    Only what the reader may see; at most `limit` of them. Two queries, however many batches there are.
    """
    names = _names(session, standard)
    if not names:
        return []
    has_mode = [
        and_(Case.batch_id == batch_id, cast(Case.modes, String).contains(f'"{key}"', autoescape=True))
        for batch_id, modes in names.items()
        for key in modes
    ]
    found = session.execute(
        select(Case.id, Case.batch_id, Case.title, Case.state, Case.modes, Batch.title, Batch.year)
        .join(Batch, Batch.id == Case.batch_id)
        .where(or_(*has_mode), Case.state.not_in(WITHOUT))
        .order_by(Batch.year.desc(), Case.batch_id.desc(), Case.title, Case.id)
        .limit(limit)
    )
    return [
        ChosenCase(case_id, title, batch, year, "、".join(_called(names[batch_id], modes)), state)
        for case_id, batch_id, title, state, modes, batch, year in found
    ]


def _names(session: Session, standard: str) -> dict[int, dict[str, str]]:
    """Return what each batch calls the modes of a common name: {batch id: {key: name}}."""
    newest = select(BatchVersion.batch_id, BatchVersion.document).join(
        Batch, (Batch.id == BatchVersion.batch_id) & (Batch.revision == BatchVersion.revision)
    )
    found: dict[int, dict[str, str]] = {}
    for batch_id, document in session.execute(newest):
        modes = (document.get("catalogue") or document)["modes"]
        named = {mode["key"]: mode["name"] for mode in modes if mode["standard"] == standard}
        if named:
            found[batch_id] = named
    return found


def _called(names: Mapping[str, str], modes: Iterable[str]) -> Iterator[str]:
    return (names[key] for key in modes if key in names)
