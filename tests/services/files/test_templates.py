"""Files to fill in that a definition brings with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from domain.definition import Annex, Definition
from domain.errors import Invalid, NotFound
from services.files import Store, annex_name, keep_templates, open_annex, open_template, template_name
from tests.support.batches import definition, running
from tests.support.cases import FORMS, SUMMARY, case_definition, in_hand, opened


def with_template(name: str) -> Definition:
    form = replace(FORMS[0], materials=(*FORMS[0].materials[:2], replace(SUMMARY, template=name)))
    return case_definition(forms=(form, *FORMS[1:]))


def summary_of(definition: Definition) -> str:
    return definition.forms[0].materials[2].template


def test_a_template_is_kept_with_the_batch_and_each_version_keeps_its_own(db: Session, tmp_path: Path) -> None:
    """S004-32: the format is downloaded from the site, as it was when the case was begun."""
    store, file = Store.at(tmp_path / "files"), tmp_path / "汇总表.xlsx"
    file.write_bytes(b"first")
    first = keep_templates(with_template("汇总表.xlsx"), tmp_path, store)
    case = opened(db, running(db, first))
    file.write_bytes(b"second")
    second = keep_templates(with_template("汇总表.xlsx"), tmp_path, store)

    material = in_hand(db, case).definition.forms[0].materials[2]

    with open_template(material, store) as stream:
        assert stream.read() == b"first"
    assert template_name(material) == "汇总表.xlsx"
    assert summary_of(first) == f"汇总表.xlsx#{hashlib.sha256(b'first').hexdigest()}"
    assert summary_of(second) != summary_of(first)


def test_a_definition_that_was_kept_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    kept = keep_templates(with_template("a.xlsx"), tmp_path, tmp_path / "files")

    assert keep_templates(kept, tmp_path / "nowhere", tmp_path / "files") is kept


@pytest.mark.parametrize("name", ["none.xlsx", "../secret.xlsx", "/etc/hostname"])
def test_a_template_that_is_not_beside_the_definition_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "definitions"
    folder.mkdir()
    (tmp_path / "secret.xlsx").write_bytes(b"x")

    with pytest.raises(Invalid) as refusal:
        keep_templates(with_template(name), folder, tmp_path / "files")

    assert [problem.path for problem in refusal.value.problems] == ["forms.enterprise.materials.summary.template"]


def test_a_slot_without_a_template_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="没有可下载的文件"):
        open_template(SUMMARY, tmp_path)
    assert template_name(SUMMARY) == ""


def test_an_annex_is_kept_under_its_title_and_given_out_as_it_was(tmp_path: Path) -> None:
    """S000-54: a later file of the same name is another version; a batch keeps the one it was loaded with."""
    (tmp_path / "a1.txt").write_text("附件一的原文", encoding="utf-8")
    base = definition()
    annex = Annex(key="a1", title="附件1 基本模式", file="a1.txt")
    wanted = replace(base, document=replace(base.document, annexes=(annex,)))

    kept = keep_templates(wanted, tmp_path, tmp_path / "files").document.annexes[0]
    (tmp_path / "a1.txt").write_text("改过的附件", encoding="utf-8")

    assert annex_name(kept) == "附件1 基本模式.txt"
    with open_annex(kept, tmp_path / "files") as stream:
        assert stream.read().decode() == "附件一的原文"
