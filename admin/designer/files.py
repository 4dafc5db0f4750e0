"""导入导出: the working copy and every revision as a YAML file, and a file taken into the working copy."""

from typing import Any

from flask import make_response, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_form_data
from werkzeug.wrappers import Response
from wtforms import FileField

from admin.designer.frame import Designing
from admin.forms import AdminForm, Given
from admin.typed import LARGEST_ID, number
from domain.access import Action
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotFound
from services.batches.context import definition_at
from services.definitions.writing import dump
from services.designing.beginning.starting import take_in
from services.designing.revisions import revisions
from services.designing.working import Working
from web import current
from web.door import abandon
from web.guard import needs

COPY = "copy"


class Upload(AdminForm):
    """A file to take in."""

    file = FileField(
        "配置文件（YAML）",
        [Given()],
        description="UTF-8 编码，单位写在文件内；可以还有错误，由配置检查列出。编号和项目保持本批次的。",
        render_kw={"accept": ".yaml,.yml"},
    )


class Files(Designing):
    """The page of files."""

    @expose("/<code>/design/files")
    @needs(Action.EDIT_DEFINITION)
    def design_files_view(self, code: str) -> str:
        """Show what can be taken out, and take something in."""
        return self._files(self.opened(code), Upload())

    @expose("/<code>/design/files/take-in", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_files_take_in(self, code: str) -> Response:
        """Make a file the next step of the working copy; every slip of its shape is listed."""
        working, form = self.opened(code), Upload(get_form_data())
        if self.seen() != working.step:
            return self._files_refused(code, form, Conflict("工作稿刚刚被他人改动，请核对后再导入。"))
        if not form.validate():
            return make_response(self._files(working, form), 422)
        try:
            content = form.file.data.read()
            take_in(current.db(), working.batch.id, content, actor=current.actor(), now=current.now())
        except (Conflict, Invalid) as refusal:
            return self._files_refused(code, form, refusal)
        self.say("文件已导入工作稿；可以撤销。请核对下面的检查结果。")
        return redirect(self.get_url(".design_view", code=code), 303)

    def _files_refused(self, code: str, form: Any, refusal: Conflict | Invalid) -> Response:
        abandon()
        if isinstance(refusal, Invalid):
            form.problems = refusal.problems
        else:
            form.file.errors = [refusal.sentence]
        return make_response(self._files(self.opened(code), form), 409 if isinstance(refusal, Conflict) else 422)

    def _files(self, working: Working, form: Any) -> str:
        known = revisions(current.db(), working.batch.id)
        return self.draw("files", working, "", form=form, revisions=known, copy=COPY)

    @expose("/<code>/design/yaml")
    @needs(Action.EDIT_DEFINITION)
    def design_yaml_view(self, code: str) -> Response:
        """Return the working copy, or one revision, as a YAML file with its units inside."""
        working, wanted = self.opened(code), request.args.get("revision", COPY)
        answer = make_response(dump(_version(working, wanted), inline_units=True))
        name = f"{code}.yaml" if wanted == COPY else f"{code}-{wanted}.yaml"
        answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
        return answer


def _version(working: Working, wanted: str) -> Definition:
    """Return the version that an address names. Raises NotFound."""
    if wanted == COPY:
        return working.definition
    revision = number(wanted, LARGEST_ID) or 0
    if not 1 <= revision <= working.batch.revision:
        raise NotFound("没有这一稿。")
    return definition_at(current.db(), working.batch, revision)
