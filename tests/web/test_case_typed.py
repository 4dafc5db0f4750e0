"""What a browser sends of a case's form, and what its script hears back."""

from __future__ import annotations

import json
import re

from werkzeug.datastructures import MultiDict

from tests.support.case_forms import ANSWERS, FORM, draft, setting
from tests.support.case_pages import Draft, fields_of, rendered, served
from web.case_form import (
    CaseForm,
    Look,
    RowAsked,
    Saved,
    Sent,
    draft_reply,
    make_case_form,
    row_asked,
    sent_of,
    typed_leaves,
)

HERE = setting()


def shown(values: dict[str, str] | None = None, look: Look | None = None, **said: object) -> CaseForm:
    return make_case_form(FORM, HERE, ANSWERS if values is None else values, look=look, **said)  # type: ignore[arg-type]  # passed through


def test_a_page_sends_back_what_it_shows() -> None:
    """The whole form goes round: rendered, sent, read; also what is hidden just now."""
    hidden = ANSWERS | {"body.practice.other": "旧稿"}

    sent = sent_of(FORM, HERE, fields_of(rendered(shown(hidden), revision=4)))

    assert {path: text for path, text in sent.values.items() if text} == {
        path: text for path, text in hidden.items() if path != "per_head"
    }
    assert sent.base == sent.values
    assert sent.revision == 4


def test_the_row_whose_button_was_pressed_comes_back_empty() -> None:
    sent = fields_of(rendered(shown()))
    sent["_row"] = "remove:investors:0"

    typed = typed_leaves(FORM, HERE, sent)

    assert row_asked(FORM, sent) == RowAsked("investors", 0)
    assert [typed[f"investors.0.{key}"] for key in ("name", "nature", "share")] == ["", "", ""]
    assert typed["investors.1.name"] == "乙公司"


def test_a_button_that_is_none_of_ours_asks_nothing() -> None:
    for value in ("", "add", "add:name", "remove:investors:x", "remove:investors:", "burn:investors:1"):
        assert row_asked(FORM, MultiDict({"_row": value})) is None
    assert row_asked(FORM, MultiDict({"_row": "add:investors"})) == RowAsked("investors")


def test_changed_leaves_come_with_what_they_were() -> None:
    sent = MultiDict(
        {
            "_mine.name": "新",
            "_base.name": "旧",
            "_mine.investors.1.name": "",
            "_base.investors.1.name": "乙",
            "_mine.per_head": "9",
            "_mine.nobody": "x",
            "_revision": "7",
        }
    )

    assert sent_of(FORM, HERE, sent) == Sent(
        {"name": "新", "investors.1.name": ""}, {"name": "旧", "investors.1.name": "乙"}, 7
    )


def test_a_form_that_tells_no_base_has_an_empty_one() -> None:
    for base in ("", "[]", "{", '{"name": 1}', "[" * 100_000):
        sent = sent_of(FORM, HERE, MultiDict({"name": "甲", "_base": base, "_revision": "x"}))
        assert sent == Sent({"name": "甲"}, {"name": ""}, None)


def test_the_reply_tells_what_is_stored_and_what_is_wrong() -> None:
    sent = Sent({"total": "１２００", "staff": "很多"}, {"total": "6", "staff": "1200"}, 3)
    stored = draft(FORM, ANSWERS | sent.values).values

    reply = draft_reply(FORM, HERE, sent, Saved(4, stored, ("staff",), "14:03"))

    assert reply["values"] == {"total": "1200", "staff": "很多", "per_head": ""}
    assert reply["conflicts"] == [{"path": "staff", "label": "员工总数", "mine": "很多", "theirs": "很多"}]
    assert reply["problems"] == {"staff": "员工总数应为数字（单位：人），只写数，如 1234"}
    assert reply["warnings"] == {"total": "专利总数不等于三类之和"}
    assert (reply["revision"], reply["saved_at"]) == (4, "14:03")
    assert json.dumps(reply)


def test_the_reply_tells_everything_when_somebody_else_saved_too() -> None:
    sent = Sent({"name": "甲"}, {"name": "乙"}, 3)

    reply = draft_reply(FORM, HERE, sent, Saved(5, ANSWERS, (), "14:03"))

    values = reply["values"]
    assert isinstance(values, dict)
    assert values["code"] == ANSWERS["code"] and values["site"] == ""


def test_a_refused_page_tells_that_it_differs_from_what_is_stored() -> None:
    page = rendered(shown(ANSWERS | {"name": "我的"}, Look(stored=ANSWERS)))

    sent = sent_of(FORM, HERE, fields_of(page))

    assert re.search(r'name="_base"[^>]* data-unsaved>', page)
    assert (sent.values["name"], sent.base["name"]) == ("我的", "某某装备有限公司")


def test_without_scripts_a_row_is_added_by_saving() -> None:
    store = Draft(values=dict(ANSWERS))
    client = served(store).test_client()
    sent = fields_of(client.get("/").text)
    sent["_row"] = "add:investors"

    answer = client.post("/save", data=sent)

    assert (answer.status_code, answer.location) == (303, "/?more=investors")
    assert 'name="investors.2.name"' in client.get(answer.location).text
    assert store.values == ANSWERS
