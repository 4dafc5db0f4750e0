"""Answers and papers for a demonstration: any form of a definition, filled with something that passes its checks."""

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw

from domain.credit_code import check_digit
from domain.definition import FieldKind, FileKind, Form, Material
from domain.forms import Aspect, Leaf, Setting, leaves

WORDS = "本项内容为演示数据：围绕主营产品开展服务，流程、数据和成效均为虚构，仅用于展示填写后的样子。"
SAMPLES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "示例",
    FieldKind.LONG_TEXT: WORDS,
    FieldKind.PHONE: "0379-60000001",
    FieldKind.MOBILE: "13800000001",
    FieldKind.EMAIL: "contact@applicants.example",
    FieldKind.INTEGER: "320",
    FieldKind.NUMBER: "1500",
    FieldKind.PERCENT: "20",
    FieldKind.MONEY: "5000",
    FieldKind.YEAR: "2022",
    FieldKind.POSTCODE: "471000",
    FieldKind.URL: "https://www.applicants.example",
    FieldKind.OUTLINE: WORDS,
    FieldKind.COMMITMENT: "yes",
}


def answers(form: Form, setting: Setting, known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return answers by leaf that fill everything that is required.

    known: what the draft holds already. given: by leaf, or by a table's row ("indicators.revenue") for all its years.
    """
    values = {**known, **{path: text for path, text in given.items() if form.field(path.partition(".")[0])}}
    # What is asked depends on what is answered (modes, rows, conditions), so a second look finds the rest.
    for _ in range(3):
        for leaf in leaves(form, setting, values):
            text = given.get(leaf.path) or given.get(leaf.path.rpartition(".")[0]) or values.get(leaf.path)
            values[leaf.path] = text or _sample(leaf, setting)
    asked = {leaf.path for leaf in leaves(form, setting, values)}
    return {path: text for path, text in values.items() if text and path in asked}


def _sample(leaf: Leaf, setting: Setting) -> str:
    field = leaf.field
    if leaf.aspect is Aspect.DATE or field.kind is FieldKind.DATE:
        return setting.on.isoformat()
    if field.computed or not leaf.is_required:
        return ""
    if leaf.aspect is Aspect.PART:
        return WORDS
    if leaf.aspect is not Aspect.VALUE:
        return "张示例"
    if field.kind is FieldKind.MODES:
        return setting.modes[0].key if setting.modes else ""
    return field.choices[0] if field.choices else SAMPLES.get(field.kind, "示例")


def credit_code(number: int) -> str:
    """Return an invented credit code with a right check digit."""
    body = f"91410300MA{number:07d}"
    return body + check_digit(body)


def paper(material: Material, number: int) -> tuple[str, io.BytesIO]:
    """Return name and bytes of a file that a slot takes; another number gives another file."""
    if FileKind.PDF in material.kinds:
        return f"{material.label}{number}.pdf", io.BytesIO(_pdf(number))
    target = io.BytesIO()
    picture = Image.new("RGB", (640, 480), (31 + 17 * number % 160, 78, 158))
    ImageDraw.Draw(picture).rectangle((80, 120, 560, 360), outline=(255, 255, 255), width=6)
    picture.save(target, "PNG")
    target.seek(0)
    return f"{material.label}{number}.png", target


def _pdf(number: int) -> bytes:
    """Return a one-page PDF that any reader opens."""
    stream = f"BT /F1 24 Tf 72 720 Td (demo paper {number}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for index, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (index, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)
