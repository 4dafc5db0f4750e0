"""What is asked of an organisation and of the person who registers it, checked before the database is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, Problem
from domain.forms import check_answers
from models import Organisation, OrganisationKind
from services.cases.conditions import KIND_NAMES
from services.identity import passwords
from services.identity.passwords import Policy
from services.identity.users import normal_mobile

BY_OFFICERS = frozenset({OrganisationKind.GOVERNMENT})
"""Kinds that an officer enters; nobody registers as one."""
KINDS = {name: kind for kind, name in KIND_NAMES.items()}

NAME = Field(key="name", label="单位名称", max_chars=200, help="与营业执照或法人证书一致。")
CREDIT_CODE = Field(
    key="credit_code", label="统一社会信用代码", kind=FieldKind.CREDIT_CODE, help="18 位，见营业执照或法人证书。"
)
_DATA = (
    Field(key="nature", label="单位性质", required=False, max_chars=80, help="如：国有控股、民营、外商投资。"),
    Field(
        key="industry",
        label="所属行业",
        required=False,
        max_chars=80,
        help="国民经济行业分类（GB/T 4754）代码，如 C35。",
    ),
    Field(key="legal_person", label="法定代表人", max_chars=80),
    Field(key="address", label="注册地址", max_chars=200),
    Field(key="region", label="所在地区", max_chars=120, help="如：某市某区。"),
    Field(key="founded_on", label="成立日期", kind=FieldKind.DATE),
    Field(key="phone", label="单位电话", kind=FieldKind.PHONE, required=False),
    Field(key="email", label="单位电子邮箱", kind=FieldKind.EMAIL, required=False, help="补正等通知发往这里。"),
    Field(key="site", label="网址", kind=FieldKind.URL, required=False),
)


def _kind(kinds: tuple[OrganisationKind, ...]) -> Field:
    return Field(
        key="kind", label="单位类型", kind=FieldKind.CHOICE, choices=tuple(KIND_NAMES[kind] for kind in kinds)
    )


ORGANISATION_FORM = Form(
    key="organisation",
    title="单位资料",
    fields=(
        CREDIT_CODE,
        NAME,
        _kind(tuple(kind for kind in OrganisationKind if kind not in BY_OFFICERS)),
        *_DATA,
    ),
)
"""What an organisation that registers is known by."""
PLACE_FORM = Form(
    key="place",
    title="政府部门",
    fields=(NAME, Field(key="region", label="所在地区", required=False, max_chars=120), *_DATA[-3:]),
)
"""What a place (a city government) is known by; it has no credit code."""
PERSON_FORM = Form(
    key="person",
    title="联系人（账号）",
    fields=(
        Field(key="person_name", label="姓名", max_chars=80),
        Field(key="person_mobile", label="手机号", kind=FieldKind.MOBILE, help="用于登录。"),
        Field(
            key="person_email",
            label="电子邮箱",
            kind=FieldKind.EMAIL,
            required=False,
            help="可用于登录；审批结果发往这里，没有的由推荐单位电话告知。",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person for whom an account is made; email is "" where unknown."""

    name: str
    mobile: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Passwords:
    """A password as typed, twice."""

    first: str
    again: str


def check_person(typed: Mapping[str, str], chosen: Passwords) -> dict[str, str]:
    """Return a person's answers by key of `PERSON_FORM`; quick. Raises Invalid with every problem."""
    problems: list[Problem] = []
    values: dict[str, str] = {}
    try:
        values = check_answers(PERSON_FORM, typed)
    except Invalid as refusal:
        problems += refusal.problems
    try:
        passwords.check(chosen.first, "", policy=Policy.DENGBAO2)
    except Invalid as refusal:
        problems += refusal.problems
    if chosen.first != chosen.again:
        problems.append(Problem("password_again", "", "两次输入的密码不一致"))
    if problems:
        raise Invalid(problems)
    return values


def with_password(values: Mapping[str, str], password: str) -> NewPerson:
    """Return a person with the hash of their password; slow on purpose, so never inside a transaction.

    values: by key of `PERSON_FORM`, checked. Raises TryLater when too many are being hashed.
    """
    return NewPerson(
        name=values["person_name"],
        mobile=normal_mobile(values["person_mobile"]),
        email=values["person_email"].lower(),
        password_hash=passwords.hash_password(password),
    )


def fill(organisation: Organisation, values: Mapping[str, str]) -> None:
    """Write checked values onto an organisation; those that the form does not ask stay."""
    for key, value in values.items():
        match key:
            case "kind":
                organisation.kind = KINDS[value]
            case "founded_on":
                organisation.founded_on = date.fromisoformat(value) if value else None
            case _:
                setattr(organisation, key, value)


def values_of(organisation: Organisation, form: Form) -> dict[str, str]:
    """Return what an organisation answers to a form, by field key."""
    return {field.key: _text(getattr(organisation, field.key)) for field in form.fields}


def _text(value: object) -> str:
    if isinstance(value, OrganisationKind):
        return KIND_NAMES[value]
    return value.isoformat() if isinstance(value, date) else str(value or "")


def form_of(organisation: Organisation) -> Form:
    """Return the form that an organisation's data is changed with."""
    return PLACE_FORM if organisation.kind in BY_OFFICERS else ORGANISATION_FORM
