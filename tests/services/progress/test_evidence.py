"""The values of a definition in words, with what vouches for them."""

from __future__ import annotations

from pathlib import Path

from domain.definition import Counting, Evidence, Ladder, Mark, Step
from services.definitions.reading import load_file
from services.progress.evidence import label_of, vouched
from tests.support.batches import definition

MIIT = Path(__file__).parents[3] / "presets" / "miit-2023.yaml"


def test_every_value_of_a_notice_stands_in_words_with_its_sentence() -> None:
    """Design 2.10, T11: a coordinator reads places and values, never keys."""
    wanted = load_file(MIIT)

    found = {item.path: item for item in vouched(wanted)}

    assert list(found) == [item.path for item in wanted.evidence]
    shown = {path: (found[path].label, found[path].value) for path in found}
    assert shown["stages.contacts.due.on"] == ("环节 › “联系人反馈” › 截止 › 日期", "2023-03-20 周一")
    assert shown["stages.contacts.due.at"] == ("环节 › “联系人反馈” › 截止 › 时刻", "24:00")
    assert shown["quotas.city-plan-city.limit"] == (
        "推荐名额 › “示范城市综合类、工业设计特色类（计划单列市）” › 上限",
        "1",
    )
    assert shown["forms.contact.fields.fax.required"] == ("表 › “联系人信息” › 填写项 › “传真” › 必填", "否")
    assert shown["units"] == ("推荐单位", "37 项")
    titles = "stages.evaluation.collect.titles.categories"
    assert shown[titles][1] == "示范企业、示范平台、示范城市"
    assert shown["stages.evaluation.collect.exemption.goes_with"][1] == "推荐报送"
    assert shown["stages.declare.form"][1] == ""
    assert found["stages.contacts.due.on"].quote.startswith("于2023年3月20日前反馈")


def test_a_ladder_is_told_rung_by_rung_by_the_stages_it_serves() -> None:
    steps = (Step(key="a", days=-5), Step(key="b", days=0), Step(key="c", days=2, counting=Counting.CALENDAR))
    evidence = (Evidence(path="ladders.contacts", mark=Mark.INFERRED, note="x"),)
    wanted = definition(1, ladders=(Ladder(key="contacts", steps=steps),), evidence=evidence)

    item = vouched(wanted)[0]

    assert (item.label, item.value) == (
        "催办规则 › “反馈联系人”",
        "截止前 5 个工作日 09:00，截止当日 09:00，截止后 2 天 09:00",
    )


def test_a_path_that_leads_nowhere_is_shown_as_it_is() -> None:
    assert label_of(definition(1), "stages.nothing.due") == "环节 › “nothing” › 截止"
    assert label_of(definition(1), "") == ""
