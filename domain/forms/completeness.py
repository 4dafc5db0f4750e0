"""How far a form is filled in, section by section."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.definition import Form
from domain.forms.leaves import Sheet, leaves
from domain.forms.setting import Setting


@dataclass(frozen=True, slots=True)
class SectionState:
    """How far a section is: of the leaves that must be filled (`asked`), how many are (`filled`).

    key: "" for the fields of a form that stand in no section. missing: labels of those still empty, in order.
    """

    key: str
    title: str
    filled: int
    asked: int
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing that must be filled is empty."""
        return not self.missing


def completeness(form: Form, answers: Mapping[str, str], setting: Setting) -> tuple[SectionState, ...]:
    """Return the state of every section that is shown, in order; what is optional does not count."""
    titles = {"": form.title} | {section.key: section.title for section in form.sections}
    sheet = Sheet(form, answers)
    asked: dict[str, list[tuple[str, bool]]] = {"": []} if form.fields else {}
    asked |= {section.key: [] for section in form.sections if sheet.holds(section.when)}
    for leaf in leaves(form, setting, answers):
        if leaf.is_required:
            asked[leaf.section].append((leaf.label, bool(answers.get(leaf.path, "").strip())))
    return tuple(
        SectionState(
            key,
            titles[key],
            sum(is_filled for _, is_filled in required),
            len(required),
            tuple(label for label, is_filled in required if not is_filled),
        )
        for key, required in asked.items()
    )
