"""新建批次: from nothing, a template or an earlier batch; what dates become is shown before a draft is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from flask import current_app, flash, make_response, redirect, request
from flask_admin import expose
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField

from admin.forms import Given, NumberField, choices_of, log_strangers, show_refusal, texts
from admin.progress.doing import FOLDER, Doing
from admin.progress.forms import DayField, PageForm, read
from admin.typed import stable_key
from admin.words import LEVELS
from domain.access import Action
from domain.definition import Definition, Issuer, Level, Programme
from domain.errors import Conflict, Invalid, NotFound
from domain.lint.findings import day_text
from models import Programme as ProgrammeRow
from services.batches.context import definition_of, get_batch
from services.calendar import official_calendar
from services.definitions.writing import digest
from services.designing.beginning.basics import Basics, basics_of, blank, retitled
from services.designing.beginning.cloning import Anchor, Cloned, anchors, check_anchor, cloned
from services.designing.beginning.starting import begin, check_basics, contents, earlier, template, templates
from services.files import keep_templates
from web import current
from web.door import abandon
from web.guard import needs

PRESETS = "LINXUAN_PRESETS"
"""Where the app's configuration says that the templates lie; an app without them offers none."""
BLANK, TEMPLATE, BATCH = "blank", "template", "batch"
ANCHORS: Mapping[Anchor, str] = {Anchor.OPENS: "最早一个环节的开放日期", Anchor.ISSUED: "通知的印发日期"}
MOST_PROGRAMMES = 200


class NewBatch(PageForm):
    """What is asked of a new batch. looked: what was shown before it was made, so that nothing unseen is made."""

    code = StringField("编号", [Given()], description="小写字母开头，如 fwxzz-2024；用作网址，之后不能修改。")
    title = StringField("标题", [Given()], description="通知的标题。")
    year = NumberField("年度", [Given()])
    programme = SelectField("项目", description="同一项目各年度的批次归在一起。")
    programme_name = StringField("新项目的名称", description="项目选“新项目”时填写。")
    programme_key = StringField("新项目的代号", description="小写字母开头，如 fwxzz；之后不能修改。")
    issuer = StringField("印发机关", [Given()])
    level = SelectField("印发机关的级别", choices=choices_of(LEVELS))
    office = StringField("主办处室", [Given()])
    number = StringField("文号", description="还没有文号可以不填。")
    anchor = RadioField("按哪个日期推算", choices=[], validate_choice=False)
    on = DayField("这一日期在新批次是哪一天", description="其余日期按与它相隔的工作日数推算。")
    as_is = BooleanField("原样采用：新批次就是这份通知本身，日期、文字和原文依据都不改")
    looked = HiddenField()


@dataclass(frozen=True, slots=True)
class Source:
    """What a new batch begins with. old: None for an empty one. key: of the template."""

    kind: str
    key: str
    old: Definition | None

    @property
    def name(self) -> str:
        """Return what the batch begins with, in words."""
        return f"{self.kind_name}：{self.old.title}" if self.old is not None else self.kind_name

    @property
    def kind_name(self) -> str:
        """Return the kind in words."""
        return {BLANK: "空白批次", TEMPLATE: "模板", BATCH: "往年批次"}[self.kind]


class Starting(Doing):
    """The pages on which a batch begins."""

    @expose("/new")
    @needs(Action.EDIT_DEFINITION)
    def new_view(self) -> str:
        """Ask what the new batch begins with."""
        folder = current_app.config.get(PRESETS)
        return str(
            self.render(
                "admin/designer/starting.html",
                templates=templates(Path(folder)) if folder else [],
                batches=earlier(current.db(), actor=current.actor()),
                form=None,
            )
        )

    @expose("/new/from", methods=("GET", "POST"))
    @needs(Action.EDIT_DEFINITION)
    def new_from_view(self) -> str | Response:
        """Ask the few things that a batch needs, show what becomes of dates and texts, and make the draft."""
        source = _source()
        form = _form(source)
        if request.method != "POST":
            return self._asked(source, form, None)
        log_strangers(form)
        made: Cloned | None = None
        try:
            if _is_sound(source, form):
                made = _made(source, _basics(form), form)
                if form.looked.data == _seen(made) or not (made.dates or made.retold):
                    return self._begin(source, made, is_as_is=_is_as_is(form))
                form.looked.data = _seen(made)
                return make_response(self._asked(source, form, made), 200)
        except (Invalid, Conflict) as refusal:
            abandon()
            show_refusal(form, refusal)
            return make_response(self._asked(source, form, None), 409 if isinstance(refusal, Conflict) else 422)
        return make_response(self._asked(source, form, None), 422)

    def _begin(self, source: Source, made: Cloned, *, is_as_is: bool) -> Response:
        definition = made.definition
        if is_as_is and source.kind == TEMPLATE:
            definition = keep_templates(definition, Path(current_app.config[PRESETS]), current_app.config[FOLDER])
        batch = begin(current.db(), definition, actor=current.actor(), now=current.now())
        flash(
            f"已建立“{batch.title}”的草稿。按下面各部分的次序填写；存稿、模拟、发布以前，什么都不会生效。", "success"
        )
        return redirect(self.get_url(".design_view", code=batch.code), 303)

    def _asked(self, source: Source, form: Any, made: Cloned | None) -> str:
        old = source.old
        known = anchors(old) if old is not None else {}
        return str(
            self.render(
                "admin/designer/starting.html",
                form=form,
                source=source,
                made=made,
                known=known,
                anchors=ANCHORS,
                contains=contents(old) if old is not None else "",
                may_be_as_is=source.kind == TEMPLATE and FOLDER in current_app.config,
            )
        )


