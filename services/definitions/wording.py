"""Mail texts that a batch words itself, tried on samples before they are stored (F30).

A text that names what no mail of its kind holds would only fail on the day it must leave.
"""

from collections.abc import Iterator, Mapping

from domain.definition import Definition, MailKind, MailText
from domain.lint import Finding
from domain.lint.findings import error, warning
from templates.engine import BadTemplate, Plain, render_text

_UNITS: Plain = [{"name": "某省工业和信息化厅", "phone": "010-60000000"}]
_DUTY: Plain = {
    "title": "联系人反馈",
    "due": "2023-03-20 周一 24:00",
    "left": "还有 5 天",
    "count": 1,
    "names": "某公司",
}
_OWED: dict[str, Plain] = {"unit": "某省工业和信息化厅", "duties": [_DUTY], "first": _DUTY, "late": 0}
_COMMON: dict[str, Plain] = {
    "person": "张三",
    "batch": {
        "title": "示范遴选",
        "short": "2023年示范遴选",
        "number": "〔2023〕1号",
        "issuer": "某部",
        "office": "某司",
        "contacts": [{"name": "李四", "phone": "010-60000001", "role": ""}],
        "email": "office@office.example",
        "address": "某路1号",
        "site": "https://office.example",
    },
    "stage": {"title": "联系人反馈", "due": "2023-03-20 周一 24:00"},
    "zone": "北京时间",
    "link": "http://127.0.0.1/work",
}
_NEWS: Plain = {
    "headline": "退回补正",
    "by": "某市工业和信息化局",
    "text": "请补充材料后重新提交。",
    "lines": [{"label": "企业名称", "text": "与营业执照不一致"}],
    "due": "2023-03-20 周一 24:00",
    "left": "还有 5 天",
}
_ACCOUNT_NEWS: Plain = {
    "headline": "单位账号已认证：某公司",
    "by": "某市工业和信息化局",
    "text": "此后可以提交申报件；以后各批次直接登录，无须再次认证。",
    "lines": [{"label": "单位名称", "text": "某公司"}],
    "due": "",
    "left": "",
}
_CASE: Plain = {"title": "某公司", "organisation": "某公司", "category": "示范企业", "number": 1}
_PLAIN_NEWS: Plain = {"headline": "初审通过", "by": "", "text": "", "lines": [], "due": "", "left": ""}
_CHANGES: Plain = ["申报截止时间：2023-03-20 改为 2023-03-17"]
_LINES: Plain = [{"label": "推荐报送截止时间", "before": "2023-05-31 周三 24:00", "after": "2023-06-09 周五 24:00"}]
_CORRECTION: dict[str, Plain] = {
    "headline": "推荐报送截止时间更正",
    "lines": _LINES,
    "text": "给您带来不便，敬请谅解。",
}
NAMED: Mapping[str, str] = {
    "person": "收件人姓名",
    "batch": "批次",
    "stage": "环节",
    "zone": "时区",
    "link": "办理入口",
    "unit": "推荐单位",
    "duties": "待办事项",
    "first": "最早到期的事项",
    "late": "已逾期的项数",
    "was_due": "原截止时间",
    "reason": "延期原因",
    "units": "尚未完成的单位",
    "total": "应报项数",
    "settled": "已办结项数",
    "case": "申报件",
    "news": "消息",
    "upper": "上级通知标题",
    "changes": "上级通知的变动",
    "headline": "更正标题",
    "lines": "更正内容",
    "text": "处室补充的话",
}
"""What the names that a text may begin with stand for."""
SAMPLES: Mapping[MailKind, tuple[Mapping[str, Plain], ...]] = {
    MailKind.STAGE_OPENS: (_COMMON | _OWED,),
    MailKind.REMINDER: (_COMMON | _OWED,),
    MailKind.DIGEST: (_COMMON | _OWED,),
    MailKind.EXTENSION: (_COMMON | _OWED | {"was_due": "2023-03-13 周一 24:00", "reason": "材料较多"},),
    MailKind.ESCALATION: (_COMMON | {"units": _UNITS},),
    MailKind.STAGE_CLOSES: (
        _COMMON | {"units": _UNITS, "total": 2, "settled": 1},
        _COMMON | {"units": [], "total": 2, "settled": 2},
    ),
    MailKind.CASE: (_COMMON | {"case": _CASE, "news": _NEWS}, _COMMON | {"case": _CASE, "news": _PLAIN_NEWS}),
    MailKind.ACCOUNT: (_COMMON | {"news": _ACCOUNT_NEWS}, _COMMON | {"news": _PLAIN_NEWS}),
    MailKind.UPSTREAM: (_COMMON | {"upper": "上级示范遴选", "changes": _CHANGES},),
    MailKind.CORRECTION: (_COMMON | _CORRECTION, _COMMON | {"headline": "更正通知", "lines": [], "text": ""}),
}
"""What a mail of a kind is made from, as `services.mail.composing` hands it over."""


def check_texts(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each subject and body that cannot be made, and for subjects of several lines."""
    for text in definition.mails:
        path = f"mails.{text.kind.value}{f'@{text.stage}' if text.stage else ''}"
        yield from _check(text, f"{path}.subject", text.subject, is_one_line=True)
        yield from _check(text, f"{path}.body", text.body)
        yield from _check(text, f"{path}.subject_en", text.subject_en, is_one_line=True)
        yield from _check(text, f"{path}.body_en", text.body_en)
        for given, missing, name in (
            (text.subject_en, text.body_en, "body_en"),
            (text.body_en, text.subject_en, "subject_en"),
        ):
            if given and not missing:
                sentence = "英文只写了标题" if name == "body_en" else "英文只写了正文"
                yield warning("half_english", f"{path}.{name}", sentence, advice="两者都写，或都不写")


def _check(text: MailText, path: str, source: str, *, is_one_line: bool = False) -> Iterator[Finding]:
    for sample in SAMPLES[text.kind]:
        try:
            shown = render_text(source, sample)
        except BadTemplate as refused:
            names = "、".join(f"{NAMED[name]}（{name}）" for name in sample)
            yield error("bad_text", path, str(refused), advice=f"可以取用：{names}", value=source)
            return
        if is_one_line and "\n" in shown.strip():
            yield error("bad_text", path, "邮件标题只能有一行", value=source)
            return
