"""Words and marks of cases as the backoffice shows them."""

from collections.abc import Mapping

from domain.rules import Outcome
from models import CaseState, Source
from services.progress.casework.receipts import ParcelState

STATES: Mapping[CaseState, tuple[str, str]] = {
    CaseState.DRAFT: ("draft", "填写中"),
    CaseState.SUBMITTED: ("open", "待审核"),
    CaseState.RETURNED: ("held", "退回补正"),
    CaseState.PASSED: ("running", "审核通过"),
    CaseState.FORWARDED: ("done", "已报送"),
    CaseState.REFUSED: ("none", "不予推荐"),
    CaseState.WITHDRAWN: ("void", "已撤回"),
}
"""The state that paints a case's, and its word; in the order of a case's life."""
SOURCES: Mapping[Source, str] = {
    Source.APPLICANT: "申报单位填报",
    Source.OFFICER: "经办人代填",
    Source.PLATFORM: "外部平台导入",
}
PARCELS: Mapping[ParcelState, tuple[str, str]] = {
    ParcelState.MISSING: ("planned", "未登记寄送"),
    ParcelState.SENT: ("open", "已寄出"),
    ParcelState.RECEIVED: ("done", "已收件"),
}
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("done", "符合"),
    Outcome.REFUSED: ("refused", "不符合"),
    Outcome.WARNED: ("held", "需说明"),
    Outcome.ASKED: ("planned", "由推荐单位审核"),
    Outcome.MARKED: ("planned", "提示"),
    Outcome.UNKNOWN: ("planned", "未填写"),
}
