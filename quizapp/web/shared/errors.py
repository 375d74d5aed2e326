"""From the contest's errors to HTTP: one table, two shapes (a page, or application/problem+json)."""

from typing import Any, NamedTuple

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from quizapp.accounts.services import SignInRefused
from quizapp.attempts.rules import StaleWrite
from quizapp.foundation.errors import BadInput, ContestError, NotAllowed, NotFound, RuleBroken
from quizapp.foundation.i18n import N_
from quizapp.foundation.sanitize import TextRefused
from quizapp.foundation.storage import StorageFailed
from quizapp.foundation.work import StoreBusy
from quizapp.roster.sessions import SignedOut

log = structlog.get_logger()

# The first that fits counts.
STATUS: tuple[tuple[type[ContestError], int], ...] = (
    (SignedOut, 401),
    (SignInRefused, 401),
    (NotFound, 404),
    (NotAllowed, 403),
    (BadInput, 422),
    (TextRefused, 422),
    (StorageFailed, 503),
    (StoreBusy, 503),
    (RuleBroken, 409),
)

TITLES = {
    400: N_("Yêu cầu không hợp lệ"),
    401: N_("Cần đăng nhập"),
    403: N_("Không có quyền truy cập"),
    404: N_("Không tìm thấy trang"),
    405: N_("Thao tác không được hỗ trợ"),
    409: N_("Không thực hiện được"),
    413: N_("Nội dung gửi lên quá lớn"),
    415: N_("Định dạng không được hỗ trợ"),
    422: N_("Nội dung chưa hợp lệ"),
    429: N_("Thử lại quá nhiều lần"),
    500: N_("Hệ thống gặp sự cố"),
    503: N_("Hệ thống đang bận"),
}


class Told(NamedTuple):
    """What every error says: what happened, what was kept, what to do next."""

    happened: str
    kept: str = ""
    todo: str = ""


KEPT = N_("Những gì báo «Đã lưu» vẫn còn nguyên.")
UNCHANGED = N_("Chưa có gì bị thay đổi.")

DETAILS = {
    400: Told(N_("Trình duyệt đã gửi một yêu cầu mà hệ thống không hiểu."), UNCHANGED, N_("Hãy quay lại trang trước.")),
    404: Told(N_("Địa chỉ này không có hoặc không còn nữa."), KEPT, N_("Hãy về trang đầu.")),
    405: Told(N_("Địa chỉ này không nhận thao tác vừa rồi."), UNCHANGED, N_("Hãy quay lại trang trước.")),
    413: Told(N_("Nội dung gửi lên vượt quá giới hạn nên chưa được lưu."), KEPT, N_("Hãy rút gọn rồi gửi lại.")),
    415: Told(N_("Địa chỉ này chỉ nhận dữ liệu dạng JSON."), UNCHANGED, N_("Hãy quay lại trang trước.")),
    429: Told(N_("Đã có quá nhiều lần thử trong thời gian ngắn."), KEPT, N_("Hãy đợi vài phút rồi thử lại.")),
    500: Told(N_("Đã có lỗi ở phía hệ thống, không phải do bạn."), KEPT, N_("Hãy tải lại trang sau ít phút.")),
    503: Told(N_("Hệ thống đang quá tải."), KEPT, N_("Hãy thử lại sau ít phút.")),
}

# What the contest's own errors leave unsaid; all others tell it in their own sentence.
UNSAID = {
    403: (UNCHANGED, N_("Hãy về trang đầu, hoặc đăng nhập bằng tài khoản khác.")),
    404: (KEPT, N_("Hãy về trang đầu.")),
}

CSRF_TOLD = Told(
    N_("Trang đã mở quá lâu hoặc được gửi từ nơi khác nên chưa được xử lý."), KEPT, N_("Hãy tải lại trang rồi làm lại.")
)


def init_errors(app: Flask) -> None:
    """Answer every error in the user's language."""
    app.register_error_handler(ContestError, _contest_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def words(error: ContestError) -> str:
    """Return what the error tells, in the reader's language."""
    return str(gettext(error.message, **error.values))


def _contest_error(error: ContestError) -> Response:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    extra = {"newer": _newer(error)} if isinstance(error, StaleWrite) else {}
    if status == 503:
        g.quizapp_user = None  # the page that tells of trouble must not run into it again
    return _answer(status, error.slug, Told(words(error), *UNSAID.get(status, ())), **extra)


def _csrf_error(error: CSRFError) -> Response:
    return _answer(400, "csrf", CSRF_TOLD)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    known = DETAILS.get(status) or DETAILS[500 if status >= 500 else 400]
    response = _answer(status, f"http-{status}", known)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # The kind and the place only: the message of an error may quote somebody's essay or code.
    log.error("unforeseen", kind=type(error).__name__, endpoint=request.endpoint)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    g.quizapp_user = None  # the page that tells of trouble must not run into it again
    return _answer(500, "http-500", DETAILS[500])


def _answer(status: int, slug: str, told: Told, **extra: Any) -> Response:
    sentences = [gettext(sentence) if sentence else "" for sentence in told]
    title = gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    if request.path.startswith("/api/"):
        body = {
            "type": f"urn:quizapp:{slug}",
            "title": title,
            "detail": " ".join(filter(None, sentences)),
            "status": status,
            **extra,
        }
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    else:
        page = dict(zip(Told._fields, sentences, strict=True))
        response = make_response(render_template("errors/error.html", title=title, status=status, **page))
    response.status_code = status
    return response


def _newer(error: StaleWrite) -> dict[str, Any]:
    saved = error.newer
    told: dict[str, Any] = {"seq": saved.seq, "saved_at": saved.saved_at.isoformat()}
    return told | ({"choice": list(saved.choice)} if saved.html is None else {"html": saved.html, "words": saved.words})
