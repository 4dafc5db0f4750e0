"""Numbers in the criteria of a catalogue, proposed as soft rules with their sentence as evidence."""

import re
from collections.abc import Iterator

from domain.definition import Catalogue, Force, Operator, Rule

CLAUSE = re.compile(
    r"([^，。；]*?(?:比例|比重|占比))\s*(达到|不低于|不少于|超过|大于|≥)?\s*([0-9]+(?:\.[0-9]+)?)\s*[%％]"
)
ABOVE = frozenset({"超过", "大于"})


def thresholds(catalogue: Catalogue) -> tuple[Rule, ...]:
    """Return a rule for each share that a criterion names, in the order of the catalogue.

    They are proposals: a criterion describes, it does not exclude, so the rules are soft; and what they judge
    (`subject`) is empty until a person says which field of the form holds it.
    """
    return tuple(_found(catalogue))


def _found(catalogue: Catalogue) -> Iterator[Rule]:
    for mode in catalogue.modes:
        for criterion in mode.criteria:
            for number, match in enumerate(CLAUSE.finditer(criterion.text), 1):
                yield Rule(
                    key=f"{mode.key}-{criterion.key}-{number}",
                    clause=match[0],
                    place=f"{catalogue.title} › {mode.name} › {criterion.label}",
                    operator=Operator.GREATER if match[2] in ABOVE else Operator.AT_LEAST,
                    value=match[3],
                    unit="%",
                    force=Force.SOFT,
                    modes=(mode.key,),
                    advice=match[1],
                )
