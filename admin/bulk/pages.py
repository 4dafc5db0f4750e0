"""批量导入: a workbook is looked at first, and comes in whole or not at all.

A file that can be read is kept for a day under its hash, and the look at it is a page of its own: it can be left,
turned over and found again; closing the browser loses nothing.
"""

from io import BytesIO
from typing import Any, cast

from flask import current_app, flash, make_response, redirect, request, send_file
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.bulk.words import HINTS, ICONS, LISTS, SEES, SHOWN_AS, TONES
from admin.progress.doing import FOLDER
from admin.progress.page import Page
from admin.typed import LARGEST_PAGE, argument
from domain.access import may, require
from domain.errors import Conflict, Invalid, NotFound
from services.bulk.columns import MOST_ROWS, NAMES, What
from services.bulk.importing import EFFECTS, Workbook, confirm, layout_of, preview, template
from services.bulk.outcome import Done, Effect, NotAsShown, Preview
from services.external.held import held, hold
from services.files import XLSX, Place, clean_name
from services.progress.paging import page_of
from services.sheets import MOST_BYTES
from web import current
from web.door import abandon
from web.guard import needs
from web.site import current_site

REFUSED, OUTDATED = 422, 409
ANY = tuple(dict.fromkeys(SEES.values()))
NAME = "导入.xlsx"


class BulkPages(Page):
    """The pages of every kind that can be imported."""

    is_in_menu = True
    page_hint = "从 Excel 一次导入许多行：先预览，再确认；有一行不对则整个文件都不导入。"

    def is_accessible(self) -> bool:
        """Tell whether the visitor may import anything."""
        visitor = current.visitor()
        return visitor is not None and any(may(visitor.actor, action) for action in ANY)

    @expose("/")
    @needs(*ANY)
    def index_view(self) -> str:
        """Show what can be imported."""
        kinds = [what for what in What if may(current.actor(), SEES[what])]
        return self._render("index", kinds=kinds)

    @expose("/<what>")
    @needs(*ANY)
    def form_view(self, what: str) -> str:
        """Show how to fill in the template of a kind, and take a file."""
        return self._form(_kind(what))

    @expose("/<what>/template")
    @needs(*ANY)
    def template_view(self, what: str) -> Response:
        """Send the workbook to fill in."""
        kind = _kind(what)
        content = template(current.db(), kind, actor=current.actor())
        name = f"{NAMES[kind]}-导入模板.xlsx"
        return send_file(BytesIO(content), mimetype=XLSX.media_type, as_attachment=True, download_name=name)

    @expose("/<what>", methods=("POST",))
    @needs(*ANY)
    def look_view(self, what: str) -> str | Response:
        """Keep a file that can be read and lead to the look at it; nothing is stored."""
        kind = _kind(what)
        file = request.files.get("file")
        content = file.stream.read(MOST_BYTES + 1) if file is not None else b""
        try:
            found = preview(current.db(), kind, content, actor=current.actor(), now=current.now())
        except Invalid as refusal:
            abandon()
            return make_response(self._form(kind, refusal), REFUSED)
        name = clean_name(file.filename or NAME, XLSX) if file is not None else NAME
        key = hold(content, _place())
        show = Effect.REFUSED if found.counts[Effect.REFUSED] else None
        return redirect(self._look_at(kind, key, name, show=show), 303)

    @expose("/<what>/preview")
    @needs(*ANY)
    def preview_view(self, what: str) -> str:
        """Show what a kept file would do, row by row."""
        kind, name = _kind(what), _name(request.args.get("name"))
        key = request.args.get("file", "")
        found = preview(current.db(), kind, held(key, _place()), actor=current.actor(), now=current.now())
        return self._preview(found, key, name)

    @expose("/<what>/confirm", methods=("POST",))
    @needs(*ANY)
    def confirm_view(self, what: str) -> str | Response:
        """Do what was shown, or show what has become of it."""
        kind, name = _kind(what), _name(request.form.get("name"))
        key, seen = request.form.get("file", ""), request.form.get("seen", "")
        content = held(key, _place())
        actor, now = current.actor(), current.now()
        try:
            done = confirm(current.db(), kind, Workbook(name, content), seen=seen, actor=actor, now=now)
        except (Invalid, Conflict) as refusal:
            abandon()
            found = refusal.preview if isinstance(refusal, NotAsShown) else None
            found = found or preview(current.db(), kind, content, actor=actor, now=now)
            status = OUTDATED if isinstance(refusal, Conflict) else REFUSED
            return make_response(self._preview(found, key, name, refusal), status)
        if done.issued:
            return self._render("issued", what=kind, done=done, base=current_site().base_url, name=name)
        flash(f"导入完成：{_said(done)}。", "success")
        return redirect(self.get_url(".form_view", what=kind.value), 303)

    def _form(self, what: What, refusal: Invalid | None = None) -> str:
        columns = layout_of(current.db(), what, actor=current.actor()).columns
        return self._render("form", what=what, columns=columns, refusal=refusal, most_rows=MOST_ROWS)

    def _preview(self, found: Preview, key: str, name: str, refusal: Invalid | Conflict | None = None) -> str:
        shown_as = {word: effect for effect, word in SHOWN_AS.items()}
        show = shown_as.get(request.args.get("show", ""))
        lines = found.of(show) if show is not None else found.lines
        page = page_of(len(lines), argument("page", LARGEST_PAGE) or 1)
        return self._render(
            "preview",
            what=found.what,
            found=found,
            lines=lines[page.offset : page.offset + page.size],
            page=page,
            pager=lambda number: self._look_at(found.what, key, name, show=show, page=number + 1),
            tabs=[(effect, self._look_at(found.what, key, name, show=effect)) for effect in (None, *Effect)],
            show=show,
            file=key,
            name=name,
            refusal=refusal,
            has_work=bool(found.counts[Effect.ADDED] or found.counts[Effect.CHANGED]),
        )

    def _look_at(self, what: What, key: str, name: str, *, show: Effect | None = None, page: int = 1) -> str:
        chosen = {"show": SHOWN_AS[show]} if show is not None else {}
        turned = {"page": page} if page > 1 else {}
        address = self.get_url(".preview_view", what=what.value, file=key, name=name, **chosen, **turned)
        return str(address)

    def _render(self, shown: str, /, **values: Any) -> str:
        words = {"names": NAMES, "hints": HINTS, "icons": ICONS, "lists": LISTS, "effects": EFFECTS, "tones": TONES}
        return str(self.render(f"admin/bulk/{shown}.html", **words, **values))


def _kind(raw: str) -> What:
    """Return the kind that an address names. Raises NotFound, NotAllowed."""
    if raw not in set(What):
        raise NotFound("没有这种导入。")
    require(current.actor(), SEES[What(raw)])
    return What(raw)


def _name(raw: str | None) -> str:
    return clean_name(raw or NAME, XLSX)


def _said(done: Done) -> str:
    return "、".join(f"{EFFECTS[effect]} {count}" for effect, count in done.counts.items() if count) or "没有改动"


def _place() -> Place:
    """Return where files lie."""
    return cast(Place, current_app.config[FOLDER])


def bulk_pages(group: str) -> BulkPages:
    """Return the pages, to stand in a group of the menu."""
    return BulkPages(
        name="批量导入",
        category=group,
        endpoint="bulk",
        url="import",
        menu_icon_type="ti",
        menu_icon_value="table-import",
    )
