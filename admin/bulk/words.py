"""The words of these pages, and who sees which."""

from collections.abc import Mapping

from domain.access import Action
from services.bulk.columns import What
from services.bulk.outcome import Effect

SEES: Mapping[What, Action] = {
    What.UNITS: Action.MANAGE_UNITS,
    # Officers name their own contacts on their own pages; this is for who keeps the units. The service asks again.
    What.CONTACTS: Action.MANAGE_UNITS,
    What.TITLES: Action.MANAGE_TITLES,
    What.USERS: Action.MANAGE_USERS,
}
LISTS: Mapping[What, str] = {
    What.UNITS: "admin_units.index_view",
    What.CONTACTS: "admin_contacts.index_view",
    What.TITLES: "admin_titles.index_view",
    What.USERS: "admin_users.index_view",
}
"""Where what was imported is seen."""
ICONS: Mapping[What, str] = {
    What.UNITS: "building-community",
    What.CONTACTS: "address-book",
    What.TITLES: "award",
    What.USERS: "users",
}
HINTS: Mapping[What, str] = {
    What.UNITS: "按代码对应：没有的添加，有改动的变更。上级单位可以写在后面的行；已有单位不移动。",
    What.CONTACTS: "按单位和批次对应：换人时原联系人停用，保留在历史中。",
    What.TITLES: "按项目、批次、类别、名称（含曾用名）对应：没有的添加，缺的信用代码和日期补上，已有的不改。",
    What.USERS: "文件里不写密码：经办人凭一次性邀请链接自己建立账号；填了账号名的建立账号，密码由系统管理员设定。",
}
SHOWN_AS: Mapping[Effect, str] = {effect: effect.value for effect in Effect}
TONES: Mapping[Effect, str] = {
    Effect.ADDED: "open",
    Effect.CHANGED: "warn",
    Effect.UNCHANGED: "none",
    Effect.REFUSED: "overdue",
}
