"""What the texts of mails may name, in words: what each name means, and what stands there for example."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.definition import MailKind
from services.definitions.wording import SAMPLES
from templates.engine import Plain

REAL = frozenset({MailKind.STAGE_OPENS, MailKind.REMINDER, MailKind.DIGEST})
"""Kinds that are made from what a unit owes at any moment; the others tell of something that must happen first."""
MEANINGS: Mapping[str, str] = {
    "person": "收件人姓名",
    "batch.title": "通知标题",
    "batch.short": "年度和项目简称",
    "batch.number": "文号",
    "batch.issuer": "发文单位",
    "batch.office": "主办处室",
    "batch.contacts": "咨询联系人",
    "batch.contacts.name": "联系人姓名",
    "batch.contacts.phone": "联系人电话",
    "batch.contacts.role": "联系人职责",
    "batch.email": "通知所载邮箱",
    "batch.address": "寄送地址",
    "batch.site": "申报网站",
    "stage.title": "环节名称",
    "stage.due": "环节截止时间",
    "zone": "时间所属时区",
    "link": "办理入口的网址",
    "unit": "推荐单位名称，多个以顿号分开",
    "duties": "待办事项",
    "duties.title": "事项名称",
    "duties.due": "事项截止时间",
    "duties.left": "剩余天数",
    "duties.count": "尚未填报的家数，没有为 0",
    "duties.names": "尚未填报的名单",
    "first.title": "最早到期的事项",
    "first.due": "最早的截止时间",
    "first.left": "最早一项的剩余天数",
    "first.count": "最早一项尚未填报的家数",
    "first.names": "最早一项尚未填报的名单",
    "late": "已逾期的项数",
    "was_due": "原截止时间",
    "reason": "延期原因",
    "units": "尚未完成的单位",
    "units.name": "单位名称",
    "units.phone": "单位电话",
    "total": "应报项数",
    "settled": "已办结项数",
    "case.title": "申报件名称",
    "case.organisation": "申报单位名称",
    "case.category": "申报类别",
    "case.number": "申报件编号",
    "news.headline": "消息标题，如“退回补正”",
    "news.by": "办理单位",
    "news.text": "办理意见",
    "news.lines": "逐项意见",
    "news.lines.label": "意见所指的项",
    "news.lines.text": "意见内容",
    "news.due": "补正期限",
    "news.left": "补正剩余天数",
    "upper": "上级通知标题",
    "changes": "上级通知的变动，逐条列出",
    "headline": "更正标题",
    "lines": "更正内容",
    "lines.label": "更正的项",
    "lines.before": "原来的内容",
    "lines.after": "现在的内容",
    "text": "处室补充的话",
}
ITEMS: Mapping[str, str] = {
    "batch.contacts": "contact",
    "duties": "duty",
    "units": "unit",
    "news.lines": "line",
    "lines": "line",
    "changes": "change",
}
"""What one item of a list is called within its loop."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that a text may name. snippet: what is inserted. of: the list whose items have it, "" for none."""

    path: str
    meaning: str
    example: str
    snippet: str
    of: str = ""


def variables(kind: MailKind) -> list[Variable]:
    """Return what a text of a kind may name, in the order in which it is handed over."""
    return list(_within("", SAMPLES[kind][0]))


def _within(prefix: str, values: Mapping[str, Plain]) -> Iterator[Variable]:
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _within(f"{path}.", value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from _list(path, value)
        else:
            yield Variable(path, MEANINGS.get(path, ""), str(value), f"{{{{ {path} }}}}")


def _list(path: str, items: Sequence[Plain]) -> Iterator[Variable]:
    item = ITEMS.get(path, "item")
    first = items[0] if items else ""
    names = list(first) if isinstance(first, Mapping) else []
    shown = f"{{{{ {item}.{names[0]} }}}}" if names else f"{{{{ {item} }}}}"
    loop = f"{{% for {item} in {path} %}}\n{{{{ loop.index }}}}. {shown}\n{{% endfor %}}"
    yield Variable(path, f"{MEANINGS.get(path, '')}（逐项列出）", "" if names else str(first), loop)
    if isinstance(first, Mapping):
        for name, value in first.items():
            inner = f"{path}.{name}"
            yield Variable(inner, MEANINGS.get(inner, ""), str(value), f"{{{{ {item}.{name} }}}}", path)
