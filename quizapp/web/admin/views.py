"""The administrator's pages: the state of things, and loading banks with a preview."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from quizapp.banks import loader, queries, services
from quizapp.banks.formats import native
from quizapp.foundation import jobs
from quizapp.foundation.errors import BadInput
from quizapp.web.admin.forms import BankForm
from quizapp.web.shared.access import open_to
from quizapp.web.shared.desk import house, reading, working
from quizapp.web.shared.errors import words
from quizapp.web.shared.uploads import takes_up_to

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("")
@open_to("administrator")
def home() -> ResponseReturnValue:
    with reading() as view:
        banks = queries.list_banks(view.session)
    return render_template("admin/home.html", banks=banks, jobs=jobs.counts(house().store))


@bp.post("/jobs/again")
@open_to("administrator")
def try_jobs_again() -> ResponseReturnValue:
    with working() as work:
        count = jobs.try_again(work)
    flash(gettext("Đã cho làm lại %(count)d việc.", count=count))
    return redirect(url_for(".home"))


@bp.get("/banks")
@open_to("administrator")
def banks() -> ResponseReturnValue:
    return _bank_page(BankForm(), 200)


@bp.post("/banks")
@open_to("administrator")
@takes_up_to(loader.MAX_UPLOAD_BYTES)
def upload_bank() -> ResponseReturnValue:
    form = BankForm()
    if not form.validate():
        return _bank_page(form, 422)
    data = form.file.data.read()
    try:
        loader.from_zip(data)
    except BadInput as refusal:
        form.file.errors = [*form.file.errors, words(refusal)]
        return _bank_page(form, 422)
    return redirect(url_for(".preview_bank", key=house().storage.put(data, ".zip")))


@bp.get("/banks/<key>")
@open_to("administrator")
def preview_bank(key: str) -> ResponseReturnValue:
    draft = native.read(loader.from_zip(house().storage.get(key)))
    with reading() as view:
        preview = services.preview(view, draft)
    return render_template("admin/bank_preview.html", preview=preview, key=key)


@bp.post("/banks/<key>")
@open_to("administrator")
def load_bank(key: str) -> ResponseReturnValue:
    draft = native.read(loader.from_zip(house().storage.get(key)))
    try:
        with working() as work:
            loaded = services.load(work, draft)
    except services.BankRefused as refusal:
        return render_template("admin/bank_preview.html", preview=refusal.preview, key=key), 422
    new, changed = loaded.count(services.Verdict.NEW), loaded.count(services.Verdict.CHANGED)
    flash(gettext("Đã nạp ngân hàng: %(new)d câu mới, %(changed)d câu có bản mới.", new=new, changed=changed))
    return redirect(url_for(".banks"))


def _bank_page(form: BankForm, status: int) -> ResponseReturnValue:
    with reading() as view:
        known = queries.list_banks(view.session)
    return render_template("admin/banks.html", banks=known, form=form), status
