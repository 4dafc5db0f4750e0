"""A page with nothing but the form of a case, and a draft in memory behind it, as a portal would serve it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, make_response, redirect, render_template_string, request
from werkzeug.datastructures import MultiDict

from domain.definition import Form, Term
from domain.forms import check_case, merge
from tests.support.case_forms import FORM, setting
from web.case_form import CaseForm, Look, Saved, Sent, draft_reply, make_case_form, row_asked, sent_of
from web.headers import install_headers

TOP = Path(__file__).resolve().parents[2]
TERMS = (Term(word="VMI", meaning="供应商管理库存"), Term(word="IETM", meaning="交互式电子技术手册"))
PAGE = """{% extends "skeleton.html" %}
{% import "macros/case_form.html" as case_form %}
{% block head %}{{ case_form.styles() }}{% endblock %}
{% block page %}{{ case_form.problems(form) }}{{ case_form.contents(form) }}
{% if form.is_read_only %}{{ case_form.body(form) }}{% else %}
<form method="post" action="/submit" novalidate {{ case_form.attributes(key="case-7", save_href="/save") }}>
<input type="hidden" name="csrf_token" value="t">
{{ case_form.body(form, revision=revision, save_href="/save") }}
{{ case_form.status() }}<button type="submit">提交</button>
</form>{% endif %}{% endblock %}
{% block scripts %}{{ case_form.scripts() }}{% endblock %}"""


@dataclass
class Draft:
    """What is stored, leaf to text, how often it was saved, and what was sent; saving may be refused for a while."""

    values: dict[str, str] = field(default_factory=dict)
    revision: int = 1
    sent: list[Sent] = field(default_factory=list)
    submitted: list[Sent] = field(default_factory=list)
    is_busy: bool = False
    refusals: int = 0


def page_app(form: Form = FORM) -> Flask:
    """Return an app that can show a form of a case."""
    app = Flask("forms", template_folder=str(TOP / "templates"), static_folder=str(TOP / "web" / "static"))
    app.jinja_env.globals.update(static_url=lambda path: f"/static/{path}", csrf_token=lambda: "t")
    install_headers(app, https=False)
    app.config["FORM"] = form
    return app


def rendered(shown: CaseForm, revision: int = 1) -> str:
    """Return the page of a form."""
    app = page_app()
    with app.test_request_context():
        return render_template_string(PAGE, form=shown, revision=revision)


def fields_of(page: str) -> MultiDict[str, str]:
    """Return what a browser would send of a page, without its buttons."""
    sent: MultiDict[str, str] = MultiDict()
    page = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    for tag in re.findall(r"<input[^>]*>|<textarea.*?</textarea>|<select.*?</select>", page, flags=re.DOTALL):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or (re.search(r'type="(checkbox|radio)"', tag) and " checked" not in tag):
            continue
        text = value[1] if value else ""
        if tag.startswith("<textarea"):
            text = re.sub(r"^\r?\n", "", tag[tag.index(">") + 1 : tag.rindex("<")])
        elif tag.startswith("<select"):
            chosen = re.search(r'<option selected value="([^"]*)"', tag)
            text = chosen[1] if chosen else ""
        sent.add(name[1], text.replace("&#34;", '"').replace("&quot;", '"').replace("&amp;", "&"))
    return sent


def served(draft: Draft, form: Form = FORM) -> Flask:
    """Return an app whose page saves into the draft, whole forms and changed leaves alike."""
    app, here = page_app(form), setting()

    @app.get("/")
    def show() -> str:
        look = Look(more_rows=request.args.getlist("more"), terms=TERMS)
        shown = make_case_form(form, here, draft.values, look=look)
        return render_template_string(PAGE, form=shown, revision=draft.revision)

    @app.post("/save")
    def save() -> Response:
        if draft.is_busy:
            draft.refusals += 1
            return make_response(jsonify(sentence="系统繁忙"), 503)
        sent = sent_of(form, here, request.form)
        merged = merge(draft.values, sent.base, sent.values)
        draft.sent.append(sent)
        draft.values = check_case(form, merged.values, here, is_final=False).values
        draft.revision += 1
        if request.accept_mimetypes.best == "application/json":
            saved = Saved(draft.revision, draft.values, merged.conflicts, f"14:{draft.revision:02}")
            return make_response(jsonify(draft_reply(form, here, sent, saved)))
        row = row_asked(form, request.form)
        more: Any = f"?more={row.field}" if row is not None and row.number is None else ""
        return make_response(redirect(f"/{more}", 303))

    @app.post("/submit")
    def submit() -> str:
        draft.submitted.append(sent_of(form, here, request.form))
        return "已提交"

    return app
