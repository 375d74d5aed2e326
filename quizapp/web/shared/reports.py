"""Reading an attempt or a receipt for its owner, for pages and the JSON interface alike."""

from flask import url_for

from quizapp.attempts import glance
from quizapp.entries import handed_in
from quizapp.web.shared import papers
from quizapp.web.shared.access import actor
from quizapp.web.shared.desk import house


def attempt(ref: str) -> papers.AttemptOut:
    """Return the actor's own attempt.

    Raises:
        NotFound, NotAllowed: if there is none, or it is somebody else's.
    """
    store, shelf = house().store, house().shelf
    with store.glance() as lane:
        found = glance.own(lane, actor(), ref)
        asked = shelf.asked(lane, glance.versions(found))
    return papers.attempt_out(glance.in_words(found, asked), found.kind, found.terms, store.clock())


def receipt(ref: str) -> papers.ReceiptOut:
    """Return the receipt of the actor's own attempt.

    Raises:
        NotFound: if it is not handed in.
    """
    with house().store.glance() as lane:
        found = handed_in.own(lane, actor(), ref)
    pdf_url = url_for("contestant.entry_pdf", ref=ref) if found.printing.storage_key else None
    entry = papers.EntryOut(state=found.printing.state, url=pdf_url)
    return papers.receipt_out(found, check_url(found.receipt.code), entry)


def check_url(code: str) -> str:
    """Return the full address at which anyone can check the receipt."""
    return house().settings.address + url_for("public.receipt", code=code)
