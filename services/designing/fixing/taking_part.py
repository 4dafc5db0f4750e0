"""Fixes of quotas, classes and units, and of what a notice leaves to the office."""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from domain.definition import Category, Quota
from domain.forms import EMAIL, MOBILE, PHONE
from domain.lint.cases.quotas import covered
from domain.lint.people.addresses import meant_by
from services.designing.edits import Insert, SetValues, Vouch
from services.designing.fixing.base import Asked, Fix, Maker
from services.designing.fixing.keys import free

NOT_SAID = "通知没有写明"
OUTSIDE_NUMBERS = re.compile(r"[^\d+-]")


def _negative(asked: Asked) -> Iterator[Fix]:
    yield asked.set("不能推荐（名额 0）", 0)
    yield asked.set("不限名额", None)


def _all_classes(asked: Asked) -> Iterator[Fix]:
    classes = [item.key for item in asked.definition.unit_classes]
    names = "、".join(item.name for item in asked.definition.unit_classes)
    if classes:
        edits = (*asked.set("", classes).edits, *asked.inferred(asked.path, f"{NOT_SAID}哪类单位"))
        yield Fix(f"适用于各类单位：{names}", edits)
    yield asked.remove("删去这条名额", asked.holder)


def _overlap(asked: Asked) -> Iterator[Fix]:
    """Offer to drop a quota that says nothing but what the other one says already."""
    own, other = asked.value, asked.find(f"quotas.{asked.finding.value}")
    if not isinstance(own, Quota) or not isinstance(other, Quota):
        return
    category = asked.find(f"categories.{own.category}")
    known = category if isinstance(category, Category) else None
    inside = set(covered(own, known)) <= set(covered(other, known))
    if inside and (own.limit, own.strength, own.free_when) == (other.limit, other.strength, other.free_when):
        yield asked.remove(f"删去这条名额（“{other.key}”已包含它）")


def _no_quota(asked: Asked) -> Iterator[Fix]:
    """Offer to say what the notice does not: none, or any number; either is to be confirmed by a person."""
    parts = asked.finding.value.split("/")
    class_key, category, subtypes = parts[0], parts[1], parts[2:]
    key = free("-".join(parts)[:40], {quota.key for quota in asked.definition.quotas})
    quota: dict[str, object] = {"key": key, "classes": [class_key], "category": category, "subtypes": subtypes}
    for label, limit in (("补写：不能推荐（名额 0）", 0), ("补写：不限名额", None)):
        yield Fix(label, (Insert("quotas", quota | {"limit": limit}), Vouch(f"quotas.{key}", note=f"{NOT_SAID}名额")))


def _empty_class(asked: Asked) -> Iterator[Fix]:
    """Offer to drop a class that no unit belongs to, with its place in the quotas that name others, too."""
    key = asked.finding.value
    naming = [quota for quota in asked.definition.quotas if key in quota.classes]
    if any(quota.classes == (key,) for quota in naming):
        return
    edits = [SetValues(f"quotas.{q.key}", {"classes": [item for item in q.classes if item != key]}) for q in naming]
    yield Fix(f"删去没有单位的类别“{key}”", (*edits, *asked.remove("").edits))


def _past_upper(asked: Asked) -> Iterator[Fix]:
    yield asked.set("不设上级单位，直接报送", None)


def _email(asked: Asked) -> Iterator[Fix]:
    given = str(asked.value)
    address = re.sub(r"\s", "", normalize("NFKC", given)).replace("。", ".")
    if address != given and EMAIL.match(address):
        yield asked.set(f"改为 {address}", address)


def _slip(asked: Asked) -> Iterator[Fix]:
    """Offer what an address seems to mean; the one that the notice prints stays as it is printed."""
    meant = meant_by(str(asked.value))
    if meant and asked.path != "office.published_email":
        yield asked.set(f"改为 {meant}", meant)


def _number(asked: Asked) -> Iterator[Fix]:
    """Offer a number with the same digits in the usual form."""
    given = normalize("NFKC", str(asked.value)).strip()
    pattern = MOBILE if asked.name == "mobile" else PHONE
    spaced = re.sub(r"[()]\s*", "-", given.lstrip("(")).replace(" ", "")
    for number in (spaced, OUTSIDE_NUMBERS.sub("", given)):
        if number != str(asked.value) and pattern.match(number):
            yield asked.set(f"改为 {number}", number)
            return


def _any_number(asked: Asked) -> Iterator[Fix]:
    edits = (*asked.set("", "any").edits, *asked.inferred(asked.path, f"{NOT_SAID}能否多报"))
    yield Fix("写明不限个数，待确认", edits)


def _arrival(asked: Asked) -> Iterator[Fix]:
    note = f"{NOT_SAID}是寄出日还是送达日"
    for label, value in (("按寄出日", "sent"), ("按送达日", "arrived")):
        yield Fix(f"{label}，待确认", (*asked.set("", value).edits, *asked.inferred(asked.path, note)))


TAKING_PART: Mapping[str, Maker] = {
    "arrival_open": _arrival,
    "class_without_units": _empty_class,
    "email_form": _email,
    "email_suspicious": _slip,
    "forwards_past_upper": _past_upper,
    "mobile_form": _number,
    "negative_quota": _negative,
    "one_case_silent": _any_number,
    "phone_form": _number,
    "quota_missing": _no_quota,
    "quota_overlap": _overlap,
    "quota_without_classes": _all_classes,
}
