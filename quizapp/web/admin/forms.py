"""The shape of what an administrator sends."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from quizapp.web.shared.forms import PageForm


class BankForm(PageForm):
    """A bank as a ZIP of its folder."""

    file = FileField(_l("Tệp ZIP của ngân hàng câu hỏi"), [FileRequired(_l("Hãy chọn một tệp ZIP."))])
