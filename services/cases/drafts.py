"""Keeping what is typed: saved as it stands, merged leaf by leaf when two people write, never thrown away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Form
from domain.errors import Conflict
from domain.forms import chosen_modes, leaves, merge
from services.cases.access import CaseInHand, get_case_to_fill, require_form, require_open, setting_of

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that no database takes; submitting refuses them, and a draft is kept without them."""
LONGEST_DRAFT = 500_000
"""Characters that all answers of a case may have; beyond that it is not an application."""
MOST_LEAVES = 5_000
LONGEST_LEAF = 160


@dataclass(frozen=True, slots=True)
class Typed:
    """What an editor sends: only the leaves that it has on its page.

    values: as they are now. base: as the editor had read them. revision: the case's when they were read.
    """

    values: Mapping[str, str]
    base: Mapping[str, str]
    revision: int


@dataclass(frozen=True, slots=True)
class Clash:
    """One leaf that two people have changed: what is kept, and what was sent but not taken."""

    leaf: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What is kept now: all answers of the case, and for each conflict both values, so that nothing typed is lost."""

    revision: int
    values: Mapping[str, str]
    conflicts: tuple[Clash, ...]
    saved_at: datetime
    saved_by: str


def save(session: Session, case_id: int, typed: Typed, *, actor: Actor, now: datetime) -> Saved:
    """Keep what was typed, unchecked. Who writes other leaves than another editor merges with them.

    In a leaf that both changed the first one's value stays, and the answer tells both. Saving the same again changes
    nothing. There is no deadline: a draft is kept after it, too.
    Raises NotAllowed, NotFound; Conflict when the case is not being filled, or the draft is too long.
    """
    found = get_case_to_fill(session, case_id, actor=actor, lock=True)
    require_open(found)
    form, case = require_form(found), found.case
    mine, base = _known(form, typed.values), _known(form, typed.base)
    merged = merge(case.values, base, mine)
    values = {leaf: text for leaf, text in merged.values.items() if text}
    if sum(len(leaf) + len(text) for leaf, text in values.items()) > LONGEST_DRAFT or len(values) > MOST_LEAVES:
        raise Conflict(f"草稿过长（全部填写内容上限 {LONGEST_DRAFT} 字），未保存。请删减后重试。")
    conflicts = _clashes(found, form, merged.conflicts, mine, now)
    if values != case.values:
        case.values = values
        case.modes = list(chosen_modes(form, values))
        case.revision += 1
        case.saved_at, case.saved_by = now, actor.name
        session.flush()
    return Saved(case.revision, dict(case.values), conflicts, case.saved_at, case.saved_by)


def _known(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """Return what belongs to the form, as it can be stored."""
    keys = {field.key for field in form.all_fields}
    return {
        leaf: UNSTORABLE.sub("", text).replace("\r\n", "\n")
        for leaf, text in values.items()
        if leaf.partition(".")[0] in keys and len(leaf) <= LONGEST_LEAF and not UNSTORABLE.search(leaf)
    }


def _clashes(
    found: CaseInHand, form: Form, conflicts: tuple[str, ...], mine: Mapping[str, str], now: datetime
) -> tuple[Clash, ...]:
    if not conflicts:
        return ()
    current = found.case.values
    labels = {leaf.path: leaf.label for leaf in leaves(form, setting_of(found, now), {**current, **mine})}
    return tuple(Clash(leaf, labels.get(leaf, leaf), current.get(leaf, ""), mine.get(leaf, "")) for leaf in conflicts)
