"""Errors that speak contest. The edge translates them, and one table there speaks HTTP."""

from typing import Any

from quizapp.foundation.i18n import N_


class ContestError(Exception):
    """What the user can be told: ``message`` is a whole Vietnamese sentence (a msgid), ``values`` fill its slots."""

    message: str = N_("Có lỗi xảy ra.")
    slug: str = "error"

    def __init__(self, message: str | None = None, **values: Any) -> None:
        self.message = message or type(self).message
        self.values = values
        super().__init__(self.message % values if values else self.message)


class RuleBroken(ContestError):
    """The contest's rules, or the state of things, refuse this."""

    message = N_("Thể lệ cuộc thi không cho phép việc này.")
    slug = "rule"


class NotFound(ContestError):
    """There is no such thing, or it is not this person's to know of."""

    message = N_("Không tìm thấy nội dung này.")
    slug = "not-found"


class NotAllowed(ContestError):
    """The person may not do this to this object."""

    message = N_("Bạn không có quyền làm việc này.")
    slug = "not-allowed"


class BadInput(ContestError):
    """What was sent cannot be read; nothing was changed."""

    message = N_("Dữ liệu gửi lên chưa đúng, chưa có gì bị thay đổi.")
    slug = "invalid"


def require(allowed: bool) -> None:
    """Let a policy's verdict stand: go on, or raise :class:`NotAllowed`."""
    if not allowed:
        raise NotAllowed
