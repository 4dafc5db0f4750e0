"""The rules of forms: what an answer must look like, what is asked now, what changed, what is still missing.

`answers` checks the small forms of collecting; the rest is for the forms of cases. Answers are one flat mapping from
a leaf to text, as `domain.definition.forms` explains.
"""

from domain.forms.answers import check_answers
from domain.forms.case import Checked, check_case
from domain.forms.completeness import SectionState, completeness
from domain.forms.leaves import Aspect, Leaf, chosen_modes, leaves
from domain.forms.numbers import decimals_of, number_of, range_of, unit_of
from domain.forms.setting import Setting
from domain.forms.texts import DEFAULT_MAX, EMAIL, FORBIDDEN, MOBILE, PHONE, PLAIN_MAX
from domain.forms.versions import Difference, Merged, differences, merge
from domain.forms.wording import combined_label, shown_text

__all__ = [
    "DEFAULT_MAX",
    "EMAIL",
    "FORBIDDEN",
    "MOBILE",
    "PHONE",
    "PLAIN_MAX",
    "Aspect",
    "Checked",
    "Difference",
    "Leaf",
    "Merged",
    "SectionState",
    "Setting",
    "check_answers",
    "check_case",
    "chosen_modes",
    "combined_label",
    "completeness",
    "decimals_of",
    "differences",
    "leaves",
    "merge",
    "number_of",
    "range_of",
    "shown_text",
    "unit_of",
]
