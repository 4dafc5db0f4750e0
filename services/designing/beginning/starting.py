"""A new batch: from nothing, from a template, from an earlier batch; and a file taken into one that is there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Definition
from domain.definition.strict import KEY_PATTERN
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.lint.timing.dates import FIRST_YEAR, LAST_YEAR
from models import Batch, Programme
from services.batches.drafts import store_draft
from services.definitions.reading import load_file, parse_unchecked
from services.definitions.yaml_text import MOST_BYTES, read_yaml
from services.designing.beginning.basics import Basics
from services.designing.working import Working, replace_all, working_copy

WELL_FORMED = re.compile(KEY_PATTERN)
KEY_ADVICE = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
MOST_NUMBER = 80
RESERVED = "new"
"""Not a code of a batch: an address of the backoffice."""
MOST_OFFERED = 200
"""How many earlier batches are offered."""


@dataclass(frozen=True, slots=True)
class Template:
    """A definition that ships with the product. contains: what it holds, in words."""

    key: str
    definition: Definition
    contains: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A batch that a new one may follow."""

    code: str
    title: str
    year: int


def templates(folder: Path) -> Sequence[Template]:
    """Return the templates of a folder, the newest year first; read once a process."""
    return _templates(folder)


def template(folder: Path, key: str) -> Template:
    """Return one template. Raises NotFound."""
    found = next((one for one in templates(folder) if one.key == key), None)
    if found is None:
        raise NotFound("没有这个模板。")
    return found


@cache
def _templates(folder: Path) -> tuple[Template, ...]:
    found = [load_file(path) for path in sorted(folder.glob("*.yaml"))]
    ordered = sorted(found, key=lambda definition: (-definition.year, definition.code))
    return tuple(Template(one.code, one, contents(one)) for one in ordered)


def contents(definition: Definition) -> str:
    """Return what a definition holds, in words: "3 个类别、37 个推荐单位、8 个环节"."""
    counted = (
        (len(definition.categories), "个类别"),
        (len(definition.units), "个推荐单位"),
        (len(definition.quotas), "项推荐名额"),
        (len(definition.rules), "条申报条件"),
        (len(definition.forms), "张表"),
        (len(definition.stages), "个环节"),
        (len(definition.ladders), "套提醒规则"),
    )
    return "、".join(f"{number} {what}" for number, what in counted if number) or "没有内容"


def earlier(session: Session, *, actor: Actor) -> list[Earlier]:
    """Return the batches that a new one may follow, newest first. Raises NotAllowed."""
    require(actor, Action.EDIT_DEFINITION)
    rows = session.execute(
        select(Batch.code, Batch.title, Batch.year).order_by(Batch.year.desc(), Batch.id.desc()).limit(MOST_OFFERED)
    )
    return [Earlier(row.code, row.title, row.year) for row in rows]


def check_basics(session: Session, basics: Basics, *, actor: Actor) -> None:
    """Refuse basics that no batch can have. Raises NotAllowed, Invalid with every problem by its field."""
    require(actor, Action.EDIT_DEFINITION)
    problems = [
        Problem(path, text[:80], f"请填写{what}" if not text.strip() else f"最多 {most} 个字")
        for path, text, what, most in (
            ("title", basics.title, "标题", 200),
            ("programme.name", basics.programme.name, "项目名称", 120),
            ("issuer.name", basics.issuer.name, "印发机关", 120),
            ("office.name", basics.office, "主办处室", 120),
        )
        if not 0 < len(text.strip()) <= most
    ]
    if len(basics.number) > MOST_NUMBER:
        problems.append(Problem("number", basics.number[:80], f"最多 {MOST_NUMBER} 个字"))
    for path, key, what in (("code", basics.code, "编号"), ("programme.key", basics.programme.key, "代号")):
        if not WELL_FORMED.fullmatch(key):
            problems.append(Problem(path, key[:80], f"{what}不合规则" if key else f"请填写{what}", KEY_ADVICE))
    if not FIRST_YEAR <= basics.year <= LAST_YEAR:
        problems.append(Problem("year", str(basics.year), "年份不合理", f"{FIRST_YEAR} 年至 {LAST_YEAR} 年"))
    if basics.code == RESERVED or _is_known(session, basics.code):
        problems.append(Problem("code", basics.code, "这个编号已有批次", "换一个编号"))
    problems += _programme_problems(session, basics, actor)
    if problems:
        raise Invalid(problems)


def _is_known(session: Session, code: str) -> bool:
    return session.execute(select(Batch.id).where(Batch.code == code)).first() is not None


def _programme_problems(session: Session, basics: Basics, actor: Actor) -> list[Problem]:
    if actor.programmes is None:
        return []
    own = select(Programme.id).where(Programme.key == basics.programme.key, Programme.id.in_(actor.programmes))
    if session.execute(own).first() is not None:
        return []
    return [Problem("programme", basics.programme.key, "这个项目不在您负责的范围内", "选择您负责的项目")]


def begin(session: Session, definition: Definition, *, actor: Actor, now: datetime) -> Batch:
    """Store a definition as the draft of a new batch, sensible or not: the designer tells what it lacks.

    Raises NotAllowed; Invalid for a code in use; Conflict for what belongs to others.
    """
    require(actor, Action.EDIT_DEFINITION)
    if _is_known(session, definition.code):
        raise Invalid([Problem("code", definition.code, "这个编号已有批次", "换一个编号")])
    try:
        with session.begin_nested():
            return store_draft(session, definition, actor=actor, now=now)
    except IntegrityError:
        raise Conflict("批次编号、项目代号或单位代码已在您负责的范围之外使用，请换一个，或联系系统管理员。") from None


def read_upload(content: bytes) -> Definition:
    """Return the definition of a YAML file, sensible or not; it may not refer to other files.

    content: UTF-8, with or without a byte order mark. Raises Invalid with every problem of its shape.
    """
    if len(content) > MOST_BYTES:
        raise Invalid([Problem("文件", "", f"文件过大，最多 {MOST_BYTES // 1_000_000} MB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Problem("文件", "", "文件不是 UTF-8 编码", "另存为 UTF-8 编码")]) from None
    return parse_unchecked(read_yaml(text), base_dir=None)


def take_in(session: Session, batch_id: int, content: bytes, *, actor: Actor, now: datetime) -> Working:
    """Make a YAML file the next step of a batch's working copy; the batch keeps its code and programme.

    Raises NotFound, NotAllowed, Conflict for a finished batch, Invalid with every problem of the file's shape.
    """
    current = working_copy(session, batch_id, actor=actor).definition
    read = replace(read_upload(content), code=current.code, programme=current.programme)
    return replace_all(session, batch_id, read, what="导入配置文件", actor=actor, now=now)
