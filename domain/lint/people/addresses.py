"""Addresses that look misspelt although their form is right."""

import re

THRICE = re.compile(r"([a-z])\1\1")
SLIPS = {
    "con": "com",
    "cmo": "com",
    "cm": "com",
    "ocm": "com",
    "comm": "com",
    "cnn": "cn",
    "nc": "cn",
}
"""Endings that are typing slips far more often than domains of offices."""
GOV_SLIPS = frozenset({"gvo", "goc", "gob", "vog", "ogv"})


def suspicion(address: str) -> str:
    """Return why a domain looks misspelt, as a sentence; empty when it does not."""
    labels = address.rpartition("@")[2].lower().split(".")
    for label in labels:
        found = THRICE.search(label)
        if found and label != "www":
            return f"域名「{label}」中「{found[1]}」连写三次，疑为多打"
    if labels[-1] in SLIPS:
        return f"域名以「.{labels[-1]}」结尾，疑为「.{SLIPS[labels[-1]]}」"
    if labels[-1] == "gov":
        return "域名以「.gov」结尾，疑缺「.cn」"
    if len(labels) > 1 and labels[-1] == "cn" and labels[-2] in GOV_SLIPS:
        return f"域名中「{labels[-2]}」疑为「gov」"
    return ""


def meant_by(address: str) -> str:
    """Return the address that a misspelt one seems to mean; empty where that is not plain."""
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    if not at or not suspicion(address):
        return ""
    last = labels[-1].lower()
    if last in SLIPS:
        labels[-1] = SLIPS[last]
    elif last == "gov":
        labels.append("cn")
    elif len(labels) > 1 and labels[-2].lower() in GOV_SLIPS:
        labels[-2] = "gov"
    meant = f"{local}@{'.'.join(labels)}"
    return meant if meant != address and not suspicion(meant) else ""
