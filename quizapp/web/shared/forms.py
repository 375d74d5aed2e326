"""What every form of the pages has in common."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form as a page sends it. JSON is no form: it leaves every field empty, where Flask-WTF would believe it."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            return ImmutableMultiDict() if request.is_json else super().wrap_formdata(form, formdata)
