"""What the page's script hears back after it has saved a draft."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.definition import Form
from domain.forms import Checked, Setting, check_case, completeness
from web.case_form.typed import Sent, known_leaves


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it was stored.

    revision: the new one. values: all that is stored, leaf to text. conflicts: leaves that somebody else had changed
    meanwhile; what is stored for them is the other's. saved_at: time of day for people ("14:03").
    """

    revision: int
    values: Mapping[str, str]
    conflicts: Collection[str]
    saved_at: str


def draft_reply(form: Form, setting: Setting, sent: Sent, saved: Saved) -> dict[str, object]:
    """Return the reply as plain data for JSON.

    revision, saved_at: as stored.
    values: leaf to stored text, of every leaf that was sent, is computed, or that somebody else changed since.
    conflicts: list of path, label, mine, theirs. problems, warnings: leaf to sentence, of what was typed so far.
    sections: key to filled, asked and the list of missing labels.
    """
    checked = check_case(form, saved.values, setting, is_final=False)
    known = known_leaves(form, setting, (*saved.values, *sent.values))
    is_alone = sent.revision is not None and saved.revision <= sent.revision + 1
    told = [path for path, leaf in known.items() if not is_alone or path in sent.values or leaf.field.computed]
    return {
        "revision": saved.revision,
        "saved_at": saved.saved_at,
        "values": {path: checked.values.get(path, saved.values.get(path, "")) for path in told},
        "conflicts": [
            {
                "path": path,
                "label": known[path].label,
                "mine": sent.values.get(path, ""),
                "theirs": saved.values.get(path, ""),
            }
            for path in saved.conflicts
            if path in known
        ],
        **_sentences(checked),
        "sections": {
            state.key: {"filled": state.filled, "asked": state.asked, "missing": list(state.missing)}
            for state in completeness(form, saved.values, setting)
        },
    }


def _sentences(checked: Checked) -> dict[str, dict[str, str]]:
    return {
        "problems": {problem.path: problem.sentence for problem in checked.problems},
        "warnings": {problem.path: problem.sentence for problem in checked.warnings},
    }
