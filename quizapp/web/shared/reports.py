"""Reading an attempt or a receipt for its owner, for pages and the JSON interface alike."""

from flask import url_for

from quizapp.attempts import glance
from quizapp.attempts import queries as attempts
from quizapp.contests import queries as contests
from quizapp.entries import queries as entries
from quizapp.foundation.errors import NotFound
from quizapp.grading import queries as grading
from quizapp.web.shared import papers
from quizapp.web.shared.access import actor
from quizapp.web.shared.desk import house, reading


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
    with reading() as view:
        row = attempts.get_own_row(view.session, actor(), ref)
        stored = attempts.receipt_of(view.session, row.id)
        if stored is None:
            raise NotFound
        printing = entries.printing(view.session, row.id)
        pdf_url = url_for("contestant.entry_pdf", ref=ref) if printing.storage_key else None
        return papers.receipt_out(
            stored,
            attempts.get_attempt(view.session, row),
            contests.round_by_id(view.session, row.round_id),
            grading.choice_score(view.session, row.id),
            check_url(stored.code),
            papers.EntryOut(state=printing.state, url=pdf_url),
        )


def check_url(code: str) -> str:
    """Return the full address at which anyone can check the receipt."""
    return house().settings.address + url_for("public.receipt", code=code)
