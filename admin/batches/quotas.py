"""推荐名额: how many cases the units of each class may recommend."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import HiddenField, SelectField

from admin.base import ManagedView
from admin.batches.head import revision_of
from admin.batches.names import load_names, names_of
from admin.cells import STATE, clamped, of_row
from admin.filters import Chosen, OfBatch
from admin.forms import AdminForm, NumberField, choices_of
from admin.typed import row_id, stable_key
from admin.words import STRENGTHS
from domain.access import Action
from domain.definition import Strength
from models import BatchQuota, BatchState
from services.batches.editing import QuotaChange, change_quota
from web import current

EVERYTHING = "全部"


class QuotaForm(AdminForm):
    """What can be changed of a quota in a draft."""

    revision = HiddenField()
    limit = NumberField("每个单位的名额", description="不填表示不限；0 表示不得推荐。")
    strength = SelectField("约束", choices=choices_of(STRENGTHS))


def _category(row: Any) -> str:
    return names_of(row.batch_id).categories.get(row.category_key, row.category_key)


def _subtypes(row: Any) -> str:
    names = names_of(row.batch_id).subtypes
    return "＋".join(names.get((row.category_key, key), key) for key in row.subtypes) or EVERYTHING


def _class(row: Any) -> str:
    return names_of(row.batch_id).classes.get(row.class_key, row.class_key)


class QuotaView(ManagedView):
    """The quotas of all batches, one row per unit class, addressed by stable keys as the stages are."""

    seen_by = (Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    edit_action = Action.EDIT_DEFINITION
    edit_form_class = QuotaForm
    loads = (joinedload(BatchQuota.batch),)
    page_hint = "名额随批次配置建立；草稿中可以修改，已发布的只能查看。"
    empty_sentence = "还没有推荐名额。名额随批次配置建立。"
    edit_hint = "同一项名额的各类单位一同修改。"

    column_list = ("batch.title", "batch.state", "category_key", "subtypes", "class_key", "limit", "strength")
    column_details_list = (*column_list, "key")
    column_labels = {
        "batch.title": "批次",
        "batch.state": "批次状态",
        "category_key": "类别",
        "subtypes": "子类",
        "class_key": "单位类别",
        "limit": "每个单位的名额",
        "strength": "约束",
        "key": "代号",
    }
    column_formatters_detail = {
        "batch.state": lambda v, c, row, n: STATE(v, c, row.batch, "state"),
        "category_key": of_row(_category),
        "subtypes": of_row(_subtypes),
        "class_key": of_row(_class),
        "limit": of_row(lambda row: "不限" if row.limit is None else str(row.limit)),
    }
    column_formatters = {**column_formatters_detail, "batch.title": clamped(lambda row: row.batch.title)}
    column_default_sort = [("batch_id", True), ("id", False)]
    column_searchable_list = ("batch.title", "key")
    column_filters = (OfBatch(BatchQuota.batch_id), Chosen(BatchQuota.strength, "约束", STRENGTHS))

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the names that the batches give to keys."""
        load_names(row.batch_id for row in rows)

    def get_pk_value(self, model: Any) -> str:
        """Return the stable key of a quota for a class, "12.enterprise.province"."""
        return f"{model.batch_id}.{model.key}.{model.class_key}"

    def get_one(self, id: Any) -> Any:
        """Return the quota with this stable key. Raises NotFound."""
        batch_id, _, rest = str(id).partition(".")
        key, _, class_key = rest.partition(".")
        query = self.narrow(self.session.query(BatchQuota)).options(*self.loads)
        wanted = {"key": stable_key(key), "class_key": stable_key(class_key)}
        return self.found(query.filter_by(batch_id=row_id(batch_id) or 0, **wanted).one_or_none())

    def name_of(self, row: Any) -> str:
        """Return what a quota is called."""
        return f"{_category(row)}（{_subtypes(row)}） · {_class(row)}"

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether the quota is of a draft."""
        return bool(row.batch.state is BatchState.DRAFT)

    def locked(self, row: Any) -> str:
        """Return why a quota cannot be changed."""
        return f"批次“{row.batch.title}”已发布，推荐名额不能再修改。"

    def place(self, row: Any) -> str:
        """Return where the quota stands in its definition."""
        return f"quotas.{row.key}."

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return the quota as its draft has it."""
        return {"revision": row.batch.revision, "limit": row.limit, "strength": row.strength}

    def change(self, form: Any, row: Any) -> None:
        """Store a draft with another quota."""
        change = QuotaChange(
            quota=row.key,
            revision=revision_of(form),
            limit=form.limit.data,
            strength=Strength(form.strength.data),
        )
        change_quota(current.db(), row.batch_id, change, actor=current.actor(), now=current.now())
