"""项目: what is selected from time to time."""

from typing import Any

from wtforms import StringField

from admin.base import ManagedView
from admin.filters import Holding
from admin.forms import AdminForm, Given, texts
from domain.access import Action
from models import Programme
from services.programmes import add_programme, rename_programme
from web import current


class NewProgramme(AdminForm):
    """A new programme."""

    key = StringField(
        "代号", [Given()], description="小写字母开头，如 fwxzz；批次配置用它指明所属项目，之后不能修改。"
    )
    name = StringField("名称", [Given()])


class ProgrammeName(AdminForm):
    """A programme's name."""

    name = StringField("名称", [Given()])


class ProgrammeView(ManagedView):
    """The programmes."""

    seen_by = (Action.MANAGE_PROGRAMMES,)
    create_action = edit_action = Action.MANAGE_PROGRAMMES
    create_form_class, edit_form_class = NewProgramme, ProgrammeName
    page_hint = "同一项目各年度的批次归在一起；示范名单库和人员权限也按项目划分。"
    empty_sentence = "还没有项目。导入批次配置时会自动建立所属项目。"
    edit_label = "改名"

    column_list = ("name", "key")
    column_details_list = ("name", "key")
    column_labels = {"name": "名称", "key": "代号"}
    column_sortable_list = ("name", "key")
    column_searchable_list = ("name", "key")
    column_filters = (Holding(Programme.name, "名称"),)

    def add(self, form: Any) -> Programme:
        """Add a programme."""
        typed = texts(form, "key", "name")
        return add_programme(current.db(), typed["key"], typed["name"], actor=current.actor(), now=current.now())

    def change(self, form: Any, row: Any) -> None:
        """Rename a programme."""
        name = texts(form, "name")["name"]
        rename_programme(current.db(), row.id, name, actor=current.actor(), now=current.now())
