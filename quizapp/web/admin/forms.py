"""The shape of what an administrator sends."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from quizapp.attempts.more_time import LONGEST_REASON, MOST_MINUTES
from quizapp.foundation.clock import HOME
from quizapp.web.shared.forms import PageForm


class BankForm(PageForm):
    """A bank as a ZIP of its folder."""

    file = FileField(_l("Tệp ZIP của ngân hàng câu hỏi"), [FileRequired(_l("Hãy chọn một tệp ZIP."))])


REASON = _l("Lý do")
SCOPES = (("all", _l("Mọi thí sinh của vòng")), ("unit", _l("Một đơn vị")), ("person", _l("Một thí sinh")))
BOUNDS = _l("Số phút phải từ 1 đến 14400.")
WHY = InputRequired(_l("Hãy ghi lý do; lý do được giữ trong nhật ký."))
SHORT = Length(max=LONGEST_REASON, message=_l("Lý do dài quá 300 ký tự."))


class Minutes(IntegerField):  # type: ignore[misc]
    """A whole number; what is none is told in the reader's language, which WTForms does not speak."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(BOUNDS) from None


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """Day and time as a browser sends them; what is none is told in the reader's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Thời điểm chưa đúng. Hãy nhập ngày và giờ.")) from None


class ExtendForm(PageForm):
    """More time, for whom and why."""

    minutes = Minutes(
        _l("Thêm bao nhiêu phút"),
        [
            InputRequired(_l("Hãy nhập số phút.")),
            NumberRange(1, MOST_MINUTES, message=BOUNDS),
        ],
    )
    whom = SelectField(
        _l("Cho ai"),
        choices=[SelectChoice(value, label) for value, label in SCOPES],
        validate_choice=False,
    )
    code = StringField(_l("Mã đơn vị hoặc mã dự thi"), [Length(max=60, message=_l("Mã này dài hơn mọi mã có thật."))])
    reason = StringField(REASON, [WHY, SHORT])

    def validate_whom(self, field: SelectField) -> None:
        """Refuse what is on no list."""
        if field.data not in dict(SCOPES):
            raise ValidationError(_l("Hãy chọn cho ai."))

    def validate_code(self, field: StringField) -> None:
        """Refuse a code without its kind, and a kind without its code: a slip there would reach the wrong people."""
        if (self.whom.data == "all") is bool((field.data or "").strip()):
            raise ValidationError(
                _l("Chọn một đơn vị hay một thí sinh thì phải có mã; cho mọi thí sinh thì để trống mã.")
            )

    def scope(self) -> dict[str, str]:
        """Return for whom, as ``attempts.more_time.extend`` asks for it."""
        return {} if self.whom.data == "all" else {self.whom.data: self.code.data}


class PauseForm(PageForm):
    """Standing still: why, and since when."""

    pause_reason = StringField(REASON, [WHY, SHORT])
    since = Moment(
        _l("Sự cố bắt đầu lúc (để trống: ngay bây giờ)"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
    )

    def began_at(self) -> datetime | None:
        """Return the instant that was typed, on Vietnam's wall clock."""
        typed: datetime | None = self.since.data
        return typed.replace(tzinfo=HOME) if typed else None
