"""One catalogue in two texts: recognised although scanning and typing have changed a few characters.

What may differ is harmless by its kind, never by its number: punctuation of half width, a character in its older
form, a particle written twice. A changed figure is one character, and makes another catalogue.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sqlalchemy.orm import Session

from domain.definition import Catalogue, Criterion
from models import CatalogueVersion
from services.catalogues.versions import catalogue_of, newest_versions

SPACE = re.compile(r"\s+")
VARIANTS = str.maketrans("術業務產製範與為個國開發據網", "术业务产制范与为个国开发据网")
"""Older forms of characters that reading a scanned page leaves in a text."""
WIDTHS = str.maketrans(",;:()?!", "，；：（）？！")
TWICE = re.compile("的{2,}")
AROUND = 6
MARGIN = 12
LEAST_ANCHOR = 0.3
"""The part of a criterion that must stand in the text unbroken, before the rest is compared."""


class SlipKind(StrEnum):
    """How one text differs from the other; only `changed` means that they say something else."""

    PUNCTUATION = "punctuation"
    VARIANT = "variant"
    REPEATED = "repeated"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Slip:
    """One difference.

    path: "green.ability". ours: what the catalogue prints; theirs: what the text has; around: some of the text.
    """

    path: str
    kind: SlipKind
    ours: str
    theirs: str
    around: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """A catalogue looked for in a text: the paths of criteria that are not there, and how the others differ."""

    missing: tuple[str, ...]
    slips: tuple[Slip, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether the text holds this catalogue and nothing in it says anything else."""
        return not self.missing and all(slip.kind is not SlipKind.CHANGED for slip in self.slips)


def normal(text: str) -> str:
    """Return a text without spaces, its punctuation at full width, characters in their present form."""
    return TWICE.sub("的", SPACE.sub("", text).translate(VARIANTS).translate(WIDTHS))


def recognise(catalogue: Catalogue, text: str) -> Recognition:
    """Look for a catalogue, as it was printed, in a text, which may hold much else."""
    page = SPACE.sub("", text)
    missing: list[str] = []
    slips: list[Slip] = []
    for mode in catalogue.modes:
        if normal(mode.name) not in normal(page):
            missing.append(mode.key)
            continue
        for criterion in mode.criteria:
            path = f"{mode.key}.{criterion.key}"
            found = _differences(path, criterion, page)
            if found is None:
                missing.append(path)
            else:
                slips += found
    return Recognition(tuple(missing), tuple(slips))


def find_recognised(session: Session, text: str) -> CatalogueVersion | None:
    """Return the stored catalogue that a text holds, in its newest version; None when it holds none of them."""
    for row in newest_versions(session):
        if recognise(catalogue_of(row), text).is_same:
            return row
    return None


def _differences(path: str, criterion: Criterion, page: str) -> list[Slip] | None:
    """Return how the text differs from a criterion; None when it is not in the text."""
    words = SPACE.sub("", criterion.quote or criterion.text)
    # The heading of a criterion may be the catalogue's own word, where the document has none.
    if re.search(rf"[0-9][.．、]{re.escape(criterion.label)}[：:]", page):
        words = f"{criterion.label}：{words}"
    if words in page:
        return []
    anchor = SequenceMatcher(None, page, words, autojunk=False).find_longest_match()
    if anchor.size < len(words) * LEAST_ANCHOR:
        return None
    start = max(anchor.a - anchor.b - MARGIN, 0)
    window = page[start : start + len(words) + 2 * MARGIN]
    steps = SequenceMatcher(None, words, window, autojunk=False).get_opcodes()
    inner = [step for step in steps if not (step[0] == "insert" and step[1] in {0, len(words)})]
    return list(_slips(path, words, window, inner))


def _slips(path: str, words: str, window: str, steps: Sequence[tuple[str, int, int, int, int]]) -> Iterator[Slip]:
    for name, first, last, start, end in steps:
        if name == "equal":
            continue
        ours, theirs = words[first:last], window[start:end]
        around = window[max(start - AROUND, 0) : end + AROUND]
        beside = (words[:first][-1:], words[last : last + 1])
        yield Slip(path, _kind(ours, theirs, beside), ours, theirs, around)


def _kind(ours: str, theirs: str, beside: tuple[str, str]) -> SlipKind:
    if ours.translate(WIDTHS) == theirs.translate(WIDTHS):
        return SlipKind.PUNCTUATION
    if ours.translate(VARIANTS) == theirs.translate(VARIANTS):
        return SlipKind.VARIANT
    together = (f"{beside[0]}{ours or theirs}", f"{ours or theirs}{beside[1]}")
    is_twice = not (ours and theirs) and any(TWICE.fullmatch(text) for text in together)
    return SlipKind.REPEATED if is_twice else SlipKind.CHANGED
