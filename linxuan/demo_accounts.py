"""The accounts of a demo, which its sign-in page shows; no other installation ever has them (S56)."""

from web.site import DemoAccount

PASSWORD = "linxuan-demo"  # noqa: S105 - shown on the page on purpose
ACCOUNTS = (
    DemoAccount("coordinator", "主办处室管理员"),
    DemoAccount("officer", "推荐单位经办人（省级）"),
    DemoAccount("district", "推荐单位经办人（区级）"),
    DemoAccount("applicant", "申报单位"),
    DemoAccount("expert", "评审专家"),
    DemoAccount("auditor", "审计员"),
    DemoAccount("admin", "系统管理员"),
)
