"""Refusals and faults in words: which status a broken rule has, and what the page or the JSON says.

What somebody may not see looks exactly like what does not exist (S02); nothing shows SQL or a traceback.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from domain.access import ALLOWED, Action
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, RuleBroken, TooEarly, TooLate
from services.identity.throttle import TryLater
from web import current
from web.door import abandon

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
STATUS: Mapping[type[RuleBroken], int] = {
    NotAllowed: 403,
    NotFound: 404,
    TooEarly: 409,
    TooLate: 409,
    Conflict: 409,
    Invalid: 422,
    TryLater: 429,
}
HEADINGS: Mapping[type[RuleBroken], str] = {
    TooEarly: "尚未到办理时间",
    TooLate: "已过办理时间",
    Invalid: "内容需要改正",
}
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})
OTHERS: Mapping[int, str] = {
    405: "这个地址只接收页面上的按钮提交的内容，不能直接打开或刷新。",
    414: "地址太长。",
    415: "不接受这种格式的内容。",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that is not what was asked for.

    template: of errors/. detail: the rule's sentence, "" for the page's own. reference: to find the fault in the log.
    """

    status: int
    code: str
    template: str
    heading: str = ""
    detail: str = ""
    problems: tuple[Problem, ...] = ()
    retry_after_s: int | None = None
    reference: str = ""


def install_errors(app: Flask) -> None:
    """Answer every exception of an app with a page, or with JSON where that was asked for."""
    app.register_error_handler(RuleBroken, lambda error: _answer(_of_rule(error)))
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _fault)


def _of_rule(error: RuleBroken) -> Refusal:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    if isinstance(error, NotAllowed) and error.code == "not_signed_in":
        return Refusal(401, error.code, "refused", "请先登录", "登录已超时或尚未登录，刚才的操作没有生效。")
    if isinstance(error, NotAllowed) and _is_foreign(error):
        status = 404
        logger.warning("refused %s to user %s", error.params.get("action"), current.actor().user_id)
    if status == 404:
        return Refusal(404, NotFound.code, "404")
    problems = error.problems if isinstance(error, Invalid) else ()
    is_own_page = status in PAGES and (status != 409 or isinstance(error, Conflict))
    return Refusal(
        status,
        error.code,
        str(status) if is_own_page else "refused",
        HEADINGS.get(type(error), "不能这样办理"),
        "；".join(problem.sentence for problem in problems) or error.sentence,
        problems,
        error.retry_after_s if isinstance(error, TryLater) else None,
    )


def _is_foreign(error: NotAllowed) -> bool:
    """Tell whether the actor has the right as such, so that it is the thing that is not theirs."""
    visitor, action = current.visitor(), error.params.get("action")
    return visitor is not None and isinstance(action, str) and Action(action) in ALLOWED[visitor.actor.role]


def _forged(error: CSRFError) -> Response:
    return _answer(Refusal(400, "form_token", "400"))


def _of_http(error: HTTPException) -> Response:
    # What failed after the view, the commit above all, arrives wrapped.
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        original = error.original_exception
        return _busy(original) if isinstance(original, OperationalError) else _fault(original)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status in PAGES:
        refusal = Refusal(status, f"http_{status}", str(status))
    else:
        sentence = OTHERS.get(status, "请求无法处理。")
        refusal = Refusal(status, f"http_{status}", "refused", "请求无法处理", sentence)
    answer = _answer(refusal)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _busy(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    logger.warning("database away or busy, %s: %s", reference, error)
    detail = "系统此刻繁忙，刚才的操作没有保存。您填写的内容还在上一页，请稍后返回重试。"
    return _answer(Refusal(503, "busy", "503", "", detail, retry_after_s=RETRY_AFTER_S, reference=reference))


def _fault(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    logger.error("fault %s at %s %s", reference, request.method, request.endpoint, exc_info=error)
    return _answer(Refusal(500, "fault", "500", reference=reference))


def _answer(refusal: Refusal) -> Response:
    """Return the response, after undoing what the request did."""
    abandon()
    if request.accept_mimetypes.best == "application/json":
        body = {"code": refusal.code, "sentence": refusal.detail, "problems": refusal.problems}
        answer = make_response(jsonify(body | {"reference": refusal.reference}), refusal.status)
    else:
        page = render_template(
            f"errors/{refusal.template}.html",
            heading=refusal.heading,
            detail=refusal.detail,
            reference=refusal.reference,
            status=refusal.status,
        )
        answer = make_response(page, refusal.status)
    if refusal.retry_after_s is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after_s)
    return answer
