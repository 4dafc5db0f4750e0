"""The words of the backoffice for closed sets that no other page shows."""

from collections.abc import Mapping
from enum import StrEnum

from domain.access import Action
from domain.definition import Completion, Level, MailKind, StageKind, Strength
from models.contacts import Channel
from services.definitions.words import choice, choice_sets
from web.filters import LABELS

STAGE_KINDS: Mapping[StageKind, str] = {kind: choice(kind) for kind in StageKind}
COMPLETIONS: Mapping[Completion, str] = {completion: choice(completion) for completion in Completion}
STRENGTHS: Mapping[Strength, str] = {strength: choice(strength) for strength in Strength}
LEVELS: Mapping[Level, str] = {level: choice(level) for level in Level}
MAIL_KINDS: Mapping[MailKind, str] = {kind: choice(kind) for kind in MailKind}
CHANNELS: Mapping[Channel, str] = {
    Channel.PHONE: "电话",
    Channel.WECHAT: "微信",
    Channel.QQ: "QQ",
    Channel.IN_PERSON: "当面",
}
ACTIONS: Mapping[Action, str] = {
    Action.VIEW_BATCH: "查看批次",
    Action.VIEW_PROGRESS: "查看进度",
    Action.EDIT_DEFINITION: "修改批次配置",
    Action.CONFIRM_VALUE: "确认推定值",
    Action.SIGN_REHEARSAL: "签认模拟运行",
    Action.PUBLISH_BATCH: "发布批次",
    Action.CHANGE_RUNNING: "变更生效",
    Action.PAUSE_BATCH: "暂停或恢复批次",
    Action.CLOSE_STAGE: "结束环节",
    Action.EXTEND: "延期",
    Action.ACCEPT_LATE: "准予补报",
    Action.NOTE_CALL: "登记催办",
    Action.HAND_OVER: "交接",
    Action.ANSWER: "填报",
    Action.EXEMPT: "免报说明",
    Action.MANAGE_PROGRAMMES: "管理项目",
    Action.MANAGE_UNITS: "管理单位",
    Action.MANAGE_CONTACTS: "管理联系人",
    Action.MANAGE_TITLES: "管理示范名单",
    Action.MANAGE_USERS: "管理用户",
    Action.VIEW_MAIL: "查看发件记录",
    Action.DECIDE_MAIL: "决定邮件去留",
    Action.VIEW_AUDIT: "查看审计记录",
    Action.DECLARE: "申报",
    Action.APPROVE_APPLICANT: "认证申报单位",
    Action.LIST_APPLICANT: "管理直报名单",
    Action.VIEW_CASE: "查看申报件",
    Action.DECLARE: "申报",
    Action.DECLARE_FOR: "代填",
    Action.APPROVE_APPLICANT: "认证申报单位",
    Action.LIST_APPLICANT: "直报名单",
    Action.REVIEW: "审核",
    Action.WAIVE_RULE: "豁免条件",
    Action.RECOMMEND: "推荐报送",
    Action.ALLOT: "分配、调剂名额",
    Action.SET_UNIT_DATE: "单位自定时间",
    Action.DISPATCH: "寄送登记",
    Action.RECEIVE: "收件登记",
    Action.IMPORT_CASES: "外部平台导入",
    Action.ANSWER_UPSTREAM: "答复上级变动",
    Action.MANAGE_CATALOGUES: "管理模式目录",
    Action.MANAGE_FIELDS: "管理补充字段",
    Action.ARRANGE_LISTS: "保存列表视图",
    Action.EXPORT_LIST: "导出列表",
    Action.ADVANCE: "推进批次",
    Action.MOVE_DEMO_CLOCK: "调整演示时钟",
}

_WORDS: Mapping[tuple[type[StrEnum], str], str] = {
    **LABELS,
    **{(Channel, channel.value): name for channel, name in CHANNELS.items()},
    **{(chosen, member.value): choice(member) for chosen in choice_sets() for member in chosen},
}


def word(member: StrEnum) -> str:
    """Return the word for a member of a closed set; its value where nobody gave it one."""
    return _WORDS.get((type(member), member.value), member.value)
