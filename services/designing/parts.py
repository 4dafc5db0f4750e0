"""The parts of a definition as the designer shows them, in the order in which a person fills them in.

Each has the state it is in. A part stands behind those that it points at: conditions behind the forms whose answers
they judge.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.calendar import Calendar
from domain.definition import Definition
from domain.lint import Finding, Level
from domain.lint.findings import warning
from services.definitions.linting import findings as all_findings


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a definition.

    fields: what it holds of the definition itself. inside: (root field, fields of its items) for a part that lies
    within the items of another one. is_needed: whether a definition makes no sense without it.
    needs: fields without which the part is as good as empty.
    """

    key: str
    label: str
    hint: str
    fields: tuple[str, ...] = ()
    inside: tuple[str, tuple[str, ...]] = ("", ())
    is_needed: bool = False
    needs: tuple[str, ...] = ()


PARTS: tuple[Part, ...] = (
    Part(
        "basics",
        "基本信息",
        "通知的标题、文号、发文单位、主办处室和联系人；转发或依据的上级通知。",
        ("code", "title", "year", "programme", "issuer", "office", "document", "upper", "region", "timezone"),
        is_needed=True,
    ),
    Part(
        "categories",
        "类别与模式",
        "遴选什么：申报类别、子类，以及可选的模式。只收集反馈、没有申报的批次可以不填。",
        ("categories", "modes", "catalogue"),
    ),
    Part(
        "units",
        "推荐单位与类别",
        "谁来推荐：单位类别和参加本批次的单位。",
        ("unit_classes", "units"),
        is_needed=True,
        needs=("unit_classes", "units"),
    ),
    Part("quotas", "推荐名额", "每类单位在每个类别最多推荐多少件。没有任何一条表示不限名额。", ("quotas",)),
    Part("forms", "表单", "申报表、联系人表等：分几个部分，每部分填什么。", ("forms",)),
    Part("materials", "材料", "随每张表提交的证明材料和盖章扫描件。", inside=("forms", ("materials",))),
    Part("rules", "申报条件", "谁可以申报、数值须达到多少、经办人核对什么。每条附通知原话。", ("rules",)),
    Part("stages", "环节与时间", "每个环节何时开放、何时截止、由谁办理。", ("stages",), is_needed=True),
    Part(
        "routes",
        "审核推荐流程",
        "申报、初审、推荐报送各环节的要求：用哪张表、逐条核对什么、怎样排序报送。",
        inside=("stages", ("declare", "review", "recommend")),
    ),
    Part("ladders", "提醒规则", "尚未办理的单位何时收到提醒，何时提请上级催办。几个环节可以共用一套。", ("ladders",)),
    Part("mails", "邮件文本", "本批次自行拟定的邮件；没有拟定的使用系统通用文本。", ("mails",)),
    Part("evidence", "原文依据", "各项取值出自通知的哪一句；推定的取值须经人确认后才能发布。", ("evidence",)),
)
BY_KEY = {part.key: part for part in PARTS}
NO_QUOTATION = "没有登记任何原文依据：截止日期、名额、条件请逐项注明出自通知哪一句。"
_OF_FIELD = {name: part.key for part in PARTS for name in part.fields}
_INSIDE = {(part.inside[0], name): part.key for part in PARTS for name in part.inside[1]}


@dataclass(frozen=True, slots=True)
class State:
    """How far a part is. open: its inferred values that nobody has confirmed."""

    part: Part
    is_empty: bool
    errors: int = 0
    warnings: int = 0
    open: int = 0

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do in it."""
        return not (self.is_empty or self.errors or self.warnings or self.open)


@dataclass(frozen=True, slots=True)
class Outline:
    """All parts with their states, and the part to go on with: None when the rest is a matter of saving."""

    states: tuple[State, ...]
    next: State | None

    @property
    def errors(self) -> int:
        """Return the number of errors in all parts."""
        return sum(state.errors for state in self.states)

    @property
    def open(self) -> int:
        """Return the number of values that await confirmation."""
        return sum(state.open for state in self.states)


def part_of(path: str) -> str:
    """Return the key of the part that a path lies in; the first part for what concerns the whole."""
    steps = path.split(".")
    within = _INSIDE.get((steps[0], steps[2])) if len(steps) > 2 else None
    return within or _OF_FIELD.get(steps[0], PARTS[0].key)


def neighbours(key: str) -> tuple[Part | None, Part | None]:
    """Return the parts before and behind a part; None where it is the first or the last."""
    at = next(number for number, part in enumerate(PARTS) if part.key == key)
    return PARTS[at - 1] if at else None, PARTS[at + 1] if at + 1 < len(PARTS) else None


def findings(definition: Definition, calendar: Calendar) -> list[Finding]:
    """Return what the linter finds about a working copy, the gravest first, without what only a person confirms.

    One warning is the designer's own: a batch typed in by hand may do without evidence, but its author should know.
    """
    found = [finding for finding in all_findings(definition, calendar) if finding.code != "unconfirmed"]
    if _lacks_quotations(definition):
        graver = sum(finding.level is not Level.INFO for finding in found)
        found.insert(graver, warning("no_quotations", "evidence", NO_QUOTATION))
    return found


def _lacks_quotations(definition: Definition) -> bool:
    """Tell whether a notice's deadlines, quotas or conditions stand there without a single sentence of it."""
    has_values = bool(definition.quotas or definition.rules or any(stage.due for stage in definition.stages))
    return has_values and not any(item.quote.strip() for item in definition.evidence)


def outline(definition: Definition, found: Iterable[Finding]) -> Outline:
    """Return the parts with their states. found: as `findings` gives them."""
    states = {part.key: State(part, _is_empty(definition, part)) for part in PARTS}
    for finding in found:
        key = part_of(finding.path)
        state = states[key]
        states[key] = replace(
            state,
            errors=state.errors + (finding.level is Level.ERROR),
            warnings=state.warnings + (finding.level is Level.WARNING),
        )
    for item in definition.unconfirmed:
        key = part_of(item.path)
        states[key] = replace(states[key], open=states[key].open + 1)
    all_states = tuple(states.values())
    return Outline(all_states, _next(all_states))


def _next(states: Sequence[State]) -> State | None:
    """Return the first part that lacks what it needs, then the first with an error, then with an open value."""
    lacking = [state for state in states if state.is_empty and state.part.is_needed]
    wrong = [state for state in states if state.errors]
    unsure = [state for state in states if state.open]
    return next(iter([*lacking, *wrong, *unsure]), None)


def _is_empty(definition: Definition, part: Part) -> bool:
    """Tell whether nothing is in a part; evidence that is missed is no part that may be left out."""
    if part.key == "evidence" and _lacks_quotations(definition):
        return False
    values: list[Any] = [getattr(definition, name) for name in part.fields]
    root, names = part.inside
    if root:
        values += [getattr(item, name) for item in getattr(definition, root) for name in names]
    return not any(values) or any(not getattr(definition, name) for name in part.needs)


def mark_of(finding: Finding) -> str:
    """Return what an address calls a finding, which has no key of its own."""
    said = "\n".join((finding.code, finding.path, finding.sentence))
    return hashlib.sha256(said.encode()).hexdigest()[:20]
