"""The shape of what anybody may send."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from quizapp.web.shared.forms import PageForm

# WTForms' own words would be English: it has no Vietnamese.
TOO_LONG = _l("Mã này dài hơn mọi mã có thật. Hãy xem lại rồi nhập lại.")


class SignInForm(PageForm):
    """The code and PIN from the slip."""

    code = StringField(
        _l("Mã dự thi"), [InputRequired(_l("Hãy nhập mã trên phiếu.")), Length(max=40, message=TOO_LONG)]
    )
    pin = PasswordField(
        _l("Mã PIN"), [InputRequired(_l("Hãy nhập mã PIN trên phiếu.")), Length(max=40, message=TOO_LONG)]
    )


class ReceiptForm(PageForm):
    """A receipt's code. A plain search: nothing is changed, so it needs no token."""

    class Meta(PageForm.Meta):
        csrf = False

    code = StringField(
        _l("Mã biên nhận"),
        [InputRequired(_l("Hãy nhập mã in trên biên nhận.")), Length(max=60, message=TOO_LONG)],
    )
