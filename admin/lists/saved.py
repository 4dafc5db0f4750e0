"""Keeping, changing and deleting views; every form leads back to the list that it stands above."""

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qsl, urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from admin.lists.address import NONE_CHOSEN, VIEW, address_of, arrangement_of
from admin.lists.places import require_seen
from admin.typed import LARGEST_ID
from domain.access import Action
from domain.errors import Conflict, Invalid, RuleBroken
from models import SavedView
from services.lists.views import (
    Arrangement,
    Words,
    change_view,
    delete_view,
    overwrite_view,
    place_of,
    save_view,
)
from web import current
from web.door import abandon
from web.guard import needs
from web.local_path import local_path

blueprint = Blueprint("lists", __name__, url_prefix="/admin/lists")
ID = f"int(min=1, max={LARGEST_ID})"
HOME = "/admin/"


@blueprint.post("/views")
@needs(Action.ARRANGE_LISTS)
def save() -> Response:
    """Keep how a list is shown as a new view."""
    place = request.form.get("place", "")
    require_seen(place)
    try:
        made = save_view(current.db(), place, _words(), _shown(), actor=current.actor(), now=current.now())
    except (Invalid, Conflict) as refusal:
        return _refused(refusal)
    flash(f"已保存视图“{made.name}”。", "success")
    return _back(str(made.id))


@blueprint.post(f"/views/<{ID}:view_id>/overwrite")
@needs(Action.ARRANGE_LISTS)
def overwrite(view_id: int) -> Response:
    """Let a view show what its list shows now."""
    return _changed(view_id, overwrite_view, _shown(), "已更新")


@blueprint.post(f"/views/<{ID}:view_id>/change")
@needs(Action.ARRANGE_LISTS)
def change(view_id: int) -> Response:
    """Rename a view, share it, or make it the default one."""
    return _changed(view_id, change_view, _words(), "已保存")


@blueprint.post(f"/views/<{ID}:view_id>/delete")
@needs(Action.ARRANGE_LISTS)
def delete(view_id: int) -> Response:
    """Delete a view."""
    require_seen(place_of(current.db(), view_id, actor=current.actor()))
    delete_view(current.db(), view_id, actor=current.actor(), now=current.now())
    flash("视图已删除，列表中的记录不受影响。", "success")
    return make_response(redirect(address_of(_here().path or HOME, [(VIEW, NONE_CHOSEN)]), 303))


def _changed(view_id: int, service: Callable[..., SavedView], what: Arrangement | Words, done: str) -> Response:
    """Change a view of a list that the person sees. done: what to say of it."""
    require_seen(place_of(current.db(), view_id, actor=current.actor()))
    try:
        found = service(current.db(), view_id, what, actor=current.actor(), now=current.now())
    except Invalid as refusal:
        return _refused(refusal)
    flash(f"视图“{found.name}”{done}。", "success")
    return _back(str(view_id))


def _words() -> Words:
    return Words(
        name=request.form.get("name", ""),
        is_shared="is_shared" in request.form,
        is_default="is_default" in request.form,
    )


def _here() -> SplitResult:
    return urlsplit(local_path(request.form.get("here"), HOME))


def _shown() -> Arrangement:
    """Return how the list is shown on the page that the form stands on."""
    return arrangement_of(MultiDict(parse_qsl(_here().query)))


def _back(view: str) -> Response:
    """Lead back to the list, with a view in use."""
    here = _here()
    pairs = [(name, value) for name, value in parse_qsl(here.query) if name not in {VIEW, "chosen"}]
    return make_response(redirect(address_of(here.path or HOME, [(VIEW, view), *pairs]), 303))


def _refused(refusal: RuleBroken) -> Response:
    """Lead back to the list as it was, and say what was wrong; nothing is stored."""
    abandon()
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    said = [f"{one.sentence}{'。' if one.allowed else ''}{one.allowed}" for one in problems]
    for sentence in said or [refusal.sentence]:
        flash(sentence, "error")
    return make_response(redirect(local_path(request.form.get("here"), HOME), 303))