def _source() -> Source:
    """Return what the address says that the batch begins with. Raises NotFound."""
    kind, key = request.args.get("kind", ""), stable_key(request.args.get("key", ""))
    if kind == BLANK:
        return Source(BLANK, "", None)
    folder = current_app.config.get(PRESETS)
    if kind == TEMPLATE and folder:
        return Source(TEMPLATE, key, template(Path(folder), key).definition)
    if kind == BATCH and key:
        return Source(BATCH, key, definition_of(current.db(), get_batch(current.db(), key)))
    raise NotFound("没有这个模板或批次。")


def _form(source: Source) -> Any:
    old, year = source.old, current.now().year
    if old is not None and source.kind == BATCH:
        year = max(year, old.year + 1)
    form = read(NewBatch, lambda: _first(old, year))
    if old is not None and form.year.data and form.title.data == retitled(old, year):
        # A title that nobody touched follows the year that was typed.
        form.title.data = retitled(old, form.year.data)
    programmes = current.db().execute(
        select(ProgrammeRow.key, ProgrammeRow.name).order_by(ProgrammeRow.name).limit(MOST_PROGRAMMES)
    )
    form.programme.choices = [*((row.key, row.name) for row in programmes), ("", "新项目（在下面填写）")]
    if old is not None and request.method != "POST" and old.programme.key not in dict(form.programme.choices):
        form.programme.data, form.programme_key.data = "", old.programme.key
        form.programme_name.data = old.programme.name
    known = anchors(old) if old is not None else {}
    form.anchor.choices = [(key.value, f"{ANCHORS[key]}：原为 {day_text(day)}") for key, day in known.items()]
    if not known:
        del form.anchor, form.on
    if source.kind != TEMPLATE or FOLDER not in current_app.config:
        del form.as_is
    return form


def _first(old: Definition | None, year: int) -> dict[str, object]:
    """Return what the form shows at first."""
    if old is None:
        return {"year": year, "programme": "", "level": Level.PROVINCE.value}
    basics = basics_of(old, "", year)
    known = anchors(old)
    return {
        "title": basics.title,
        "year": year,
        "programme": old.programme.key,
        "issuer": old.issuer.name,
        "level": old.issuer.level.value,
        "office": old.office.name,
        "anchor": next(iter(known)).value if known else "",
    }


def _basics(form: Any) -> Basics:
    typed = {name: text.strip() for name, text in texts(form, *form._fields).items()}
    chosen = dict(form.programme.choices).get(typed["programme"]) if typed["programme"] else None
    own = Programme(key=typed["programme_key"], name=typed["programme_name"])
    return Basics(
        code=typed["code"],
        title=typed["title"],
        year=cast(int, form.year.data),
        programme=Programme(key=typed["programme"], name=chosen) if chosen else own,
        issuer=Issuer(name=typed["issuer"], level=Level(typed["level"])),
        office=typed["office"],
        number=typed["number"],
    )


def _is_sound(source: Source, form: Any) -> bool:
    """Tell whether a batch can be made of what was typed; every problem is put beside its field, one for each."""
    is_sound: bool = form.validate()
    if form.year.errors or form.level.errors:
        return False
    basics = _basics(form)
    checks: tuple[Callable[[], None], ...] = (
        lambda: check_basics(current.db(), basics, actor=current.actor()),
        lambda: _check_day(source, basics, form),
    )
    for check in checks:
        try:
            check()
        except Invalid as refusal:
            is_sound = False
            told = form.errors
            left = [one for one in refusal.problems if not {one.path.replace(".", "_"), one.path} & told.keys()]
            show_refusal(form, Invalid(left))
    return is_sound


def _is_as_is(form: Any) -> bool:
    return "as_is" in form and bool(form.as_is.data)


def _anchored(form: Any) -> tuple[Anchor, date | None]:
    """Return what the dates are counted from, and its new day."""
    anchor = Anchor(form.anchor.data) if "anchor" in form and form.anchor.data in list(Anchor) else Anchor.OPENS
    return anchor, form.on.data if "on" in form else None


def _check_day(source: Source, basics: Basics, form: Any) -> None:
    if source.old is not None and not _is_as_is(form):
        check_anchor(source.old, basics, *_anchored(form), official_calendar())


def _made(source: Source, basics: Basics, form: Any) -> Cloned:
    """Return the new definition with what became of dates and texts. Raises Invalid."""
    if source.old is None:
        return Cloned(blank(basics), (), ())
    if _is_as_is(form):
        return Cloned(replace(source.old, code=basics.code), (), ())
    return cloned(source.old, basics, *_anchored(form), official_calendar())


def _seen(made: Cloned) -> str:
    """Return what stands for a definition that was shown before it is made."""
    return digest(made.definition)[:24]
