"""Checking the form of a case, while it is being written and when it is submitted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.definition import FieldKind, Form, Strength
from domain.errors import Problem
from domain.forms.expressions import Values, broken, compute
from domain.forms.groups import of_alternatives, of_outlines, of_rows
from domain.forms.judging import leaf_normal, leaf_problem
from domain.forms.leaves import Leaf, all_leaves, filled_rows, is_of_row
from domain.forms.setting import Setting
from domain.forms.texts import FORBIDDEN, composed

SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    values: leaf to text, trimmed and in normal form. Of a draft: every known leaf that was given, also empty ones and
        those hidden now, so that nothing typed is lost, and rows keep their numbers. Of a final form: only what is
        asked and filled, with rows numbered from 0 without gaps.
    problems: what refuses a submission; the path is the leaf as it was given, before rows were renumbered.
    warnings: what soft checks say.
    """

    values: dict[str, str]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def check_case(form: Form, answers: Mapping[str, str], setting: Setting, *, is_final: bool) -> Checked:
    """Check answers, normalise and compute them; unknown leaves are dropped.

    is_final: whether everything must be there; otherwise only what is typed is judged. Never raises: what is wrong
    comes back as problems, and a value that cannot be read stays as it was typed.
    """
    texts = {path: _clean(raw) for path, raw in answers.items()}
    known = list(all_leaves(form, setting, texts))
    asked = [leaf for leaf in known if leaf.is_asked]
    values = {
        leaf.path: leaf_normal(leaf, texts[leaf.path], setting)
        for leaf in known
        if leaf.path in texts and not leaf.field.computed
    }
    wrong: dict[str, Problem] = {}
    # Words for a choice that no longer asks for them make no row.
    rows = filled_rows({leaf.path: values.get(leaf.path, "") for leaf in asked})
    typed = [leaf for leaf in asked if not leaf.field.computed]
    _judge(typed, values, answers, (setting, rows, is_final), wrong)
    seen = Values(setting, asked, values, set(wrong))
    compute(seen, asked)
    _judge([leaf for leaf in asked if leaf.field.computed], values, {}, (setting, rows, is_final), wrong)
    problems = [problem for leaf in asked if (problem := wrong.get(leaf.path)) is not None]
    problems += of_rows(_nested(asked), rows, values, is_final=is_final)
    problems += of_outlines(asked, values)
    if is_final:
        problems += of_alternatives(form, asked, values)
    found = list(broken(form, seen))
    problems += [problem for strength, problem in found if strength is Strength.HARD]
    warnings = tuple(problem for strength, problem in found if strength is Strength.SOFT)
    if is_final:
        return Checked(_final(asked, values, rows), tuple(problems), warnings)
    cleared = {path: "" for path, text in texts.items() if not text and is_of_row(form, path)}
    return Checked(cleared | values, tuple(problems), warnings)


def _clean(raw: str) -> str:
    """Return a text without what no database may hold and nobody can see; who typed it is told."""
    return composed(FORBIDDEN.sub("", raw))


def _judge(
    asked: Iterable[Leaf],
    values: Mapping[str, str],
    answers: Mapping[str, str],
    circumstances: tuple[Setting, Mapping[str, list[int]], bool],
    wrong: dict[str, Problem],
) -> None:
    setting, rows, is_final = circumstances
    for leaf in asked:
        path = leaf.path
        raw = answers.get(path, "")
        if raw and FORBIDDEN.search(raw):
            sentence = f"{leaf.label}含有不可见的控制字符，已经去掉，请核对"
        elif leaf.row is not None and leaf.within is not None and leaf.row not in rows.get(leaf.within.key, ()):
            continue  # a row that is still missing is one problem, not one for each column
        else:
            sentence = leaf_problem(leaf, values.get(path, ""), setting, is_final=is_final)
        if sentence:
            wrong[path] = Problem(path, raw[:SHOWN_CHARS], sentence)


def _nested(asked: Iterable[Leaf]) -> dict[str, list[Leaf]]:
    found: dict[str, list[Leaf]] = {}
    for leaf in asked:
        if leaf.within is not None and leaf.within.kind is FieldKind.ROWS:
            found.setdefault(leaf.within.key, []).append(leaf)
    return found


def _final(asked: Iterable[Leaf], values: Mapping[str, str], rows: Mapping[str, list[int]]) -> dict[str, str]:
    """Return what is asked and filled, rows without gaps."""
    return dict(_renumbered(asked, values, rows))


def _renumbered(
    asked: Iterable[Leaf], values: Mapping[str, str], rows: Mapping[str, list[int]]
) -> Iterator[tuple[str, str]]:
    for leaf in asked:
        value = values.get(leaf.path, "")
        if not value:
            continue
        if leaf.within is None or leaf.row is None:
            yield leaf.path, value
        elif leaf.row in rows.get(leaf.within.key, ()):
            start = f"{leaf.within.key}.{leaf.row}."
            number = rows[leaf.within.key].index(leaf.row)
            yield f"{leaf.within.key}.{number}.{leaf.path.removeprefix(start)}", value
