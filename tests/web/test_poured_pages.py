"""The page of the choice items is poured into a mould; it must be the page its template draws, for everybody."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template
from markupsafe import Markup

from quizapp.attempts import glance
from quizapp.contests.rules import RoundKind
from quizapp.house import House
from quizapp.web.contestant import sheets
from quizapp.web.shared.access import actor
from quizapp.web.shared.filters import when
from tests.factories import Card, Visitor, answer_all, enter, start


def drawn_plainly(app: Flask, house: House, ref: str) -> str:
    """Return the page as its template draws it for whoever asks, without any mould."""
    with house.store.glance() as lane:
        found = glance.own(lane, actor(), ref)
        asked = house.shelf.asked(lane, glance.versions(found))
    macros: Any = app.jinja_env.get_template("contestant/_item.html").module
    answered = [found.answers.is_answered(no) for no in range(1, len(found.places) + 1)]
    fields = []
    for no, place in enumerate(found.places, 1):
        item = asked[place.version_id]
        options = [
            macros.option(no, at, "ABCDEFGHIJ"[at], item.kind, item.options[position][1])
            for at, position in enumerate(place.order)
        ]
        fields.append(macros.item(no, item.kind, item.stem, Markup("\n").join(options)))
    parts = {
        "numbers": Markup().join(macros.number(no, done) for no, done in enumerate(answered, 1)),
        "fields": Markup().join(fields),
        "done": sum(answered),
        "all": len(found.places),
        "has_essay": found.essay_version_id is not None,
    }
    kinds = [{"kind": "single"}, *([{"kind": "essay"}] if parts["has_essay"] else [])]
    return render_template(
        "contestant/questions.html",
        attempt={"ref": found.ref, "kind": found.kind, "items": kinds},
        attempt_data=Markup(sheets.page_data(found, house.store.clock()).decode()),  # noqa: S704 - escaped there
        deadline_words=when(found.deadline_at),
        parts=parts,
    )


def without_tokens(page: str) -> str:
    """Return the page without this session's token, which is signed anew each time."""
    soup = BeautifulSoup(page, "html.parser")
    for element in soup.select("[name=csrf_token], [name=csrf-token]"):
        element["value"] = element["content"] = "…"
    return str(soup)


@pytest.mark.parametrize("kind", list(RoundKind))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_poured_is_what_is_drawn(app: Flask, house: House, kind: RoundKind, lang: str) -> None:
    pupils = [enter(house, name="Đặng Thị <Huệ> & Co %s"), enter(house, name="Nguyễn Văn An")]
    for number, card in enumerate(pupils):
        ref = start(house, card, kind, seed=number)
        if number:
            answer_all(house, card, ref, "<p>Em thích “một cửa” & 100 % trực tuyến.</p>")
        visitor = Visitor(app).sign_in(card)
        visitor.post("/language", lang=lang)
        with visitor.client as client:
            poured = client.get(f"/attempts/{ref}")
            assert (poured.status_code, poured.mimetype) == (200, "text/html")
            assert without_tokens(poured.text) == without_tokens(drawn_plainly(app, house, ref))


def tokens_of(visitor: Visitor, ref: str) -> set[str]:
    soup = BeautifulSoup(visitor.get(f"/attempts/{ref}").text, "html.parser")
    fields = {str(field["value"]) for field in soup.select("[name=csrf_token]")}
    return fields | {str(soup.select_one("[name=csrf-token]")["content"])}  # type: ignore[index]


def test_each_page_carries_its_own_visitors_token_and_name_and_nobody_elses(app: Flask, house: House) -> None:
    cards = [enter(house, name=name) for name in ("Trần Thị Bình", "Lê Văn Chi")]
    pages: list[tuple[Card, str, Visitor]] = []
    for card in cards:
        pages.append((card, start(house, card), Visitor(app).sign_in(card)))
    seen = [tokens_of(visitor, ref) for _card, ref, visitor in pages]
    assert all(len(tokens) == 1 for tokens in seen) and seen[0] != seen[1]
    for (card, ref, visitor), (other, *_rest) in zip(pages, reversed(pages), strict=True):
        page = visitor.get(f"/attempts/{ref}").text
        assert card.name in page and other.name not in page
        assert visitor.send("put", f"/api/v1/attempts/{ref}/responses/1", {"seq": 1, "choice": [0]}).status_code == 200


def test_no_mark_is_left_on_a_page(app: Flask, house: House) -> None:
    card = enter(house)
    page = Visitor(app).sign_in(card).get(f"/attempts/{start(house, card)}").text
    assert str(sheets.mark(""))[:-1] not in page
