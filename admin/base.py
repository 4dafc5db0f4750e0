"""The base of every table here: seen by nobody unless declared, and changed by services alone.

Flask-Admin lists, shows and parses. Addresses exist only for what a view declares; who may call them is known to the
guard of the web door; each write is one service call with the request's actor and moment, never committed here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, g, make_response, redirect, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.helpers import get_form_data
from flask_admin.model.template import ViewRowAction
from sqlalchemy.orm import raiseload
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.wrappers import Response
from wtforms import Form

from admin.buttons import DeleteButton, EditButton
from admin.cells import BY_TYPE
from admin.declared import Declared
from admin.forms import AdminForm, log_strangers, show_refusal
from admin.listing import Listing
from admin.lists.address import NONE_CHOSEN
from admin.lists.bulk import Bulk
from admin.lists.workbook import Workbook
from admin.tables import Part
from admin.typed import row_id
from domain.errors import Conflict, Invalid, NotFound
from web.door import abandon
from web.local_path import local_path

LONGEST_WAY_BACK = 1_900
"""Characters of an address that a link can carry inside another."""


class ManagedView(Declared, Listing, Bulk, Workbook, ModelView):
    """One table of the backoffice. loads: the relations that its list and details show."""

    loads: Sequence[ExecutableOption] = ()
    create_form_class: type[AdminForm] = AdminForm
    edit_form_class: type[AdminForm] = AdminForm
    empty_sentence = ""
    page_hint = ""
    edit_label = "编辑"
    edit_hint = ""

    can_view_details = True
    can_export = False
    list_template = "admin/managed/list.html"
    details_template = "admin/managed/details.html"
    edit_template = "admin/managed/edit.html"
    act_template = "admin/managed/act.html"
    column_auto_select_related = False
    column_type_formatters = BY_TYPE
    column_type_formatters_detail = BY_TYPE

    # What Flask-Admin offers beside: files of raw cells, writes past the services.
    export = None
    ajax_update = None
    action_delete = None

    # ---------- reading

    def narrow(self, query: Any) -> Any:
        """Return the query without rows that the session's scope cannot know to be somebody else's."""
        return query

    def get_query(self) -> Any:
        """Return the query of the list: what it shows is loaded with it, and nothing else can be."""
        return self.narrow(super().get_query()).options(raiseload("*"), *self.loads)

    def get_one(self, id: Any) -> Any:
        """Return a row. Raises NotFound, alike for one that is not there and one out of reach (S02)."""
        wanted = row_id(id)
        if wanted is None:
            raise NotFound("没有这条记录。")
        return self.found(self.open_query().filter(self.model.id == wanted).one_or_none())

    def open_query(self) -> Any:
        """Return a query for rows that a service is called with: it may load more of them than the list shows."""
        return self.narrow(super().get_query()).options(*self.loads)

    def found(self, row: Any) -> Any:
        """Return a row that is there, ready to be shown. Raises NotFound."""
        if row is None:
            raise NotFound("没有这条记录。")
        self.ready([row])
        return row

    def get_list(self, *args: Any, **values: Any) -> Any:
        """Return a page of rows, ready to be shown."""
        count, rows = super().get_list(*args, **values)
        self.ready(rows)
        return count, rows

    def ready(self, rows: Sequence[Any]) -> None:
        """Read at once what all rows of a page need beside themselves."""

    def get_list_row_actions(self) -> list[Any]:
        """Return the buttons of a row."""
        buttons = [ViewRowAction()]
        if self.can_edit:
            buttons.append(EditButton(self.may_edit_row))
        if self.can_delete:
            buttons.append(DeleteButton(self.may_delete_row))
        return buttons + list(self.column_extra_row_actions or [])

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return what is shown below a record."""
        return ()

    def name_of(self, row: Any) -> str:
        """Return what a record is called in headings."""
        return str(row)

    # ---------- forms

    def get_create_form(self) -> type[AdminForm]:
        """Return the form for a new row."""
        return self.create_form_class

    def get_edit_form(self) -> type[AdminForm]:
        """Return the form for a row that is there."""
        return self.edit_form_class

    def widened(self, form_class: type[AdminForm]) -> type[AdminForm]:
        """Return a form with what people added to it."""
        return form_class

    def create_form(self, obj: Any = None) -> AdminForm:
        """Return the form for a new row, with what was typed."""
        form = self.widened(self.create_form_class)(get_form_data(), data=self.first_values())
        self.prepare(form, None)
        return form

    def edit_form(self, obj: Any = None) -> AdminForm:
        """Return the form of a row, with what was typed. Raises Conflict for a row that cannot be changed."""
        if not self.may_edit_row(obj):
            raise Conflict(self.locked(obj))
        form = self.widened(self.edit_form_class)(get_form_data(), data=self.values_of(obj))
        self.prepare(form, obj)
        return form

    def first_values(self) -> Mapping[str, object]:
        """Return what a new row's form shows at first."""
        return {}

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return what the form shows of a row, by field."""
        return {name: getattr(row, name, None) for name in self.edit_form_class()._fields}

    def prepare(self, form: Any, row: Any) -> None:
        """Give a form its choices; row: None for a new one."""

    def locked(self, row: Any) -> str:
        """Return why a row cannot be changed."""
        return "这条记录不能修改。"

    def validate_form(self, form: Form) -> bool:
        """Read a form that was sent, and note fields that it does not have."""
        if request.method != "POST":
            return False
        log_strangers(form)
        return form.validate()

    # ---------- writing

    def add(self, form: Any) -> Any:
        """Call the service that adds a row, and return it. Raises NotFound where a table offers no such thing."""
        raise NotFound("这里不能添加。")

    def change(self, form: Any, row: Any) -> None:
        """Call the service that changes a row. Raises NotFound where a table offers no such thing."""
        raise NotFound("这里不能修改。")

    def remove(self, row: Any) -> None:
        """Call the service that deletes a row. Raises NotFound where a table offers no such thing."""
        raise NotFound("这里不能删除。")

    def place(self, row: Any) -> str:
        """Return the path in front of a form's fields, as the service's problems name it."""
        return ""

    def create_model(self, form: Form) -> Any:
        """Add a row; False, with its refusal shown, when a rule is against it."""
        return self._try(lambda: self.add(form), form)

    def update_model(self, form: Form, model: Any) -> bool:
        """Change a row; False, with its refusal shown, when a rule is against it."""
        place = self.place(model)
        return bool(self._try(lambda: self.change(form, model), form, place))

    def delete_model(self, model: Any) -> bool:
        """Delete a row; False, with its refusal shown, when a rule is against it."""
        return bool(self._try(lambda: self.remove(model), AdminForm()))

    @staticmethod
    def _try(write: Callable[[], object], form: Form, place: str = "") -> Any:
        """Return the row that a write gives, or True, or False when a rule was against it.

        What is not the visitor's, or not there, is answered by the door.
        """
        try:
            return write() or True
        except (Invalid, Conflict) as refusal:
            abandon()
            g.refused_as = 409 if isinstance(refusal, Conflict) else 422
            show_refusal(form, refusal, place)
            return False

    def _run_view(self, view: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Answer a request; a page instead of a redirect means that nothing was stored (R7)."""
        wanted = request.values.get("url")
        if wanted and not local_path(wanted, ""):
            abort(400)
        answer = view(self, *args, **values)
        if request.method == "POST" and isinstance(answer, str):
            return make_response(answer, g.get("refused_as", 422))
        return answer

    # ---------- acts on one row

    @expose("/do/<key>/", methods=("GET", "POST"))
    def act_view(self, key: str) -> str | Response:
        """Ask what must be said for an act, or do it."""
        row = self.get_one(request.args.get("id"))
        act = next((one for one in self.acts_on(row) if one.key == key), None)
        if act is None:
            raise NotFound("这条记录不能这样办理。")
        form = act.form(get_form_data())
        self.prepare(form, row)
        back = local_path(request.values.get("url"), self.get_url(".index_view"))
        if self.validate_form(form) and self._try(lambda: act.run(row, form), form):
            flash(act.done, "success")
            return redirect(back, 303)
        return str(self.render(self.act_template, act=act, model=row, form=form, return_url=back))

    def render(self, template: str, **values: Any) -> str:
        """Return a page; an address to come back to that is too long to be kept leads to the whole list."""
        if len(values.get("return_url") or "") > LONGEST_WAY_BACK:
            values["return_url"] = self.get_url(".index_view", view=NONE_CHOSEN)
        return super().render(template, **values)
