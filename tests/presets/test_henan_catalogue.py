"""The provincial annex of nine modes as a catalogue, against its text and its second witness."""

from __future__ import annotations

import pytest

from domain.definition import Criterion
from presets import FOLDER
from services.catalogues import SlipKind, load_catalogue, normal, recognise, thresholds
from services.definitions import load_file
from tests.support.presets import facts, squeezed

FACTS = facts("002")
LOADED = load_catalogue(FOLDER / "catalogues" / "henan-modes.yaml")
HENAN = LOADED.catalogue
LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
SECOND = (FOLDER / "notices" / "luoyang-2023.txt").read_text(encoding="utf-8")
CRITERIA = [(mode.key, criterion) for mode in HENAN.modes for criterion in mode.criteria]


def test_nine_modes_have_the_parts_of_the_annex() -> None:
    """S002-01, S002-07: four for the first, three for the next seven, one for the last; 26 items."""
    assert [mode.name for mode in HENAN.modes] == FACTS["modes"]
    assert [len(mode.criteria) for mode in HENAN.modes] == [4, 3, 3, 3, 3, 3, 3, 3, 1]
    assert len(CRITERIA) == 26
    parts = [criterion.label for criterion in HENAN.modes[0].criteria]
    assert parts == ["服务内容", "服务能力", "模式创新", "综合效益"]
    for mode in HENAN.modes[1:8]:
        assert [criterion.label for criterion in mode.criteria] == ["服务内容", "服务能力", "综合效益"]


@pytest.mark.parametrize(("mode", "criterion"), CRITERIA, ids=[f"{mode}.{c.key}" for mode, c in CRITERIA])
def test_every_criterion_is_the_printed_one(mode: str, criterion: Criterion) -> None:
    """S002-01, S002-14: word for word, or with the printed words beside the mended ones."""
    printed = criterion.quote or criterion.text

    assert squeezed(printed) in squeezed(LOADED.source)
    assert normal(printed) == normal(criterion.text)
    assert criterion.text == squeezed(criterion.text)


def test_the_last_mode_is_open() -> None:
    """S002-09"""
    assert [mode.key for mode in HENAN.modes if mode.is_other] == ["information"]


def test_the_annex_names_itself_and_nothing_of_a_batch() -> None:
    """S002-02, S002-13: a document and a version; no dates, no places."""
    assert FACTS["title"] == f"{HENAN.title}（附件1）"
    assert (HENAN.version, HENAN.document) == (1, "附件1 河南省服务型制造示范遴选基本模式")
    assert (FACTS["deadlines"], FACTS["quotas"], FACTS["categories"]) == ([], [], [])
    assert HENAN.file == "notices/henan-modes.txt"


def test_the_same_annex_is_recognised_inside_the_citys_notice() -> None:
    """S002-02, T12: one particle written twice, one older character, three punctuation marks."""
    found = recognise(HENAN, SECOND)

    assert found.is_same
    assert [(slip.path, slip.kind, slip.ours, slip.theirs) for slip in found.slips] == [
        ("green.ability", SlipKind.REPEATED, "的", ""),
        ("green.ability", SlipKind.VARIANT, "术", "術"),
        ("finance.benefit", SlipKind.PUNCTUATION, "：", ":"),
        ("finance.benefit", SlipKind.PUNCTUATION, "，", ","),
        ("finance.benefit", SlipKind.PUNCTUATION, "，", ","),
    ]
    assert recognise(HENAN, LOADED.source).slips == ()


def test_both_texts_are_kept_as_supplied() -> None:
    """S002-14: nothing is mended in the sources."""
    assert "完善的的节能环保" in squeezed(LOADED.source)
    assert "技術优势" in squeezed(SECOND)
    assert "综合效益:有成功的金融服务实践,助力" in squeezed(SECOND)
    mended = next(criterion for mode, criterion in CRITERIA if (mode, criterion.key) == ("green", "ability"))
    assert "完善的节能环保" in mended.text
    assert "完善的的节能环保" in mended.quote


def test_the_citys_batch_holds_the_catalogue_and_offers_its_modes() -> None:
    """S002-03, S002-04, S002-05: options and criteria come from the catalogue."""
    assert LUOYANG.catalogue == HENAN
    sharing = next(mode for mode in LUOYANG.modes_of("enterprise") if mode.key == "sharing")
    ability = next(criterion for criterion in sharing.criteria if criterion.label == "服务能力")
    assert ability.text.startswith("建有共享制造信息服务管理平台")


def test_the_only_number_becomes_a_soft_rule_with_its_sentence() -> None:
    """S002-08"""
    (rule,) = thresholds(HENAN)
    (fact,) = FACTS["thresholds"]

    assert (rule.clause, rule.value, rule.unit) == (fact["quote"], str(fact["value"]), fact["unit"])
    assert (rule.force.value, rule.operator.value, rule.modes) == ("soft", "at_least", ("customization",))


def test_words_are_explained_as_the_annex_explains_them() -> None:
    """S002-10: VMI; the annex has no other abbreviation, and nothing is added."""
    (term,) = HENAN.terms

    assert term.word == "VMI"
    for part in term.meaning.split("，", 1):
        assert squeezed(part) in squeezed(LOADED.source)
    assert "IETM" not in LOADED.source
